//! The span of a request, and its children, written when it has ended.
//!
//! The path of a token therefore touches no span. A request whose trace is not sampled costs its span's context, which
//! its callees propagate, and nothing more.

use inferometer_semconv::{
    attributes::{
        ERROR_TYPE, GEN_AI_RESPONSE_FINISH_REASONS, GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
        GEN_AI_USAGE_INPUT_TOKENS, GEN_AI_USAGE_OUTPUT_TOKENS,
        GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, INFER_PREEMPTION_MODE,
    },
    events::{INFER_REQUEST_FIRST_TOKEN, INFER_REQUEST_PREEMPTION},
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
    request::Request,
    request_end::Outcome,
    request_usage::Usage,
    tracer::system_time,
};

/// Starts the request's span with the attributes that samplers look at. Without a tracer the context is the parent's.
pub(super) fn start<M: Meters>(engine: &EngineState<M>, parent: &Context, at: u64) -> Context {
    if engine.tracer.is_noop() {
        return parent.clone();
    }
    let mut span = SpanBuilder::from_name(engine.span_name.clone())
        .with_kind(SpanKind::Server)
        .with_start_time(system_time(at));
    // The builder's method would go through them once more.
    span.attributes = Some(engine.labels.with(&[]));
    engine.tracer.start(span, parent)
}

/// Ends the request's span, after its children.
pub(super) fn end<M: Meters>(request: &Request<M>, outcome: Outcome<'_>, ended: u64) {
    if request.engine.tracer.is_noop() {
        return;
    }
    let span = request.context.span();
    if span.is_recording() {
        Ended { request, outcome, ended }.tell(&span);
    }
    span.end_with_timestamp(system_time(ended));
}

/// A request that is over, as its spans tell it.
struct Ended<'a, M: Meters> {
    request: &'a Request<M>,
    outcome: Outcome<'a>,
    ended: u64,
}

impl<M: Meters> Ended<'_, M> {
    fn tell(&self, span: &SpanRef<'_>) {
        self.emit_phases();
        self.add_events(span);
        self.describe(span);
    }

    /// The phase in which the request ended has the request's end. One that it never reached has no span, nor has one
    /// that nobody told of, nor a decode of a single step, which took no time.
    fn emit_phases(&self) {
        let Request { times, usage, .. } = self.request;
        match (times.scheduled, times.first_token) {
            (Some(scheduled), _) => {
                self.emit(INFER_QUEUE.name, times.arrived, scheduled, &[]);
                if self.request.has_prefill() {
                    let prefilled = times.prefilled.unwrap_or(self.ended);
                    self.emit(INFER_PREFILL.name, scheduled, prefilled, &input(usage));
                }
            }
            (None, None) if !self.outcome.is_whole() => {
                self.emit(INFER_QUEUE.name, times.arrived, self.ended, &[]);
            }
            (None, _) => {}
        }
        if let Some(first_token) = times.first_token.filter(|_| usage.has_decoded) {
            let output = count(&GEN_AI_USAGE_OUTPUT_TOKENS, usage.output);
            self.emit(INFER_DECODE.name, first_token, times.last_token, &[output]);
        }
    }

    fn emit(&self, name: &'static str, from: u64, to: u64, attributes: &[KeyValue]) {
        let Request { engine, context, .. } = self.request;
        let mut all = engine.labels.place(attributes.len());
        all.extend_from_slice(attributes);
        let span = SpanBuilder::from_name(name)
            .with_kind(SpanKind::Internal)
            .with_start_time(system_time(from))
            .with_attributes(all);
        engine.tracer.emit(span, context, system_time(to));
    }

    fn add_events(&self, span: &SpanRef<'_>) {
        let times = &self.request.times;
        if let Some(first_token) = times.first_token {
            span.add_event_with_timestamp(
                INFER_REQUEST_FIRST_TOKEN.name,
                system_time(first_token),
                Vec::new(),
            );
        }
        for (at, mode) in times.preempted.events() {
            let mode = pair(&INFER_PREEMPTION_MODE, mode.as_str());
            span.add_event_with_timestamp(
                INFER_REQUEST_PREEMPTION.name,
                system_time(at),
                vec![mode],
            );
        }
    }

    fn describe(&self, span: &SpanRef<'_>) {
        let usage = &self.request.usage;
        let reason = StringValue::from(self.outcome.reason().as_str());
        let reasons = Value::Array(Array::String(vec![reason]));
        span.set_attributes(input(usage));
        span.set_attributes([
            count(&GEN_AI_USAGE_OUTPUT_TOKENS, usage.output),
            pair(&GEN_AI_RESPONSE_FINISH_REASONS, reasons),
        ]);
        if let Some(reasoning) = usage.reasoning {
            span.set_attribute(count(&GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, reasoning));
        }
        if let Outcome::Failed(error_type) = self.outcome {
            span.set_attribute(pair(&ERROR_TYPE, error_type.to_owned()));
            span.set_status(Status::error(error_type.to_owned()));
        }
    }
}

/// What came in. Nothing is said about what the engine said nothing about.
fn input(usage: &Usage) -> Vec<KeyValue> {
    let input = usage.input.map(|input| count(&GEN_AI_USAGE_INPUT_TOKENS, input));
    let cached = usage.cached.map(|cached| count(&GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, cached));
    input.into_iter().chain(cached).collect()
}
