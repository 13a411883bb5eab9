//! How many requests a scheduler holds, asked when somebody looks.

use std::fmt;

use inferometer_semconv::{
    attributes::{INFER_REQUEST_STATE, RequestState},
    metrics as def,
};

use super::{engine::Engine, labels::pair, meters::Meters};
use crate::metrics::Scope;

/// The requests of a scheduler at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers fill it, with `..Default::default()`")]
pub struct QueueDepths {
    /// Those that no step has computed yet.
    pub waiting: u64,
    /// Those that the steps compute.
    pub running: u64,
    /// Those that gave their blocks back and wait to be computed again.
    pub preempted: u64,
    /// Those that wait for their KV cache to arrive.
    pub transferring: u64,
}

/// Keeps a scheduler being asked; dropping it takes its series off the page.
#[must_use = "nobody is asked once this is dropped"]
pub struct ObservedQueues<M: Meters = Scope> {
    _observation: M::Observation,
}

impl<M: Meters> Engine<M> {
    /// Asks the scheduler itself for its queues at every collection, on the collecting thread, so that no gauge stands
    /// still after the last change. `depths` must not block: read the lengths, or atomics beside them.
    ///
    /// What it shows is an instrument of its own, the scheduler's word. [`Request`](super::Request)s are counted by
    /// their own states in another one, so that an engine that has both counts nothing twice.
    pub fn observe_queues(
        &self,
        depths: impl Fn() -> QueueDepths + Send + Sync + 'static,
    ) -> ObservedQueues<M> {
        let attributes = [
            RequestState::Waiting,
            RequestState::Running,
            RequestState::Preempted,
            RequestState::Transferring,
        ]
        .map(|state| self.0.labels.with(&[pair(&INFER_REQUEST_STATE, state.as_str())]));
        let levels = move || {
            let QueueDepths { waiting, running, preempted, transferring } = depths();
            Some([waiting, running, preempted, transferring].map(level))
        };
        let definition = &def::INFER_SCHEDULER_REQUEST_ACTIVE;
        ObservedQueues {
            _observation: self.0.meters.observe_levels(definition, attributes, levels),
        }
    }
}

/// Keeps a stage being asked for its output queue; dropping it takes the series off the page.
#[must_use = "nobody is asked once this is dropped"]
pub struct ObservedOutputs<M: Meters = Scope> {
    _observation: M::Observation,
}

impl<M: Meters> Engine<M> {
    /// Asks at every collection, as [`Engine::observe_queues`] does, how many outputs of this stage wait for the next
    /// one to take them.
    pub fn observe_outputs(
        &self,
        queued: impl Fn() -> u64 + Send + Sync + 'static,
    ) -> ObservedOutputs<M> {
        let levels = move || Some(level(queued()));
        let definition = &def::INFER_SCHEDULER_OUTPUT_QUEUED;
        let attributes = self.0.labels.with(&[]);
        ObservedOutputs {
            _observation: self.0.meters.observe_level(definition, &attributes, levels),
        }
    }
}

impl<M: Meters> fmt::Debug for ObservedOutputs<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedOutputs").finish_non_exhaustive()
    }
}

/// A count as an up-down counter shows it; at most `i64::MAX`.
pub(super) fn level(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl<M: Meters> fmt::Debug for ObservedQueues<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedQueues").finish_non_exhaustive()
    }
}
