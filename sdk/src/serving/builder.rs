//! Says who an engine is, and binds what it records.

use std::{fmt, sync::Arc};

use inferometer_semconv::{
    attributes::{GEN_AI_OPERATION_NAME, GEN_AI_REQUEST_MODEL, TokenModality},
    spans::INFER_SERVER_INFERENCE,
};
use opentelemetry::KeyValue;

use super::{
    correction::Corrections,
    engine::{Engine, EngineState},
    instruments::RequestInstruments,
    kv_cache::KvTiers,
    labels::{Identity, Labels},
    link::Links,
    meters::Meters,
    tracer::StartSpan,
};
use crate::{
    clock::{Clock, SystemClock},
    metrics::Scope,
};

/// `gen_ai.operation.name` unless said otherwise.
pub const DEFAULT_OPERATION: &str = "chat";

/// `gen_ai.provider.name` unless said otherwise. OpenTelemetry lists cloud providers only, demands a value and allows
/// custom ones; this one is true of any engine that records about itself. The engine's own name is better.
pub const DEFAULT_PROVIDER: &str = "self_hosted";

/// `infer.stage` unless said otherwise: prefill and decode in one engine.
pub const DEFAULT_STAGE: &str = "unified";

/// Settings of an [`Engine`]. Every one becomes an attribute of every series, so that series of one engine join.
pub struct EngineBuilder<M: Meters = Scope> {
    meters: M,
    tracer: Arc<dyn StartSpan>,
    identity: Identity,
    output: TokenModality,
    clock: Option<Arc<dyn Clock>>,
    corrections: Option<Arc<Corrections>>,
}

impl<M: Meters> EngineBuilder<M> {
    pub(super) fn new(meters: M, tracer: Arc<dyn StartSpan>, model: Arc<str>) -> Self {
        Self {
            meters,
            tracer,
            identity: Identity {
                operation: DEFAULT_OPERATION.into(),
                provider: DEFAULT_PROVIDER.into(),
                model,
                stage: DEFAULT_STAGE.into(),
                replica: 0,
                own: Vec::new(),
            },
            output: TokenModality::Text,
            clock: None,
            corrections: None,
        }
    }

    /// What the engine is asked to do: `chat`, `text_completion`, `embeddings`, ... Default: [`DEFAULT_OPERATION`].
    #[must_use]
    pub fn operation(mut self, operation: impl Into<Arc<str>>) -> Self {
        self.identity.operation = operation.into();
        self
    }

    /// The name of the engine: `vllm`, `sglang`, ... Default: [`DEFAULT_PROVIDER`].
    #[must_use]
    pub fn provider(mut self, provider: impl Into<Arc<str>>) -> Self {
        self.identity.provider = provider.into();
        self
    }

    /// The part of the pipeline that this engine is: `prefill`, `decode`, `thinker`, ... Default: [`DEFAULT_STAGE`].
    #[must_use]
    pub fn stage(mut self, stage: impl Into<Arc<str>>) -> Self {
        self.identity.stage = stage.into();
        self
    }

    /// The index of this replica within its stage, from 0. Default: 0.
    #[must_use]
    pub fn replica(mut self, replica: u32) -> Self {
        self.identity.replica = replica;
        self
    }

    /// A label of the caller's own, on every series and request span. One with a key of this crate's labels is
    /// ignored. Each distinct value is a series more: use few.
    #[must_use]
    pub fn label(mut self, label: KeyValue) -> Self {
        self.identity.own.push(label);
        self
    }

    /// What the tokens that it generates stand for. Default: text.
    #[must_use]
    pub fn output_modality(mut self, output: TokenModality) -> Self {
        self.output = output;
        self
    }

    /// Where times come from that the caller does not give. Default: a [`SystemClock`].
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Where this engine's corrections are counted too.
    pub(super) fn corrections(mut self, total: Arc<Corrections>) -> Self {
        self.corrections = Some(total);
        self
    }

    /// Binds every series. Engines with the same labels share theirs.
    #[must_use]
    pub fn build(self) -> Engine<M> {
        let span_name = span_name(&self.identity);
        let labels = Labels::from(self.identity);
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
        Engine(Arc::new(EngineState {
            instruments: RequestInstruments::bind(&self.meters, &labels, self.output),
            links: Links::default(),
            meters: self.meters,
            labels,
            span_name,
            tracer: self.tracer,
            clock,
            corrections: Corrections::within(self.corrections),
            kv_tiers: KvTiers::default(),
        }))
    }
}

fn span_name(identity: &Identity) -> String {
    let placeholder = |key: &str| format!("{{{key}}}");
    INFER_SERVER_INFERENCE
        .name
        .replace(&placeholder(GEN_AI_OPERATION_NAME.key), &identity.operation)
        .replace(&placeholder(GEN_AI_REQUEST_MODEL.key), &identity.model)
}

impl<M: Meters> fmt::Debug for EngineBuilder<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineBuilder").field("identity", &self.identity).finish_non_exhaustive()
    }
}
