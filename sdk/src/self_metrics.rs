//! The SDK's metrics about itself: what `stats()` tells in process, on the same export as the program's own.
//!
//! Nothing is counted twice here: at each collection the counters catch up with the counts that exist anyway, so a
//! request shows what was true just before it was made. A series appears once its count is above zero. Losses of an
//! export are therefore in the next one that arrives.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use inferometer_semconv::{
    InstrumentDef,
    attributes::{
        ERROR_TYPE, INFER_SDK_CORRECTION_REASON, INFER_SDK_REFUSAL_REASON, INFER_SIGNAL,
        OTEL_COMPONENT_NAME, OTEL_COMPONENT_TYPE, SERVER_ADDRESS, SERVER_PORT, SdkRefusalReason,
        Signal as SignalWord,
    },
    metrics::{
        INFER_SDK_CALLBACK_PANIC, INFER_SDK_CORRECTION, INFER_SDK_EXPORT_LATE,
        INFER_SDK_EXPORT_RETRY, INFER_SDK_INSTRUMENT_CONFLICT, INFER_SDK_INSTRUMENT_INVALID_NAME,
        INFER_SDK_MEASUREMENT_REFUSED, INFER_SDK_MEASUREMENT_SHARED, INFER_SDK_SERIES_OVERFLOW,
        INFER_SDK_SNAPSHOT_TORN, OTEL_SDK_EXPORTER_METRIC_DATA_POINT_EXPORTED,
        OTEL_SDK_EXPORTER_METRIC_DATA_POINT_INFLIGHT, OTEL_SDK_EXPORTER_OPERATION_DURATION,
        OTEL_SDK_EXPORTER_SPAN_EXPORTED, OTEL_SDK_EXPORTER_SPAN_INFLIGHT,
        OTEL_SDK_METRIC_READER_COLLECTION_DURATION, OTEL_SDK_PROCESSOR_SPAN_PROCESSED,
        OTEL_SDK_PROCESSOR_SPAN_QUEUE_SIZE,
    },
};
use opentelemetry::{InstrumentationScope, KeyValue};

use crate::{
    export::{Counters, ExportFailure, ExportStats, Route, Signal},
    metrics::{Counter, Histogram, MeterProvider, Scope, Stats, UpDownCounter},
    serving::{Correction, Corrections},
};

/// The instrumentation scope of these metrics.
const SCOPE: &str = "inferometer.sdk";

/// `error.type` of items that a collector rejected out of a request that it took; the conventions' word.
const REJECTED: &str = "rejected";

const READER: &str = "periodic_metric_reader";
const PROCESSOR: &str = "batching_span_processor";

/// The scope in which a provider's own metrics are.
pub(crate) fn scope(provider: &MeterProvider) -> Scope {
    let scope =
        InstrumentationScope::builder(SCOPE).with_version(env!("CARGO_PKG_VERSION")).build();
    provider.scope_of(scope)
}

/// One exporter: which it is, and its counts.
#[derive(Debug, Clone)]
pub(crate) struct ExporterSource {
    attributes: Vec<KeyValue>,
    counters: Arc<Counters>,
}

impl ExporterSource {
    pub(crate) fn new(signal: Signal, route: &Route, counters: Arc<Counters>) -> Self {
        let kind = match route {
            Route::Otlp(destination) => format!("otlp_{}", destination.protocol().component()),
            Route::Console => "console".to_owned(),
            Route::Memory(_) => "in_memory".to_owned(),
        };
        let mut attributes = component(&format!("{kind}_{}_exporter", signal.component()));
        if let Route::Otlp(destination) = route {
            let (address, port) = destination.server();
            attributes.push(KeyValue::new(SERVER_ADDRESS.key, address.to_owned()));
            attributes.push(KeyValue::new(SERVER_PORT.key, i64::from(port)));
        }
        Self { attributes, counters }
    }
}

/// A provider has one component of each type, so each is the first of its kind.
fn component(kind: &str) -> Vec<KeyValue> {
    vec![
        KeyValue::new(OTEL_COMPONENT_TYPE.key, kind.to_owned()),
        KeyValue::new(OTEL_COMPONENT_NAME.key, format!("{kind}/0")),
    ]
}

fn with_error(attributes: &[KeyValue], error: Option<&'static str>) -> Vec<KeyValue> {
    let error = error.map(|error| KeyValue::new(ERROR_TYPE.key, error));
    attributes.iter().cloned().chain(error).collect()
}

/// A counter that catches up with a count kept elsewhere; bound once there is something to show.
#[derive(Debug)]
struct Follower {
    definition: &'static InstrumentDef,
    attributes: Vec<KeyValue>,
    counter: Option<Counter<u64>>,
    shown: u64,
}

impl Follower {
    fn new(definition: &'static InstrumentDef, attributes: Vec<KeyValue>) -> Self {
        Self { definition, attributes, counter: None, shown: 0 }
    }

