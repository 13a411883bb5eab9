//! A request's trace.

use inferometer_sdk::{
    Cached, Engine, FinishReason, Prompt, Request, TransferEdge, TransferPayload, TransferTransport,
};
use opentelemetry::{
    Context, KeyValue, SpanId, TraceFlags, TraceId,
    trace::{SpanContext, Status, TraceContextExt, TraceState, noop::NoopTracer},
};
use opentelemetry_sdk::trace::Sampler;

use crate::support::Rig;

const PROMPT: Prompt = Prompt::text(812);

fn caller() -> Context {
    Context::new().with_remote_span_context(SpanContext::new(
        TraceId::from(7),
        SpanId::from(9),
        TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    ))
}

fn stream(rig: &Rig, request: &mut Request) {
    rig.advance_ms(10);
    request.scheduled();
    rig.advance_ms(30);
    request.prefilled(Cached { device: 600, host: 40, ..Default::default() });
    for _ in 0..3 {
        rig.advance_ms(20);
        request.tokens(2);
    }
}

#[test]
fn a_request_is_a_server_span_with_its_phases_as_children() {
    let rig = Rig::with(Sampler::AlwaysOn, |engine| {
        engine.provider("vllm").stage("decode").replica(1).label(KeyValue::new("tenant", "blue"))
    });
    let mut request = rig.engine.request(&Context::new(), PROMPT);
    stream(&rig, &mut request);
    rig.advance_ms(1);
    request.finish(FinishReason::ToolCall);
    rig.check_spans(
        r#"
        chat llama-3-70b server 0..101 {gen_ai.operation.name=chat, gen_ai.provider.name=vllm, gen_ai.request.model=llama-3-70b, gen_ai.response.finish_reasons=["tool_call"], gen_ai.usage.cache_read.input_tokens=640, gen_ai.usage.input_tokens=812, gen_ai.usage.output_tokens=6, infer.replica=1, infer.stage=decode, tenant=blue} @60 infer.request.first_token
          infer.queue internal 0..10 {infer.replica=1, infer.stage=decode}
          infer.prefill internal 10..40 {gen_ai.usage.cache_read.input_tokens=640, gen_ai.usage.input_tokens=812, infer.replica=1, infer.stage=decode}
          infer.decode internal 60..100 {gen_ai.usage.output_tokens=6, infer.replica=1, infer.stage=decode}
        "#,
    );
}

#[test]
fn a_failure_marks_the_span_and_ends_the_phase_it_happened_in() {
    let rig = Rig::new();
    let mut request = rig.engine.request(&Context::new(), PROMPT);
    rig.advance_ms(10);
    request.scheduled();
    rig.advance_ms(15);
    request.fail("out_of_memory");
    rig.check_spans(
        r#"
        chat llama-3-70b server 0..25 {error.type=out_of_memory, gen_ai.operation.name=chat, gen_ai.provider.name=self_hosted, gen_ai.request.model=llama-3-70b, gen_ai.response.finish_reasons=["error"], gen_ai.usage.input_tokens=812, gen_ai.usage.output_tokens=0, infer.replica=0, infer.stage=unified} !out_of_memory
          infer.queue internal 0..10 {infer.replica=0, infer.stage=unified}
          infer.prefill internal 10..25 {gen_ai.usage.input_tokens=812, infer.replica=0, infer.stage=unified}
        "#,
    );
}

#[test]
fn a_request_that_was_dropped_has_a_span_too() {
    let rig = Rig::new();
    let request = rig.engine.request(&Context::new(), PROMPT);
    rig.advance_ms(5);
    drop(request);
    rig.check_spans(
        r#"
        chat llama-3-70b server 0..5 {gen_ai.operation.name=chat, gen_ai.provider.name=self_hosted, gen_ai.request.model=llama-3-70b, gen_ai.response.finish_reasons=["abort"], gen_ai.usage.input_tokens=812, gen_ai.usage.output_tokens=0, infer.replica=0, infer.stage=unified}
          infer.queue internal 0..5 {infer.replica=0, infer.stage=unified}
        "#,
    );
}

#[test]
fn a_transfer_is_a_child_of_the_request_it_is_made_for() {
    let rig = Rig::new();
    let edge =
        TransferEdge::to("decode", 1, TransferPayload::Kv).transport(TransferTransport::Rdma);
    let edge = rig.engine.transfer_edge(&edge);
    let request = rig.engine.request(&caller(), PROMPT);
    rig.advance_ms(2);
    let mut transfer = edge.start(request.context());
    assert_ne!(
        transfer.context().span().span_context().span_id(),
        request.context().span().span_context().span_id()
    );
    rig.advance_ms(3);
    transfer.moved(4096);
    transfer.fail("link_down");
    drop(request);
    assert!(rig.spans().iter().all(|span| span.span_context.trace_id() == TraceId::from(7)));
    rig.check_spans(
        r#"
        chat llama-3-70b server 0..5 {gen_ai.operation.name=chat, gen_ai.provider.name=self_hosted, gen_ai.request.model=llama-3-70b, gen_ai.response.finish_reasons=["abort"], gen_ai.usage.input_tokens=812, gen_ai.usage.output_tokens=0, infer.replica=0, infer.stage=unified}
          infer.queue internal 0..5 {infer.replica=0, infer.stage=unified}
          infer.transfer client 2..5 {error.type=link_down, infer.replica=0, infer.stage=unified, infer.transfer.destination=device, infer.transfer.destination_replica=1, infer.transfer.destination_stage=decode, infer.transfer.payload=kv, infer.transfer.size=4096, infer.transfer.source=device, infer.transfer.source_replica=0, infer.transfer.source_stage=unified, infer.transfer.transport=rdma} !link_down
        "#,
    );
}

#[test]
fn an_unsampled_request_writes_no_span_and_still_hands_its_trace_on() {
    let rig = Rig::with(Sampler::AlwaysOff, |engine| engine);
    let mut request = rig.engine.request(&caller(), PROMPT);
    let span = request.context().span().span_context().clone();
    assert_eq!((span.trace_id(), span.is_sampled()), (TraceId::from(7), false));
    assert!(!request.context().span().is_recording());
    stream(&rig, &mut request);
    request.finish(FinishReason::Stop);
    rig.check_spans("");
}

#[test]
fn without_a_tracer_a_request_hands_its_callers_span_on_and_leaves_it_alone() {
    let rig = Rig::new();
    let engine =
        Engine::builder(rig.meters.serving_scope(), NoopTracer::new(), "llama-3-70b").build();
    let outer = rig.engine.request(&caller(), PROMPT);
    let mut inner = engine.request(outer.context(), PROMPT);
    stream(&rig, &mut inner);
    let of = |context: &Context| context.span().span_context().span_id();
    assert_eq!(of(inner.context()), of(outer.context()));
    inner.fail("timeout");
    assert!(rig.spans().is_empty(), "the caller's span goes on");
    outer.finish(FinishReason::Abort);
    assert!(rig.spans().iter().all(|span| span.status == Status::Unset), "nor did it fail");
}
