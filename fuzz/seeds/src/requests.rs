//! A request of each signal that has something of everything.

use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
        trace::v1::ExportTraceServiceRequest,
    },
    common::v1::{
        AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList, any_value::Value,
    },
    logs::v1::{LogRecord, ResourceLogs, ScopeLogs},
    metrics::v1::{
        Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram,
        HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary,
        SummaryDataPoint, exemplar, exponential_histogram_data_point::Buckets, metric::Data,
        number_data_point, summary_data_point::ValueAtQuantile,
    },
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span},
};
use prost::Message;

/// Metrics, traces and logs in protobuf.
pub(crate) fn all() -> [Vec<u8>; 3] {
    [metrics(1, true).encode_to_vec(), traces().encode_to_vec(), logs().encode_to_vec()]
}

/// The same as others write them in JSON.
pub(crate) fn in_json() -> [String; 3] {
    let [metrics, traces, logs] = [
        serde_json::to_string(&metrics(1, true)),
        serde_json::to_string(&traces()),
        serde_json::to_string(&logs()),
    ];
    [metrics, traces, logs].map(Result::unwrap_or_default)
}

/// Metrics in three requests that follow each other: the same streams, each a little further; then some in parts.
pub(crate) fn steady() -> [ExportMetricsServiceRequest; 4] {
    [metrics(1, true), metrics(2, true), metrics(2, false), metrics(3, false)]
}

fn value(value: Value) -> Option<AnyValue> {
    Some(AnyValue { value: Some(value) })
}

fn pair(key: &str, of: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: value(of), ..KeyValue::default() }
}

fn text(text: &str) -> Value {
    Value::StringValue(text.to_owned())
}

fn attributes() -> Vec<KeyValue> {
    let list = ArrayValue { values: [value(Value::IntValue(-1)), value(text("ü"))].map(Option::unwrap_or_default).to_vec() };
    vec![
        pair("model", text("m\"\\\n")),
        pair("n", Value::DoubleValue(0.5)),
        pair("is.on", Value::BoolValue(true)),
        pair("list", Value::ArrayValue(list)),
        pair("map", Value::KvlistValue(KeyValueList { values: vec![pair("k", text("v"))] })),
        pair("bytes", Value::BytesValue(vec![0xff, 0])),
    ]
}

fn resource() -> Option<Resource> {
    let named = [("service.name", "engine"), ("service.instance.id", "1"), ("host.name", "h")];
    let attributes = named.map(|(key, name)| pair(key, text(name))).to_vec();
    Some(Resource { attributes, ..Resource::default() })
}

fn scope() -> Option<InstrumentationScope> {
    Some(InstrumentationScope {
        name: "lib".to_owned(),
        version: "1.2".to_owned(),
        ..InstrumentationScope::default()
    })
}

