//! One media output, from the moment its stage starts to work on it to its one end.

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use inferometer_semconv::attributes::ModalitySkipReason;

use super::{
    correction::Correction,
    formulas::{media_seconds, real_time_factor, seconds_between},
    media::{Audio, Image, Media, Video, pixels},
    media_output::OutputState,
    meters::{Add, Meters, Record},
    playout::Playout,
};
use crate::metrics::{SampledSpan, Scope};

/// An output that is being generated.
///
/// | call | feeds |
/// |---|---|
/// | [`packet`](Generation::packet), [`image`](Generation::image), [`frames`](Generation::frames), the first | time to first output |
/// | each | frames or pixels, playing time |
/// | [`finish`](Self::finish) | items, generation time; of audio and video also playing time, real-time factor and, of several packets, underrun |
///
/// What is not known is not recorded: without a positive rate there is neither playing time nor real-time factor, and an
/// output of nothing is no item. That is counted by reason, and so is an output that is dropped unfinished, of which
/// only what came out counts.
#[must_use = "dropping it gives the output up"]
pub struct Generation<K: Media, M: Meters = Scope> {
    output: Arc<OutputState<M>>,
    /// Of the request that it answers, if that is known and sampled: where its exemplars lead.
    span: Option<SampledSpan>,
    /// When what it answers arrived, until the time to first output is known.
    arrived: Option<u64>,
    started: u64,
    latest: u64,
    /// Frames or images that came out.
    units: u64,
    playout: Playout,
    is_over: bool,
    kind: PhantomData<K>,
}

impl<K: Media, M: Meters> Generation<K, M> {
    pub(super) fn begun(
        output: Arc<OutputState<M>>,
        span: Option<SampledSpan>,
        arrived: Option<u64>,
        now: u64,
    ) -> Self {
        Self {
            output,
            span,
            arrived,
            started: now,
            latest: now,
            units: 0,
            playout: Playout::default(),
            is_over: false,
            kind: PhantomData,
        }
    }

    /// All of it came out.
    pub fn finish(self) {
        let now = self.now();
        self.finish_at(now);
    }

    /// As [`Generation::finish`], at a time that the caller read.
    pub fn finish_at(mut self, unix_nanos: u64) {
        let at = self.advance(unix_nanos);
        let seconds = seconds_between(self.started, at);
        self.end(seconds);
    }

    /// All of it came out, and it took this long to generate. For work that a device did, whose time only the device
    /// knows.
    pub fn finish_in(mut self, took: Duration) {
        self.end(took.as_secs_f64());
    }

    fn now(&self) -> u64 {
        self.output.engine.clock.unix_nanos()
    }

    fn advance(&mut self, unix_nanos: u64) -> u64 {
        if unix_nanos < self.latest {
            self.output.engine.corrections.count(Correction::TimeWentBack);
        }
        self.latest = self.latest.max(unix_nanos);
        self.latest
    }

    /// Something came out, for the first time or again.
    fn came_out(&mut self, units: u64, at: u64) {
        self.units = self.units.saturating_add(units);
        if let (Some(histogram), Some(arrived)) = (&self.output.time_to_first, self.arrived.take())
        {
            if arrived > at {
                self.output.engine.corrections.count(Correction::ClockSkew);
            }
            histogram.record_in_span(seconds_between(arrived, at), self.span);
        }
    }

    /// Frames that play, as a packet.
    fn play(&mut self, frames: u64, unix_nanos: u64) {
        if frames == 0 {
            return;
        }
        let at = self.advance(unix_nanos);
        self.came_out(frames, at);
        let seconds = media_seconds(frames, self.output.rate);
        if let Some(played) = &self.output.generated.played {
            played.more(frames, seconds);
        }
        if let Some(seconds) = seconds {
            self.playout.packet(seconds, at);
        }
    }

    fn end(&mut self, seconds: f64) {
        self.is_over = true;
        let output = &*self.output;
        let Some(playback) = &output.playback else {
            return self.end_still(seconds);
        };
        if self.units == 0 {
            return output.skip(ModalitySkipReason::Empty);
        }
        output.generated.items.add(1);
        output.generation.record_in_span(seconds, self.span);
        let Some(media) = media_seconds(self.units, output.rate) else {
            return output.skip(ModalitySkipReason::UnknownRate);
        };
        if let Some(played) = &output.generated.played {
            played.clip(Some(media));
        }
        if let Some(factor) = real_time_factor(seconds, media) {
            playback.real_time_factor.record_in_span(factor, self.span);
        }
        if let Some(underrun) = self.playout.underrun() {
            playback.underrun.record_in_span(underrun, self.span);
        }
    }

    /// A text is an item by itself, and every image was one when it came out.
    fn end_still(&self, seconds: f64) {
        let output = &*self.output;
        match (&output.generated.pixels, self.units) {
            (Some(_), 0) => return output.skip(ModalitySkipReason::Empty),
            (Some(_), _) => {}
            (None, _) => output.generated.items.add(1),
        }
        output.generation.record_in_span(seconds, self.span);
    }
}

impl<M: Meters> Generation<Audio, M> {
    /// A packet of this many samples of every channel came out; one of none is none.
    pub fn packet(&mut self, samples: u64) {
        self.packet_at(samples, self.now());
    }

    /// As [`Generation::packet`], at a time that the caller read.
    pub fn packet_at(&mut self, samples: u64, unix_nanos: u64) {
        self.play(samples, unix_nanos);
    }
}

impl<M: Meters> Generation<Video, M> {
    /// This many frames came out; none are nothing.
    pub fn frames(&mut self, frames: u64) {
        self.frames_at(frames, self.now());
    }

    /// As [`Generation::frames`], at a time that the caller read.
    pub fn frames_at(&mut self, frames: u64, unix_nanos: u64) {
        self.play(frames, unix_nanos);
    }
}

impl<M: Meters> Generation<Image, M> {
    /// An image of this size came out; one without a pixel is none.
    pub fn image(&mut self, width: u32, height: u32) {
        self.image_at(width, height, self.now());
    }

    /// As [`Generation::image`], at a time that the caller read.
    pub fn image_at(&mut self, width: u32, height: u32, unix_nanos: u64) {
        let pixels = pixels(width, height);
        if pixels == 0 {
            return;
        }
        let at = self.advance(unix_nanos);
        self.came_out(1, at);
        self.output.generated.items.add(1);
        if let Some(counter) = &self.output.generated.pixels {
            counter.add(pixels);
        }
    }
}

impl<K: Media, M: Meters> Drop for Generation<K, M> {
    fn drop(&mut self) {
        if !self.is_over {
            self.output.skip(ModalitySkipReason::Abandoned);
        }
    }
}

impl<K: Media, M: Meters> fmt::Debug for Generation<K, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generation")
            .field("modality", &K::MODALITY)
            .field("units", &self.units)
            .field("started", &self.started)
            .finish_non_exhaustive()
    }
}
