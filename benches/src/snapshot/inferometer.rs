//! This workspace's SDK: a snapshot and an encoder, both used again at every cycle.

use inferometer_sdk::{Encoder, Histogram, MeterProvider, Snapshot};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use prost::Message;

use super::subject::Subject;
use crate::{
    error::BenchError,
    fixture::{HISTOGRAM, SERIES, attributes},
    otlp::Shown,
};

/// One request, as the peer makes it.
const ONE_REQUEST: usize = usize::MAX;

pub(super) struct Inferometer {
    provider: MeterProvider,
    histograms: Vec<Histogram<f64>>,
    snapshot: Snapshot,
    encoder: Encoder,
}

impl Inferometer {
    fn encode(&mut self, mut emit: impl FnMut(&[u8])) {
        self.provider.snapshot(&mut self.snapshot);
        self.encoder.encode(&self.snapshot, |bytes, _| emit(bytes));
    }
}

impl Subject for Inferometer {
    const NAME: &'static str = "inferometer";

    fn new() -> Self {
        let provider = MeterProvider::builder().build();
        let scope = provider.scope("benches");
        let histograms =
            (0..SERIES).map(|series| scope.histogram(&HISTOGRAM, &attributes(series))).collect();
        let encoder = Encoder::new(provider.resource(), ONE_REQUEST);
        Self { provider, histograms, snapshot: Snapshot::default(), encoder }
    }

    fn touch(&self, value: f64) {
        for histogram in &self.histograms {
            histogram.record(value);
        }
    }

    fn settle(&self) {
        // An export begins by installing the pages that new threads asked for.
        self.provider.snapshot(&mut Snapshot::default());
    }

    fn cycle(&mut self) -> Result<u64, BenchError> {
        let mut encoded = 0;
        self.encode(|bytes| encoded += bytes.len() as u64);
        Ok(encoded)
    }

    fn shown(&mut self) -> Result<Shown, BenchError> {
        let mut outcome = Ok(Shown::default());
        self.encode(|bytes| match (&mut outcome, ExportMetricsServiceRequest::decode(bytes)) {
            (Ok(shown), Ok(request)) => shown.add(&request),
            (_, Err(error)) => outcome = Err(BenchError::library(Self::NAME, error)),
            (Err(_), Ok(_)) => {}
        });
        outcome
    }
}
