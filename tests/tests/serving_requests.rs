//! Requests and their tokens on the collector's page: every instrument with its value and labels.

use std::{panic, sync::Arc, thread, time::Duration};

use inferometer_sdk::{
    Cached, Engine, FinishReason, ManualClock, PreemptionMode, Prompt, Request, Telemetry,
    TokenModality, TokenUsage,
};
use inferometer_tests::{CollectorUnderTest, Expected, Kind, Scrape, family, series, wait};
use opentelemetry::{Context, KeyValue};

/// No export comes by itself within a test.
const NEVER: Duration = Duration::from_secs(3600);
/// When the clock starts, in nanoseconds since the Unix epoch.
const START: u64 = 1_700_000_000_000_000_000;
/// Where a worker of a distributed system stands: the names that Dynamo has for it.
const PLACE: [(&str, &str); 3] = [
    ("dynamo_namespace", "prod"),
    ("dynamo_component", "backend"),
    ("dynamo_endpoint", "generate"),
];

struct Setup {
    collector: CollectorUnderTest,
    telemetry: Telemetry,
    clock: ManualClock,
    engine: Engine,
}

impl Setup {
    fn start() -> Self {
        let collector = CollectorUnderTest::start();
        let clock = ManualClock::at(START);
        let telemetry = Telemetry::builder()
            .service_name("worker")
            .endpoint(collector.otlp_endpoint())
            .interval(NEVER)
            .clock(Arc::new(clock.clone()))
            .build()
            .expect("telemetry starts");
        let engine = telemetry.engine("llama-3-70b").provider("vllm").stage("decode").replica(1);
        let engine = PLACE
            .iter()
            .fold(engine, |engine, (key, value)| engine.label(KeyValue::new(*key, *value)));
        Self { collector, telemetry, clock, engine: engine.build() }
    }

    fn after(&self, milliseconds: u64) {
        self.clock.advance(Duration::from_millis(milliseconds));
    }

    fn arrived(&self) -> Request {
        self.engine.request(&Context::new(), Prompt::text(1000))
    }

    fn prefilled(&self, cached: Cached) -> Request {
        let mut request = self.arrived();
        self.after(20);
        request.scheduled();
        self.after(100);
        request.prefilled(cached);
        request
    }

    fn scrape(&self) -> Scrape {
        self.telemetry.flush(wait::PATIENCE).expect("everything is delivered");
        self.collector.scrape()
    }
}

/// A series of the engine, whose labels say who it is and where it stands.
fn of(name: &str) -> Expected {
    let expected = series(name)
        .label("job", "worker")
        .label("gen_ai_operation_name", "chat")
        .label("gen_ai_provider_name", "vllm")
        .label("gen_ai_request_model", "llama-3-70b")
        .label("infer_stage", "decode")
        .label("infer_replica", "1");
    PLACE.iter().fold(expected, |expected, (key, value)| expected.label(key, *value))
}

/// A series for each value of one label.
#[track_caller]
fn expect_by(page: &Scrape, name: &str, key: &str, expected: &[(&str, f64)]) {
    for (value, number) in expected {
        of(name).label(key, *value).value(*number).expect_in(page);
    }
    let (_, count) = page.sum(name, &[("infer_stage", "decode")]);
    assert_eq!(count, expected.len(), "{name} has no other series");
}

/// A histogram of one series: its sum, its count, and the bucket that is the first to have them all.
#[track_caller]
fn expect_histogram(page: &Scrape, name: &str, sum: f64, count: f64, (below, le): (&str, &str)) {
    let series = |suffix: &str| of(&format!("{name}{suffix}")).label("error_type", "");
    let shown = series("_sum").expect_in(page).value;
    assert!((shown - sum).abs() < 1e-9, "{name} is {shown}, not {sum}");
    series("_count").value(count).expect_in(page);
    series("_bucket").label("le", le).value(count).expect_in(page);
    assert!(series("_bucket").label("le", below).expect_in(page).value < count, "{name} {below}");
}

