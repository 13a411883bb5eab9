//! What an engine's loop does, on the collector's page: steps, device time, queues, preemptions, drafts, adapters, the
//! engine's state, and the load of its model.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use inferometer_sdk::{
    Adapters, Correction, DeviceEvent, DeviceEventState, Engine, EngineState, IterationKind,
    PreemptionMode, QueueDepths, StepBatch, Telemetry,
};
use inferometer_tests::{CollectorUnderTest, Expected, Scrape, series, wait};

/// No export comes by itself within a test.
const NEVER: Duration = Duration::from_secs(3600);

struct Setup {
    collector: CollectorUnderTest,
    telemetry: Telemetry,
    engine: Engine,
}

impl Setup {
    fn start() -> Self {
        let collector = CollectorUnderTest::start();
        let telemetry = Telemetry::builder()
            .service_name("engine")
            .endpoint(collector.otlp_endpoint())
            .interval(NEVER)
            .build()
            .expect("telemetry starts");
        let engine = telemetry.engine("llama-3-70b").stage("decode").replica(3).build();
        Self { collector, telemetry, engine }
    }

    fn scrape(&self) -> Scrape {
        self.telemetry.flush(wait::PATIENCE).expect("everything is delivered");
        self.collector.scrape()
    }
}

/// A series of the engine that these tests are about.
fn of_engine(name: &str) -> Expected {
    series(name)
        .label("job", "engine")
        .label("gen_ai_provider_name", "self_hosted")
        .label("gen_ai_request_model", "llama-3-70b")
        .label("infer_stage", "decode")
        .label("infer_replica", "3")
}

/// A histogram's sum, count and one of its buckets.
#[track_caller]
fn check_histogram(
    page: &Scrape,
    name: &str,
    label: (&str, &str),
    (sum, count): (f64, f64),
    (le, below): (&str, f64),
) {
    let of = |suffix: &str| of_engine(&format!("{name}_{suffix}")).label(label.0, label.1);
    of("sum").value(sum).expect_in(page);
    of("count").value(count).expect_in(page);
    of("bucket").label("le", le).value(below).expect_in(page);
}

#[test]
fn a_step_is_shown_by_kind_with_its_duration_tokens_and_requests() {
    let setup = Setup::start();
    let steps = setup.engine.steps();
    let decode = StepBatch { decode_tokens: 32, requests: 30, ..StepBatch::default() };
    steps.record(decode, Duration::from_micros(15_625));
    steps.record(decode, Duration::from_micros(31_250));
    let mixed = StepBatch { prefill_tokens: 500, decode_tokens: 7, requests: 8 };
    steps.record_between(mixed, 1_000_000_000, 1_250_000_000);
    let prefill = StepBatch { prefill_tokens: 4096, decode_tokens: 0, requests: 1 };
    steps.record(prefill, Duration::from_millis(500));
    let page = setup.scrape();
    let kind = |kind, name: &str, total, bucket| {
        let name = format!("infer_scheduler_iteration_{name}");
        check_histogram(&page, &name, ("infer_iteration_kind", kind), total, bucket);
    };
    kind("decode", "duration_seconds", (0.046_875, 2.0), ("0.02", 1.0));
    kind("decode", "tokens", (64.0, 2.0), ("32", 2.0));
    kind("decode", "requests", (60.0, 2.0), ("32", 2.0));
    kind("mixed", "duration_seconds", (0.25, 1.0), ("0.5", 1.0));
    kind("mixed", "tokens", (507.0, 1.0), ("512", 1.0));
    kind("mixed", "requests", (8.0, 1.0), ("8", 1.0));
    kind("prefill", "duration_seconds", (0.5, 1.0), ("0.2", 0.0));
    kind("prefill", "tokens", (4096.0, 1.0), ("2048", 0.0));
    kind("prefill", "requests", (1.0, 1.0), ("1", 1.0));
}

