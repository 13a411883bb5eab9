//! What became of the collector's own spans, as any SDK shows it: nothing if there are none.

use inferometer_sdk::{ExportFailure, ExportStats, Observation, Scope};
use inferometer_semconv::{
    InstrumentDef,
    attributes::{ERROR_TYPE, OTEL_COMPONENT_NAME, OTEL_COMPONENT_TYPE},
    metrics::{
        OTEL_SDK_EXPORTER_SPAN_EXPORTED, OTEL_SDK_PROCESSOR_SPAN_PROCESSED,
        OTEL_SDK_PROCESSOR_SPAN_QUEUE_SIZE,
    },
};
use opentelemetry::KeyValue;

use crate::own_traces::OwnTraces;

/// Why a span is lost before it is on its way.
const AT_END: [ExportFailure; 3] =
    [ExportFailure::QueueFull, ExportFailure::SpanTooLarge, ExportFailure::AlreadyShutDown];
/// Why it is lost on its way.
const ON_WAY: [ExportFailure; 7] = [
    ExportFailure::Refused,
    ExportFailure::RetriesExhausted,
    ExportFailure::DeadlineExceeded,
    ExportFailure::ResponseTooLarge,
    ExportFailure::Interrupted,
    ExportFailure::Panicked,
    ExportFailure::RequestTooLarge,
];
/// The conventions' word for items that a backend rejected out of a request that it took.
const REJECTED: &str = "rejected";

const EXPORTER: &str = "otlp_span_exporter";
const PROCESSOR: &str = "batching_span_processor";

/// Shows the counts for as long as what it returns is kept.
pub(super) fn observe(scope: &Scope, traces: &OwnTraces) -> Vec<Observation> {
    let total = |definition: &'static InstrumentDef, component, error, read: Read| {
        let traces = traces.clone();
        let read = move || traces.stats().map(|stats| read.of(&stats));
        scope.observable_counter(definition, &set(component, error), read)
    };
    let exported = |error, read| total(&OTEL_SDK_EXPORTER_SPAN_EXPORTED, EXPORTER, error, read);
    let processed = |error, read| total(&OTEL_SDK_PROCESSOR_SPAN_PROCESSED, PROCESSOR, error, read);
    let mut observed = vec![
        exported(None, Read::Exported),
        exported(Some(REJECTED), Read::Rejected),
        processed(None, Read::Processed),
    ];
    observed.extend(ON_WAY.map(|why| exported(Some(why.as_str()), Read::Failed(why))));
    observed.extend(AT_END.map(|why| processed(Some(why.as_str()), Read::Failed(why))));
    let traces = traces.clone();
    observed.push(scope.observable_up_down_counter(
        &OTEL_SDK_PROCESSOR_SPAN_QUEUE_SIZE,
        &set(PROCESSOR, None),
        move || traces.stats().and_then(|stats| i64::try_from(stats.queued).ok()),
    ));
    observed
}

/// One of the counts.
#[derive(Debug, Clone, Copy)]
enum Read {
    Exported,
    Rejected,
    /// Handed to the exporter.
    Processed,
    Failed(ExportFailure),
}

impl Read {
    fn of(self, stats: &ExportStats) -> u64 {
        match self {
            Self::Exported => stats.exported,
            Self::Rejected => stats.rejected,
            Self::Processed => {
                let on_way: u64 = ON_WAY.iter().map(|why| stats.failed(*why)).sum();
                stats.exported + stats.rejected + on_way + stats.in_flight
            }
            Self::Failed(why) => stats.failed(why),
        }
    }
}

/// There is one component of each type, so each is the first of its kind.
fn set(component: &'static str, error: Option<&'static str>) -> Vec<KeyValue> {
    let mut set = vec![
        KeyValue::new(OTEL_COMPONENT_TYPE.key, component),
        KeyValue::new(OTEL_COMPONENT_NAME.key, format!("{component}/0")),
    ];
    set.extend(error.map(|error| KeyValue::new(ERROR_TYPE.key, error)));
    set
}
