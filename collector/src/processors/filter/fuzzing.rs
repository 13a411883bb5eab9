//! Any text as a condition of the filter.

use std::sync::LazyLock;

use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
        trace::v1::ExportTraceServiceRequest,
    },
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value},
    logs::v1::{LogRecord, ResourceLogs, ScopeLogs},
    metrics::v1::{
        Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, metric::Data,
        number_data_point,
    },
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};

use super::{Condition, Filter, FilterSettings, Level};
use crate::{
    pipeline::{Ack, Counts, Item, Processor, Signal, Tenant},
    processors::request::Request,
};

/// The first byte chooses what the condition is about, the others are its text. A text that is understood keeps its words,
/// and drops the same items whether the processor looks at the bytes of a request first or not.
pub fn filter_condition(data: &[u8]) {
    const LEVELS: [Level; 4] = [Level::Metric, Level::Datapoint, Level::Span, Level::LogRecord];
    let Some((choice, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let level = LEVELS[usize::from(*choice) % LEVELS.len()];
    let condition = match Condition::parse(text, level) {
        Ok(condition) => condition,
        Err(message) => return assert!(!message.is_empty()),
    };
    assert_eq!(condition.to_string(), text);
    let mut settings = FilterSettings::default();
    let (conditions, whole) = match level {
        Level::Metric => (&mut settings.metric, &REQUESTS[0]),
        Level::Datapoint => (&mut settings.datapoint, &REQUESTS[0]),
        Level::Span => (&mut settings.span, &REQUESTS[1]),
        Level::LogRecord => (&mut settings.log_record, &REQUESTS[2]),
    };
    conditions.push(condition);
    let mut expected = whole.clone();
    expected.retain_metrics(|context| settings.keeps(context, &[]));
    expected.retain_items(|context, attributes| settings.keeps_item(context, attributes));
    let left = Filter::new(settings).process(item(whole));
    let left = left.unwrap_or_else(|refusal| panic!("{refusal}: {text}"));
    assert_eq!(left.counts.items, expected.items(), "{text}");
    assert_eq!(Request::of(&left).ok().map(|request| request.items()), Some(expected.items()));
}

fn item(request: &Request) -> Item {
    let signal = match request {
        Request::Metrics(_) => Signal::Metrics,
        Request::Traces(_) => Signal::Traces,
        Request::Logs(_) => Signal::Logs,
    };
    let counts = Counts { items: request.items() };
    let (bytes, tenant, ack) = (request.encode(), Tenant::default(), Ack::ignored());
    Item { signal, bytes, counts, tenant, ack, traced: Default::default() }
}

/// A request of each signal, in which conditions find texts and numbers of every kind, and things that are not there.
static REQUESTS: LazyLock<[Request; 3]> = LazyLock::new(|| {
    let scopes = ["lib", ""].map(|name| InstrumentationScope {
        name: name.to_owned(),
        version: "1.2".to_owned(),
        ..InstrumentationScope::default()
    });
    let resource =
        Some(Resource { attributes: vec![pair("service.name", text("a"))], ..Resource::default() });
    let scope_metrics = scopes.iter().map(|scope| ScopeMetrics {
        scope: Some(scope.clone()),
        metrics: ["a", "queue.wait", ""].map(metric).to_vec(),
        ..ScopeMetrics::default()
    });
    let scope_spans = scopes.iter().map(|scope| ScopeSpans {
        scope: Some(scope.clone()),
        spans: (0..6).map(span).collect(),
        ..ScopeSpans::default()
    });
    let scope_logs = scopes.iter().map(|scope| ScopeLogs {
        scope: Some(scope.clone()),
        log_records: attributes().into_iter().map(record).collect(),
        ..ScopeLogs::default()
    });
    let metrics = ResourceMetrics {
        resource: resource.clone(),
        scope_metrics: scope_metrics.collect(),
        ..ResourceMetrics::default()
    };
    let spans = ResourceSpans {
        resource: resource.clone(),
        scope_spans: scope_spans.collect(),
        ..ResourceSpans::default()
    };
    let logs =
        ResourceLogs { resource, scope_logs: scope_logs.collect(), ..ResourceLogs::default() };
    [
        Request::Metrics(ExportMetricsServiceRequest { resource_metrics: vec![metrics] }),
        Request::Traces(ExportTraceServiceRequest { resource_spans: vec![spans] }),
        Request::Logs(ExportLogsServiceRequest { resource_logs: vec![logs] }),
    ]
});

fn text(text: &str) -> Value {
    Value::StringValue(text.to_owned())
}

fn pair(key: &str, value: Value) -> KeyValue {
    let value = Some(AnyValue { value: Some(value) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

/// Values of every kind, each alone under the key `a`; and none.
fn attributes() -> [Vec<KeyValue>; 6] {
    let values = [
        text("b"),
        Value::IntValue(1),
        Value::DoubleValue(0.5),
        Value::BoolValue(true),
        Value::BytesValue(vec![0xff]),
    ];
    let [a, b, c, d, e] = values.map(|value| vec![pair("a", value)]);
    [a, b, c, d, e, Vec::new()]
}

fn metric(name: &str) -> Metric {
    let point = |attributes| NumberDataPoint {
        attributes,
        value: Some(number_data_point::Value::AsInt(1)),
        ..NumberDataPoint::default()
    };
    let data_points = attributes().map(point).to_vec();
    Metric {
        name: name.to_owned(),
        unit: "s".to_owned(),
        data: Some(Data::Gauge(Gauge { data_points })),
        ..Metric::default()
    }
}

fn span(kind: i32) -> Span {
    let attributes = attributes()[kind.unsigned_abs() as usize].clone();
    Span { name: format!("step {kind}"), kind, attributes, ..Span::default() }
}

fn record(attributes: Vec<KeyValue>) -> LogRecord {
    LogRecord {
        body: Some(AnyValue { value: Some(text("out of memory")) }),
        severity_text: "ERROR".to_owned(),
        severity_number: 17,
        attributes,
        ..LogRecord::default()
    }
}
