//! `opentelemetry_sdk`, collected by hand and turned into OTLP by `opentelemetry-proto`.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use inferometer_sdk::HistogramAggregation;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    metrics::{
        Aggregation, Instrument, InstrumentKind, ManualReader, Pipeline, SdkMeterProvider, Stream,
        Temporality, data::ResourceMetrics, reader::MetricReader,
    },
};

use crate::views::{self, Chosen, Pair};

pub(crate) struct Peer {
    pub(crate) provider: SdkMeterProvider,
    reader: SharedReader,
}

impl Peer {
    pub(crate) fn new(
        temporality: Temporality,
        histograms: HistogramAggregation,
        views: &Chosen,
    ) -> Self {
        let reader =
            SharedReader(Arc::new(ManualReader::builder().with_temporality(temporality).build()));
        let is_exponential = matches!(histograms, HistogramAggregation::Exponential { .. });
        let views: Vec<&'static Pair> = views::pairs(views).collect();
        let is_selected = {
            let views = views.clone();
            move |instrument: &Instrument| {
                views.iter().any(|view| view.stream(instrument).is_some())
            }
        };
        let exponential = move |instrument: &Instrument| {
            let aggregation = Aggregation::Base2ExponentialHistogram {
                max_size: 160,
                max_scale: 20,
                record_min_max: true,
            };
            let is_plain =
                instrument.kind() == InstrumentKind::Histogram && !is_selected(instrument);
            (is_exponential && is_plain)
                .then(|| Stream::builder().with_aggregation(aggregation).build().ok())
                .flatten()
        };
        let builder = SdkMeterProvider::builder()
            .with_resource(Resource::builder_empty().build())
            .with_reader(reader.clone())
            .with_view(exponential);
        let provider = views
            .into_iter()
            .fold(builder, |builder, view| builder.with_view(|it: &Instrument| view.stream(it)))
            .build();
        Self { provider, reader }
    }

    pub(crate) fn collect(&self) -> ExportMetricsServiceRequest {
        let mut metrics = ResourceMetrics::default();
        self.reader.collect(&mut metrics).expect("a collection");
        (&metrics).into()
    }
}

#[derive(Debug, Clone)]
struct SharedReader(Arc<ManualReader>);

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