#[test]
fn device_time_is_handed_in_once_from_another_thread() {
    let setup = Setup::start();
    let mut steps = setup.engine.device_steps();
    let step = steps.begin(IterationKind::Decode);
    let completed = thread::spawn(move || {
        step.complete(Duration::from_micros(7_812));
        step.complete(Duration::from_secs(100));
    });
    completed.join().expect("no panic");
    drop(steps.begin(IterationKind::Decode));
    drop(steps);
    let page = setup.scrape();
    let name = "infer_scheduler_iteration_device_duration_seconds";
    check_histogram(
        &page,
        name,
        ("infer_iteration_kind", "decode"),
        (0.007_812, 1.0),
        ("0.01", 1.0),
    );
    for (reason, count) in [("device_time_repeated", 1.0), ("device_time_missing", 1.0)] {
        series("infer_sdk_correction_total")
            .label("infer_sdk_correction_reason", reason)
            .value(count)
            .expect_in(&page);
    }
}

/// A mark that the device passes at this time, in seconds.
struct Mark(f64);

impl DeviceEvent for Mark {
    fn state(&self) -> DeviceEventState {
        if self.0 < 100.0 { DeviceEventState::Passed } else { DeviceEventState::Pending }
    }

    fn seconds_since(&self, earlier: &Self) -> f64 {
        self.0 - earlier.0
    }
}

#[test]
fn device_time_is_polled_and_a_pending_step_is_not_shown() {
    let setup = Setup::start();
    let mut steps = setup.engine.device_events();
    steps.begin(IterationKind::Prefill, Mark(0.0), Mark(0.25));
    steps.begin(IterationKind::Mixed, Mark(0.25), Mark(100.0));
    assert_eq!(steps.poll(), 1);
    let page = setup.scrape();
    let name = "infer_scheduler_iteration_device_duration_seconds";
    check_histogram(&page, name, ("infer_iteration_kind", "prefill"), (0.25, 1.0), ("0.2", 0.0));
    let mixed = of_engine(&format!("{name}_count")).label("infer_iteration_kind", "mixed");
    assert!(mixed.find_in(&page).is_err(), "a step that is not over has no time");
}

/// An engine's queues, as its scheduler and the collection see them.
#[derive(Default)]
struct Queues {
    waiting: VecDeque<u32>,
    running: Vec<u32>,
}

#[test]
fn queue_depths_are_read_at_collection_and_are_gone_with_their_scheduler() {
    let setup = Setup::start();
    let queues = Arc::new(Mutex::new(Queues::default()));
    let shared = Arc::clone(&queues);
    let observed = setup.engine.observe_queues(move || {
        let queues = shared.lock().unwrap_or_else(PoisonError::into_inner);
        QueueDepths {
            waiting: queues.waiting.len() as u64,
            running: queues.running.len() as u64,
            ..QueueDepths::default()
        }
    });
    let state = |state: &str| {
        of_engine("infer_scheduler_request_active").label("infer_request_state", state)
    };
    let check = |waiting, running| {
        let page = setup.scrape();
        state("waiting").value(waiting).expect_in(&page);
        state("running").value(running).expect_in(&page);
        state("preempted").value(0.0).expect_in(&page);
        state("transferring").value(0.0).expect_in(&page);
    };
    check(0.0, 0.0);
    {
        let mut queues = queues.lock().expect("no panic");
        queues.waiting.extend(0..7);
        let admitted: Vec<u32> = queues.waiting.drain(..3).collect();
        queues.running.extend(admitted);
    }
    check(4.0, 3.0);
    // All of them are cancelled, and the loop takes no further step that could tell.
    *queues.lock().expect("no panic") = Queues::default();
    check(0.0, 0.0);
    drop(observed);
    // The collector keeps the last value; the engine says nothing any more.
    queues.lock().expect("no panic").waiting.extend(0..9);
    state("waiting").value(0.0).expect_in(&setup.scrape());
}

#[test]
fn outputs_that_wait_for_the_next_stage_are_shown_by_stage_and_replica() {
    let setup = Setup::start();
    let _observed = setup.engine.observe_outputs(|| 5);
    let talker = setup.telemetry.engine("llama-3-70b").stage("talker").build();
    let _other = talker.observe_outputs(|| 2);
    let page = setup.scrape();
    of_engine("infer_scheduler_output_queued").value(5.0).expect_in(&page);
    series("infer_scheduler_output_queued")
        .label("infer_stage", "talker")
        .label("infer_replica", "0")
        .value(2.0)
        .expect_in(&page);
}

