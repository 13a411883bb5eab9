//! Mistakes that serving engines have made with their metrics, each impossible here.

use inferometer_sdk::{
    Cached, Correction, FinishReason, PreemptionMode, Prompt, Request, TokenUsage,
};
use opentelemetry::Context;

use crate::support::Rig;

fn scheduled(rig: &Rig, tokens: u64) -> Request {
    let mut request = rig.engine.request(&Context::new(), Prompt::text(tokens));
    rig.advance_ms(10);
    request.scheduled();
    rig.advance_ms(10);
    request
}

#[test]
fn cached_tokens_are_one_value_a_request_however_often_they_are_reported() {
    let rig = Rig::new();
    let mut request = scheduled(&rig, 100);
    let cached = Cached { device: 60, ..Cached::default() };
    request.cached(cached);
    request.prefilled(cached);
    request.tokens(1);
    for _ in 0..3 {
        request.usage(TokenUsage { cached: Some(60), ..TokenUsage::default() });
    }
    request.finish(FinishReason::Stop);
    assert_eq!(rig.counts("infer.request.cached_tokens"), ["count=1"]);
    assert_eq!(rig.values("infer.token.cached_input"), ["60"]);
    assert_eq!(rig.values("infer.kv_cache.prompt_tokens"), ["40", "60", "0", "0", "0"]);
    rig.check_corrections(&[(Correction::RepeatedTransition, 1)]);
}

#[test]
fn blocks_that_a_preempted_request_finds_again_are_no_hits() {
    let rig = Rig::new();
    let mut request = scheduled(&rig, 100);
    request.prefilled(Cached::default());
    request.preempted(PreemptionMode::Recompute);
    request.scheduled();
    request.prefilled(Cached { device: 96, ..Cached::default() });
    drop(request);
    assert_eq!(rig.values("infer.kv_cache.prompt_tokens"), ["100", "0", "0", "0", "0"]);
    assert_eq!(rig.values("infer.request.cached_tokens"), ["sum=0"]);
}

#[test]
fn a_token_computed_again_of_a_cached_prompt_takes_nothing_back() {
    let rig = Rig::new();
    let mut request = scheduled(&rig, 96);
    request.cached(Cached { device: 96, ..Cached::default() });
    request.prefill_chunk(1);
    request.prefilled(None);
    drop(request);
    assert_eq!(rig.values("infer.kv_cache.prompt_tokens"), ["0", "96", "0", "0", "0"]);
    rig.check_corrections(&[(Correction::PartBeyondWhole, 1)]);
}

#[test]
fn an_aborted_prefill_has_no_time_to_first_token() {
    let rig = Rig::new();
    let mut request = scheduled(&rig, 100);
    request.prefill_chunk(50);
    request.finish(FinishReason::Abort);
    for absent in [
        "gen_ai.server.time_to_first_token",
        "gen_ai.server.time_per_output_token",
        "infer.request.decode.duration",
        "infer.request.output_tokens",
        "infer.request.prefill.duration",
        "infer.request.time_between_tokens",
    ] {
        assert!(rig.points(absent).next().is_none(), "{absent}");
    }
    assert_eq!(rig.counts("gen_ai.server.request.duration"), ["count=1"]);
}

#[test]
fn a_step_without_tokens_is_no_first_token_and_no_gap() {
    let rig = Rig::new();
    let mut request = scheduled(&rig, 100);
    request.prefilled(None);
    request.tokens(0);
    rig.advance_ms(10);
    request.tokens(1);
    rig.advance_ms(10);
    request.tokens(0);
    rig.advance_ms(10);
    request.tokens(1);
    request.finish(FinishReason::Stop);
    assert_eq!(rig.values("gen_ai.server.time_to_first_token"), ["sum=0.03"]);
    assert_eq!(rig.values("infer.request.time_between_tokens"), ["sum=0.02"]);
    assert_eq!(rig.counts("infer.request.time_between_tokens"), ["count=1"]);
}

#[test]
fn a_unary_answer_counts_what_its_usage_says() {
    let rig = Rig::new();
    let mut request = rig.engine.request(&Context::new(), None);
    rig.advance_ms(50);
    request.usage(TokenUsage {
        input: Some(40),
        cached: Some(32),
        output: Some(12),
        reasoning: Some(8),
        ..TokenUsage::default()
    });
    request.finish(FinishReason::Stop);
    rig.check_corrections(&[]);
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0.05
        infer.request.cached_tokens count=1 sum=32
        infer.request.finished{infer.request.finish_reason="stop"} 1
        infer.request.input_tokens count=1 sum=40
        infer.request.output_tokens count=1 sum=12
        infer.request.reasoning_tokens count=1 sum=8
        infer.token.cached_input 32
        infer.token.input{gen_ai.token.modality="text"} 40
        infer.token.output{gen_ai.token.modality="text"} 12
        infer.token.reasoning_output 8
        "#,
    );
    let names: Vec<_> = rig.spans().into_iter().map(|span| span.name).collect();
    assert_eq!(names, ["chat llama-3-70b"], "nobody told of a queue");
}

#[test]
fn speculated_tokens_that_arrive_together_are_one_wait() {
    let rig = Rig::new();
    let mut request = scheduled(&rig, 100);
    request.prefilled(None);
    for accepted in [1, 4, 2, 5] {
        rig.advance_ms(30);
        request.tokens(accepted);
    }
    request.finish(FinishReason::Stop);
    assert_eq!(rig.counts("infer.request.time_between_tokens"), ["count=3"]);
    assert_eq!(rig.values("infer.request.time_between_tokens"), ["sum=0.09"]);
    assert_eq!(rig.values("infer.request.output_tokens"), ["sum=12"]);
}
