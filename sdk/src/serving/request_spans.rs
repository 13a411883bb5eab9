//! The span of a request, and its children, written when it has ended.
//!
//! The path of a token therefore touches no span. A request whose trace is not sampled costs its span's context, which
//! its callees propagate, and nothing more.

use inferometer_semconv::{
    attributes::{
        ERROR_TYPE, FinishReason, GEN_AI_RESPONSE_FINISH_REASONS,
        GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, GEN_AI_USAGE_INPUT_TOKENS,
        GEN_AI_USAGE_OUTPUT_TOKENS,
    },
    spans::{INFER_DECODE, INFER_PREFILL, INFER_QUEUE},
};
use opentelemetry::{
    Array, Context, KeyValue, StringValue, Value,
    trace::{SpanBuilder, SpanKind, SpanRef, Status, TraceContextExt},
};

use super::{
    engine::EngineState,
    labels::{count, pair},
    meters::Meters,
    request::Usage,
    timeline::Timeline,
    tracer::system_time,
};

/// The event on a request's span at which its first tokens were there.
const FIRST_TOKEN: &str = "infer.first_token";

/// How a request ended.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome<'a> {
    /// Any reason but [`FinishReason::Error`].
    Finished(FinishReason),
    /// With this `error.type`.
    Failed(&'a str),
}

impl Outcome<'_> {
    /// Neither aborted nor failed: the response is whole.
    pub(super) const fn is_success(&self) -> bool {
        match self {
            Self::Finished(reason) => !matches!(reason, FinishReason::Abort),
            Self::Failed(_) => false,
        }
    }

    const fn reason(&self) -> FinishReason {
        match self {
            Self::Finished(reason) => *reason,
            Self::Failed(_) => FinishReason::Error,
        }
    }
}

/// Starts the request's span with the attributes that samplers look at.
pub(super) fn start<M: Meters>(engine: &EngineState<M>, parent: &Context, at: u64) -> Context {
    let span = SpanBuilder::from_name(engine.span_name.clone())
        .with_kind(SpanKind::Server)
        .with_start_time(system_time(at))
        .with_attributes(engine.labels.with(&[]));
    engine.tracer.start(span, parent)
}

/// A request that is over, as its spans tell it.
#[derive(Debug)]
pub(super) struct Ended<'a> {
    pub(super) times: &'a Timeline,
    pub(super) usage: &'a Usage,
    pub(super) outcome: Outcome<'a>,
    /// Of the last step that emitted tokens, if any did.
    pub(super) last_token: u64,
    pub(super) ended: u64,
}

impl Ended<'_> {
    /// Ends the request's span, after its children.
    pub(super) fn tell<M: Meters>(&self, engine: &EngineState<M>, context: &Context) {
        let span = context.span();
        if span.is_recording() {
            self.emit_phases(engine, context);
            self.describe(&span);
        }
        span.end_with_timestamp(system_time(self.ended));
    }

    /// The phase in which the request ended has the request's end. One that it never reached has no span, nor has a
    /// decode of a single step, which took no time.
    fn emit_phases<M: Meters>(&self, engine: &EngineState<M>, context: &Context) {
        let emit = |name: &'static str, from: u64, to: u64, attributes: &[KeyValue]| {
            let mut all = engine.labels.place(attributes.len());
            all.extend_from_slice(attributes);
            let span = SpanBuilder::from_name(name)
                .with_kind(SpanKind::Internal)
                .with_start_time(system_time(from))
                .with_attributes(all);
            engine.tracer.emit(span, context, system_time(to));
        };
        let Self { times, usage, .. } = self;
        let scheduled = times.scheduled.unwrap_or(self.ended);
        emit(INFER_QUEUE.name, times.arrived, scheduled, &[]);
        if times.scheduled.is_some() {
            let prefilled = times.prefilled.unwrap_or(self.ended);
            emit(INFER_PREFILL.name, scheduled, prefilled, &input(usage));
        }
        if let Some(first_token) = times.first_token.filter(|_| usage.steps > 1) {
            let output = count(&GEN_AI_USAGE_OUTPUT_TOKENS, usage.output);
            emit(INFER_DECODE.name, first_token, self.last_token, &[output]);
        }
    }

    fn describe(&self, span: &SpanRef<'_>) {
        if let Some(first_token) = self.times.first_token {
            span.add_event_with_timestamp(FIRST_TOKEN, system_time(first_token), Vec::new());
        }
        let reason = StringValue::from(self.outcome.reason().as_str());
        let reasons = Value::Array(Array::String(vec![reason]));
        span.set_attributes(input(self.usage));
        span.set_attributes([
            count(&GEN_AI_USAGE_OUTPUT_TOKENS, self.usage.output),
            pair(&GEN_AI_RESPONSE_FINISH_REASONS, reasons),
        ]);
        if let Outcome::Failed(error_type) = self.outcome {
            span.set_attribute(pair(&ERROR_TYPE, error_type.to_owned()));
            span.set_status(Status::error(error_type.to_owned()));
        }
    }
}

/// What came in. Nothing is said about cached tokens that the engine said nothing about.
fn input(usage: &Usage) -> Vec<KeyValue> {
    let mut attributes = vec![count(&GEN_AI_USAGE_INPUT_TOKENS, usage.input)];
    attributes
        .extend(usage.cached.map(|cached| count(&GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, cached)));
    attributes
}
