//! Definitions, a provider, and its metrics as the generated types decode them.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test file uses a part of it")]

use inferometer_sdk::{Encoder, HistogramAggregation, MeterProvider, MetricReader, Snapshot};
use inferometer_semconv::{AttributeRef, InstrumentDef, InstrumentKind, Stability, ValueType};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    metrics::v1::{
        ExponentialHistogramDataPoint, HistogramDataPoint, Metric, NumberDataPoint, metric::Data,
        number_data_point,
    },
};
use opentelemetry_sdk::Resource;
use prost::Message;

const fn definition(
    name: &'static str,
    kind: InstrumentKind,
    value_type: ValueType,
) -> InstrumentDef {
    InstrumentDef {
        name,
        kind,
        value_type,
        unit: "{thing}",
        description: "A thing.",
        bounds: &[1.0, 2.0, 4.0],
        attributes: &[] as &[AttributeRef],
        cardinality_limit: 4,
        stability: Stability::Development,
    }
}

pub static THINGS: InstrumentDef =
    definition("test.things", InstrumentKind::Counter, ValueType::Int);
pub static SECONDS: InstrumentDef =
    definition("test.seconds", InstrumentKind::Counter, ValueType::Double);
pub static ACTIVE: InstrumentDef =
    definition("test.active", InstrumentKind::UpDownCounter, ValueType::Int);
pub static LEVEL: InstrumentDef =
    definition("test.level", InstrumentKind::Gauge, ValueType::Double);
pub static SIZES: InstrumentDef =
    definition("test.sizes", InstrumentKind::Histogram, ValueType::Double);

pub fn provider_with(histograms: HistogramAggregation) -> MeterProvider {
    MeterProvider::builder()
        .with_resource(Resource::builder_empty().build())
        .with_histograms(histograms)
        .build()
}

pub fn provider() -> MeterProvider {
    provider_with(HistogramAggregation::default())
}

/// Collects and decodes with the generated types.
pub fn collect(provider: &MeterProvider) -> Vec<Metric> {
    requests(provider, Encoder::DEFAULT_MAX_REQUEST_BYTES).into_iter().flat_map(metrics).collect()
}

pub fn requests(provider: &MeterProvider, max_bytes: usize) -> Vec<ExportMetricsServiceRequest> {
    let mut snapshot = Snapshot::default();
    provider.snapshot(&mut snapshot);
    decode(provider, &snapshot, max_bytes)
}

/// Collects by a reader and decodes with the generated types.
pub fn collect_delta(reader: &mut MetricReader, provider: &MeterProvider) -> Vec<Metric> {
    let snapshot = reader.collect(provider);
    let requests = decode(provider, snapshot, Encoder::DEFAULT_MAX_REQUEST_BYTES);
    requests.into_iter().flat_map(metrics).collect()
}

fn decode(
    provider: &MeterProvider,
    snapshot: &Snapshot,
    max_bytes: usize,
) -> Vec<ExportMetricsServiceRequest> {
    let mut requests = Vec::new();
    Encoder::new(provider.resource(), max_bytes).encode(snapshot, |bytes, _| {
        requests.push(ExportMetricsServiceRequest::decode(bytes).expect("our bytes decode"));
    });
    requests
}

pub fn metrics(request: ExportMetricsServiceRequest) -> Vec<Metric> {
    let scopes = request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
    scopes.flat_map(|scope| scope.metrics).collect()
}

pub fn numbers(metrics: &[Metric], name: &str) -> Vec<NumberDataPoint> {
    let points =
        metrics.iter().filter(|metric| metric.name == name).flat_map(|metric| match &metric.data {
            Some(Data::Sum(sum)) => sum.data_points.clone(),
            Some(Data::Gauge(gauge)) => gauge.data_points.clone(),
            other => panic!("{name} is {other:?}"),
        });
    points.collect()
}

pub fn integer(metrics: &[Metric], name: &str) -> i64 {
    match numbers(metrics, name)[..] {
        [NumberDataPoint { value: Some(number_data_point::Value::AsInt(value)), .. }] => value,
        ref other => panic!("{name} is {other:?}"),
    }
}

pub fn histograms(metrics: &[Metric], name: &str) -> Vec<HistogramDataPoint> {
    let points =
        metrics.iter().filter(|metric| metric.name == name).flat_map(|metric| match &metric.data {
            Some(Data::Histogram(histogram)) => histogram.data_points.clone(),
            other => panic!("{name} is {other:?}"),
        });
    points.collect()
}

pub fn exponential(metrics: &[Metric], name: &str) -> Vec<ExponentialHistogramDataPoint> {
    let points =
        metrics.iter().filter(|metric| metric.name == name).flat_map(|metric| match &metric.data {
            Some(Data::ExponentialHistogram(histogram)) => histogram.data_points.clone(),
            other => panic!("{name} is {other:?}"),
        });
    points.collect()
}
