//! Media that prompts bring along: what came in, and the time until it is embeddings.

use std::{fmt, marker::PhantomData, sync::Arc};

use inferometer_semconv::{
    attributes::{INFER_MODALITY_CACHE_RESULT, ModalityCacheResult, ModalityDirection},
    metrics as def,
};

use super::{
    durations::Durations,
    engine::{Engine, EngineState},
    formulas::media_seconds,
    labels::pair,
    media::{Audio, Image, Media, MediaSeries, Text, Video, of, pixels},
    meters::{Add, Meters},
    timer::Timer,
};
use crate::metrics::Scope;

/// Records the inputs of one kind. Cheap to clone and to send.
pub struct MediaInput<K: Media, M: Meters = Scope> {
    state: Arc<InputState<M>>,
    kind: PhantomData<K>,
}

struct InputState<M: Meters> {
    engine: Arc<EngineState<M>>,
    received: MediaSeries<M>,
    preprocess: Arc<Durations<M>>,
    encode: Arc<Durations<M>>,
    hits: M::Counter,
    misses: M::Counter,
}

impl<M: Meters> Engine<M> {
    /// Text inputs, bound once; preprocessing is tokenization.
    #[must_use]
    pub fn text_input(&self) -> MediaInput<Text, M> {
        MediaInput::bind(&self.0)
    }

    /// Image inputs, bound once.
    #[must_use]
    pub fn image_input(&self) -> MediaInput<Image, M> {
        MediaInput::bind(&self.0)
    }

    /// Audio inputs, bound once.
    #[must_use]
    pub fn audio_input(&self) -> MediaInput<Audio, M> {
        MediaInput::bind(&self.0)
    }

    /// Video inputs, bound once.
    #[must_use]
    pub fn video_input(&self) -> MediaInput<Video, M> {
        MediaInput::bind(&self.0)
    }
}

impl<K: Media, M: Meters> MediaInput<K, M> {
    fn bind(engine: &Arc<EngineState<M>>) -> Self {
        let durations = |definition| Arc::new(Durations::bind(engine, definition, &[of::<K>()]));
        let lookups = |result: ModalityCacheResult| {
            let result = pair(&INFER_MODALITY_CACHE_RESULT, result.as_str());
            let labels = engine.labels.with(&[of::<K>(), result]);
            engine.meters.counter(&def::INFER_MODALITY_CACHE_LOOKUPS, &labels)
        };
        let state = InputState {
            received: MediaSeries::bind::<K>(engine, ModalityDirection::Input),
            preprocess: durations(&def::INFER_MODALITY_PREPROCESS_DURATION),
            encode: durations(&def::INFER_MODALITY_ENCODE_DURATION),
            hits: lookups(ModalityCacheResult::Hit),
            misses: lookups(ModalityCacheResult::Miss),
            engine: Arc::clone(engine),
        };
        Self { state: Arc::new(state), kind: PhantomData }
    }

    /// One input is being brought into the form that its encoder wants.
    pub fn preprocess(&self) -> Timer<M> {
        Timer::start(&self.state.engine, &self.state.preprocess)
    }

    /// One input is being turned into embeddings.
    pub fn encode(&self) -> Timer<M> {
        Timer::start(&self.state.engine, &self.state.encode)
    }

    /// This many inputs were looked up in the encoder's cache and found.
    pub fn cache_hits(&self, inputs: u64) {
        self.state.hits.add(inputs);
    }

    /// This many inputs were looked up in the encoder's cache and not found.
    pub fn cache_misses(&self, inputs: u64) {
        self.state.misses.add(inputs);
    }

    fn clip(&self, frames: u64, seconds: Option<f64>) {
        self.state.received.items.add(1);
        if let Some(played) = &self.state.received.played {
            played.more(frames, seconds);
            played.clip(seconds);
        }
    }
}

impl<M: Meters> MediaInput<Text, M> {
    /// One text came in.
    pub fn received(&self) {
        self.state.received.items.add(1);
    }
}

impl<M: Meters> MediaInput<Image, M> {
    /// One image of this size came in.
    pub fn received(&self, width: u32, height: u32) {
        self.state.received.items.add(1);
        if let Some(counter) = &self.state.received.pixels {
            counter.add(pixels(width, height));
        }
    }
}

impl<M: Meters> MediaInput<Audio, M> {
    /// One clip of this many samples of every channel came in. A rate of 0 samples a second is not known; then the clip
    /// has no playing time.
    pub fn received(&self, samples: u64, sample_rate: u32) {
        self.clip(samples, media_seconds(samples, sample_rate));
    }
}

impl<M: Meters> MediaInput<Video, M> {
    /// One video of this many frames came in. A rate that is no positive number of frames a second is not known; then
    /// the video has no playing time.
    pub fn received(&self, frames: u64, frame_rate: f64) {
        self.clip(frames, media_seconds(frames, frame_rate));
    }
}

impl<K: Media, M: Meters> Clone for MediaInput<K, M> {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state), kind: PhantomData }
    }
}

impl<K: Media, M: Meters> fmt::Debug for MediaInput<K, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MediaInput").field(&K::MODALITY).finish()
    }
}