#[test]
fn preemptions_are_shown_by_mode_from_zero() {
    let setup = Setup::start();
    let preemptions = setup.engine.preemptions();
    let mode = |mode: &str| {
        of_engine("infer_scheduler_preemptions_total").label("infer_preemption_mode", mode)
    };
    let page = setup.scrape();
    for unused in ["recompute", "swap"] {
        mode(unused).value(0.0).expect_in(&page);
    }
    preemptions.count(PreemptionMode::Recompute);
    preemptions.count(PreemptionMode::Recompute);
    preemptions.count(PreemptionMode::Swap);
    let page = setup.scrape();
    mode("recompute").value(2.0).expect_in(&page);
    mode("swap").value(1.0).expect_in(&page);
}

#[test]
fn drafted_tokens_are_shown_by_outcome_and_where_asked_for_by_position() {
    let setup = Setup::start();
    let plain = setup.engine.speculative("ngram");
    let by_position = setup.engine.speculative_by_position("eagle", 2);
    for speculative in [&plain, &by_position] {
        speculative.verified(4, 3);
        speculative.verified(4, 0);
    }
    let page = setup.scrape();
    let tokens = |method: &str, outcome: &str, position: &str| {
        of_engine("infer_speculative_draft_tokens_total")
            .label("infer_speculative_method", method)
            .label("infer_speculative_outcome", outcome)
            .label("infer_speculative_position", position)
    };
    for (method, outcome, position, count) in [
        ("ngram", "accepted", "", 3.0),
        ("ngram", "rejected", "", 5.0),
        ("eagle", "accepted", "0", 1.0),
        ("eagle", "rejected", "0", 1.0),
        ("eagle", "accepted", "1", 1.0),
        ("eagle", "rejected", "1", 1.0),
        ("eagle", "accepted", "", 1.0),
        ("eagle", "rejected", "", 3.0),
    ] {
        tokens(method, outcome, position).value(count).expect_in(&page);
    }
    for method in ["ngram", "eagle"] {
        let label = ("infer_speculative_method", method);
        of_engine("infer_speculative_drafts_total")
            .label(label.0, label.1)
            .value(2.0)
            .expect_in(&page);
        let name = "infer_speculative_accepted_length";
        check_histogram(&page, name, label, (3.0, 2.0), ("2", 1.0));
    }
}

#[test]
fn adapters_are_shown_by_state_idle_ones_included() {
    let setup = Setup::start();
    let adapters = Adapters { loaded: 5, running: 2, waiting: 1 };
    let _observed = setup.engine.observe_adapters(move || adapters);
    let page = setup.scrape();
    for (state, count) in [("loaded", 5.0), ("running", 2.0), ("waiting", 1.0)] {
        of_engine("infer_lora_adapter_active")
            .label("infer_lora_state", state)
            .value(count)
            .expect_in(&page);
    }
}

#[test]
fn a_sleeping_engine_is_in_one_state_and_not_in_the_others() {
    let setup = Setup::start();
    let status = setup.engine.status(EngineState::Awake);
    let check = |values: [f64; 3]| {
        let page = setup.scrape();
        for (state, value) in
            ["awake", "weights_offloaded", "weights_discarded"].into_iter().zip(values)
        {
            of_engine("infer_engine_status")
                .label("infer_engine_state", state)
                .value(value)
                .expect_in(&page);
        }
    };
    check([1.0, 0.0, 0.0]);
    status.enter(EngineState::WeightsOffloaded);
    check([0.0, 1.0, 0.0]);
    status.enter(EngineState::WeightsDiscarded);
    check([0.0, 0.0, 1.0]);
}

#[test]
fn a_models_load_is_timed_and_a_failed_one_is_apart() {
    let setup = Setup::start();
    let loads = setup.engine.model_loads();
    loads.failed("out_of_memory", Duration::from_secs(3));
    loads.loaded(Duration::from_secs(42));
    let page = setup.scrape();
    let name = "infer_model_load_duration_seconds";
    check_histogram(&page, name, ("error_type", ""), (42.0, 1.0), ("60", 1.0));
    check_histogram(&page, name, ("error_type", "out_of_memory"), (3.0, 1.0), ("5", 1.0));
}

#[test]
fn a_step_that_is_none_is_shown_as_a_correction() {
    let setup = Setup::start();
    setup.engine.steps().record(StepBatch::default(), Duration::from_millis(1));
    series("infer_sdk_correction_total")
        .label("infer_sdk_correction_reason", "empty_step")
        .value(1.0)
        .expect_in(&setup.scrape());
    assert_eq!(setup.engine.corrections(Correction::EmptyStep), 1);
}
