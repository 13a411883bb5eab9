//! Requests that gave their place in the batch back.

use std::fmt;

use inferometer_semconv::{
    attributes::{INFER_PREEMPTION_MODE, PreemptionMode},
    metrics as def,
};

use super::{
    engine::Engine,
    labels::pair,
    meters::{Add, Meters},
};
use crate::metrics::Scope;

/// Counts the preemptions of a scheduler whose requests are not recorded. Cheap to clone and to send.
///
/// A [`Request`](super::Request) that is told of its preemption counts it itself, in the same series: an engine that
/// has requests needs nothing here.
#[derive(Clone)]
pub struct Preemptions<M: Meters = Scope> {
    by_mode: [M::Counter; PreemptionMode::ALL.len()],
}

impl<M: Meters> Engine<M> {
    /// Counts preemptions.
    #[must_use]
    pub fn preemptions(&self) -> Preemptions<M> {
        let by_mode = PreemptionMode::ALL.map(|mode| {
            let labels = self.0.labels.with(&[pair(&INFER_PREEMPTION_MODE, mode.as_str())]);
            self.0.meters.counter(&def::INFER_SCHEDULER_PREEMPTIONS, &labels)
        });
        Preemptions { by_mode }
    }
}

impl<M: Meters> Preemptions<M> {
    /// A running request went back to the queue, and its KV cache to where `mode` says.
    #[inline]
    pub fn count(&self, mode: PreemptionMode) {
        self.by_mode[mode as usize].add(1);
    }
}

impl<M: Meters> fmt::Debug for Preemptions<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Preemptions").field(&self.by_mode).finish()
    }
}
