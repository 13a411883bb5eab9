//! `opentelemetry_sdk`: collect, convert to `opentelemetry-proto`, encode; what its OTLP exporter does.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use opentelemetry::metrics::{BoundHistogram, MeterProvider as _};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    metrics::{
        InstrumentKind, ManualReader, Pipeline, SdkMeterProvider, Stream, Temporality,
        data::ResourceMetrics, reader::MetricReader,
    },
};
use prost::Message;

use super::subject::Subject;
use crate::{
    error::BenchError,
    fixture::{BOUNDS, CARDINALITY_LIMIT, HISTOGRAM, SERIES, attributes},
    otlp::Shown,
};

pub(super) struct OpenTelemetry {
    /// Kept, because its instruments end with it.
    _provider: SdkMeterProvider,
    reader: SharedReader,
    histograms: Vec<BoundHistogram<f64>>,
    collected: ResourceMetrics,
    encoded: Vec<u8>,
}

impl Subject for OpenTelemetry {
    const NAME: &'static str = "opentelemetry_sdk";

    #[expect(clippy::disallowed_methods, reason = "what a foreign library does")]
    fn new() -> Self {
        let reader = SharedReader::default();
        let provider = SdkMeterProvider::builder()
            .with_reader(reader.clone())
            .with_view(|_: &_| {
                Stream::builder().with_cardinality_limit(CARDINALITY_LIMIT as usize).build().ok()
            })
            .build();
        let histogram = provider
            .meter("benches")
            .f64_histogram(HISTOGRAM.name)
            .with_unit(HISTOGRAM.unit)
            .with_description(HISTOGRAM.description)
            .with_boundaries(BOUNDS.to_vec())
            .build();
        let histograms = (0..SERIES).map(|series| histogram.bind(&attributes(series))).collect();
        Self {
            _provider: provider,
            reader,
            histograms,
            collected: ResourceMetrics::default(),
            encoded: Vec::new(),
        }
    }

    fn touch(&self, value: f64) {
        for histogram in &self.histograms {
            histogram.record(value);
        }
    }

    fn settle(&self) {}

    fn cycle(&mut self) -> Result<u64, BenchError> {
        self.reader
            .collect(&mut self.collected)
            .map_err(|error| BenchError::library(Self::NAME, error))?;
        let request = ExportMetricsServiceRequest::from(&self.collected);
        self.encoded.clear();
        request
            .encode(&mut self.encoded)
            .map_err(|error| BenchError::library(Self::NAME, error))?;
        Ok(self.encoded.len() as u64)
    }

    fn shown(&mut self) -> Result<Shown, BenchError> {
        self.cycle()?;
        let request = ExportMetricsServiceRequest::decode(self.encoded.as_slice())
            .map_err(|error| BenchError::library(Self::NAME, error))?;
        let mut shown = Shown::default();
        shown.add(&request);
        Ok(shown)
    }
}

/// A reader that stays in reach after the provider has taken it.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedReader(Arc<ManualReader>);

impl MetricReader for SharedReader {
    fn register_pipeline(&self, pipeline: Weak<Pipeline>) {
        self.0.register_pipeline(pipeline);
    }

    fn collect(&self, metrics: &mut ResourceMetrics) -> OTelSdkResult {
        self.0.collect(metrics)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn temporality(&self, kind: InstrumentKind) -> Temporality {
        self.0.temporality(kind)
    }
}
