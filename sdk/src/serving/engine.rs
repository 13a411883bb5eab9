//! One engine: a model on a replica of a stage, whose series are bound.

use std::{fmt, sync::Arc};

use opentelemetry::{
    Context, InstrumentationScope,
    trace::{Tracer, TracerProvider},
};

use super::{
    builder::EngineBuilder,
    correction::{Correction, Corrections},
    instruments::RequestInstruments,
    kv_cache::KvTiers,
    labels::Labels,
    link::Links,
    meters::Meters,
    prompt::Prompt,
    request::Request,
    tracer::StartSpan,
};
use crate::{
    clock::Clock,
    metrics::{MeterProvider, Scope},
    telemetry::Telemetry,
};

/// The instrumentation scope of what this layer records.
pub(super) const SCOPE: &str = "inferometer.serving";

/// Records what one engine does. Cheap to clone and to send; clones are the same engine.
///
/// ```
/// use inferometer_sdk::{FinishReason, KvCacheTier, KvStats, Prompt, StepBatch};
/// use opentelemetry::Context;
/// use std::time::Duration;
/// # let telemetry = inferometer_sdk::Telemetry::builder().exporter(inferometer_sdk::Exporter::None).build()?;
/// let engine = telemetry.engine("llama-3-70b").stage("decode").replica(0).build();
///
/// let request = engine.request(&Context::new(), Prompt::text(812)); // see `Request`
/// let batch = StepBatch { prefill_tokens: 812, requests: 1, ..Default::default() };
/// engine.steps().record(batch, Duration::from_millis(40));
/// let mut cache = engine.kv_cache(KvCacheTier::Device);
/// cache.publish(KvStats { active_blocks: 51, total_blocks: 4096, ..Default::default() });
/// request.finish(FinishReason::Stop);
/// # Ok::<(), inferometer_sdk::StartError>(())
/// ```
///
/// What each of these binds it binds once: keep steps, caches, edges and their like as long as the engine, not as long
/// as a step.
#[derive(Clone)]
pub struct Engine<M: Meters = Scope>(pub(super) Arc<EngineState<M>>);

pub(super) struct EngineState<M: Meters> {
    pub(super) meters: M,
    pub(super) labels: Labels,
    pub(super) instruments: RequestInstruments<M>,
    /// What its transfers share.
    pub(super) links: Links<M>,
    pub(super) span_name: String,
    pub(super) tracer: Arc<dyn StartSpan>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) corrections: Corrections,
    pub(super) kv_tiers: KvTiers<M>,
}

impl<M: Meters> Engine<M> {
    /// Starts with the defaults. `meters` are [`MeterProvider::serving_scope`], or a
    /// [`StandardMeter`](super::StandardMeter). Any tracer will do: the standard SDK's, the global one, or
    /// [`NoopTracer`](opentelemetry::trace::noop::NoopTracer) for none.
    #[must_use]
    pub fn builder<T>(meters: M, tracer: T, model: impl Into<Arc<str>>) -> EngineBuilder<M>
    where
        T: Tracer + Send + Sync + 'static,
        T::Span: Send + Sync + 'static,
    {
        EngineBuilder::new(meters, Arc::new(tracer), model.into())
    }

    /// A request has arrived. Its span is a child of the one in `parent`; an empty context starts a new trace. Who does
    /// not know the prompt yet says `None`, and [`Request::prompt`] or [`Request::usage`] later.
    pub fn request(&self, parent: &Context, prompt: impl Into<Option<Prompt>>) -> Request<M> {
        self.request_at(parent, prompt, self.now())
    }

    /// As [`Engine::request`], at a time that the caller read.
    pub fn request_at(
        &self,
        parent: &Context,
        prompt: impl Into<Option<Prompt>>,
        unix_nanos: u64,
    ) -> Request<M> {
        Request::arrived(Arc::clone(&self.0), parent, prompt.into(), unix_nanos)
    }

    /// The time by this engine's clock, in nanoseconds since the Unix epoch: one reading for all requests of a step.
    ///
    /// ```
    /// # use inferometer_sdk::{Engine, Request};
    /// fn on_step(engine: &Engine, batch: &mut [(Request, usize)]) {
    ///     let now = engine.now();
    ///     for (request, tokens) in batch {
    ///         request.tokens_at(*tokens, now);
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn now(&self) -> u64 {
        self.0.clock.unix_nanos()
    }

    /// How often something was recorded otherwise than this engine reported it, since it was built.
    #[must_use]
    pub fn corrections(&self, correction: Correction) -> u64 {
        self.0.corrections.get(correction)
    }
}

impl MeterProvider {
    /// The scope that an [`Engine`] binds its instruments in: `inferometer.serving`, with this crate's version.
    #[must_use]
    pub fn serving_scope(&self) -> Scope {
        let scope = InstrumentationScope::builder(SCOPE).with_version(env!("CARGO_PKG_VERSION"));
        self.scope_of(scope.build())
    }
}

impl Telemetry {
    /// An engine that serves `model`, recorded by this telemetry's providers and clock.
    #[must_use]
    pub fn engine(&self, model: impl Into<Arc<str>>) -> EngineBuilder {
        let tracer = self.tracer_provider().tracer(SCOPE);
        Engine::builder(self.meter_provider().serving_scope(), tracer, model)
            .clock(Arc::clone(self.clock()))
            .corrections(Arc::clone(self.corrections()))
    }
}

impl<M: Meters> fmt::Debug for Engine<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Engine").field(&self.0.labels).finish()
    }
}
