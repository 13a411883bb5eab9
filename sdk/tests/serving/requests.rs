//! A request's metrics, whichever way it ends.

use std::panic::{AssertUnwindSafe, catch_unwind};

use inferometer_sdk::{
    Cached, Correction, FinishReason, MAX_ERROR_TYPES, Prompt, Request, TokenModality,
};
use opentelemetry::Context;
use opentelemetry_sdk::trace::Sampler;

use crate::support::{Rig, START};

const PROMPT: Prompt = Prompt::text(812);

fn arrived(rig: &Rig) -> Request {
    rig.engine.request(&Context::new(), PROMPT)
}

/// Waits 10 ms, prefills in 30 ms with 640 cached tokens, and emits its first token 5 ms later.
fn decoding(rig: &Rig) -> Request {
    let mut request = arrived(rig);
    rig.advance_ms(10);
    request.scheduled();
    rig.advance_ms(30);
    request.prefilled(Cached { device: 640, ..Default::default() });
    rig.advance_ms(5);
    request.tokens(1);
    request
}

#[test]
fn a_streamed_request_feeds_every_instrument_once() {
    let rig = Rig::new();
    let mut request = decoding(&rig);
    for (gap, tokens) in [(20, 1), (20, 2), (40, 1)] {
        rig.advance_ms(gap);
        request.tokens(tokens);
    }
    rig.advance_ms(4);
    request.finish(FinishReason::Stop);
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0.129
        gen_ai.server.time_per_output_token count=1 sum=0.021
        gen_ai.server.time_to_first_token count=1 sum=0.045
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="computed"} 172
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="device"} 640
        infer.request.cached_tokens count=1 sum=640
        infer.request.decode.duration count=1 sum=0.08
        infer.request.finished{infer.request.finish_reason="stop"} 1
        infer.request.input_tokens count=1 sum=812
        infer.request.output_tokens count=1 sum=5
        infer.request.prefill.duration count=1 sum=0.03
        infer.request.queue.duration count=1 sum=0.01
        infer.request.time_between_tokens count=3 sum=0.08
        infer.token.cached_input 640
        infer.token.input{gen_ai.token.modality="text"} 812
        infer.token.output{gen_ai.token.modality="text"} 5
        "#,
    );
}

#[test]
fn a_unary_answers_first_token_is_there_when_it_ends() {
    let rig = Rig::new();
    let mut request = arrived(&rig);
    request.scheduled();
    request.prefilled(Cached::default());
    rig.advance_ms(250);
    request.tokens(17);
    request.finish(FinishReason::Length);
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0.25
        gen_ai.server.time_to_first_token count=1 sum=0.25
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="computed"} 812
        infer.request.cached_tokens count=1 sum=0
        infer.request.finished{infer.request.finish_reason="length"} 1
        infer.request.input_tokens count=1 sum=812
        infer.request.output_tokens count=1 sum=17
        infer.request.prefill.duration count=1 sum=0
        infer.request.queue.duration count=1 sum=0
        infer.token.input{gen_ai.token.modality="text"} 812
        infer.token.output{gen_ai.token.modality="text"} 17
        "#,
    );
}

#[test]
fn two_requests_of_a_batch_share_one_reading() {
    let rig = Rig::new();
    let ms = |milliseconds: u64| START + milliseconds * 1_000_000;
    let mut batch = [ms(0), ms(6)].map(|at| {
        let prompt = Prompt::text(10);
        rig.engine.request_at(&Context::new(), prompt, at)
    });
    for request in &mut batch {
        request.scheduled_at(ms(10));
        request.prefilled_at(Cached::default(), ms(20));
    }
    for step in [ms(25), ms(45)] {
        batch.iter_mut().for_each(|request| request.tokens_at(1, step));
    }
    for request in batch {
        request.finish_at(FinishReason::Stop, ms(45));
    }
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=2 sum=0.084
        gen_ai.server.time_per_output_token count=2 sum=0.04
        gen_ai.server.time_to_first_token count=2 sum=0.044
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="computed"} 20
        infer.request.cached_tokens count=2 sum=0
        infer.request.decode.duration count=2 sum=0.04
        infer.request.finished{infer.request.finish_reason="stop"} 2
        infer.request.input_tokens count=2 sum=20
        infer.request.output_tokens count=2 sum=4
        infer.request.prefill.duration count=2 sum=0.02
        infer.request.queue.duration count=2 sum=0.014
        infer.request.time_between_tokens count=2 sum=0.04
        infer.token.input{gen_ai.token.modality="text"} 20
        infer.token.output{gen_ai.token.modality="text"} 4
        "#,
    );
}

