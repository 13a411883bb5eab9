//! Media that an engine generates: its instruments, bound once.

use std::{fmt, marker::PhantomData, sync::Arc};

use inferometer_semconv::{
    attributes::{
        INFER_MODALITY_SKIP_REASON, ModalityDirection, ModalitySkipReason, TokenModality,
    },
    metrics as def,
};

use super::{
    engine::{Engine, EngineState},
    generation::Generation,
    labels::pair,
    media::{Audio, Image, Media, MediaSeries, Text, Video, of},
    meters::{Add, Meters},
    request::Request,
};
use crate::metrics::{Scope, current_span};

/// Records the outputs of one kind. Cheap to clone and to send.
pub struct MediaOutput<K: Media, M: Meters = Scope> {
    state: Arc<OutputState<M>>,
    kind: PhantomData<K>,
}

pub(super) struct OutputState<M: Meters> {
    pub(super) engine: Arc<EngineState<M>>,
    pub(super) generated: MediaSeries<M>,
    /// Frames that play in a second; not positive if that is not known.
    pub(super) rate: f64,
    /// Text has the time to the first token instead.
    pub(super) time_to_first: Option<M::Histogram>,
    pub(super) generation: M::Histogram,
    /// Of audio and video.
    pub(super) playback: Option<Playback<M>>,
    skipped: [M::Counter; ModalitySkipReason::ALL.len()],
}

/// How generating compares with playing.
pub(super) struct Playback<M: Meters> {
    pub(super) real_time_factor: M::Histogram,
    pub(super) underrun: M::Histogram,
}

impl<M: Meters> Engine<M> {
    /// Texts that it generates, bound once. Their tokens and the time to the first are the request's.
    #[must_use]
    pub fn text_output(&self) -> MediaOutput<Text, M> {
        MediaOutput::bind(&self.0, 0.0)
    }

    /// Images that it generates, bound once.
    #[must_use]
    pub fn image_output(&self) -> MediaOutput<Image, M> {
        MediaOutput::bind(&self.0, 0.0)
    }

    /// Audio that it generates, bound once. A rate of 0 samples a second is not known; then outputs have neither
    /// playing time nor real-time factor, which is counted.
    #[must_use]
    pub fn audio_output(&self, sample_rate: u32) -> MediaOutput<Audio, M> {
        MediaOutput::bind(&self.0, f64::from(sample_rate))
    }

    /// Video that it generates, bound once. A rate that is no positive number of frames a second is not known, as in
    /// [`Engine::audio_output`].
    #[must_use]
    pub fn video_output(&self, frame_rate: f64) -> MediaOutput<Video, M> {
        MediaOutput::bind(&self.0, frame_rate)
    }
}

impl<K: Media, M: Meters> MediaOutput<K, M> {
    fn bind(engine: &Arc<EngineState<M>>, rate: f64) -> Self {
        let meters = &engine.meters;
        let labels = engine.labels.with(&[of::<K>()]);
        let time_to_first = match K::MODALITY {
            TokenModality::Image => Some(&def::INFER_MODALITY_IMAGE_TIME_TO_FIRST_IMAGE),
            TokenModality::Audio => Some(&def::INFER_MODALITY_AUDIO_TIME_TO_FIRST_PACKET),
            TokenModality::Video => Some(&def::INFER_MODALITY_VIDEO_TIME_TO_FIRST_FRAME),
            TokenModality::Text | TokenModality::Unknown => None,
        };
        let generated = MediaSeries::bind::<K>(engine, ModalityDirection::Output);
        let state = OutputState {
            rate,
            time_to_first: time_to_first.map(|it| meters.histogram(it, &engine.labels.with(&[]))),
            generation: meters.histogram(&def::INFER_MODALITY_GENERATION_DURATION, &labels),
            playback: generated.played.is_some().then(|| Playback {
                real_time_factor: meters.histogram(&def::INFER_MODALITY_REAL_TIME_FACTOR, &labels),
                underrun: meters.histogram(&def::INFER_MODALITY_UNDERRUN_DURATION, &labels),
            }),
            skipped: ModalitySkipReason::ALL.map(|reason| {
                let reason = pair(&INFER_MODALITY_SKIP_REASON, reason.as_str());
                let labels = engine.labels.with(&[of::<K>(), reason]);
                meters.counter(&def::INFER_MODALITY_OUTPUT_SKIPPED, &labels)
            }),
            generated,
            engine: Arc::clone(engine),
        };
        Self { state: Arc::new(state), kind: PhantomData }
    }

    /// The stage starts to work on an output of this request. The first of a request's outputs of a kind has a time to
    /// first output, counted from the request's arrival; if there are more, these have none.
    pub fn begin(&self, request: &mut Request<M>) -> Generation<K, M> {
        self.begin_at(request, self.state.engine.clock.unix_nanos())
    }

    /// As [`MediaOutput::begin`], at a time that the caller read.
    pub fn begin_at(&self, request: &mut Request<M>, unix_nanos: u64) -> Generation<K, M> {
        let arrived = request.claim_first_output(K::MODALITY);
        Generation::begun(Arc::clone(&self.state), request.span, arrived, unix_nanos)
    }

    /// The stage starts to work on an output of what arrived at another time than its own request, in nanoseconds since
    /// the Unix epoch: one of several responses in a duplex session, or the last stage's part of an answer for which a
    /// client has waited since the first. An arrival that another host's clock puts after the first output is 0, and
    /// counted as [`Correction::ClockSkew`](super::Correction::ClockSkew).
    pub fn begin_since(&self, arrived: u64) -> Generation<K, M> {
        let now = self.state.engine.clock.unix_nanos();
        Generation::begun(Arc::clone(&self.state), current_span(), Some(arrived), now)
    }
}

impl<M: Meters> OutputState<M> {
    pub(super) fn skip(&self, reason: ModalitySkipReason) {
        self.skipped[reason as usize].add(1);
    }
}

impl<M: Meters> Request<M> {
    /// When it arrived, for the first that asks on behalf of a modality.
    fn claim_first_output(&mut self, modality: TokenModality) -> Option<u64> {
        let bit = 1 << modality as u8;
        let is_first = self.media_begun & bit == 0;
        self.media_begun |= bit;
        is_first.then_some(self.times.arrived)
    }
}

impl<K: Media, M: Meters> Clone for MediaOutput<K, M> {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state), kind: PhantomData }
    }
}

impl<K: Media, M: Meters> fmt::Debug for MediaOutput<K, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MediaOutput").field(&K::MODALITY).finish()
    }
}
