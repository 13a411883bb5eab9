//! Preemption, transfers and prefill in chunks.

use inferometer_sdk::{Cached, Correction, FinishReason, PreemptionMode, Prompt, Request};
use opentelemetry::Context;
use opentelemetry_sdk::trace::Sampler;

use crate::support::Rig;

fn decoding(rig: &Rig) -> Request {
    let mut request = rig.engine.request(&Context::new(), Prompt::text(100));
    rig.advance_ms(10);
    request.scheduled();
    rig.advance_ms(20);
    request.prefilled(Cached { device: 60, ..Cached::default() });
    rig.advance_ms(5);
    request.tokens(1);
    request
}

fn active(rig: &Rig) -> [String; 4] {
    let states = rig.values("infer.request.active");
    states.try_into().expect("preempted, running, transferring, waiting")
}

#[test]
fn a_preempted_request_is_preempted_until_it_is_scheduled_again() {
    let rig = Rig::new();
    let mut request = decoding(&rig);
    assert_eq!(active(&rig), ["0", "1", "0", "0"]);
    rig.advance_ms(5);
    request.preempted(PreemptionMode::Recompute);
    assert_eq!(active(&rig), ["1", "0", "0", "0"]);
    rig.advance_ms(100);
    request.scheduled();
    assert_eq!(active(&rig), ["0", "1", "0", "0"]);
    request.preempted(PreemptionMode::Swap);
    drop(request);
    assert_eq!(active(&rig), ["0", "0", "0", "0"]);
    assert_eq!(rig.values("infer.scheduler.preemptions"), ["1", "1"], "recompute, swap");
    rig.check_corrections(&[]);
}

#[test]
fn what_is_computed_again_after_a_preemption_counts_once() {
    let rig = Rig::new();
    let mut request = decoding(&rig);
    rig.advance_ms(5);
    request.preempted(PreemptionMode::Recompute);
    rig.advance_ms(100);
    request.scheduled();
    rig.advance_ms(10);
    request.prefill_chunk(40);
    rig.advance_ms(10);
    request.prefilled(Cached { device: 100, ..Cached::default() });
    rig.advance_ms(5);
    request.tokens(1);
    request.finish(FinishReason::Stop);
    rig.check_corrections(&[]);
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0.165
        gen_ai.server.time_per_output_token count=1 sum=0.13
        gen_ai.server.time_to_first_token count=1 sum=0.035
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="computed"} 40
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="device"} 60
        infer.request.cached_tokens count=1 sum=60
        infer.request.decode.duration count=1 sum=0.13
        infer.request.finished{infer.request.finish_reason="stop"} 1
        infer.request.input_tokens count=1 sum=100
        infer.request.output_tokens count=1 sum=2
        infer.request.prefill.duration count=1 sum=0.02
        infer.request.queue.duration count=1 sum=0.01
        infer.request.time_between_tokens count=1 sum=0.13
        infer.scheduler.preemptions{infer.preemption.mode="recompute"} 1
        infer.token.cached_input 60
        infer.token.input{gen_ai.token.modality="text"} 100
        infer.token.output{gen_ai.token.modality="text"} 2
        "#,
    );
}

#[test]
fn a_prefill_that_was_preempted_lasts_from_its_first_schedule() {
    let rig = Rig::new();
    let mut request = rig.engine.request(&Context::new(), Prompt::text(100));
    rig.advance_ms(10);
    request.scheduled();
    request.cached(Cached { host: 20, ..Cached::default() });
    rig.advance_ms(10);
    request.prefill_chunk(50);
    request.preempted(PreemptionMode::Recompute);
    rig.advance_ms(30);
    request.scheduled();
    rig.advance_ms(10);
    request.prefill_chunk(50);
    request.prefilled(None);
    drop(request);
    rig.check_corrections(&[]);
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0.06
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="computed"} 80
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="host"} 20
        infer.request.cached_tokens count=1 sum=20
        infer.request.finished{infer.request.finish_reason="abort"} 1
        infer.request.input_tokens count=1 sum=100
        infer.request.prefill.duration count=1 sum=0.05
        infer.request.queue.duration count=1 sum=0.01
        infer.scheduler.preemptions{infer.preemption.mode="recompute"} 1
        infer.token.cached_input 20
        infer.token.input{gen_ai.token.modality="text"} 100
        "#,
    );
}

#[test]
fn preemptions_are_events_of_the_span_as_far_as_there_is_room() {
    let rig = Rig::with(Sampler::AlwaysOn, |engine| engine);
    let mut request = decoding(&rig);
    for _ in 0..20 {
        rig.advance_ms(1);
        request.preempted(PreemptionMode::Swap);
        request.scheduled();
    }
    request.finish(FinishReason::Length);
    assert_eq!(rig.values("infer.scheduler.preemptions"), ["0", "20"], "recompute, swap");
    rig.check_spans(
        r#"
        chat llama-3-70b server 0..55 {gen_ai.operation.name=chat, gen_ai.provider.name=self_hosted, gen_ai.request.model=llama-3-70b, gen_ai.response.finish_reasons=["length"], gen_ai.usage.cache_read.input_tokens=60, gen_ai.usage.input_tokens=100, gen_ai.usage.output_tokens=1, infer.replica=0, infer.stage=unified} @35 infer.request.first_token @36 infer.request.preemption @37 infer.request.preemption @38 infer.request.preemption @39 infer.request.preemption @40 infer.request.preemption @41 infer.request.preemption @42 infer.request.preemption @43 infer.request.preemption
          infer.queue internal 0..10 {infer.replica=0, infer.stage=unified}
          infer.prefill internal 10..30 {gen_ai.usage.cache_read.input_tokens=60, gen_ai.usage.input_tokens=100, infer.replica=0, infer.stage=unified}
        "#,
    );
}

