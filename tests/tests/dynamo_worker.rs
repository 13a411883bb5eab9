//! The Dynamo-style worker of `examples`, run as it is: its scrape joins frontend and worker by hierarchical labels, has
//! one value of cached tokens per answered request, and the state of the cache after the last forward pass.

use std::{process::Command, sync::OnceLock};

use inferometer_tests::{
    Child, CollectorUnderTest, Expected, FakeBackend, Scrape, Span, example_program, series, tree,
};

/// Requests that were answered, and one whose client left after two of its five tokens.
const ANSWERED: f64 = 3.0;
const LEFT: f64 = 1.0;
const PROMPT: f64 = 96.0;
const PREFIX: f64 = 64.0;
const ANSWER: f64 = 5.0;

struct Run {
    page: Scrape,
    spans: Vec<Span>,
}

/// The example is run once for all of these tests.
fn run() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| {
        let backend = FakeBackend::start();
        let collector = CollectorUnderTest::forwarding_traces_to(backend.address());
        let mut command = Command::new(example_program("dynamo_worker"));
        command
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.otlp_endpoint())
            .env("OTEL_SERVICE_NAME", "worker");
        let ended = Child::spawn(&mut command).wait();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(!ended.stdout.iter().chain(&ended.stderr).any(|line| line.contains("WARN")));
        Run { page: collector.scrape(), spans: backend.wait_for_spans(SPANS) }
    })
}

/// That of `clear_kv_blocks`; and of four requests the frontend's with its decode, and the worker's with queue, prefill
/// and decode.
const SPANS: usize = 1 + 4 * (2 + 4);

fn of(component: &str, endpoint: &str, name: &str) -> Expected {
    series(name)
        .label("job", "worker")
        .label("dynamo_namespace", "dynamo")
        .label("dynamo_component", component)
        .label("dynamo_endpoint", endpoint)
        .label("gen_ai_request_model", "llama-3-70b")
}

fn frontend(name: &str) -> Expected {
    of("frontend", "chat", name)
}

fn worker(name: &str) -> Expected {
    of("backend", "generate", name)
}

#[test]
fn every_answered_request_has_one_value_of_cached_tokens_whether_or_not_usage_was_asked_for() {
    let page = &run().page;
    frontend("infer_request_cached_tokens_count").value(ANSWERED).expect_in(page);
    // The first one found nothing, which is known: 0.
    frontend("infer_request_cached_tokens_sum").value((ANSWERED - 1.0) * PREFIX).expect_in(page);
    frontend("infer_request_cached_tokens_bucket").label("le", "0").value(1.0).expect_in(page);
    frontend("infer_token_cached_input_total").value((ANSWERED - 1.0) * PREFIX).expect_in(page);
    let finished = |reason| {
        frontend("infer_request_finished_total").label("infer_request_finish_reason", reason)
    };
    finished("length").value(ANSWERED).expect_in(page);
    finished("abort").value(LEFT).expect_in(page);
    frontend("infer_token_output_total").value(ANSWERED * ANSWER + 2.0).expect_in(page);
    frontend("gen_ai_server_time_to_first_token_seconds_count").value(ANSWERED).expect_in(page);
}

#[test]
fn what_is_another_process_to_tell_has_no_value() {
    let page = &run().page;
    for phase in ["queue", "prefill"] {
        let name = format!("infer_request_{phase}_duration_seconds_count");
        worker(&name).value(ANSWERED + LEFT).expect_in(page);
        assert!(frontend(&name).find_in(page).is_err(), "the frontend sees no {phase}");
    }
    let (corrections, _) = page.sum("infer_sdk_correction_total", &[]);
    assert_eq!(corrections, 0.0, "the example reports nothing wrongly");
}

#[test]
fn kv_stats_are_those_of_the_last_forward_pass() {
    let page = &run().page;
    let device = |name: &str| worker(name).label("infer_kv_cache_tier", "device");
    let blocks =
        |state| device("infer_kv_cache_block_usage").label("infer_kv_cache_block_state", state);
    blocks("active").value(0.0).expect_in(page);
    blocks("cached").value(4.0).expect_in(page);
    blocks("free").value(60.0).expect_in(page);
    device("infer_kv_cache_block_limit").value(64.0).expect_in(page);
    device("infer_kv_cache_utilization").value(0.0).expect_in(page);
    device("infer_kv_cache_prefix_hit_ratio").value(3.0 * PREFIX / (4.0 * PROMPT)).expect_in(page);
    let source = |source| {
        worker("infer_kv_cache_prompt_tokens_total").label("infer_kv_cache_source", source)
    };
    source("device").value(3.0 * PREFIX).expect_in(page);
    source("computed").value(4.0 * PROMPT - 3.0 * PREFIX).expect_in(page);
}

#[test]
fn two_endpoints_of_one_component_have_series_of_their_own() {
    let page = &run().page;
    let finished = |endpoint, reason| {
        of("backend", endpoint, "infer_request_finished_total")
            .label("infer_request_finish_reason", reason)
    };
    finished("clear_kv_blocks", "stop").value(1.0).expect_in(page);
    finished("clear_kv_blocks", "length").value(0.0).expect_in(page);
    finished("generate", "stop").value(0.0).expect_in(page);
}

#[test]
fn a_request_is_one_trace_through_frontend_and_worker() {
    let answered = |span: &&Span| {
        span.attributes.get("dynamo_component").is_some_and(|it| it == "frontend")
            && span
                .attributes
                .get("gen_ai.response.finish_reasons")
                .is_some_and(|it| it.contains("length"))
    };
    let spans = &run().spans;
    let root = spans.iter().find(answered).expect("an answered request");
    let trace: Vec<Span> =
        spans.iter().filter(|span| span.trace_id == root.trace_id).cloned().collect();
    let tree = tree(&trace, &["dynamo_component", "gen_ai.usage.output_tokens"]);
    let mut lines: Vec<&str> =
        tree.lines().map(|line| line.trim_start_matches(['|', '`', '-', ' '])).collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "chat llama-3-70b [server] dynamo_component=backend gen_ai.usage.output_tokens=5",
            "chat llama-3-70b [server] dynamo_component=frontend gen_ai.usage.output_tokens=5",
            "infer.decode gen_ai.usage.output_tokens=5",
            "infer.decode gen_ai.usage.output_tokens=5",
            "infer.prefill",
            "infer.queue",
        ],
        "{tree}"
    );
}
