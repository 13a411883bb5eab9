//! Kinds of media, and what is counted of each of them alike, received or generated.

use std::fmt;

use inferometer_semconv::{
    attributes::{
        GEN_AI_TOKEN_MODALITY, INFER_MODALITY_DIRECTION, ModalityDirection, TokenModality,
    },
    metrics as def,
};
use opentelemetry::KeyValue;

use super::{
    engine::EngineState,
    labels::pair,
    meters::{Add, Meters, Record},
};

/// A kind of media. Its handles offer only what it has: nothing but audio has samples.
pub trait Media: sealed::Sealed + fmt::Debug + Send + Sync + 'static {
    /// The value of `gen_ai.token.modality`.
    const MODALITY: TokenModality;
}

mod sealed {
    /// Kinds are these alone, because the registry's list is closed.
    pub trait Sealed {}
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident),*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        #[expect(clippy::exhaustive_enums, reason = "a type without values stays without them")]
        pub enum $kind {}

        impl sealed::Sealed for $kind {}

        impl Media for $kind {
            const MODALITY: TokenModality = TokenModality::$kind;
        }
    )*};
}

kinds! {
    /// Text, before it is tokens or after.
    Text,
    /// Still pictures.
    Image,
    /// Sound.
    Audio,
    /// Moving pictures.
    Video
}

/// Counts of one kind of media in one direction. What a kind does not have is not bound, so that it has no series.
pub(super) struct MediaSeries<M: Meters> {
    pub(super) items: M::Counter,
    /// Of images.
    pub(super) pixels: Option<M::Counter>,
    /// Of audio and video.
    pub(super) played: Option<Played<M>>,
}

/// What plays for a time.
pub(super) struct Played<M: Meters> {
    /// Of audio, one sample of every channel; of video, a picture.
    pub(super) frames: M::Counter,
    pub(super) time: M::FloatCounter,
    pub(super) duration: M::Histogram,
}

impl<M: Meters> MediaSeries<M> {
    pub(super) fn bind<K: Media>(engine: &EngineState<M>, direction: ModalityDirection) -> Self {
        let meters = &engine.meters;
        let direction = pair(&INFER_MODALITY_DIRECTION, direction.as_str());
        let directed = engine.labels.with(std::slice::from_ref(&direction));
        let labels = engine.labels.with(&[of::<K>(), direction]);
        let frames = match K::MODALITY {
            TokenModality::Audio => Some(&def::INFER_MODALITY_AUDIO_FRAMES),
            TokenModality::Video => Some(&def::INFER_MODALITY_VIDEO_FRAMES),
            TokenModality::Text | TokenModality::Image | TokenModality::Unknown => None,
        };
        Self {
            items: meters.counter(&def::INFER_MODALITY_ITEMS, &labels),
            pixels: (K::MODALITY == TokenModality::Image)
                .then(|| meters.counter(&def::INFER_MODALITY_IMAGE_PIXELS, &directed)),
            played: frames.map(|frames| Played {
                frames: meters.counter(frames, &directed),
                time: meters.float_counter(&def::INFER_MODALITY_MEDIA_TIME, &labels),
                duration: meters.histogram(&def::INFER_MODALITY_MEDIA_DURATION, &labels),
            }),
        }
    }
}

impl<M: Meters> Played<M> {
    /// A whole clip, which has no duration unless it is known and positive.
    pub(super) fn clip(&self, seconds: Option<f64>) {
        if let Some(seconds) = seconds.filter(|seconds| *seconds > 0.0) {
            self.duration.record(seconds);
        }
    }

    /// More frames, of a known length or not.
    pub(super) fn more(&self, frames: u64, seconds: Option<f64>) {
        self.frames.add(frames);
        if let Some(seconds) = seconds {
            self.time.add(seconds);
        }
    }
}

/// The label of a kind.
pub(super) fn of<K: Media>() -> KeyValue {
    pair(&GEN_AI_TOKEN_MODALITY, K::MODALITY.as_str())
}

/// The pixels of a picture.
pub(super) fn pixels(width: u32, height: u32) -> u64 {
    u64::from(width) * u64::from(height)
}
