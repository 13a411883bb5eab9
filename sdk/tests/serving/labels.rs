//! Who recorded it.

use inferometer_sdk::{Engine, FinishReason, Prompt};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::Sampler;

use crate::support::Rig;

#[test]
fn every_series_says_operation_provider_model_stage_replica_and_the_callers_own() {
    let rig = Rig::with(Sampler::AlwaysOff, |engine| {
        engine
            .operation("text_completion")
            .provider("vllm")
            .stage("decode")
            .replica(3)
            .label(KeyValue::new("tenant", "blue"))
            .label(KeyValue::new("infer.stage", "not mine to say"))
    });
    rig.check_points(
        "infer.token.output",
        r#"
        infer.token.output{gen_ai.operation.name="text_completion",gen_ai.provider.name="vllm",gen_ai.request.model="llama-3-70b",gen_ai.token.modality="audio",infer.replica=3,infer.stage="decode",tenant="blue"} 0
        infer.token.output{gen_ai.operation.name="text_completion",gen_ai.provider.name="vllm",gen_ai.request.model="llama-3-70b",gen_ai.token.modality="image",infer.replica=3,infer.stage="decode",tenant="blue"} 0
        infer.token.output{gen_ai.operation.name="text_completion",gen_ai.provider.name="vllm",gen_ai.request.model="llama-3-70b",gen_ai.token.modality="text",infer.replica=3,infer.stage="decode",tenant="blue"} 0
        infer.token.output{gen_ai.operation.name="text_completion",gen_ai.provider.name="vllm",gen_ai.request.model="llama-3-70b",gen_ai.token.modality="unknown",infer.replica=3,infer.stage="decode",tenant="blue"} 0
        infer.token.output{gen_ai.operation.name="text_completion",gen_ai.provider.name="vllm",gen_ai.request.model="llama-3-70b",gen_ai.token.modality="video",infer.replica=3,infer.stage="decode",tenant="blue"} 0
        "#,
    );
}

#[test]
fn counters_are_there_before_the_first_request_and_histograms_are_not() {
    let rig = Rig::new();
    let names: Vec<_> = rig
        .points("")
        .map(|point| point.split('{').next().unwrap_or_default().to_owned())
        .collect();
    let count = |name: &str| names.iter().filter(|found| *found == name).count();
    assert_eq!(count("infer.kv_cache.prompt_tokens"), 5);
    assert_eq!(count("infer.request.active"), 4);
    assert_eq!(count("infer.request.finished"), 9);
    assert_eq!(count("infer.scheduler.preemptions"), 2);
    assert_eq!(count("infer.token.cached_input"), 1);
    assert_eq!(count("infer.token.input"), 4);
    assert_eq!(count("infer.token.output"), 5);
    assert_eq!(count("infer.token.reasoning_output"), 1);
    assert_eq!(count("infer.token.tool_output"), 1);
    assert_eq!(names.len(), 32, "{names:?}");
}

#[test]
fn engines_with_the_same_labels_share_their_series() {
    let rig = Rig::new();
    let build = || {
        Engine::builder(
            rig.meters.serving_scope(),
            opentelemetry::trace::noop::NoopTracer::new(),
            "shared",
        )
        .build()
    };
    for engine in [build(), build()] {
        let prompt = Prompt { tokens: 2, ..Default::default() };
        engine.request(&Context::new(), prompt).finish(FinishReason::Abort);
    }
    let is_text = |point: &String| point.contains("\"shared\"") && point.contains("\"text\"");
    let inputs: Vec<_> = rig.points("infer.token.input").filter(is_text).collect();
    assert!(matches!(&inputs[..], [sum] if sum.ends_with(" 4")), "{inputs:?}");
}
