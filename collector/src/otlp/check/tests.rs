//! The reading in place, judged by the generated types: what they decode is accepted, with as many items, and nothing
//! else.

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
        trace::v1::ExportTraceServiceRequest,
    },
    common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue, any_value::Value},
    logs::v1::{LogRecord, ResourceLogs, ScopeLogs},
    metrics::v1::{
        Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram,
        HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary,
        SummaryDataPoint, exponential_histogram_data_point::Buckets, metric::Data,
        number_data_point, summary_data_point::ValueAtQuantile,
    },
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span},
};

use proptest::prelude::*;
use prost::Message;

use super::*;
use crate::otlp::fuzzing::oracle;

fn checked(signal: Signal, message: &impl Message) -> Result<u64, String> {
    check(signal, &message.encode_to_vec())
        .map(|counts| counts.items)
        .map_err(|error| error.to_string())
}

fn metric(data: Data) -> Metric {
    Metric { name: "m".to_owned(), data: Some(data), ..Metric::default() }
}

#[test]
fn points_are_counted_over_resources_scopes_and_kinds() {
    let gauge = metric(Data::Gauge(Gauge { data_points: vec![NumberDataPoint::default(); 3] }));
    let histogram = metric(Data::Histogram(Histogram {
        data_points: vec![HistogramDataPoint::default(); 2],
        aggregation_temporality: 2,
    }));
    let scope = ScopeMetrics {
        metrics: vec![gauge, histogram, Metric::default()],
        ..ScopeMetrics::default()
    };
    let resource =
        ResourceMetrics { scope_metrics: vec![scope.clone(), scope], ..ResourceMetrics::default() };
    let request =
        ExportMetricsServiceRequest { resource_metrics: vec![resource.clone(), resource] };
    assert_eq!(checked(Signal::Metrics, &request), Ok(20));
}

#[test]
fn spans_and_log_records_are_counted() {
    let traces = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            scope_spans: vec![ScopeSpans {
                spans: vec![Span::default(); 4],
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    };
    let logs = ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            scope_logs: vec![ScopeLogs {
                log_records: vec![LogRecord::default(); 5],
                ..ScopeLogs::default()
            }],
            ..ResourceLogs::default()
        }],
    };
    assert_eq!(checked(Signal::Traces, &traces), Ok(4));
    assert_eq!(checked(Signal::Logs, &logs), Ok(5));
}

#[test]
fn an_empty_body_is_an_empty_request() {
    for signal in Signal::ALL {
        assert_eq!(check(signal, &Bytes::new()), Ok(Counts { items: 0 }));
    }
}

#[test]
fn a_malformed_body_is_told_with_size_message_and_place() {
    // resource_metrics (field 1) announces five bytes; two follow.
    let truncated = check(Signal::Metrics, &Bytes::from_static(&[0x0a, 5, 0x12, 0]));
    let text = truncated.unwrap_err().to_string();
    assert!(text.starts_with("body of 4 bytes is not an ExportMetricsServiceRequest: "), "{text}");
    assert!(text.contains("resource_metrics"), "{text}");
    assert!(text.ends_with("; send the protobuf that /v1/metrics takes"), "{text}");
    let json = check(Signal::Traces, &Bytes::from_static(b"{\"resourceSpans\":[]}"));
    let text = json.unwrap_err().to_string();
    assert!(text.contains("ExportTraceServiceRequest"), "{text}");
}

#[test]
fn text_that_is_not_utf8_is_malformed() {
    // resource_metrics > schema_url (field 3) with one byte that no UTF-8 text has.
    let bytes = Bytes::from_static(&[0x0a, 3, 0x1a, 1, 0xff]);
    let text = check(Signal::Metrics, &bytes).unwrap_err().to_string();
    assert!(text.contains("schema_url"), "{text}");
}

