//! Requests recorded by this workspace's SDK, into its own cells or through the standard SDK.

use inferometer_sdk::{
    Cached, Encoder, Engine, FinishReason, MeterProvider, Meters, Prompt, Request, Scope, Snapshot,
    StandardMeter,
};
use opentelemetry::{Context, trace::noop::NoopTracer};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use prost::Message;

use super::{
    instruments::UnderTest,
    recorder::{CACHED_TOKENS, PROMPT_TOKENS, Recorder},
};
use crate::otlp::Shown;

pub(super) struct Inferometer<M: Meters> {
    engine: Engine<M>,
    shown: Box<dyn Fn() -> f64 + Send + Sync>,
}

pub(super) fn own_cells() -> Inferometer<Scope> {
    let provider = MeterProvider::builder().build();
    let engine = engine(provider.serving_scope());
    Inferometer { engine, shown: Box::new(move || shown(&provider)) }
}

pub(super) fn standard_meter() -> Inferometer<StandardMeter> {
    let under_test = UnderTest::new();
    let engine = engine(StandardMeter::new(under_test.meter()));
    Inferometer { engine, shown: Box::new(move || under_test.shown()) }
}

fn engine<M: Meters>(meters: M) -> Engine<M> {
    Engine::builder(meters, NoopTracer::new(), "llama-3-70b").stage("decode").build()
}

impl<M: Meters> Recorder for Inferometer<M> {
    type Request = Request<M>;

    fn arrived(&self, at: u64) -> Self::Request {
        self.engine.request_at(&Context::new(), Prompt::text(PROMPT_TOKENS), at)
    }

    fn scheduled(&self, request: &mut Self::Request, at: u64) {
        request.scheduled_at(at);
    }

    fn prefilled(&self, request: &mut Self::Request, at: u64) {
        request.prefilled_at(Cached { device: CACHED_TOKENS, ..Cached::default() }, at);
    }

    #[inline]
    fn token(&self, request: &mut Self::Request, at: u64) {
        request.tokens_at(1, at);
    }

    fn finished(&self, request: Self::Request, at: u64) {
        request.finish_at(FinishReason::Stop, at);
    }

    fn shown(&self) -> f64 {
        (self.shown)()
    }
}

fn shown(provider: &MeterProvider) -> f64 {
    let mut snapshot = Snapshot::default();
    provider.snapshot(&mut snapshot);
    let mut shown = Shown::default();
    let mut encoder = Encoder::new(provider.resource(), Encoder::DEFAULT_MAX_REQUEST_BYTES);
    encoder.encode(&snapshot, |bytes, _| {
        // Bytes that are no request show nothing, which is what the caller looks for.
        shown.add(&ExportMetricsServiceRequest::decode(bytes).unwrap_or_default());
    });
    shown.total
}
