//! Whether an engine sleeps.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use inferometer_semconv::{
    attributes::{EngineState as State, INFER_ENGINE_STATE},
    metrics as def,
};

use super::{engine::Engine, labels::pair, meters::Meters};
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
