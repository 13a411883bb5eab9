//! How many tokens, and of what kind; what nobody said is not there.

use inferometer_sdk::{
    Cached, Correction, FinishReason, Prompt, Request, TokenModality, TokenUsage,
};
use opentelemetry::Context;
use opentelemetry_sdk::trace::Sampler;

use crate::support::Rig;

fn running(rig: &Rig) -> Request {
    let mut request = rig.engine.request(&Context::new(), Prompt::text(100));
    request.scheduled();
    request.prefilled(None);
    request
}

fn output(total: u64) -> TokenUsage {
    TokenUsage { output: Some(total), ..TokenUsage::default() }
}

#[test]
fn reasoning_and_tool_tokens_are_parts_of_the_output() {
    let rig = Rig::new();
    let mut request = running(&rig);
    for _ in 0..3 {
        request.tokens(2);
        request.reasoning_tokens(2);
    }
    request.tokens(5);
    request.tool_tokens(4);
    request.finish(FinishReason::ToolCall);
    rig.check_corrections(&[]);
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0
        gen_ai.server.time_per_output_token count=1 sum=0
        gen_ai.server.time_to_first_token count=1 sum=0
        infer.request.decode.duration count=1 sum=0
        infer.request.finished{infer.request.finish_reason="tool_call"} 1
        infer.request.input_tokens count=1 sum=100
        infer.request.output_tokens count=1 sum=11
        infer.request.prefill.duration count=1 sum=0
        infer.request.queue.duration count=1 sum=0
        infer.request.reasoning_tokens count=1 sum=6
        infer.request.time_between_tokens count=3 sum=0
        infer.token.input{gen_ai.token.modality="text"} 100
        infer.token.output{gen_ai.token.modality="text"} 11
        infer.token.reasoning_output 6
        infer.token.tool_output 4
        "#,
    );
    rig.check_spans(
        r#"
        chat llama-3-70b server 0..0 {gen_ai.operation.name=chat, gen_ai.provider.name=self_hosted, gen_ai.request.model=llama-3-70b, gen_ai.response.finish_reasons=["tool_call"], gen_ai.usage.input_tokens=100, gen_ai.usage.output_tokens=11, gen_ai.usage.reasoning.output_tokens=6, infer.replica=0, infer.stage=unified} @0 infer.request.first_token
          infer.queue internal 0..0 {infer.replica=0, infer.stage=unified}
          infer.prefill internal 0..0 {gen_ai.usage.input_tokens=100, infer.replica=0, infer.stage=unified}
          infer.decode internal 0..0 {gen_ai.usage.output_tokens=11, infer.replica=0, infer.stage=unified}
        "#,
    );
}

#[test]
fn parts_beyond_the_output_are_cut() {
    let rig = Rig::new();
    let mut request = running(&rig);
    request.tokens(10);
    request.reasoning_tokens(6);
    request.tool_tokens(6);
    request.reasoning_tokens(1);
    assert_eq!(rig.values("infer.token.reasoning_output"), ["6"]);
    assert_eq!(rig.values("infer.token.tool_output"), ["4"]);
    rig.check_corrections(&[(Correction::PartBeyondWhole, 2)]);
}

#[test]
fn a_number_that_is_zero_is_a_value_and_one_that_is_not_known_is_none() {
    let per_request = [
        "infer.request.audio_input_tokens",
        "infer.request.audio_output_tokens",
        "infer.request.cached_tokens",
        "infer.request.input_tokens",
        "infer.request.reasoning_tokens",
    ];
    let unknown = Rig::new();
    unknown.engine.request(&Context::new(), None).finish(FinishReason::Stop);
    for name in per_request {
        assert!(unknown.points(name).next().is_none(), "{name}");
    }

    let zero = Rig::new();
    let mut request = zero.engine.request(&Context::new(), None);
    request.usage(TokenUsage {
        input: Some(0),
        cached: Some(0),
        input_audio: Some(0),
        output: Some(0),
        reasoning: Some(0),
        tool: Some(0),
        output_audio: Some(0),
    });
    request.finish(FinishReason::Stop);
    for name in per_request {
        assert_eq!(zero.values(name), ["sum=0"], "{name}");
    }
}

#[test]
fn a_request_that_generated_nothing_has_no_length_of_output() {
    let rig = Rig::new();
    running(&rig).finish(FinishReason::Stop);
    running(&rig).finish(FinishReason::Abort);
    running(&rig).fail("timeout");
    assert!(rig.points("infer.request.output_tokens").next().is_none());
}

#[test]
fn tokens_of_several_modalities_are_told_apart() {
    let rig = Rig::new();
    let mut request = running(&rig);
    request.tokens(3);
    request.tokens_of(TokenModality::Audio, 5);
    request.tokens_of(TokenModality::Text, 1);
    request.tokens_of(TokenModality::Image, 0);
    request.finish(FinishReason::Stop);
    assert_eq!(
        rig.values("infer.token.output"),
        ["5", "0", "4", "0", "0"],
        "audio, image, text, unknown, video"
    );
    assert_eq!(rig.values("infer.request.output_tokens"), ["sum=9"]);
    assert_eq!(rig.values("infer.request.audio_output_tokens"), ["sum=5"]);
}

#[test]
fn an_engine_of_speech_generates_audio_unless_it_says_otherwise() {
    let rig = Rig::with(Sampler::AlwaysOff, |engine| engine.output_modality(TokenModality::Audio));
    let mut request = running(&rig);
    request.tokens(7);
    request.tokens_of(TokenModality::Text, 2);
    request.usage(TokenUsage { output_audio: Some(10), ..output(12) });
    request.finish(FinishReason::Stop);
    assert_eq!(rig.values("infer.token.output"), ["10", "0", "2", "0", "0"]);
    assert_eq!(rig.values("infer.request.audio_output_tokens"), ["sum=10"]);
    rig.check_corrections(&[]);
}

