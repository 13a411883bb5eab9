//! Spans to end: what a request's span holds by then.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use inferometer_semconv::attributes::{
    GEN_AI_OPERATION_NAME, GEN_AI_PROVIDER_NAME, GEN_AI_REQUEST_MODEL,
    GEN_AI_RESPONSE_FINISH_REASONS, GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    GEN_AI_USAGE_INPUT_TOKENS, GEN_AI_USAGE_OUTPUT_TOKENS, INFER_REPLICA, INFER_STAGE,
};
use opentelemetry::{
    KeyValue,
    trace::{Span as _, SpanKind, Tracer},
};
use opentelemetry_sdk::trace::{SdkTracer, Span};

use super::{latency::WARM_UP, scene::Scene};
use crate::op::Op;

/// Calls of a batch: few enough for the queue to have room for many batches.
pub(super) const BATCH_CALLS: u32 = 1000;

/// The warm-up and a batch.
pub(super) const AT_ONCE: u32 = WARM_UP + BATCH_CALLS;

/// A span that lacks nothing but its end.
pub(super) fn start(tracer: &SdkTracer) -> Span {
    let attributes = vec![
        KeyValue::new(GEN_AI_OPERATION_NAME.key, "chat"),
        KeyValue::new(GEN_AI_PROVIDER_NAME.key, "vllm"),
        KeyValue::new(GEN_AI_REQUEST_MODEL.key, "llama-3-70b"),
        KeyValue::new(INFER_STAGE.key, "decode"),
        KeyValue::new(INFER_REPLICA.key, 0),
        KeyValue::new(GEN_AI_USAGE_INPUT_TOKENS.key, 812),
        KeyValue::new(GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS.key, 640),
        KeyValue::new(GEN_AI_USAGE_OUTPUT_TOKENS.key, 127),
        KeyValue::new(GEN_AI_RESPONSE_FINISH_REASONS.key, "stop"),
    ];
    let span = tracer.span_builder(String::from("chat llama-3-70b"));
    let span = span.with_kind(SpanKind::Server).with_start_time(UNIX_EPOCH);
    let mut span = tracer.build(span.with_attributes(attributes));
    span.add_event_with_timestamp("first_token", UNIX_EPOCH, Vec::new());
    span
}

/// Ends it with a time that was read before, as the serving layer does.
pub(super) fn end(span: &mut Span) {
    span.end_with_timestamp(ended());
}

/// Ends prepared spans, up to `times` between two preparations.
pub(super) fn end_op(scene: &Scene, times: u32) -> Op {
    let tracer = scene.tracer.clone();
    Op::of_prepared(times as usize, move || start(&tracer), end)
}

fn ended() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1)
}
