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
use crate::metrics::SampledSpan;

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
        if let Some(histogram) = self.of(engine, error_type) {
            histogram.record(seconds);
        }
    }

    /// As [`Durations::record`], within a span that need not be current, where allocation is welcome.
    pub(super) fn record_in_span(
        &self,
        engine: &EngineState<M>,
        error_type: Option<&str>,
        seconds: f64,
        span: Option<SampledSpan>,
    ) {
        if let Some(histogram) = self.of(engine, error_type) {
            if span.is_some() {
                histogram.expect_exemplars();
            }
            histogram.record_in_span(seconds, span);
        }
    }

    fn of(&self, engine: &EngineState<M>, error_type: Option<&str>) -> Option<&M::Histogram> {
        let Some(error_type) = error_type else {
            return Some(&self.succeeded);
        };
        let own = self.failed.get(error_type);
        if own.is_none() {
            engine.corrections.count(Correction::ErrorTypeBeyondLimit);
        }
        own.or_else(|| self.failed.get(OTHER))
    }
}

impl<M: Meters> fmt::Debug for Durations<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Durations").field(&self.succeeded).finish()
    }
}
