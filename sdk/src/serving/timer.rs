//! A piece of work that is timed from its start to its one end.

use std::{fmt, sync::Arc, thread, time::Duration};

use super::{
    correction::Correction, durations::Durations, engine::EngineState, formulas::seconds_between,
    instruments::PANIC, meters::Meters,
};
use crate::metrics::Scope;

/// The `error.type` of what was dropped without an end.
pub(super) const DROPPED: &str = "dropped";

/// Times one piece of work. It ends once: finished, failed, or, if dropped, failed with the type `dropped`, or `panic`
/// if its thread is panicking. So an early return is no success.
#[must_use = "dropping it records a failure"]
pub struct Timer<M: Meters = Scope> {
    engine: Arc<EngineState<M>>,
    durations: Arc<Durations<M>>,
    started: u64,
    is_over: bool,
}

impl<M: Meters> Timer<M> {
    pub(super) fn start(engine: &Arc<EngineState<M>>, durations: &Arc<Durations<M>>) -> Self {
        Self {
            engine: Arc::clone(engine),
            durations: Arc::clone(durations),
            started: engine.clock.unix_nanos(),
            is_over: false,
        }
    }

    /// It is done, as of now.
    pub fn finish(mut self) {
        let seconds = self.elapsed();
        self.end(None, seconds);
    }

    /// It is done and took this long. For work that a device did, whose time only the device knows: a host's clock
    /// around an asynchronous launch measures the launch.
    pub fn finish_in(mut self, took: Duration) {
        self.end(None, took.as_secs_f64());
    }

    /// It failed. `error_type` is a word from a small set, such as `timeout`: it becomes a label, of which the first
    /// [`MAX_ERROR_TYPES`](super::MAX_ERROR_TYPES) are told apart.
    pub fn fail(mut self, error_type: &str) {
        let seconds = self.elapsed();
        self.end(Some(error_type), seconds);
    }

    fn elapsed(&self) -> f64 {
        seconds_between(self.started, self.engine.clock.unix_nanos())
    }

    fn end(&mut self, error_type: Option<&str>, seconds: f64) {
        self.is_over = true;
        self.durations.record(&self.engine, error_type, seconds);
    }
}

impl<M: Meters> Drop for Timer<M> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        self.engine.corrections.count(Correction::DroppedUnfinished);
        let error_type = if thread::panicking() { PANIC } else { DROPPED };
        let seconds = self.elapsed();
        self.end(Some(error_type), seconds);
    }
}

impl<M: Meters> fmt::Debug for Timer<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer")
            .field("durations", &self.durations)
            .field("started", &self.started)
            .finish_non_exhaustive()
    }
}