#[test]
fn a_dropped_request_was_aborted_and_has_no_time_to_first_token() {
    let rig = Rig::new();
    drop(decoding(&rig));
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0.045
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="computed"} 172
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="device"} 640
        infer.request.cached_tokens count=1 sum=640
        infer.request.finished{infer.request.finish_reason="abort"} 1
        infer.request.input_tokens count=1 sum=812
        infer.request.output_tokens count=1 sum=1
        infer.request.prefill.duration count=1 sum=0.03
        infer.request.queue.duration count=1 sum=0.01
        infer.token.cached_input 640
        infer.token.input{gen_ai.token.modality="text"} 812
        infer.token.output{gen_ai.token.modality="text"} 1
        "#,
    );
}

#[test]
fn a_request_that_never_left_the_queue_has_no_queue_time() {
    let rig = Rig::new();
    let request = arrived(&rig);
    rig.advance_ms(50);
    drop(request);
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0.05
        infer.request.finished{infer.request.finish_reason="abort"} 1
        infer.request.input_tokens count=1 sum=812
        infer.token.input{gen_ai.token.modality="text"} 812
        "#,
    );
}

#[test]
fn a_panic_is_a_failure_of_its_own_type() {
    let rig = Rig::new();
    let request = decoding(&rig);
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let _request = request;
        panic!("the engine broke");
    }));
    assert!(caught.is_err());
    rig.check_points(
        "infer.request.active",
        r#"
        infer.request.active{gen_ai.operation.name="chat",gen_ai.provider.name="self_hosted",gen_ai.request.model="llama-3-70b",infer.replica=0,infer.request.state="preempted",infer.stage="unified"} 0
        infer.request.active{gen_ai.operation.name="chat",gen_ai.provider.name="self_hosted",gen_ai.request.model="llama-3-70b",infer.replica=0,infer.request.state="running",infer.stage="unified"} 0
        infer.request.active{gen_ai.operation.name="chat",gen_ai.provider.name="self_hosted",gen_ai.request.model="llama-3-70b",infer.replica=0,infer.request.state="transferring",infer.stage="unified"} 0
        infer.request.active{gen_ai.operation.name="chat",gen_ai.provider.name="self_hosted",gen_ai.request.model="llama-3-70b",infer.replica=0,infer.request.state="waiting",infer.stage="unified"} 0
        "#,
    );
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration{error.type="panic"} count=1 sum=0.045
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="computed"} 172
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="device"} 640
        infer.request.cached_tokens count=1 sum=640
        infer.request.finished{error.type="panic",infer.request.finish_reason="error"} 1
        infer.request.input_tokens count=1 sum=812
        infer.request.output_tokens count=1 sum=1
        infer.request.prefill.duration count=1 sum=0.03
        infer.request.queue.duration count=1 sum=0.01
        infer.token.cached_input 640
        infer.token.input{gen_ai.token.modality="text"} 812
        infer.token.output{gen_ai.token.modality="text"} 1
        "#,
    );
}

#[test]
fn a_failure_says_its_type_and_has_no_time_per_token() {
    let rig = Rig::new();
    let mut request = arrived(&rig);
    request.scheduled();
    rig.advance_ms(30);
    request.prefilled(Cached::default());
    request.tokens(1);
    rig.advance_ms(10);
    request.tokens(1);
    request.fail("timeout");
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration{error.type="timeout"} count=1 sum=0.04
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="computed"} 812
        infer.request.cached_tokens count=1 sum=0
        infer.request.decode.duration count=1 sum=0.01
        infer.request.finished{error.type="timeout",infer.request.finish_reason="error"} 1
        infer.request.input_tokens count=1 sum=812
        infer.request.output_tokens count=1 sum=2
        infer.request.prefill.duration count=1 sum=0.03
        infer.request.queue.duration count=1 sum=0
        infer.request.time_between_tokens count=1 sum=0.01
        infer.token.input{gen_ai.token.modality="text"} 812
        infer.token.output{gen_ai.token.modality="text"} 2
        "#,
    );
}

