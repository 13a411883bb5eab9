//! This workspace's SDK: concrete handles, and the same cells through the OpenTelemetry API.

use inferometer_sdk::{Encoder, HistogramAggregation, MeterProvider, Snapshot};
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use prost::Message;

use super::opentelemetry::{api_counter, api_histogram};
use crate::{
    error::BenchError,
    fixture::{COUNTER, GAUGE, HISTOGRAM, attributes, values},
    op::Op,
    otlp::Shown,
};

pub(super) const SCOPE: &str = "benches";

pub(super) fn counter() -> Result<Op, BenchError> {
    let provider = provider();
    let counter = provider.scope(SCOPE).counter::<u64>(&COUNTER, &attributes(0));
    Ok(Op::new(move || counter.add(1), move || shown(&provider)))
}

pub(super) fn counter_api_bound() -> Result<Op, BenchError> {
    let provider = provider();
    let counter = api_counter(&provider.meter(SCOPE)).bind(&attributes(0));
    Ok(Op::new(move || counter.add(1), move || shown(&provider)))
}

pub(super) fn counter_api_unbound() -> Result<Op, BenchError> {
    let provider = provider();
    let counter = api_counter(&provider.meter(SCOPE));
    let attributes = attributes(0);
    Ok(Op::new(move || counter.add(1, &attributes), move || shown(&provider)))
}

pub(super) fn histogram() -> Result<Op, BenchError> {
    let provider = provider();
    let histogram = provider.scope(SCOPE).histogram::<f64>(&HISTOGRAM, &attributes(0));
    Ok(Op::of_values(values()?, move |value| histogram.record(value), move || shown(&provider)))
}

pub(super) fn histogram_exponential() -> Result<Op, BenchError> {
    let scale = HistogramAggregation::DEFAULT_SCALE;
    let histograms = HistogramAggregation::Exponential { scale };
    let provider = MeterProvider::builder().with_histograms(histograms).build();
    let histogram = provider.scope(SCOPE).histogram::<f64>(&HISTOGRAM, &attributes(0));
    Ok(Op::of_values(values()?, move |value| histogram.record(value), move || shown(&provider)))
}

pub(super) fn histogram_api_bound() -> Result<Op, BenchError> {
    let provider = provider();
    let histogram = api_histogram(&provider.meter(SCOPE)).bind(&attributes(0));
    Ok(Op::of_values(values()?, move |value| histogram.record(value), move || shown(&provider)))
}

pub(super) fn gauge() -> Result<Op, BenchError> {
    let provider = provider();
    let gauge = provider.scope(SCOPE).gauge::<f64>(&GAUGE, &attributes(0));
    Ok(Op::of_values(values()?, move |value| gauge.record(value), move || shown(&provider)))
}

pub(super) fn provider() -> MeterProvider {
    MeterProvider::builder().build()
}

pub(super) fn shown(provider: &MeterProvider) -> f64 {
    let mut snapshot = Snapshot::default();
    provider.snapshot(&mut snapshot);
    let mut shown = Shown::default();
    Encoder::new(provider.resource(), Encoder::DEFAULT_MAX_REQUEST_BYTES).encode(
        &snapshot,
        |bytes, _| {
            // Bytes that are no request show nothing, which is what the caller looks for.
            shown.add(&ExportMetricsServiceRequest::decode(bytes).unwrap_or_default());
        },
    );
    shown.total
}
