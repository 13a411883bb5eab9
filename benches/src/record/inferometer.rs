//! This workspace's SDK: concrete handles, and the same cells through the OpenTelemetry API.

use inferometer_sdk::{Encoder, HistogramAggregation, MeterProvider, Snapshot, View, ViewBuilder};
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use prost::Message;

use super::{
    cases::OURS,
    opentelemetry::{api_counter, api_histogram},
};
use crate::{
    error::BenchError,
    fixture::{COUNTER, GAUGE, HISTOGRAM, KEPT_ATTRIBUTES, attributes, values},
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

/// With a view that keeps half of the attributes.
pub(super) fn counter_view_api_bound() -> Result<Op, BenchError> {
    let provider = provider_with(filter())?;
    let counter = api_counter(&provider.meter(SCOPE)).bind(&attributes(0));
    Ok(Op::new(move || counter.add(1), move || shown(&provider)))
}

/// With a view that keeps half of the attributes.
pub(super) fn counter_view_api_unbound() -> Result<Op, BenchError> {
    let provider = provider_with(filter())?;
    let counter = api_counter(&provider.meter(SCOPE));
    let attributes = attributes(0);
    Ok(Op::new(move || counter.add(1, &attributes), move || shown(&provider)))
}

/// With a view whose stream is beside the instrument's own: each shows everything.
pub(super) fn counter_two_streams() -> Result<Op, BenchError> {
    let own = View::builder().instrument_name(COUNTER.name);
    let provider = provider_with([own.clone(), own.with_name("bench.tokens.beside")])?;
    let counter = provider.scope(SCOPE).counter::<u64>(&COUNTER, &attributes(0));
    Ok(Op::new(move || counter.add(1), move || shown(&provider) / 2.0))
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

fn filter() -> [ViewBuilder; 1] {
    [View::builder().instrument_name(COUNTER.name).with_allowed_attribute_keys(KEPT_ATTRIBUTES)]
}

fn provider_with(
    views: impl IntoIterator<Item = ViewBuilder>,
) -> Result<MeterProvider, BenchError> {
    let mut builder = MeterProvider::builder();
    for view in views {
        builder =
            builder.with_view(view.build().map_err(|error| BenchError::library(OURS, error))?);
    }
    Ok(builder.build())
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