#[test]
fn every_reason_is_counted_once_under_its_own_name() {
    let rig = Rig::new();
    for reason in FinishReason::ALL {
        arrived(&rig).finish(reason);
    }
    arrived(&rig).finish(FinishReason::Stop);
    let labels = r#"gen_ai.operation.name="chat",gen_ai.provider.name="self_hosted",gen_ai.request.model="llama-3-70b",infer.replica=0"#;
    let ok = |reason: &str| {
        format!(r#"{{{labels},infer.request.finish_reason="{reason}",infer.stage="unified"}}"#)
    };
    let failed = |kind: &str| format!(r#"{{error.type="{kind}",{}"#, &ok("error")[1..]);
    let expected = [
        (failed("_OTHER"), 1),
        (failed("panic"), 0),
        (failed("timeout"), 0),
        (ok("abort"), 1),
        (ok("barge_in"), 1),
        (ok("content_filter"), 1),
        (ok("length"), 1),
        (ok("stop"), 2),
        (ok("tool_call"), 1),
    ]
    .map(|(labels, count)| format!("infer.request.finished{labels} {count}"));
    rig.check_points("infer.request.finished", &expected.join("\n"));
}

#[test]
fn active_requests_return_to_zero_whichever_way_they_end() {
    let rig = Rig::new();
    let mut waiting = arrived(&rig);
    let mut running = decoding(&rig);
    waiting.scheduled();
    let queued = arrived(&rig);
    let shown = |rig: &Rig| rig.values("infer.request.active");
    assert_eq!(shown(&rig), ["0", "2", "0", "1"], "preempted, running, transferring, waiting");
    running.tokens(1);
    running.finish(FinishReason::Stop);
    waiting.fail("timeout");
    drop(queued);
    arrived(&rig).finish(FinishReason::Error);
    arrived(&rig).finish(FinishReason::Stop);
    assert_eq!(shown(&rig), ["0", "0", "0", "0"]);
}

#[test]
fn error_types_beyond_the_limit_share_one_series() {
    let rig = Rig::new();
    // `_OTHER`, `panic` and `timeout` are bound already.
    for index in 0..MAX_ERROR_TYPES {
        arrived(&rig).fail(&format!("error {index}"));
    }
    assert_eq!(rig.values("infer.request.finished{error.type=\"_OTHER\""), ["3"]);
    assert_eq!(rig.engine.corrections(Correction::ErrorTypeBeyondLimit), 3);
}

#[test]
fn input_and_output_are_counted_by_modality() {
    let rig = Rig::with(Sampler::AlwaysOn, |engine| engine.output_modality(TokenModality::Audio));
    let prompt = Prompt {
        tokens: 100,
        image_tokens: Some(60),
        audio_tokens: Some(10),
        video_tokens: Some(5),
    };
    let mut request = rig.engine.request(&Context::new(), prompt);
    request.scheduled();
    request.prefilled(Cached { device: 1, host: 2, disk: 3, remote: 4 });
    request.tokens(7);
    request.finish(FinishReason::Stop);
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0
        gen_ai.server.time_to_first_token count=1 sum=0
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="computed"} 90
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="device"} 1
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="disk"} 3
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="host"} 2
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="remote"} 4
        infer.request.audio_input_tokens count=1 sum=10
        infer.request.audio_output_tokens count=1 sum=7
        infer.request.cached_tokens count=1 sum=10
        infer.request.finished{infer.request.finish_reason="stop"} 1
        infer.request.input_tokens count=1 sum=100
        infer.request.output_tokens count=1 sum=7
        infer.request.prefill.duration count=1 sum=0
        infer.request.queue.duration count=1 sum=0
        infer.token.cached_input 10
        infer.token.input{gen_ai.token.modality="audio"} 10
        infer.token.input{gen_ai.token.modality="image"} 60
        infer.token.input{gen_ai.token.modality="text"} 25
        infer.token.input{gen_ai.token.modality="video"} 5
        infer.token.output{gen_ai.token.modality="audio"} 7
        "#,
    );
}