#[test]
fn a_usage_adds_what_no_step_counted_and_nothing_when_it_is_repeated() {
    let rig = Rig::new();
    let mut request = rig.engine.request(&Context::new(), None);
    rig.advance_ms(10);
    request.tokens(4);
    let totals = TokenUsage {
        input: Some(50),
        cached: Some(30),
        input_audio: Some(20),
        output: Some(9),
        reasoning: Some(6),
        tool: Some(1),
        output_audio: Some(2),
    };
    for _ in 0..3 {
        request.usage(totals);
    }
    rig.advance_ms(10);
    request.finish(FinishReason::Stop);
    rig.check_corrections(&[]);
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0.02
        gen_ai.server.time_to_first_token count=1 sum=0.01
        infer.request.audio_input_tokens count=1 sum=20
        infer.request.audio_output_tokens count=1 sum=2
        infer.request.cached_tokens count=1 sum=30
        infer.request.finished{infer.request.finish_reason="stop"} 1
        infer.request.input_tokens count=1 sum=50
        infer.request.output_tokens count=1 sum=9
        infer.request.reasoning_tokens count=1 sum=6
        infer.token.cached_input 30
        infer.token.input{gen_ai.token.modality="audio"} 20
        infer.token.input{gen_ai.token.modality="text"} 30
        infer.token.output{gen_ai.token.modality="audio"} 2
        infer.token.output{gen_ai.token.modality="text"} 7
        infer.token.reasoning_output 6
        infer.token.tool_output 1
        "#,
    );
}

#[test]
fn a_total_that_fell_is_ignored() {
    let rig = Rig::new();
    let mut request = rig.engine.request(&Context::new(), Prompt::text(50));
    request.tokens(9);
    request.reasoning_tokens(5);
    request.usage(TokenUsage { reasoning: Some(4), ..output(8) });
    rig.check_corrections(&[(Correction::CumulativeDecrease, 2)]);
    request.usage(TokenUsage { input: Some(40), ..TokenUsage::default() });
    request.usage(TokenUsage { cached: Some(60), ..TokenUsage::default() });
    request.usage(TokenUsage { cached: Some(7), ..TokenUsage::default() });
    rig.check_corrections(&[
        (Correction::RepeatedTransition, 2),
        (Correction::CachedBeyondPrompt, 1),
        (Correction::CumulativeDecrease, 2),
    ]);
    request.finish(FinishReason::Stop);
    assert_eq!(rig.values("infer.request.input_tokens"), ["sum=50"]);
    assert_eq!(rig.values("infer.request.cached_tokens"), ["sum=50"]);
    assert_eq!(rig.values("infer.request.output_tokens"), ["sum=9"]);
    assert_eq!(rig.values("infer.request.reasoning_tokens"), ["sum=5"]);
}

#[test]
fn cached_tokens_of_an_unknown_tier_have_no_source() {
    let rig = Rig::new();
    let mut request = running(&rig);
    request.usage(TokenUsage { cached: Some(64), ..output(3) });
    request.finish(FinishReason::Stop);
    assert_eq!(rig.values("infer.kv_cache.prompt_tokens"), ["0", "0", "0", "0", "0"]);
    assert_eq!(rig.values("infer.token.cached_input"), ["64"]);
    assert_eq!(rig.values("infer.request.cached_tokens"), ["sum=64"]);
}

#[test]
fn who_sees_a_request_from_outside_gives_it_neither_queue_nor_prefill_time() {
    let rig = Rig::new();
    let mut request = rig.engine.request(&Context::new(), Prompt::text(20));
    for _ in 0..3 {
        rig.advance_ms(10);
        request.emitted();
    }
    request.scheduled();
    request.prefilled(Cached::default());
    request.usage(output(12));
    rig.advance_ms(2);
    request.finish(FinishReason::Stop);
    rig.check_corrections(&[(Correction::RepeatedTransition, 2)]);
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0.032
        gen_ai.server.time_per_output_token count=1 sum=0.002
        gen_ai.server.time_to_first_token count=1 sum=0.01
        infer.request.decode.duration count=1 sum=0.02
        infer.request.finished{infer.request.finish_reason="stop"} 1
        infer.request.input_tokens count=1 sum=20
        infer.request.output_tokens count=1 sum=12
        infer.request.time_between_tokens count=2 sum=0.02
        infer.token.input{gen_ai.token.modality="text"} 20
        infer.token.output{gen_ai.token.modality="text"} 12
        "#,
    );
    rig.check_spans(
        r#"
        chat llama-3-70b server 0..32 {gen_ai.operation.name=chat, gen_ai.provider.name=self_hosted, gen_ai.request.model=llama-3-70b, gen_ai.response.finish_reasons=["stop"], gen_ai.usage.input_tokens=20, gen_ai.usage.output_tokens=12, infer.replica=0, infer.stage=unified} @10 infer.request.first_token
          infer.decode internal 10..30 {gen_ai.usage.output_tokens=12, infer.replica=0, infer.stage=unified}
        "#,
    );
}

#[test]
fn a_prompt_may_become_known_later_and_then_stays() {
    let rig = Rig::new();
    let mut request = rig.engine.request(&Context::new(), None);
    request.prompt(Prompt { tokens: 30, audio_tokens: Some(10), ..Prompt::default() });
    request.prompt(Prompt::text(99));
    drop(request);
    rig.check_corrections(&[(Correction::RepeatedTransition, 1)]);
    assert_eq!(rig.values("infer.token.input"), ["10", "0", "20", "0"], "audio, image, text");
    assert_eq!(rig.values("infer.request.audio_input_tokens"), ["sum=10"]);
}