#[test]
fn active_requests_are_shown_by_state() {
    let setup = Setup::start();
    let shown = |expected: [f64; 4]| {
        let [waiting, transferring, running, preempted] = expected;
        let states = [
            ("waiting", waiting),
            ("transferring", transferring),
            ("running", running),
            ("preempted", preempted),
        ];
        expect_by(&setup.scrape(), "infer_request_active", "infer_request_state", &states);
    };
    shown([0.0, 0.0, 0.0, 0.0]);
    let waiting = [setup.arrived(), setup.arrived()];
    let mut transferring = setup.arrived();
    transferring.transferring();
    let mut preempted = setup.prefilled(Cached::default());
    preempted.tokens(1);
    preempted.preempted(PreemptionMode::Recompute);
    let running = setup.prefilled(Cached::default());
    shown([2.0, 1.0, 1.0, 1.0]);
    preempted.scheduled();
    drop(waiting);
    shown([0.0, 1.0, 2.0, 0.0]);
    running.finish(FinishReason::Stop);
    preempted.fail("out_of_memory");
    drop(transferring);
    shown([0.0, 0.0, 0.0, 0.0]);
    family(
        &setup.scrape(),
        "infer_request_active",
        Kind::Gauge,
        "Requests that have arrived and not ended, by state.",
    );
}

#[test]
fn finished_requests_are_counted_by_reason() {
    let setup = Setup::start();
    for reason in FinishReason::ALL {
        setup.arrived().finish(reason);
    }
    setup.prefilled(Cached::default()).finish(FinishReason::Length);
    let page = setup.scrape();
    let reasons = [
        ("stop", 1.0),
        ("length", 2.0),
        ("tool_call", 1.0),
        ("content_filter", 1.0),
        ("barge_in", 1.0),
        ("abort", 1.0),
    ];
    for (reason, count) in reasons {
        of("infer_request_finished_total")
            .label("infer_request_finish_reason", reason)
            .label("error_type", "")
            .value(count)
            .expect_in(&page);
    }
}

#[test]
fn failed_requests_are_counted_by_error_type() {
    let setup = Setup::start();
    setup.arrived().fail("out_of_memory");
    setup.arrived().finish(FinishReason::Error);
    let mut late = setup.arrived();
    late.deadline_at(START + 1_000_000);
    setup.after(1);
    drop(late);
    let request = setup.arrived();
    let broke = thread::spawn(move || {
        let _request = request;
        panic::resume_unwind(Box::new("the engine broke"));
    });
    assert!(broke.join().is_err());
    let page = setup.scrape();
    for error_type in ["out_of_memory", "_OTHER", "timeout", "panic"] {
        of("infer_request_finished_total")
            .label("infer_request_finish_reason", "error")
            .label("error_type", error_type)
            .value(1.0)
            .expect_in(&page);
        of("gen_ai_server_request_duration_seconds_count")
            .label("error_type", error_type)
            .value(1.0)
            .expect_in(&page);
    }
}

#[test]
fn a_request_ends_once_whoever_drops_it_afterwards() {
    let setup = Setup::start();
    for _ in 0..3 {
        let mut request = setup.prefilled(Cached::default());
        request.tokens(2);
        setup.after(10);
        request.tokens(2);
        request.finish(FinishReason::Stop);
    }
    drop(setup.arrived());
    let page = setup.scrape();
    assert_eq!(page.sum("infer_request_finished_total", &[("infer_stage", "decode")]).0, 4.0);
    assert_eq!(page.sum("gen_ai_server_request_duration_seconds_count", &[]).0, 4.0);
    assert_eq!(page.sum("infer_request_active", &[]).0, 0.0);
    assert_eq!(page.sum("infer_request_output_tokens_count", &[]).0, 3.0);
    assert_eq!(page.sum("infer_token_output_total", &[]).0, 12.0);
}

#[test]
fn each_response_of_a_session_is_a_request_of_its_own() {
    let setup = Setup::start();
    let mut speaking = setup.prefilled(Cached::default());
    speaking.tokens_of(TokenModality::Audio, 40);
    let mut next = setup.prefilled(Cached { device: 900, ..Cached::default() });
    speaking.finish(FinishReason::BargeIn);
    next.tokens_of(TokenModality::Audio, 10);
    next.finish(FinishReason::Stop);
    let page = setup.scrape();
    for reason in ["barge_in", "stop"] {
        of("infer_request_finished_total")
            .label("infer_request_finish_reason", reason)
            .value(1.0)
            .expect_in(&page);
    }
    expect_histogram(&page, "infer_request_audio_output_tokens", 50.0, 2.0, ("16", "64"));
}

