//! One of everything that a request goes through.

use std::time::Duration;

use inferometer_sdk::{
    Cached, Correction, Engine, FinishReason, ManualClock, Meters, PreemptionMode, Prompt, Request,
    TokenModality, TokenUsage,
};
use opentelemetry::Context;

pub(crate) fn run<M: Meters>(engine: &Engine<M>, clock: &ManualClock) {
    let after = |milliseconds| clock.advance(Duration::from_millis(milliseconds));
    let prefilled = |cached| {
        let prompt = Prompt { tokens: 500, image_tokens: Some(100), ..Prompt::default() };
        let mut request = engine.request(&Context::new(), prompt);
        after(7);
        request.scheduled();
        after(30);
        request.prefilled(cached);
        request
    };
    stream(prefilled(Cached { device: 200, host: 50, disk: 3, remote: 1 }), &after);
    preempt(prefilled(Cached::default()), &after);
    from_outside(engine, &after);
    fail(engine, &prefilled);
    misreport(engine);
    let waiting = engine.request(&Context::new(), Prompt::text(9));
    drop(waiting);
}

fn stream<M: Meters>(mut request: Request<M>, after: &impl Fn(u64)) {
    for (step, accepted) in [1, 1, 4, 2].into_iter().enumerate() {
        after(11 * (step as u64 + 1));
        request.tokens(accepted);
    }
    request.reasoning_tokens(3);
    request.tool_tokens(2);
    request.tokens_of(TokenModality::Audio, 6);
    request.finish(FinishReason::Stop);
}

fn preempt<M: Meters>(mut request: Request<M>, after: &impl Fn(u64)) {
    request.tokens(1);
    request.preempted(PreemptionMode::Swap);
    after(250);
    request.transferring();
    after(50);
    request.scheduled();
    request.tokens(1);
    request.finish(FinishReason::Length);
}

fn from_outside<M: Meters>(engine: &Engine<M>, after: &impl Fn(u64)) {
    let mut request = engine.request(&Context::new(), None);
    after(40);
    request.emitted();
    request.usage(TokenUsage {
        input: Some(70),
        cached: Some(64),
        input_audio: Some(12),
        output: Some(30),
        reasoning: Some(0),
        tool: None,
        output_audio: Some(4),
    });
    request.finish(FinishReason::BargeIn);
}

fn fail<M: Meters>(engine: &Engine<M>, prefilled: &impl Fn(Cached) -> Request<M>) {
    prefilled(Cached::default()).fail("out_of_memory");
    let mut late = prefilled(Cached { remote: 500, ..Cached::default() });
    late.deadline_at(0);
    drop(late);
    for index in 0..40 {
        let request = engine.request(&Context::new(), Prompt::text(1));
        request.fail(&format!("error {index}"));
    }
}

/// Numbers and orders that once stopped engines: both recorders take them.
fn misreport<M: Meters>(engine: &Engine<M>) {
    let mut request = engine.request_at(&Context::new(), Prompt::text(10), 50);
    request.preempted_at(PreemptionMode::Recompute, 0);
    request.prefilled_at(Cached { device: u64::MAX, ..Cached::default() }, 0);
    request.prefill_chunk_at(u64::MAX, 0);
    request.tokens_at(3, 0);
    request.reasoning_tokens(usize::MAX);
    request.usage(TokenUsage { output: Some(1), ..TokenUsage::default() });
    request.finish_at(FinishReason::ContentFilter, 0);
    assert!(engine.corrections(Correction::TimeWentBack) > 0);
    assert!(engine.corrections(Correction::CachedBeyondPrompt) > 0);
    assert!(engine.corrections(Correction::PartBeyondWhole) > 0);
    assert!(engine.corrections(Correction::CumulativeDecrease) > 0);
}
