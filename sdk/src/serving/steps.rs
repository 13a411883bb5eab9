//! The steps of an engine's loop: what each computed, and how long it took.

use std::{fmt, sync::Arc, time::Duration};

use inferometer_semconv::{
    attributes::{INFER_ITERATION_KIND, IterationKind},
    metrics as def,
};

use super::{
    correction::Correction,
    engine::{Engine, EngineState},
    formulas::seconds_between,
    labels::pair,
    meters::{Meters, Record},
};
use crate::metrics::Scope;

/// What the forward pass of one step computes. Its kind follows from the tokens, so that the two cannot contradict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers fill it, with `..Default::default()`")]
pub struct StepBatch {
    /// Tokens of prompts, and those computed again after a preemption.
    pub prefill_tokens: u64,
    /// Tokens of answers, drafted ones included.
    pub decode_tokens: u64,
    /// Requests that have a token in it.
    pub requests: u64,
}

impl StepBatch {
    /// All its tokens.
    #[must_use]
    pub const fn tokens(&self) -> u64 {
        self.prefill_tokens.saturating_add(self.decode_tokens)
    }

    /// What it computes; `None` without tokens or without requests, which is no step.
    #[must_use]
    pub const fn kind(&self) -> Option<IterationKind> {
        match (self.requests, self.prefill_tokens, self.decode_tokens) {
            (0, _, _) | (_, 0, 0) => None,
            (_, _, 0) => Some(IterationKind::Prefill),
            (_, 0, _) => Some(IterationKind::Decode),
            _ => Some(IterationKind::Mixed),
        }
    }
}

/// Records the steps of an engine's loop. Cheap to clone and to send.
///
/// A step lasts from where the loop begins it until its results are on the host. What a device worked on it is another
/// quantity: the device measures it, see [`DeviceSteps`](super::DeviceSteps) and [`DeviceEvents`](super::DeviceEvents).
#[derive(Clone)]
pub struct Steps<M: Meters = Scope>(Arc<StepSeries<M>>);

/// A step is in all three of a kind or in none, so that their counts agree.
struct StepSeries<M: Meters> {
    engine: Arc<EngineState<M>>,
    by_kind: [OfKind<M>; IterationKind::ALL.len()],
}

struct OfKind<M: Meters> {
    duration: M::Histogram,
    tokens: M::IntHistogram,
    requests: M::IntHistogram,
}

impl<M: Meters> Engine<M> {
    /// Records the steps of this engine's loop.
    #[must_use]
    pub fn steps(&self) -> Steps<M> {
        let EngineState { meters, labels, .. } = &*self.0;
        let by_kind = IterationKind::ALL.map(|kind| {
            let labels = labels.with(&[pair(&INFER_ITERATION_KIND, kind.as_str())]);
            OfKind {
                duration: meters.histogram(&def::INFER_SCHEDULER_ITERATION_DURATION, &labels),
                tokens: meters.int_histogram(&def::INFER_SCHEDULER_ITERATION_TOKENS, &labels),
                requests: meters.int_histogram(&def::INFER_SCHEDULER_ITERATION_REQUESTS, &labels),
            }
        });
        Steps(Arc::new(StepSeries { engine: Arc::clone(&self.0), by_kind }))
    }
}

impl<M: Meters> Steps<M> {
    /// A step's results are there, this long after it was begun. One without tokens or requests is none: it is not
    /// recorded, and counted as [`Correction::EmptyStep`].
    #[inline]
    pub fn record(&self, batch: StepBatch, took: Duration) {
        self.0.record(batch, took.as_secs_f64());
    }

    /// As [`Steps::record`], between two readings of one clock, in nanoseconds. In the wrong order they count as no
    /// time, and as [`Correction::TimeWentBack`].
    #[inline]
    pub fn record_between(&self, batch: StepBatch, began_nanos: u64, ended_nanos: u64) {
        if ended_nanos < began_nanos {
            self.0.engine.corrections.count(Correction::TimeWentBack);
        }
        self.0.record(batch, seconds_between(began_nanos, ended_nanos));
    }
}

impl<M: Meters> StepSeries<M> {
    #[inline]
    fn record(&self, batch: StepBatch, seconds: f64) {
        let Some(kind) = batch.kind() else {
            return self.engine.corrections.count(Correction::EmptyStep);
        };
        let series = &self.by_kind[kind as usize];
        series.duration.record(seconds);
        series.tokens.record(batch.tokens());
        series.requests.record(batch.requests);
    }
}

impl<M: Meters> fmt::Debug for Steps<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Steps").field(&self.0.by_kind[0].duration).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(prefill_tokens: u64, decode_tokens: u64, requests: u64, kind: Option<IterationKind>) {
        assert_eq!(StepBatch { prefill_tokens, decode_tokens, requests }.kind(), kind);
    }

    #[test]
    fn the_kind_of_a_step_follows_from_its_tokens() {
        check(7, 0, 1, Some(IterationKind::Prefill));
        check(0, 7, 7, Some(IterationKind::Decode));
        check(7, 1, 2, Some(IterationKind::Mixed));
        check(0, 0, 3, None);
        check(7, 0, 0, None);
    }

    #[test]
    fn kinds_index_their_series() {
        for (index, kind) in IterationKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, index);
        }
    }
}