/// Scenario: 20 ms in the queue, 100 ms of prefill, a token after 5 ms and three steps of 30, 30 and 60 ms.
#[test]
fn durations_of_a_request_are_those_of_its_states() {
    let setup = Setup::start();
    let mut request = setup.prefilled(Cached::default());
    setup.after(5);
    request.tokens(1);
    for (milliseconds, accepted) in [(30, 1), (30, 1), (60, 2)] {
        setup.after(milliseconds);
        request.tokens(accepted);
    }
    setup.after(8);
    request.finish(FinishReason::Stop);
    let page = setup.scrape();
    let expect = |name: &str, sum: f64, count: f64, bucket: (&str, &str)| {
        expect_histogram(&page, &format!("{name}_seconds"), sum, count, bucket);
    };
    expect("infer_request_queue_duration", 0.02, 1.0, ("0.01", "0.02"));
    expect("infer_request_prefill_duration", 0.1, 1.0, ("0.05", "0.1"));
    expect("infer_request_decode_duration", 0.12, 1.0, ("0.1", "0.2"));
    expect("infer_request_time_between_tokens", 0.12, 3.0, ("0.05", "0.075"));
    expect("gen_ai_server_time_to_first_token", 0.125, 1.0, ("0.1", "0.25"));
    expect("gen_ai_server_time_per_output_token", 0.032, 1.0, ("0.025", "0.05"));
    expect("gen_ai_server_request_duration", 0.253, 1.0, ("0.16", "0.32"));
}

#[test]
fn an_aborted_prefill_has_a_duration_and_no_time_to_first_token() {
    let setup = Setup::start();
    let mut request = setup.arrived();
    request.scheduled();
    setup.after(40);
    drop(request);
    let page = setup.scrape();
    expect_histogram(&page, "gen_ai_server_request_duration_seconds", 0.04, 1.0, ("0.02", "0.04"));
    assert!(page.family("gen_ai_server_time_to_first_token_seconds").is_none());
    assert!(page.family("gen_ai_server_time_per_output_token_seconds").is_none());
    assert!(page.family("infer_request_prefill_duration_seconds").is_none());
    assert!(page.family("infer_request_output_tokens").is_none());
}

#[test]
fn input_tokens_are_counted_by_modality() {
    let setup = Setup::start();
    let prompt = Prompt {
        tokens: 100,
        image_tokens: Some(60),
        audio_tokens: Some(10),
        video_tokens: Some(5),
    };
    drop(setup.engine.request(&Context::new(), prompt));
    let page = setup.scrape();
    let modalities = [("text", 25.0), ("image", 60.0), ("audio", 10.0), ("video", 5.0)];
    expect_by(&page, "infer_token_input_total", "gen_ai_token_modality", &modalities);
    expect_histogram(&page, "infer_request_input_tokens", 100.0, 1.0, ("64", "256"));
    expect_histogram(&page, "infer_request_audio_input_tokens", 10.0, 1.0, ("4", "16"));
}

#[test]
fn output_tokens_are_counted_by_modality_as_they_are_generated() {
    let setup = Setup::start();
    let mut request = setup.prefilled(Cached::default());
    request.tokens(3);
    request.tokens_of(TokenModality::Audio, 20);
    let modalities = |text: f64| {
        [("text", text), ("audio", 20.0), ("image", 0.0), ("video", 0.0), ("unknown", 0.0)]
    };
    let page = setup.scrape();
    expect_by(&page, "infer_token_output_total", "gen_ai_token_modality", &modalities(3.0));
    assert!(page.family("infer_request_output_tokens").is_none(), "it has not ended");
    request.tokens(2);
    request.finish(FinishReason::Stop);
    let page = setup.scrape();
    expect_by(&page, "infer_token_output_total", "gen_ai_token_modality", &modalities(5.0));
    expect_histogram(&page, "infer_request_output_tokens", 25.0, 1.0, ("16", "64"));
    expect_histogram(&page, "infer_request_audio_output_tokens", 20.0, 1.0, ("16", "64"));
}