    /// A total that was read a little too early catches up the next time.
    fn catch_up(&mut self, scope: &Scope, total: u64) {
        let more = total.saturating_sub(self.shown);
        if more == 0 {
            return;
        }
        self.counter
            .get_or_insert_with(|| scope.counter(self.definition, &self.attributes))
            .add(more);
        self.shown = total;
    }
}

/// What became of one signal's items.
#[derive(Debug)]
struct ExporterFollowers {
    source: ExporterSource,
    exported: Follower,
    rejected: Follower,
    failed: [Follower; ExportFailure::ALL.len()],
    retries: Follower,
    late: Follower,
    in_flight: UpDownCounter<i64>,
    in_flight_shown: i64,
}

impl ExporterFollowers {
    fn new(scope: &Scope, signal: Signal, source: ExporterSource) -> Self {
        let (exported, in_flight, word) = match signal {
            Signal::Metrics => (
                &OTEL_SDK_EXPORTER_METRIC_DATA_POINT_EXPORTED,
                &OTEL_SDK_EXPORTER_METRIC_DATA_POINT_INFLIGHT,
                SignalWord::Metrics,
            ),
            Signal::Traces => (
                &OTEL_SDK_EXPORTER_SPAN_EXPORTED,
                &OTEL_SDK_EXPORTER_SPAN_INFLIGHT,
                SignalWord::Traces,
            ),
        };
        let outcome = |error| Follower::new(exported, with_error(&source.attributes, error));
        let of_signal = || vec![KeyValue::new(INFER_SIGNAL.key, word.as_str())];
        Self {
            exported: outcome(None),
            rejected: outcome(Some(REJECTED)),
            failed: ExportFailure::ALL.map(|reason| outcome(Some(reason.as_str()))),
            retries: Follower::new(&INFER_SDK_EXPORT_RETRY, of_signal()),
            late: Follower::new(&INFER_SDK_EXPORT_LATE, of_signal()),
            in_flight: scope.up_down_counter(in_flight, &source.attributes),
            in_flight_shown: 0,
            source,
        }
    }

    fn catch_up(&mut self, scope: &Scope) -> ExportStats {
        let stats = self.source.counters.read();
        self.exported.catch_up(scope, stats.exported);
        self.rejected.catch_up(scope, stats.rejected);
        for (reason, follower) in ExportFailure::ALL.into_iter().zip(&mut self.failed) {
            // Such a span never reached the exporter.
            if !ExportFailure::AT_END.contains(&reason) {
                follower.catch_up(scope, stats.failed(reason));
            }
        }
        self.retries.catch_up(scope, stats.retries);
        self.late.catch_up(scope, stats.late);
        let in_flight = i64::try_from(stats.in_flight).unwrap_or(i64::MAX);
        self.in_flight.add(in_flight - self.in_flight_shown);
        self.in_flight_shown = in_flight;
        stats
    }
}

/// Spans on their way through the processor.
#[derive(Debug)]
struct SpanFollowers {
    exporter: ExporterFollowers,
    processed: Follower,
    lost: [Follower; ExportFailure::AT_END.len()],
    queued: UpDownCounter<i64>,
    queued_shown: i64,
}

impl SpanFollowers {
    fn new(scope: &Scope, source: ExporterSource) -> Self {
        let processor = component(PROCESSOR);
        let processed = |error: Option<ExportFailure>| {
            let error = error.map(ExportFailure::as_str);
            Follower::new(&OTEL_SDK_PROCESSOR_SPAN_PROCESSED, with_error(&processor, error))
        };
        Self {
            exporter: ExporterFollowers::new(scope, Signal::Traces, source),
            processed: processed(None),
            lost: ExportFailure::AT_END.map(|reason| processed(Some(reason))),
            queued: scope.up_down_counter(&OTEL_SDK_PROCESSOR_SPAN_QUEUE_SIZE, &processor),
            queued_shown: 0,
        }
    }

    fn catch_up(&mut self, scope: &Scope) {
        let stats = self.exporter.catch_up(scope);
        let settled = stats.exported + stats.undelivered();
        self.processed.catch_up(scope, settled + stats.in_flight);
        for (reason, follower) in ExportFailure::AT_END.into_iter().zip(&mut self.lost) {
            follower.catch_up(scope, stats.failed(reason));
        }
        let queued = i64::try_from(stats.queued).unwrap_or(i64::MAX);
        self.queued.add(queued - self.queued_shown);
        self.queued_shown = queued;
    }
}

/// Everything that is read at a collection.
#[derive(Debug)]
pub(crate) struct SelfMetrics(Option<Followers>);

#[derive(Debug)]
struct Followers {
    scope: Scope,
    collections: Histogram<f64>,
    metrics: ExporterFollowers,
    spans: Option<SpanFollowers>,
    refused: [Follower; SdkRefusalReason::ALL.len()],
    overflowed: Follower,
    torn: Follower,
    shared: Follower,
    conflicts: Follower,
    invalid_names: Follower,
    panics: Follower,
    corrected: [Follower; Correction::ALL.len()],
    corrections: Arc<Corrections>,
}

