//! What a program writes at its start, for metrics and traces over gRPC to a collector beside it.

use inferometer_sdk::Telemetry;
use opentelemetry_otlp::{MetricExporter, SpanExporter};
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider, trace::SdkTracerProvider};

use super::{INIT, PEER};
use crate::error::BenchError;

pub(super) fn init() -> Result<Telemetry, BenchError> {
    inferometer_sdk::init().map_err(|error| BenchError::library(INIT, error))
}

/// As much as the peer does: its resource comes from the environment alone.
pub(super) fn without_detectors() -> Result<Telemetry, BenchError> {
    Telemetry::builder()
        .detectors([])
        .environment(&inferometer_sdk::Environment::process())
        .build()
        .map_err(|error| BenchError::library(INIT, error))
}

pub(super) fn peer() -> Result<(SdkMeterProvider, SdkTracerProvider), BenchError> {
    let failed = |error| BenchError::library(PEER, format!("{error}"));
    let resource = Resource::builder().build();
    let metrics = MetricExporter::builder().with_tonic().build().map_err(failed)?;
    let meters = SdkMeterProvider::builder()
        .with_resource(resource.clone())
        .with_periodic_exporter(metrics)
        .build();
    let spans = SpanExporter::builder().with_tonic().build().map_err(failed)?;
    let tracers =
        SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(spans).build();
    Ok((meters, tracers))
}
