//! Requests in which every message of OTLP occurs, to be bent.

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

use super::request::attribute;

/// One metric of every kind, each in a request of its own, and one request with all of them.
#[must_use]
pub fn all_metrics() -> Vec<ExportMetricsServiceRequest> {
    let kinds = [gauge(), sum(1), sum(2), histogram(1), histogram(2), exponential(), summary()];
    let metrics: Vec<_> = kinds.into_iter().zip(["g", "d", "s", "h", "c", "e", "q"]).collect();
    let metric = |(data, name): (Data, &str)| Metric {
        name: name.to_owned(),
        description: "what it is".to_owned(),
        unit: "s".to_owned(),
        metadata: vec![attribute("k", "v")],
        data: Some(data),
    };
    let all: Vec<Metric> = metrics.into_iter().map(metric).collect();
    let mut requests: Vec<_> = all.iter().map(|metric| request_of(vec![metric.clone()])).collect();
    requests.push(request_of(all));
    requests
}

fn request_of(metrics: Vec<Metric>) -> ExportMetricsServiceRequest {
    let scope_metrics =
        vec![ScopeMetrics { scope: Some(scope()), metrics, schema_url: "u".to_owned() }];
    let of_resource =
        ResourceMetrics { resource: Some(resource()), scope_metrics, schema_url: "u".to_owned() };
    ExportMetricsServiceRequest { resource_metrics: vec![of_resource] }
}

/// Spans with events and links.
#[must_use]
pub fn all_spans() -> ExportTraceServiceRequest {
    let event =
        span::Event { name: "e".to_owned(), attributes: attributes(), ..span::Event::default() };
    let link = span::Link { trace_id: vec![3; 16], span_id: vec![2; 8], ..span::Link::default() };
    let span = |number: u8| Span {
        trace_id: vec![1; 16],
        span_id: vec![number; 8],
        parent_span_id: vec![1; 8],
        trace_state: "a=b".to_owned(),
        name: "decode".to_owned(),
        kind: 2,
        start_time_unix_nano: 5,
        end_time_unix_nano: 9,
        attributes: attributes(),
        events: vec![event.clone()],
        links: vec![link.clone()],
        status: Some(Status { message: "no".to_owned(), code: 2 }),
        flags: 257,
        ..Span::default()
    };
    let scope_spans = vec![ScopeSpans {
        scope: Some(scope()),
        spans: vec![span(1), span(2)],
        ..ScopeSpans::default()
    }];
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(resource()),
            scope_spans,
            ..ResourceSpans::default()
        }],
    }
}

/// Log records.
#[must_use]
pub fn all_records() -> ExportLogsServiceRequest {
    let record = LogRecord {
        time_unix_nano: 1,
        severity_number: 9,
        severity_text: "INFO".to_owned(),
        body: Some(AnyValue { value: Some(Value::BytesValue(vec![0xff])) }),
        attributes: attributes(),
        trace_id: vec![1; 16],
        ..LogRecord::default()
    };
    let scope_logs = vec![ScopeLogs {
        scope: Some(scope()),
        log_records: vec![record; 2],
        ..ScopeLogs::default()
    }];
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            resource: Some(resource()),
            scope_logs,
            ..ResourceLogs::default()
        }],
    }
}

fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: "scope".to_owned(),
        version: "1".to_owned(),
        attributes: vec![attribute("sk", "sv")],
        ..InstrumentationScope::default()
    }
}

fn resource() -> Resource {
    Resource {
        attributes: vec![attribute("service.name", "corpus"), attribute("zone", "z")],
        ..Resource::default()
    }
}

/// One attribute with every kind of value, nested ones included, and plain ones.
fn attributes() -> Vec<KeyValue> {
    let any = |value| AnyValue { value: Some(value) };
    let list = KeyValueList { values: vec![attribute("in", "side")] };
    let values = vec![
        any(Value::StringValue("\u{fc}ber\n\"".to_owned())),
        any(Value::BoolValue(true)),
        any(Value::IntValue(-1)),
        any(Value::DoubleValue(f64::NAN)),
        any(Value::BytesValue(vec![0, 0xff])),
        any(Value::KvlistValue(list)),
        AnyValue::default(),
    ];
    let array = Some(any(Value::ArrayValue(ArrayValue { values })));
    vec![
        attribute("key", "value"),
        KeyValue { key: "all".to_owned(), value: array, ..KeyValue::default() },
    ]
}

fn exemplars() -> Vec<Exemplar> {
    vec![Exemplar {
        filtered_attributes: vec![attribute("f", "v")],
        time_unix_nano: 4,
        span_id: vec![7; 8],
        trace_id: vec![7; 16],
        value: Some(exemplar::Value::AsDouble(0.25)),
    }]
}

fn number() -> NumberDataPoint {
    NumberDataPoint {
        attributes: attributes(),
        start_time_unix_nano: 1,
        time_unix_nano: 5,
        exemplars: exemplars(),
        value: Some(number_data_point::Value::AsInt(3)),
        ..NumberDataPoint::default()
    }
}

fn gauge() -> Data {
    let double = NumberDataPoint {
        value: Some(number_data_point::Value::AsDouble(0.5)),
        attributes: vec![attribute("of", "double")],
        ..number()
    };
    Data::Gauge(Gauge { data_points: vec![number(), double] })
}

fn sum(aggregation_temporality: i32) -> Data {
    Data::Sum(Sum { data_points: vec![number()], aggregation_temporality, is_monotonic: true })
}

fn histogram(aggregation_temporality: i32) -> Data {
    let point = HistogramDataPoint {
        attributes: attributes(),
        start_time_unix_nano: 1,
        time_unix_nano: 5,
        count: 6,
        sum: Some(1.5),
        bucket_counts: vec![1, 2, 3],
        explicit_bounds: vec![0.5, 1.0],
        exemplars: exemplars(),
        min: Some(0.1),
        max: Some(2.0),
        ..HistogramDataPoint::default()
    };
    Data::Histogram(Histogram { data_points: vec![point], aggregation_temporality })
}

fn exponential() -> Data {
    let buckets =
        |offset| Some(Buckets { offset, bucket_counts: vec![1, 0, 1000, u64::from(u32::MAX)] });
    let point = ExponentialHistogramDataPoint {
        attributes: attributes(),
        start_time_unix_nano: 1,
        time_unix_nano: 5,
        count: 2 * (1001 + u64::from(u32::MAX)) + 4,
        sum: Some(9.0),
        scale: 3,
        zero_count: 4,
        positive: buckets(-7),
        negative: buckets(2),
        exemplars: exemplars(),
        zero_threshold: 0.001,
        ..ExponentialHistogramDataPoint::default()
    };
    let aggregation_temporality = 2;
    Data::ExponentialHistogram(ExponentialHistogram {
        data_points: vec![point],
        aggregation_temporality,
    })
}

fn summary() -> Data {
    let quantile_values = vec![ValueAtQuantile { quantile: 0.5, value: 2.0 }];
    let point = SummaryDataPoint {
        attributes: attributes(),
        time_unix_nano: 5,
        count: 2,
        sum: 4.0,
        quantile_values,
        ..SummaryDataPoint::default()
    };
    Data::Summary(Summary { data_points: vec![point] })
}