impl SelfMetrics {
    /// For a program that wants none, or whose metrics go nowhere.
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    pub(crate) fn new(
        scope: Scope,
        metrics: ExporterSource,
        spans: Option<ExporterSource>,
        corrections: Arc<Corrections>,
    ) -> Self {
        let reason = |key, value: &'static str| vec![KeyValue::new(key, value)];
        Self(Some(Followers {
            collections: scope
                .histogram(&OTEL_SDK_METRIC_READER_COLLECTION_DURATION, &component(READER)),
            metrics: ExporterFollowers::new(&scope, Signal::Metrics, metrics),
            spans: spans.map(|spans| SpanFollowers::new(&scope, spans)),
            refused: SdkRefusalReason::ALL.map(|refusal| {
                let reason = reason(INFER_SDK_REFUSAL_REASON.key, refusal.as_str());
                Follower::new(&INFER_SDK_MEASUREMENT_REFUSED, reason)
            }),
            overflowed: Follower::new(&INFER_SDK_SERIES_OVERFLOW, Vec::new()),
            torn: Follower::new(&INFER_SDK_SNAPSHOT_TORN, Vec::new()),
            shared: Follower::new(&INFER_SDK_MEASUREMENT_SHARED, Vec::new()),
            conflicts: Follower::new(&INFER_SDK_INSTRUMENT_CONFLICT, Vec::new()),
            invalid_names: Follower::new(&INFER_SDK_INSTRUMENT_INVALID_NAME, Vec::new()),
            panics: Follower::new(&INFER_SDK_CALLBACK_PANIC, Vec::new()),
            corrected: Correction::ALL.map(|correction| {
                let reason = reason(INFER_SDK_CORRECTION_REASON.key, correction.as_str());
                Follower::new(&INFER_SDK_CORRECTION, reason)
            }),
            corrections,
            scope,
        }))
    }

    /// Before a snapshot: shows what is true now.
    pub(crate) fn catch_up(&mut self, stats: &Stats) {
        let Some(own) = &mut self.0 else {
            return;
        };
        let scope = &own.scope;
        own.metrics.catch_up(scope);
        if let Some(spans) = &mut own.spans {
            spans.catch_up(scope);
        }
        for (reason, follower) in SdkRefusalReason::ALL.into_iter().zip(&mut own.refused) {
            follower.catch_up(scope, stats.refused(reason));
        }
        own.overflowed.catch_up(scope, stats.overflowed_binds());
        own.torn.catch_up(scope, stats.torn_reads());
        own.shared.catch_up(scope, stats.shared_records());
        own.conflicts.catch_up(scope, stats.conflicting_instruments());
        own.invalid_names.catch_up(scope, stats.invalid_names());
        own.panics.catch_up(scope, stats.callback_panics());
        for (correction, follower) in Correction::ALL.into_iter().zip(&mut own.corrected) {
            follower.catch_up(scope, own.corrections.get(correction));
        }
    }

    /// A collection took this long, encoding included.
    pub(crate) fn collected(&self, took: Duration) {
        if let Some(own) = &self.0 {
            own.collections.record(took.as_secs_f64());
        }
    }
}

/// How long one exporter's operations take, by how they end.
#[derive(Debug, Default)]
pub(crate) struct OperationDurations(Option<Operations>);

#[derive(Debug)]
struct Operations {
    scope: Scope,
    attributes: Vec<KeyValue>,
    succeeded: OnceLock<Histogram<f64>>,
    rejected: OnceLock<Histogram<f64>>,
    failed: [OnceLock<Histogram<f64>>; ExportFailure::ALL.len()],
}

impl OperationDurations {
    pub(crate) fn new(scope: Scope, exporter: &ExporterSource) -> Self {
        Self(Some(Operations {
            scope,
            attributes: exporter.attributes.clone(),
            succeeded: OnceLock::new(),
            rejected: OnceLock::new(),
            failed: Default::default(),
        }))
    }

    /// The request was taken, whole or with some items rejected.
    pub(crate) fn delivered(&self, took: Duration, rejected: bool) {
        self.record(took, |own| match rejected {
            false => (&own.succeeded, None),
            true => (&own.rejected, Some(REJECTED)),
        });
    }

    pub(crate) fn lost(&self, took: Duration, reason: ExportFailure) {
        self.record(took, |own| (&own.failed[reason as usize], Some(reason.as_str())));
    }

    fn record<'a>(
        &'a self,
        took: Duration,
        choose: impl FnOnce(&'a Operations) -> (&'a OnceLock<Histogram<f64>>, Option<&'static str>),
    ) {
        let Some(own) = &self.0 else {
            return;
        };
        let (bound, error) = choose(own);
        bound
            .get_or_init(|| {
                let attributes = with_error(&own.attributes, error);
                own.scope.histogram(&OTEL_SDK_EXPORTER_OPERATION_DURATION, &attributes)
            })
            .record(took.as_secs_f64());
    }
}
