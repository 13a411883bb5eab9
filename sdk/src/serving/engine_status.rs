//! Whether an engine sleeps, and how long its model took to load.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use inferometer_semconv::{
    attributes::{ERROR_TYPE, EngineState as State, INFER_ENGINE_STATE},
    metrics as def,
};
use opentelemetry::KeyValue;

use super::{
    engine::Engine,
    labels::pair,
    meters::{Meters, Record},
};
use crate::metrics::Scope;

/// Shows the one state that an engine is in: 1 for that, 0 for the others. Dropping it takes them off the page.
#[must_use = "no state is shown once this is dropped"]
pub struct EngineStatus<M: Meters = Scope> {
    current: Arc<AtomicUsize>,
    _observation: M::Observation,
}

impl<M: Meters> Engine<M> {
    /// Shows that this engine is in `state`, until it [enters](EngineStatus::enter) another.
    pub fn status(&self, state: State) -> EngineStatus<M> {
        let current = Arc::new(AtomicUsize::new(state as usize));
        let shown = Arc::clone(&current);
        let attributes = State::ALL
            .map(|state| self.0.labels.with(&[pair(&INFER_ENGINE_STATE, state.as_str())]));
        let levels = move || {
            let current = shown.load(Relaxed);
            Some(State::ALL.map(|state| i64::from(state as usize == current)))
        };
        let observation =
            self.0.meters.observe_levels(&def::INFER_ENGINE_STATUS, attributes, levels);
        EngineStatus { current, _observation: observation }
    }

    /// The model can serve, this long after its load began.
    pub fn model_loaded(&self, took: Duration) {
        self.model_load(&[], took);
    }

    /// The model could not be loaded, which took this long to find out. `error_type` is a word from a small set.
    pub fn model_load_failed(&self, error_type: impl Into<Arc<str>>, took: Duration) {
        self.model_load(&[pair(&ERROR_TYPE, error_type.into())], took);
    }

    fn model_load(&self, more: &[KeyValue], took: Duration) {
        let labels = self.0.labels.with(more);
        self.0
            .meters
            .histogram(&def::INFER_MODEL_LOAD_DURATION, &labels)
            .record(took.as_secs_f64());
    }
}

impl<M: Meters> EngineStatus<M> {
    /// The engine is in `state` from now on.
    pub fn enter(&self, state: State) {
        self.current.store(state as usize, Relaxed);
    }
}

impl<M: Meters> fmt::Debug for EngineStatus<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EngineStatus").field(&self.current).finish()
    }
}