fn metrics(turn: u64, is_cumulative: bool) -> ExportMetricsServiceRequest {
    let aggregation_temporality = if is_cumulative { 2 } else { 1 };
    let (start, time) = if is_cumulative { (10, 10 + 10 * turn) } else { (10 * turn, 10 + 10 * turn) };
    let exemplars = vec![Exemplar {
        time_unix_nano: time,
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        value: Some(exemplar::Value::AsDouble(0.5)),
        filtered_attributes: vec![pair("e", text("x"))],
    }];
    let number = |value, attributes| NumberDataPoint {
        attributes,
        start_time_unix_nano: start,
        time_unix_nano: time,
        value: Some(value),
        exemplars: exemplars.clone(),
        ..NumberDataPoint::default()
    };
    let int = number_data_point::Value::AsInt(turn as i64 * 3);
    let double = number_data_point::Value::AsDouble(turn as f64 * 1.5);
    let explicit = HistogramDataPoint {
        start_time_unix_nano: start,
        time_unix_nano: time,
        count: 3 * turn,
        sum: Some(2.5),
        bucket_counts: vec![turn, 2 * turn, 0],
        explicit_bounds: vec![0.5, 10.0],
        exemplars: exemplars.clone(),
        ..HistogramDataPoint::default()
    };
    let exponential = ExponentialHistogramDataPoint {
        start_time_unix_nano: start,
        time_unix_nano: time,
        count: 5 * turn,
        sum: Some(2.5),
        scale: 3,
        zero_count: turn,
        positive: Some(Buckets { offset: -2, bucket_counts: vec![turn, 0, 2 * turn] }),
        negative: Some(Buckets { offset: 4, bucket_counts: vec![turn] }),
        ..ExponentialHistogramDataPoint::default()
    };
    let summary = SummaryDataPoint {
        time_unix_nano: time,
        count: turn,
        sum: 1.5,
        quantile_values: vec![ValueAtQuantile { quantile: 0.5, value: 1.0 }],
        ..SummaryDataPoint::default()
    };
    let sum = |is_monotonic, point| {
        Data::Sum(Sum { data_points: vec![point], aggregation_temporality, is_monotonic })
    };
    let metrics = [
        ("queue.depth", "", Data::Gauge(Gauge { data_points: vec![number(int, attributes()), number(double, vec![])] })),
        ("tokens", "{token}", sum(true, number(int, vec![pair("a", text("b"))]))),
        ("load", "1", sum(false, number(double, vec![]))),
        ("time", "s", Data::Histogram(Histogram { data_points: vec![explicit], aggregation_temporality })),
        ("size", "By", Data::ExponentialHistogram(ExponentialHistogram { data_points: vec![exponential], aggregation_temporality })),
        ("rpc", "ms", Data::Summary(Summary { data_points: vec![summary] })),
    ];
    let metrics = metrics.map(|(name, unit, data)| Metric {
        name: name.to_owned(),
        description: "What.".to_owned(),
        unit: unit.to_owned(),
        data: Some(data),
        ..Metric::default()
    });
    let scope_metrics =
        vec![ScopeMetrics { scope: scope(), metrics: metrics.to_vec(), ..ScopeMetrics::default() }];
    let resource_metrics =
        vec![ResourceMetrics { resource: resource(), scope_metrics, ..ResourceMetrics::default() }];
    ExportMetricsServiceRequest { resource_metrics }
}

fn traces() -> ExportTraceServiceRequest {
    let span = |id: u8| Span {
        trace_id: vec![1; 16],
        span_id: vec![id; 8],
        parent_span_id: vec![id - 1; 8],
        trace_state: "a=b".to_owned(),
        name: "step".to_owned(),
        kind: i32::from(id),
        start_time_unix_nano: 1_699_999_999_000_000_000,
        end_time_unix_nano: 1_699_999_999_500_000_000,
        attributes: attributes(),
        events: vec![span::Event { name: "e".to_owned(), attributes: attributes(), ..span::Event::default() }],
        links: vec![span::Link { trace_id: vec![3; 16], span_id: vec![4; 8], ..span::Link::default() }],
        status: Some(Status { message: "no".to_owned(), code: 2 }),
        ..Span::default()
    };
    let scope_spans =
        vec![ScopeSpans { scope: scope(), spans: vec![span(1), span(2)], ..ScopeSpans::default() }];
    let resource_spans =
        vec![ResourceSpans { resource: resource(), scope_spans, ..ResourceSpans::default() }];
    ExportTraceServiceRequest { resource_spans }
}

fn logs() -> ExportLogsServiceRequest {
    let record = LogRecord {
        time_unix_nano: 5,
        severity_number: 17,
        severity_text: "ERROR".to_owned(),
        body: value(text("out of memory")),
        attributes: attributes(),
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        flags: 1,
        ..LogRecord::default()
    };
    let log_records = vec![record.clone(), LogRecord { body: None, ..record }];
    let scope_logs = vec![ScopeLogs { scope: scope(), log_records, ..ScopeLogs::default() }];
    let resource_logs =
        vec![ResourceLogs { resource: resource(), scope_logs, ..ResourceLogs::default() }];
    ExportLogsServiceRequest { resource_logs }
}
