//! How long a device worked on a step, as the device says.

use std::sync::Arc;

use inferometer_semconv::{
    attributes::{INFER_ITERATION_KIND, IterationKind},
    metrics as def,
};

use super::{
    correction::Correction,
    engine::EngineState,
    labels::pair,
    meters::{Meters, Record},
};

/// Steps of one [`DeviceSteps`](super::DeviceSteps) or [`DeviceEvents`](super::DeviceEvents) that may wait for their
/// device time. The time of a further one is not recorded, and counted as [`Correction::DeviceTimeBeyondLimit`]. Engines
/// launch a few steps ahead of their device at most.
pub const MAX_STEPS_UNDER_WAY: usize = 64;

/// The series of device times, by the kind of the step.
pub(super) struct DeviceTime<M: Meters> {
    engine: Arc<EngineState<M>>,
    by_kind: [M::Histogram; IterationKind::ALL.len()],
}

impl<M: Meters> DeviceTime<M> {
    pub(super) fn bind(engine: &Arc<EngineState<M>>) -> Self {
        let by_kind = IterationKind::ALL.map(|kind| {
            let labels = engine.labels.with(&[pair(&INFER_ITERATION_KIND, kind.as_str())]);
            engine.meters.histogram(&def::INFER_SCHEDULER_ITERATION_DEVICE_DURATION, &labels)
        });
        Self { engine: Arc::clone(engine), by_kind }
    }

    #[inline]
    pub(super) fn record(&self, kind: IterationKind, seconds: f64) {
        if !seconds.is_finite() {
            return self.correct(Correction::DeviceTimeMissing);
        }
        if seconds < 0.0 {
            self.correct(Correction::TimeWentBack);
        }
        self.by_kind[kind as usize].record(seconds.max(0.0));
    }

    pub(super) fn correct(&self, correction: Correction) {
        self.engine.corrections.count(correction);
    }
}