#[test]
fn tokens_of_a_preempted_request_resume_it() {
    let rig = Rig::new();
    let mut request = decoding(&rig);
    rig.advance_ms(5);
    request.preempted(PreemptionMode::Swap);
    rig.advance_ms(30);
    request.tokens(1);
    assert_eq!(active(&rig), ["0", "1", "0", "0"]);
    assert_eq!(rig.values("infer.request.time_between_tokens"), ["sum=0.035"]);
    rig.check_corrections(&[(Correction::MissingTransition, 1)]);
}

#[test]
fn what_is_computed_again_has_no_source_where_the_prompt_had_none() {
    let rig = Rig::new();
    let mut request = rig.engine.request(&Context::new(), Prompt::text(100));
    request.scheduled();
    request.prefilled(None);
    request.preempted(PreemptionMode::Recompute);
    request.scheduled();
    request.prefill_chunk(100);
    assert_eq!(rig.values("infer.kv_cache.prompt_tokens"), ["0", "0", "0", "0", "0"]);
    rig.check_corrections(&[]);
}

#[test]
fn a_request_seen_from_outside_may_be_preempted_and_still_has_no_queue_time() {
    let rig = Rig::new();
    let mut request = rig.engine.request(&Context::new(), Prompt::text(100));
    request.emitted();
    request.preempted(PreemptionMode::Swap);
    request.scheduled();
    request.emitted();
    request.finish(FinishReason::Stop);
    assert!(rig.points("infer.request.queue.duration").next().is_none());
    assert!(rig.points("infer.request.prefill.duration").next().is_none());
    rig.check_corrections(&[]);
}

#[test]
fn only_what_runs_is_preempted() {
    let rig = Rig::new();
    let mut request = rig.engine.request(&Context::new(), Prompt::text(8));
    request.preempted(PreemptionMode::Swap);
    request.transferring();
    request.preempted(PreemptionMode::Swap);
    assert_eq!(active(&rig), ["0", "0", "1", "0"]);
    rig.check_corrections(&[(Correction::IllegalTransition, 2)]);
    assert_eq!(rig.values("infer.scheduler.preemptions"), ["0", "0"]);
    request.scheduled();
    request.preempted(PreemptionMode::Swap);
    request.preempted(PreemptionMode::Swap);
    rig.check_corrections(&[
        (Correction::RepeatedTransition, 1),
        (Correction::IllegalTransition, 2),
    ]);
}

#[test]
fn a_request_whose_kv_cache_is_on_its_way_neither_waits_nor_runs() {
    let rig = Rig::new();
    let mut request = rig.engine.request(&Context::new(), Prompt::text(100));
    rig.advance_ms(2);
    request.transferring();
    request.transferring();
    assert_eq!(active(&rig), ["0", "0", "1", "0"]);
    rig.advance_ms(30);
    request.scheduled();
    assert_eq!(active(&rig), ["0", "1", "0", "0"]);
    request.prefilled(Cached { remote: 100, ..Cached::default() });
    request.tokens(1);
    request.transferring();
    drop(request);
    assert_eq!(active(&rig), ["0", "0", "0", "0"]);
    rig.check_corrections(&[(Correction::RepeatedTransition, 1)]);
    assert_eq!(rig.values("infer.request.queue.duration"), ["sum=0.032"]);
}

#[test]
fn chunks_of_a_prefill_are_counted_as_they_are_computed() {
    let rig = Rig::new();
    let sources = || rig.values("infer.kv_cache.prompt_tokens");
    let mut request = rig.engine.request(&Context::new(), Prompt::text(1000));
    request.scheduled();
    request.cached(Cached { device: 200, disk: 100, ..Cached::default() });
    assert_eq!(sources(), ["0", "200", "100", "0", "0"], "computed, device, disk, host, remote");
    for computed in ["256", "512"] {
        rig.advance_ms(10);
        request.prefill_chunk(256);
        assert_eq!(sources()[0], computed);
    }
    request.prefilled(None);
    assert_eq!(sources(), ["700", "200", "100", "0", "0"], "together the prompt");
    rig.check_corrections(&[]);
    request.prefill_chunk(1);
    rig.check_corrections(&[(Correction::RepeatedTransition, 1)]);
}

#[test]
fn chunks_beyond_the_prompt_are_cut() {
    let rig = Rig::new();
    let mut request = rig.engine.request(&Context::new(), Prompt::text(100));
    request.scheduled();
    request.prefill_chunk(90);
    request.prefill_chunk(90);
    request.prefilled(Cached { host: 5, ..Cached::default() });
    assert_eq!(rig.values("infer.kv_cache.prompt_tokens"), ["100", "0", "0", "0", "0"]);
    rig.check_corrections(&[(Correction::CachedBeyondPrompt, 1), (Correction::PartBeyondWhole, 1)]);
}
