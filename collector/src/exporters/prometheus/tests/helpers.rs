//! Requests in few words, and the page that they give.

use std::time::Duration;

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value as Any},
    metrics::v1::{
        Exemplar as Sent, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint,
        ResourceMetrics, ScopeMetrics, Sum, exemplar::Value as SentValue, metric::Data,
        number_data_point::Value,
    },
    resource::v1::Resource,
};

use prost::Message;

use super::super::{
    encoder::{Encoder, Options},
    format::Format,
    ingest::{Applied, Ingest},
    translate::Translation,
};
use crate::{pipeline::RejectReason, series::Limits};

pub(super) const DELTA: i32 = 1;
pub(super) const CUMULATIVE: i32 = 2;
/// `DataPointFlags::NO_RECORDED_VALUE`
pub(super) const GONE: u32 = 1;

pub(super) fn any_value(value: Any) -> Option<AnyValue> {
    Some(AnyValue { value: Some(value) })
}

pub(super) fn pair(key: &str, value: Any) -> KeyValue {
    KeyValue { key: key.to_owned(), value: any_value(value), ..KeyValue::default() }
}

/// String attributes.
pub(super) fn attributes(pairs: &[(&str, &str)]) -> Vec<KeyValue> {
    pairs.iter().map(|(key, value)| pair(key, Any::StringValue((*value).to_owned()))).collect()
}

pub(super) fn number(value: Value, pairs: &[(&str, &str)]) -> NumberDataPoint {
    NumberDataPoint {
        attributes: attributes(pairs),
        start_time_unix_nano: 1,
        time_unix_nano: 10,
        value: Some(value),
        ..NumberDataPoint::default()
    }
}

pub(super) fn int(value: i64, pairs: &[(&str, &str)]) -> NumberDataPoint {
    number(Value::AsInt(value), pairs)
}

pub(super) fn double(value: f64, pairs: &[(&str, &str)]) -> NumberDataPoint {
    number(Value::AsDouble(value), pairs)
}

/// A point of a cumulative stream with its start and time.
pub(super) fn at(start: u64, time: u64, value: i64) -> NumberDataPoint {
    NumberDataPoint { start_time_unix_nano: start, time_unix_nano: time, ..int(value, &[]) }
}

/// An exemplar as a sender has it.
pub(super) fn sent(value: f64, time: u64) -> Sent {
    Sent {
        time_unix_nano: time,
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        value: Some(SentValue::AsDouble(value)),
        ..Sent::default()
    }
}

pub(super) fn metric(name: &str, unit: &str, data: Data) -> Metric {
    Metric { name: name.to_owned(), unit: unit.to_owned(), data: Some(data), ..Metric::default() }
}

pub(super) fn gauge(name: &str, data_points: Vec<NumberDataPoint>) -> Metric {
    metric(name, "", Data::Gauge(Gauge { data_points }))
}

pub(super) fn sum(
    data_points: Vec<NumberDataPoint>,
    is_monotonic: bool,
    aggregation_temporality: i32,
) -> Data {
    Data::Sum(Sum { data_points, aggregation_temporality, is_monotonic })
}

pub(super) fn counter(name: &str, data_points: Vec<NumberDataPoint>) -> Metric {
    metric(name, "", sum(data_points, true, CUMULATIVE))
}

pub(super) fn buckets(
    bounds: &[f64],
    counts: &[u64],
    sum: f64,
    pairs: &[(&str, &str)],
) -> HistogramDataPoint {
    HistogramDataPoint {
        attributes: attributes(pairs),
        start_time_unix_nano: 1,
        time_unix_nano: 10,
        count: counts.iter().sum(),
        sum: Some(sum),
        bucket_counts: counts.to_vec(),
        explicit_bounds: bounds.to_vec(),
        ..HistogramDataPoint::default()
    }
}

pub(super) fn histogram(name: &str, data_points: Vec<HistogramDataPoint>) -> Metric {
    metric(
        name,
        "",
        Data::Histogram(Histogram { data_points, aggregation_temporality: CUMULATIVE }),
    )
}

pub(super) fn scope(name: &str, version: &str, pairs: &[(&str, &str)]) -> InstrumentationScope {
    InstrumentationScope {
        name: name.to_owned(),
        version: version.to_owned(),
        attributes: attributes(pairs),
        ..InstrumentationScope::default()
    }
}

/// A request of one resource.
pub(super) fn of_resource(
    resource: &[(&str, &str)],
    scope_metrics: Vec<ScopeMetrics>,
) -> ExportMetricsServiceRequest {
    let resource = Resource { attributes: attributes(resource), ..Resource::default() };
    let resource =
        ResourceMetrics { resource: Some(resource), scope_metrics, ..ResourceMetrics::default() };
    ExportMetricsServiceRequest { resource_metrics: vec![resource] }
}

pub(super) fn of_scope(scope: Option<InstrumentationScope>, metrics: Vec<Metric>) -> ScopeMetrics {
    ScopeMetrics { scope, metrics, ..ScopeMetrics::default() }
}

/// A request without resource and scope, so that a page shows only what the test is about.
pub(super) fn request(metrics: Vec<Metric>) -> ExportMetricsServiceRequest {
    of_resource(&[], vec![of_scope(None, metrics)])
}

pub(super) fn ingest() -> Ingest {
    Ingest::new(Limits::default())
}

pub(super) fn apply(ingest: &Ingest, metrics: Vec<Metric>) -> Applied {
    apply_at(ingest, &request(metrics), Duration::ZERO)
}

pub(super) fn apply_at(
    ingest: &Ingest,
    request: &ExportMetricsServiceRequest,
    now: Duration,
) -> Applied {
    ingest.apply(&Translation::default(), &request.encode_to_vec(), now)
}

/// The whole page.
pub(super) fn page(ingest: &Ingest) -> String {
    whole_page(ingest, Format::Text004, false)
}

/// The whole page in a format, with timestamps or without.
pub(super) fn whole_page(ingest: &Ingest, format: Format, has_timestamps: bool) -> String {
    page_with(ingest, format, Options { timestamps: has_timestamps, ..Options::default() })
}

/// The whole page in a format.
pub(super) fn page_with(ingest: &Ingest, format: Format, options: Options) -> String {
    let (mut encoder, mut page) = (Encoder::new(format, options), Vec::new());
    while encoder.piece(ingest.store(), &mut page) {}
    String::from_utf8(page).unwrap()
}

/// Only the samples of the page.
pub(super) fn samples(ingest: &Ingest) -> Vec<String> {
    let page = page(ingest);
    page.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

/// What a page shows after one request, samples only.
pub(super) fn check(metrics: Vec<Metric>, expected: &[&str]) {
    let ingest = ingest();
    let applied = apply(&ingest, metrics);
    assert_eq!(samples(&ingest), expected, "{:?}", applied.message);
}

/// What a page shows after requests of one metric each, and which points were rejected.
pub(super) fn check_in_turn(
    metrics: Vec<Metric>,
    expected: &[&str],
    rejected: &[(RejectReason, u64)],
) {
    let ingest = ingest();
    let mut seen = Vec::new();
    for metric in metrics {
        seen.extend(apply(&ingest, vec![metric]).rejected());
    }
    assert_eq!(samples(&ingest), expected);
    assert_eq!(seen, rejected);
}
