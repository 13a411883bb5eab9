//! The steps of an engine's loop.

use std::time::Duration;

use inferometer_sdk::{Correction, StepBatch};

use crate::support::Rig;

const DECODE: StepBatch = StepBatch { prefill_tokens: 0, decode_tokens: 32, requests: 30 };

#[test]
fn a_step_is_recorded_by_kind_with_its_duration_tokens_and_requests() {
    let rig = Rig::new();
    let steps = rig.engine.steps();
    steps.record(DECODE, Duration::from_millis(10));
    steps.record(DECODE, Duration::from_millis(15));
    steps.record_between(
        StepBatch { prefill_tokens: 500, decode_tokens: 7, requests: 8 },
        1_000_000,
        81_000_000,
    );
    rig.check_metrics(
        r#"
        infer.scheduler.iteration.duration{infer.iteration.kind="decode"} count=2 sum=0.025
        infer.scheduler.iteration.duration{infer.iteration.kind="mixed"} count=1 sum=0.08
        infer.scheduler.iteration.requests{infer.iteration.kind="decode"} count=2 sum=60
        infer.scheduler.iteration.requests{infer.iteration.kind="mixed"} count=1 sum=8
        infer.scheduler.iteration.tokens{infer.iteration.kind="decode"} count=2 sum=64
        infer.scheduler.iteration.tokens{infer.iteration.kind="mixed"} count=1 sum=507
        "#,
    );
}

#[test]
fn a_step_without_tokens_or_without_requests_is_counted_and_not_recorded() {
    let rig = Rig::new();
    let steps = rig.engine.steps();
    for empty in [StepBatch::default(), StepBatch { decode_tokens: 0, ..DECODE }] {
        steps.record(empty, Duration::from_millis(1));
    }
    steps.record(StepBatch { requests: 0, ..DECODE }, Duration::from_millis(1));
    rig.check_metrics("");
    assert_eq!(rig.engine.corrections(Correction::EmptyStep), 3);
}

#[test]
fn a_step_that_ended_before_it_began_took_no_time() {
    let rig = Rig::new();
    rig.engine.steps().record_between(DECODE, 2_000_000, 1_000_000);
    rig.check_points(
        "infer.scheduler.iteration.duration",
        r#"
        infer.scheduler.iteration.duration{gen_ai.operation.name="chat",gen_ai.provider.name="self_hosted",gen_ai.request.model="llama-3-70b",infer.iteration.kind="decode",infer.replica=0,infer.stage="unified"} count=1 sum=0
        "#,
    );
    assert_eq!(rig.engine.corrections(Correction::TimeWentBack), 1);
}
