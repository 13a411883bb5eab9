//! How long a model took to load.

use std::{fmt, sync::Arc, time::Duration};

use inferometer_semconv::metrics as def;

use super::{
    durations::Durations,
    engine::{Engine, EngineState},
    meters::Meters,
};
use crate::metrics::Scope;

/// Records the loads of an engine's model: the first one, and those after a sleep that discarded its weights.
pub struct ModelLoads<M: Meters = Scope> {
    engine: Arc<EngineState<M>>,
    duration: Durations<M>,
}

impl<M: Meters> Engine<M> {
    /// The loads of this engine's model.
    #[must_use]
    pub fn model_loads(&self) -> ModelLoads<M> {
        let duration = Durations::bind(&self.0, &def::INFER_MODEL_LOAD_DURATION, &[]);
        ModelLoads { engine: Arc::clone(&self.0), duration }
    }
}

impl<M: Meters> ModelLoads<M> {
    /// The model can serve, this long after its load began.
    pub fn loaded(&self, took: Duration) {
        self.duration.record(&self.engine, None, took.as_secs_f64());
    }

    /// The model could not be loaded, which took this long to find out. `error_type` is a word from a small set, of
    /// which the first [`MAX_ERROR_TYPES`](super::MAX_ERROR_TYPES) are told apart.
    pub fn failed(&self, error_type: &str, took: Duration) {
        self.duration.record(&self.engine, Some(error_type), took.as_secs_f64());
    }
}

impl<M: Meters> fmt::Debug for ModelLoads<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ModelLoads").field(&self.duration).finish()
    }
}