fn attributes() -> Vec<KeyValue> {
    let text = || AnyValue { value: Some(Value::StringValue("\u{fc}ber".to_owned())) };
    let any = |value| AnyValue { value: Some(value) };
    let values = vec![text(), any(Value::IntValue(-1)), AnyValue::default()];
    let plain = [
        Value::StringValue("uber".to_owned()),
        Value::IntValue(1 << 40),
        Value::IntValue(-1),
        Value::BoolValue(true),
        Value::DoubleValue(0.5),
    ];
    [text(), any(Value::ArrayValue(ArrayValue { values }))]
        .into_iter()
        .chain(plain.map(any))
        .map(|value| KeyValue { key: "key".to_owned(), value: Some(value), ..KeyValue::default() })
        .collect()
}

/// A request with every kind of point.
fn all_metrics() -> ExportMetricsServiceRequest {
    let exemplars = vec![Exemplar {
        filtered_attributes: attributes(),
        trace_id: vec![7; 16],
        ..Exemplar::default()
    }];
    let number = NumberDataPoint {
        attributes: attributes(),
        time_unix_nano: 5,
        exemplars: exemplars.clone(),
        value: Some(number_data_point::Value::AsInt(3)),
        ..NumberDataPoint::default()
    };
    let buckets = HistogramDataPoint {
        attributes: attributes(),
        count: 3,
        sum: Some(1.5),
        bucket_counts: vec![1, 2],
        explicit_bounds: vec![0.5],
        exemplars,
        flags: 300,
        ..HistogramDataPoint::default()
    };
    let exponential = ExponentialHistogramDataPoint {
        attributes: attributes(),
        scale: -3,
        positive: Some(Buckets { offset: -7, bucket_counts: vec![1, 1000] }),
        ..ExponentialHistogramDataPoint::default()
    };
    let summary = SummaryDataPoint {
        quantile_values: vec![ValueAtQuantile { quantile: 0.5, value: 2.0 }],
        attributes: attributes(),
        ..SummaryDataPoint::default()
    };
    let metrics = vec![
        metric(Data::Gauge(Gauge { data_points: vec![number.clone(); 2] })),
        metric(Data::Sum(Sum {
            data_points: vec![number],
            aggregation_temporality: 2,
            is_monotonic: true,
        })),
        metric(Data::Histogram(Histogram {
            data_points: vec![buckets],
            aggregation_temporality: 1,
        })),
        metric(Data::ExponentialHistogram(ExponentialHistogram {
            data_points: vec![exponential],
            aggregation_temporality: 2,
        })),
        metric(Data::Summary(Summary { data_points: vec![summary] })),
    ];
    let scope =
        InstrumentationScope { name: "scope".to_owned(), ..InstrumentationScope::default() };
    let resource_metrics = vec![ResourceMetrics {
        resource: Some(Resource { attributes: attributes(), ..Resource::default() }),
        scope_metrics: vec![ScopeMetrics {
            scope: Some(scope),
            metrics,
            schema_url: "https://example.com".to_owned(),
        }],
        ..ResourceMetrics::default()
    }];
    ExportMetricsServiceRequest { resource_metrics }
}

fn all_spans() -> ExportTraceServiceRequest {
    let span = Span {
        trace_id: vec![1; 16],
        attributes: attributes(),
        events: vec![span::Event { attributes: attributes(), ..span::Event::default() }],
        links: vec![span::Link { span_id: vec![2; 8], ..span::Link::default() }],
        status: Some(Status { message: "no".to_owned(), code: 2 }),
        flags: 1,
        ..Span::default()
    };
    let scope_spans = vec![ScopeSpans { spans: vec![span; 2], ..ScopeSpans::default() }];
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }],
    }
}

fn all_records() -> ExportLogsServiceRequest {
    let record = LogRecord {
        body: Some(AnyValue { value: Some(Value::BytesValue(vec![0xff])) }),
        attributes: attributes(),
        flags: 1,
        ..LogRecord::default()
    };
    let scope_logs = vec![ScopeLogs { log_records: vec![record; 3], ..ScopeLogs::default() }];
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs { scope_logs, ..ResourceLogs::default() }],
    }
}