#[test]
fn reasoning_and_tool_tokens_are_counted_as_parts_of_the_output() {
    let setup = Setup::start();
    let mut request = setup.prefilled(Cached::default());
    request.tokens(50);
    request.reasoning_tokens(30);
    request.tool_tokens(12);
    request.finish(FinishReason::ToolCall);
    let page = setup.scrape();
    of("infer_token_reasoning_output_total").value(30.0).expect_in(&page);
    of("infer_token_tool_output_total").value(12.0).expect_in(&page);
    expect_histogram(&page, "infer_request_reasoning_tokens", 30.0, 1.0, ("16", "64"));
}

#[test]
fn prompt_tokens_are_counted_by_source_and_cached_ones_once_a_request() {
    let setup = Setup::start();
    let mut request = setup.prefilled(Cached { device: 600, host: 200, disk: 50, remote: 10 });
    request.usage(TokenUsage { cached: Some(860), ..TokenUsage::default() });
    request.tokens(1);
    request.preempted(PreemptionMode::Recompute);
    request.scheduled();
    request.prefilled(Cached { device: 992, ..Cached::default() });
    request.finish(FinishReason::Stop);
    let page = setup.scrape();
    let sources =
        [("computed", 140.0), ("device", 600.0), ("host", 200.0), ("disk", 50.0), ("remote", 10.0)];
    expect_by(&page, "infer_kv_cache_prompt_tokens_total", "infer_kv_cache_source", &sources);
    of("infer_token_cached_input_total").value(860.0).expect_in(&page);
    expect_histogram(&page, "infer_request_cached_tokens", 860.0, 1.0, ("256", "1024"));
    let modes = [("recompute", 1.0), ("swap", 0.0)];
    expect_by(&page, "infer_scheduler_preemptions_total", "infer_preemption_mode", &modes);
}

#[test]
fn a_number_that_nobody_knows_is_absent_and_one_that_is_zero_is_there() {
    let setup = Setup::start();
    let mut unknown = setup.engine.request(&Context::new(), None);
    unknown.tokens(1);
    unknown.finish(FinishReason::Stop);
    let per_request = [
        "infer_request_input_tokens",
        "infer_request_cached_tokens",
        "infer_request_audio_input_tokens",
        "infer_request_reasoning_tokens",
        "infer_request_audio_output_tokens",
    ];
    let page = setup.scrape();
    for name in per_request {
        assert!(page.family(name).is_none(), "{name}");
    }
    let mut known = setup.engine.request(&Context::new(), None);
    known.usage(TokenUsage {
        input: Some(0),
        cached: Some(0),
        input_audio: Some(0),
        output: Some(0),
        reasoning: Some(0),
        tool: Some(0),
        output_audio: Some(0),
    });
    known.finish(FinishReason::Stop);
    let page = setup.scrape();
    for name in per_request {
        of(&format!("{name}_sum")).value(0.0).expect_in(&page);
        of(&format!("{name}_count")).value(1.0).expect_in(&page);
    }
}

#[test]
fn what_contradicts_itself_is_put_right_and_counted() {
    let setup = Setup::start();
    let mut request = setup.arrived();
    request.preempted(PreemptionMode::Swap);
    request.prefilled(Cached { device: 2000, ..Cached::default() });
    request.tokens_at(5, START - 1);
    request.reasoning_tokens(9);
    request.usage(TokenUsage { output: Some(4), ..TokenUsage::default() });
    request.finish(FinishReason::Stop);
    setup.scrape();
    // The SDK measures itself with the export after the one in which it saw it.
    let page = setup.scrape();
    for reason in [
        "illegal_transition",
        "missing_transition",
        "cached_beyond_prompt",
        "time_went_back",
        "part_beyond_whole",
        "cumulative_decrease",
    ] {
        series("infer_sdk_correction_total")
            .label("infer_sdk_correction_reason", reason)
            .value(1.0)
            .expect_in(&page);
    }
}
