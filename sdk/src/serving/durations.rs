//! How long something took: one series for what succeeded, and one for each type of error.

use std::fmt;

use inferometer_semconv::{InstrumentDef, attributes::ERROR_TYPE};
use opentelemetry::KeyValue;

use super::{
    correction::Correction,
    engine::EngineState,
    error_types::{ByErrorType, OTHER},
    labels::pair,
    meters::{Meters, Record},
};

/// The histograms of one operation.
pub(super) struct Durations<M: Meters> {
    succeeded: M::Histogram,
    failed: ByErrorType<M::Histogram>,
}

impl<M: Meters> Durations<M> {
    /// Binds them to the engine's labels and `own`.
    pub(super) fn bind(
        engine: &EngineState<M>,
        definition: &'static InstrumentDef,
        own: &[KeyValue],
    ) -> Self {
        let labels = engine.labels.with(own);
        let meters = engine.meters.clone();
        Self {
            succeeded: meters.histogram(definition, &labels),
            failed: ByErrorType::unbound(move |error_type| {
                let mut labels = labels.clone();
                labels.push(pair(&ERROR_TYPE, error_type.to_owned()));
                meters.histogram(definition, &labels)
            }),
        }
    }

    /// Takes one duration; of a failure under its type, or under `_OTHER` if there are too many, which is counted.
    pub(super) fn record(&self, engine: &EngineState<M>, error_type: Option<&str>, seconds: f64) {
        let Some(error_type) = error_type else {
            return self.succeeded.record(seconds);
        };
        let own = self.failed.get(error_type);
        if own.is_none() {
            engine.corrections.count(Correction::ErrorTypeBeyondLimit);
        }
        if let Some(histogram) = own.or_else(|| self.failed.get(OTHER)) {
            histogram.record(seconds);
        }
    }
}

impl<M: Meters> fmt::Debug for Durations<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Durations").field(&self.succeeded).finish()
    }
}
