//! The scheduler's queues, preemptions and adapters, and the engine's state.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use inferometer_sdk::{Adapters, EngineState, PreemptionMode, Prompt, QueueDepths};
use opentelemetry::Context;

use crate::support::Rig;

const DEPTHS: &str = "infer.scheduler.request.active";

#[test]
fn queue_depths_are_those_of_the_moment_in_which_somebody_looks() {
    let rig = Rig::new();
    let queues = Arc::new(Mutex::new(QueueDepths::default()));
    let asked = Arc::clone(&queues);
    let _observed = rig.engine.observe_queues(move || *asked.lock().expect("no panic"));
    assert_eq!(rig.values(DEPTHS), ["0"; 4]);
    *queues.lock().expect("no panic") =
        QueueDepths { waiting: 7, running: 3, preempted: 2, transferring: 1 };
    rig.check_metrics(
        r#"
        infer.scheduler.request.active{infer.request.state="preempted"} 2
        infer.scheduler.request.active{infer.request.state="running"} 3
        infer.scheduler.request.active{infer.request.state="transferring"} 1
        infer.scheduler.request.active{infer.request.state="waiting"} 7
        "#,
    );
    // The engine falls idle and does not step any more: nothing stands still on the page.
    *queues.lock().expect("no panic") = QueueDepths::default();
    assert_eq!(rig.values(DEPTHS), ["0"; 4]);
}

#[test]
fn queues_of_a_scheduler_that_is_gone_are_not_shown() {
    let rig = Rig::new();
    let held = Arc::new(());
    let weak = Arc::downgrade(&held);
    let observed = rig.engine.observe_queues(move || {
        let _held = &held;
        QueueDepths { waiting: 1, ..QueueDepths::default() }
    });
    assert_eq!(rig.values(DEPTHS).len(), 4);
    drop(observed);
    assert_eq!(rig.values(DEPTHS), Vec::<String>::new());
    assert!(weak.upgrade().is_none(), "what the callback held is let go");
}

#[test]
fn the_depths_on_one_page_are_of_one_moment() {
    let rig = Rig::new();
    let asked = AtomicU64::new(0);
    // Ten requests that change sides between any two looks.
    let _observed = rig.engine.observe_queues(move || {
        let running = asked.fetch_add(1, Relaxed) % 11;
        QueueDepths { waiting: 10 - running, running, ..QueueDepths::default() }
    });
    for _ in 0..20 {
        let total: i64 =
            rig.values(DEPTHS).iter().map(|v| v.parse::<i64>().expect("a count")).sum();
        assert_eq!(total, 10);
    }
}

#[test]
fn recorded_requests_and_the_schedulers_queues_are_not_added_up() {
    let rig = Rig::new();
    let depths = QueueDepths { waiting: 1, ..QueueDepths::default() };
    let _observed = rig.engine.observe_queues(move || depths);
    let _request = rig.engine.request(&Context::new(), Prompt { tokens: 8, ..Default::default() });
    rig.check_metrics(
        r#"
        infer.request.active{infer.request.state="waiting"} 1
        infer.scheduler.request.active{infer.request.state="waiting"} 1
        infer.token.input{gen_ai.token.modality="text"} 8
        "#,
    );
}

#[test]
fn outputs_that_wait_for_the_next_stage_are_asked_for() {
    let rig = Rig::new();
    let queued = Arc::new(AtomicU64::new(u64::MAX));
    let asked = Arc::clone(&queued);
    let observed = rig.engine.observe_outputs(move || asked.load(Relaxed));
    assert_eq!(rig.values("infer.scheduler.output.queued"), [i64::MAX.to_string()]);
    queued.store(4, Relaxed);
    assert_eq!(rig.values("infer.scheduler.output.queued"), ["4"]);
    drop(observed);
    rig.check_metrics("");
}

#[test]
fn preemptions_are_counted_by_mode_from_zero() {
    let rig = Rig::new();
    let preemptions = rig.engine.preemptions();
    let modes = || rig.values("infer.scheduler.preemptions");
    assert_eq!(modes(), ["0", "0"], "recompute, swap");
    preemptions.count(PreemptionMode::Recompute);
    preemptions.count(PreemptionMode::Recompute);
    preemptions.count(PreemptionMode::Swap);
    assert_eq!(modes(), ["2", "1"]);
}

#[test]
fn idle_adapters_are_shown_and_each_state_has_its_own_count() {
    let rig = Rig::new();
    let adapters = Adapters { loaded: 5, running: 2, waiting: 1 };
    let observed = rig.engine.observe_adapters(move || adapters);
    rig.check_metrics(
        r#"
        infer.lora.adapter.active{infer.lora.state="loaded"} 5
        infer.lora.adapter.active{infer.lora.state="running"} 2
        infer.lora.adapter.active{infer.lora.state="waiting"} 1
        "#,
    );
    drop(observed);
    rig.check_metrics("");
}

#[test]
fn an_engine_is_in_exactly_one_state() {
    let rig = Rig::new();
    let status = rig.engine.status(EngineState::Awake);
    let states = || rig.values("infer.engine.status");
    assert_eq!(states(), ["1", "0", "0"], "awake, weights_discarded, weights_offloaded");
    status.enter(EngineState::WeightsOffloaded);
    assert_eq!(states(), ["0", "0", "1"]);
    status.enter(EngineState::WeightsDiscarded);
    assert_eq!(states(), ["0", "1", "0"]);
    drop(status);
    assert_eq!(states(), Vec::<String>::new());
}

#[test]
fn a_failed_load_of_the_model_is_apart_from_those_that_succeeded() {
    let rig = Rig::new();
    let loads = rig.engine.model_loads();
    loads.failed("out_of_memory", Duration::from_secs(3));
    loads.loaded(Duration::from_secs(42));
    rig.check_metrics(
        r#"
        infer.model.load.duration{error.type="out_of_memory"} count=1 sum=3
        infer.model.load.duration count=1 sum=42
        "#,
    );
}
