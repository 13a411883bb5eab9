//! Device times that are handed in.

use std::{
    sync::{Arc, Barrier},
    thread,
    time::Duration,
};

use inferometer_sdk::{Correction, IterationKind, MAX_STEPS_UNDER_WAY};

use crate::support::Rig;

const MS: Duration = Duration::from_millis(1);

#[track_caller]
fn check(rig: &Rig, decode: &str, corrections: &[(Correction, u64)]) {
    let name = r#"infer.scheduler.iteration.device.duration{infer.iteration.kind="decode"}"#;
    rig.check_metrics(&if decode.is_empty() { String::new() } else { format!("{name} {decode}") });
    rig.check_corrections(corrections);
}

#[test]
fn a_second_device_time_is_refused_and_counted() {
    let rig = Rig::new();
    let mut steps = rig.engine.device_steps();
    let step = steps.begin(IterationKind::Decode);
    let twin = Arc::clone(&step);
    step.complete(3 * MS);
    step.complete(5 * MS);
    twin.complete_between(0, 7_000_000);
    check(&rig, "count=1 sum=0.003", &[(Correction::DeviceTimeRepeated, 2)]);
}

#[test]
fn of_threads_that_complete_a_step_together_one_wins() {
    let rig = Rig::new();
    let mut steps = rig.engine.device_steps();
    for _ in 0..200 {
        let step = steps.begin(IterationKind::Decode);
        let start = Barrier::new(2);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    start.wait();
                    step.complete(MS);
                });
            }
        });
    }
    check(&rig, "count=200 sum=0.2", &[(Correction::DeviceTimeRepeated, 200)]);
}

#[test]
fn a_step_whose_device_time_never_comes_is_counted_and_not_recorded() {
    let rig = Rig::new();
    let mut steps = rig.engine.device_steps();
    drop(steps.begin(IterationKind::Decode));
    for _ in 0..MAX_STEPS_UNDER_WAY {
        steps.begin(IterationKind::Decode).complete(MS);
    }
    let recorded = format!("count={MAX_STEPS_UNDER_WAY} sum=0.064");
    check(&rig, &recorded, &[(Correction::DeviceTimeMissing, 1)]);
    drop(steps.begin(IterationKind::Decode));
    drop(steps);
    check(&rig, &recorded, &[(Correction::DeviceTimeMissing, 2)]);
}

#[test]
fn a_step_that_is_completed_after_its_recorder_is_gone_is_recorded() {
    let rig = Rig::new();
    let mut steps = rig.engine.device_steps();
    let (done, lost) = (steps.begin(IterationKind::Decode), steps.begin(IterationKind::Decode));
    drop(steps);
    check(&rig, "", &[]);
    done.complete(2 * MS);
    drop((done, lost));
    check(&rig, "count=1 sum=0.002", &[(Correction::DeviceTimeMissing, 1)]);
}

#[test]
fn steps_beyond_the_limit_are_counted_and_those_under_way_are_not_touched() {
    let rig = Rig::new();
    let mut steps = rig.engine.device_steps();
    let mut under_way: Vec<_> =
        (0..MAX_STEPS_UNDER_WAY).map(|_| steps.begin(IterationKind::Decode)).collect();
    for _ in 0..3 {
        let beyond = steps.begin(IterationKind::Decode);
        beyond.complete(9 * MS);
        beyond.complete(9 * MS);
    }
    check(&rig, "", &[(Correction::DeviceTimeBeyondLimit, 3)]);
    // A place is free again once its step is over, wherever it is.
    under_way.swap_remove(17).complete(MS);
    under_way.push(steps.begin(IterationKind::Decode));
    under_way.iter().for_each(|step| step.complete(MS));
    check(&rig, "count=65 sum=0.065", &[(Correction::DeviceTimeBeyondLimit, 3)]);
}

#[test]
fn device_readings_in_the_wrong_order_are_no_time() {
    let rig = Rig::new();
    rig.engine.device_steps().begin(IterationKind::Decode).complete_between(u64::MAX, 1);
    check(&rig, "count=1 sum=0", &[(Correction::TimeWentBack, 1)]);
}
