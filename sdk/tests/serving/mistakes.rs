//! What an engine reports wrongly is put right and counted, and never stops it.

use inferometer_sdk::{Cached, Correction, FinishReason, PreemptionMode, Prompt, RequestState};
use opentelemetry::Context;

use crate::support::{Rig, START};

fn prompt(tokens: u64) -> Prompt {
    Prompt::text(tokens)
}

#[test]
fn a_skipped_prefill_is_filled_in_with_the_time_of_the_next_state() {
    let rig = Rig::new();
    let mut request = rig.engine.request(&Context::new(), prompt(8));
    rig.advance_ms(5);
    request.scheduled();
    rig.advance_ms(20);
    request.tokens(1);
    rig.advance_ms(5);
    request.finish(FinishReason::Stop);
    rig.check_corrections(&[(Correction::MissingTransition, 1)]);
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0.03
        gen_ai.server.time_to_first_token count=1 sum=0.025
        infer.request.finished{infer.request.finish_reason="stop"} 1
        infer.request.input_tokens count=1 sum=8
        infer.request.output_tokens count=1 sum=1
        infer.request.prefill.duration count=1 sum=0.02
        infer.request.queue.duration count=1 sum=0.005
        infer.token.input{gen_ai.token.modality="text"} 8
        infer.token.output{gen_ai.token.modality="text"} 1
        "#,
    );
}

#[test]
fn work_on_a_request_that_was_not_scheduled_schedules_it() {
    let rig = Rig::new();
    let mut request = rig.engine.request(&Context::new(), prompt(8));
    rig.advance_ms(20);
    request.prefilled(None);
    request.preempted(PreemptionMode::Swap);
    request.tokens(1);
    assert_eq!(request.state(), RequestState::Running);
    request.finish(FinishReason::Stop);
    rig.check_corrections(&[(Correction::MissingTransition, 2)]);
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0.02
        gen_ai.server.time_to_first_token count=1 sum=0.02
        infer.request.finished{infer.request.finish_reason="stop"} 1
        infer.request.input_tokens count=1 sum=8
        infer.request.output_tokens count=1 sum=1
        infer.request.prefill.duration count=1 sum=0
        infer.request.queue.duration count=1 sum=0.02
        infer.scheduler.preemptions{infer.preemption.mode="swap"} 1
        infer.token.input{gen_ai.token.modality="text"} 8
        infer.token.output{gen_ai.token.modality="text"} 1
        "#,
    );
}

#[test]
fn a_success_that_was_scheduled_was_prefilled_but_a_failure_need_not_be() {
    let rig = Rig::new();
    let scheduled = || {
        let mut request = rig.engine.request(&Context::new(), prompt(8));
        request.scheduled();
        request
    };
    scheduled().finish(FinishReason::Stop);
    rig.check_corrections(&[(Correction::MissingTransition, 1)]);
    scheduled().fail("timeout");
    scheduled().finish(FinishReason::Abort);
    scheduled().finish(FinishReason::BargeIn);
    rig.check_corrections(&[(Correction::MissingTransition, 1)]);
}

#[test]
fn repeated_states_are_ignored() {
    let rig = Rig::new();
    let mut request = rig.engine.request(&Context::new(), prompt(8));
    request.scheduled();
    request.prefilled(Cached { device: 3, ..Default::default() });
    request.tokens(1);
    rig.advance_ms(9);
    request.scheduled();
    request.prefilled(Cached { device: 8, ..Default::default() });
    request.finish(FinishReason::Stop);
    rig.check_corrections(&[(Correction::RepeatedTransition, 2)]);
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0.009
        gen_ai.server.time_to_first_token count=1 sum=0
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="computed"} 5
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="device"} 3
        infer.request.cached_tokens count=1 sum=3
        infer.request.finished{infer.request.finish_reason="stop"} 1
        infer.request.input_tokens count=1 sum=8
        infer.request.output_tokens count=1 sum=1
        infer.request.prefill.duration count=1 sum=0
        infer.request.queue.duration count=1 sum=0
        infer.token.cached_input 3
        infer.token.input{gen_ai.token.modality="text"} 8
        infer.token.output{gen_ai.token.modality="text"} 1
        "#,
    );
}

#[test]
fn cached_tokens_beyond_the_prompt_are_cut_so_that_sources_add_up() {
    let rig = Rig::new();
    let mut request = rig.engine.request(&Context::new(), prompt(100));
    request.scheduled();
    request.prefilled(Cached { device: 70, host: 70, disk: 0, remote: u64::MAX });
    rig.check_corrections(&[(Correction::CachedBeyondPrompt, 1)]);
    let sources = rig.values("infer.kv_cache.prompt_tokens");
    assert_eq!(sources, ["0", "70", "0", "30", "0"], "computed, device, disk, host, remote");
}

#[test]
fn media_tokens_beyond_the_prompt_are_cut_so_that_modalities_add_up() {
    let rig = Rig::new();
    let prompt =
        Prompt { tokens: 10, image_tokens: Some(8), audio_tokens: Some(8), video_tokens: Some(8) };
    drop(rig.engine.request(&Context::new(), prompt));
    rig.check_corrections(&[(Correction::MediaBeyondPrompt, 1)]);
    let tokens = rig.values("infer.token.input");
    assert_eq!(tokens, ["2", "8", "0", "0"], "audio, image, text, video");
}

#[test]
fn no_duration_is_negative_when_a_time_goes_back() {
    let rig = Rig::new();
    let mut request = rig.engine.request_at(&Context::new(), prompt(8), START);
    request.scheduled_at(START - 5);
    request.prefilled_at(Cached::default(), START + 10);
    request.tokens_at(1, START + 20);
    request.tokens_at(1, START + 15);
    request.tokens_at(1, START + 30);
    request.finish_at(FinishReason::Stop, 0);
    rig.check_corrections(&[(Correction::TimeWentBack, 3)]);
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0.00000003
        gen_ai.server.time_per_output_token count=1 sum=0.000000005
        gen_ai.server.time_to_first_token count=1 sum=0.00000002
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="computed"} 8
        infer.request.cached_tokens count=1 sum=0
        infer.request.decode.duration count=1 sum=0.00000001
        infer.request.finished{infer.request.finish_reason="stop"} 1
        infer.request.input_tokens count=1 sum=8
        infer.request.output_tokens count=1 sum=3
        infer.request.prefill.duration count=1 sum=0.00000001
        infer.request.queue.duration count=1 sum=0
        infer.request.time_between_tokens count=2 sum=0.00000001
        infer.token.input{gen_ai.token.modality="text"} 8
        infer.token.output{gen_ai.token.modality="text"} 3
        "#,
    );
}

#[test]
fn a_step_without_tokens_is_no_step() {
    let rig = Rig::new();
    let mut request = rig.engine.request(&Context::new(), prompt(8));
    request.tokens(0);
    rig.check_corrections(&[]);
    assert!(rig.points("infer.request.queue.duration").next().is_none());
}
