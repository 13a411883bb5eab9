//! The parts of a diffusion pipeline, and its steps.

use std::{fmt, sync::Arc, time::Duration};

use inferometer_semconv::{
    attributes::{DiffusionStage, INFER_DIFFUSION_STAGE},
    metrics as def,
};

use super::{
    durations::Durations,
    engine::{Engine, EngineState},
    labels::pair,
    media::{Media, of},
    meters::{Meters, Record},
    timer::Timer,
};
use crate::metrics::Scope;

/// Records how a diffusion model generates. Cheap to clone and to send. What comes out of it is a
/// [`Generation`](super::Generation).
#[derive(Clone)]
pub struct Diffusion<M: Meters = Scope>(Arc<DiffusionState<M>>);

struct DiffusionState<M: Meters> {
    engine: Arc<EngineState<M>>,
    stages: [Arc<Durations<M>>; DiffusionStage::ALL.len()],
    step: M::Histogram,
}

impl<M: Meters> Engine<M> {
    /// A diffusion pipeline that generates media of the kind `K`, bound once.
    #[must_use]
    pub fn diffusion<K: Media>(&self) -> Diffusion<M> {
        let engine = Arc::clone(&self.0);
        Diffusion(Arc::new(DiffusionState {
            stages: DiffusionStage::ALL.map(|stage| {
                let own = [of::<K>(), pair(&INFER_DIFFUSION_STAGE, stage.as_str())];
                let definition = &def::INFER_DIFFUSION_STAGE_DURATION;
                Arc::new(Durations::bind(&engine, definition, &own))
            }),
            step: engine
                .meters
                .histogram(&def::INFER_DIFFUSION_STEP_DURATION, &engine.labels.with(&[of::<K>()])),
            engine,
        }))
    }
}

impl<M: Meters> Diffusion<M> {
    /// A part of the pipeline begins, for one output.
    pub fn stage(&self, stage: DiffusionStage) -> Timer<M> {
        Timer::start(&self.0.engine, &self.0.stages[stage as usize])
    }

    /// A denoising step took this long on the device.
    pub fn step(&self, took: Duration) {
        self.0.step.record(took.as_secs_f64());
    }
}

impl<M: Meters> fmt::Debug for Diffusion<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Diffusion").field(&self.0.step).finish()
    }
}