fn agrees(signal: Signal, bytes: &[u8]) {
    let ours = check(signal, bytes).map(|counts| counts.items);
    assert_eq!(ours.clone().ok(), oracle(signal, bytes), "{ours:?} of {bytes:02x?}");
}

fn every_request() -> [(Signal, Vec<u8>); 3] {
    [
        (Signal::Metrics, all_metrics().encode_to_vec()),
        (Signal::Traces, all_spans().encode_to_vec()),
        (Signal::Logs, all_records().encode_to_vec()),
    ]
}

#[test]
fn every_kind_of_item_is_counted_as_the_generated_types_count_it() {
    for (signal, bytes) in every_request() {
        assert!(oracle(signal, &bytes).is_some_and(|items| items > 1));
        agrees(signal, &bytes);
    }
}

#[test]
fn every_cut_of_a_request_is_taken_or_refused_as_the_generated_types_do() {
    for (signal, bytes) in every_request() {
        (0..bytes.len()).for_each(|end| agrees(signal, &bytes[..end]));
    }
}

/// `levels` arrays, each the only value of the one around it, as an attribute of a resource.
fn nested(levels: usize) -> Vec<u8> {
    let mut value = AnyValue::default();
    for _ in 0..levels {
        let array = ArrayValue { values: vec![value] };
        value = AnyValue { value: Some(Value::ArrayValue(array)) };
    }
    let attributes =
        vec![KeyValue { key: "k".to_owned(), value: Some(value), ..KeyValue::default() }];
    let resource = Some(Resource { attributes, ..Resource::default() });
    let resource_metrics = vec![ResourceMetrics { resource, ..ResourceMetrics::default() }];
    ExportMetricsServiceRequest { resource_metrics }.encode_to_vec()
}

#[test]
fn messages_nest_as_deep_as_the_generated_types_allow_and_no_deeper() {
    for levels in 44..52 {
        agrees(Signal::Metrics, &nested(levels));
    }
    let text = check(Signal::Metrics, &nested(60)).unwrap_err().to_string();
    assert!(text.contains("messages nest deeper than 100"), "{text}");
}

#[test]
fn of_several_kinds_of_data_the_last_one_counts() {
    let point = |number: u8, points: usize| {
        let mut data = vec![];
        (0..points).for_each(|_| data.extend([0x0a, 0]));
        let mut field = vec![number << 3 | 2, u8::try_from(data.len()).unwrap()];
        field.extend(data);
        field
    };
    for fields in [
        vec![point(5, 3), point(7, 1)],
        vec![point(5, 3), point(5, 1)],
        vec![point(5, 3), point(7, 1), point(5, 2)],
    ] {
        let mut bytes = fields.concat();
        // As Metric, ScopeMetrics.metrics, ResourceMetrics.scope_metrics, request.resource_metrics.
        for tag in [0x12, 0x12, 0x0a] {
            let length = u8::try_from(bytes.len()).unwrap();
            bytes.splice(..0, [tag, length]);
        }
        assert!(oracle(Signal::Metrics, &bytes).is_some());
        agrees(Signal::Metrics, &bytes);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_taken_or_refused_as_the_generated_types_do(
        bytes in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        Signal::ALL.into_iter().for_each(|signal| agrees(signal, &bytes));
    }

    #[test]
    fn any_damage_to_a_request_is_found_as_the_generated_types_find_it(
        which in 0..3_usize,
        damages in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..6),
    ) {
        let (signal, mut bytes) = every_request()[which].clone();
        for (at, byte, how) in damages {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.remove(at)),
                _ => bytes[at] ^= 1 << (byte % 8),
            }
        }
        agrees(signal, &bytes);
    }
}
