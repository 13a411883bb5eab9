//! Requests that are right, of any size.

use opentelemetry_proto::tonic::{
    collector::{metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::{AnyValue, KeyValue, any_value::Value},
    metrics::v1::{
        Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, metric::Data,
        number_data_point,
    },
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use prost::Message;

/// A gauge with a point for each of `members`, told apart by the attribute `member`, of the service `service`.
#[must_use]
pub fn gauges(
    name: &str,
    service: &str,
    members: impl IntoIterator<Item = usize>,
    time_unix_nano: u64,
) -> ExportMetricsServiceRequest {
    let point = |member: usize| NumberDataPoint {
        attributes: vec![attribute("member", &member.to_string())],
        time_unix_nano,
        value: Some(number_data_point::Value::AsInt(1)),
        ..NumberDataPoint::default()
    };
    let data_points = members.into_iter().map(point).collect();
    let metric = Metric {
        name: name.to_owned(),
        data: Some(Data::Gauge(Gauge { data_points })),
        ..Metric::default()
    };
    let resource =
        Resource { attributes: vec![attribute("service.name", service)], ..Resource::default() };
    let scope_metrics = vec![ScopeMetrics { metrics: vec![metric], ..ScopeMetrics::default() }];
    let of_resource =
        ResourceMetrics { resource: Some(resource), scope_metrics, ..ResourceMetrics::default() };
    ExportMetricsServiceRequest { resource_metrics: vec![of_resource] }
}

/// So many spans of one trace.
#[must_use]
pub fn spans(trace: u8, spans: u8) -> ExportTraceServiceRequest {
    let span = |number: u8| Span {
        trace_id: vec![trace; 16],
        span_id: vec![number; 8],
        name: "decode".to_owned(),
        ..Span::default()
    };
    let scope_spans =
        vec![ScopeSpans { spans: (1..=spans).map(span).collect(), ..ScopeSpans::default() }];
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }],
    }
}

/// Its bytes.
#[must_use]
pub fn to_protobuf(message: &impl Message) -> Vec<u8> {
    message.encode_to_vec()
}

pub(crate) fn attribute(key: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(Value::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}
