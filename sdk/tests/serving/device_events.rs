//! Device times that are asked for.

use std::{cell::Cell, rc::Rc};

use inferometer_sdk::{
    Correction, DeviceEvent, DeviceEventState, DeviceEvents, IterationKind, MAX_STEPS_UNDER_WAY,
};

use crate::support::Rig;

/// A device that works through one stream when it is told to.
#[derive(Default)]
struct FakeDevice {
    /// Events that were put into the stream.
    recorded: Cell<u32>,
    /// Of these, those that it has passed.
    passed: Rc<Cell<u32>>,
    /// How often it was asked.
    queries: Rc<Cell<u32>>,
}

/// The `number`th event of the stream, passed `at` seconds.
struct FakeEvent {
    number: u32,
    at: f64,
    fails: bool,
    passed: Rc<Cell<u32>>,
    queries: Rc<Cell<u32>>,
}

impl FakeDevice {
    fn event(&self, at: f64) -> FakeEvent {
        self.recorded.set(self.recorded.get() + 1);
        FakeEvent {
            number: self.recorded.get(),
            at,
            fails: false,
            passed: Rc::clone(&self.passed),
            queries: Rc::clone(&self.queries),
        }
    }

    /// A decode step between two events.
    fn launch(&self, steps: &mut DeviceEvents<FakeEvent>, began: f64, ended: f64) {
        steps.begin(IterationKind::Decode, self.event(began), self.event(ended));
    }

    fn pass(&self, events: u32) {
        self.passed.set(self.passed.get() + events);
    }

    /// Events that somebody still holds.
    fn held(&self) -> usize {
        Rc::strong_count(&self.passed) - 1
    }
}

impl DeviceEvent for FakeEvent {
    fn state(&self) -> DeviceEventState {
        self.queries.set(self.queries.get() + 1);
        match (self.number <= self.passed.get(), self.fails) {
            (_, true) => DeviceEventState::Failed,
            (true, false) => DeviceEventState::Passed,
            (false, false) => DeviceEventState::Pending,
        }
    }

    fn seconds_since(&self, earlier: &Self) -> f64 {
        assert!(self.number <= self.passed.get(), "a pending event has no time");
        self.at - earlier.at
    }
}

#[track_caller]
fn check(rig: &Rig, decode: &str, corrections: &[(Correction, u64)]) {
    let name = r#"infer.scheduler.iteration.device.duration{infer.iteration.kind="decode"}"#;
    rig.check_metrics(&if decode.is_empty() { String::new() } else { format!("{name} {decode}") });
    rig.check_corrections(corrections);
}

#[test]
fn a_step_is_recorded_once_the_device_has_passed_its_end() {
    let (rig, device) = (Rig::new(), FakeDevice::default());
    let mut steps = rig.engine.device_events();
    device.launch(&mut steps, 0.0, 0.25);
    device.launch(&mut steps, 0.25, 0.75);
    assert_eq!(steps.poll(), 2);
    device.pass(1);
    assert_eq!(steps.poll(), 2, "the first has begun only");
    check(&rig, "", &[]);
    device.pass(1);
    assert_eq!(steps.poll(), 1);
    check(&rig, "count=1 sum=0.25", &[]);
    device.pass(2);
    assert_eq!(steps.poll(), 0);
    check(&rig, "count=2 sum=0.75", &[]);
    assert_eq!(steps.poll(), 0);
    check(&rig, "count=2 sum=0.75", &[]);
}

#[test]
fn behind_a_pending_step_nothing_is_asked_and_what_is_over_is_let_go() {
    let (rig, device) = (Rig::new(), FakeDevice::default());
    let mut steps = rig.engine.device_events();
    for _ in 0..10 {
        device.launch(&mut steps, 0.0, 0.5);
    }
    steps.poll();
    assert_eq!((device.queries.get(), device.held()), (1, 20));
    device.pass(6);
    steps.poll();
    assert_eq!((device.queries.get(), device.held()), (5, 14));
}

#[test]
fn a_failed_step_is_counted_and_does_not_hold_up_the_others() {
    let (rig, device) = (Rig::new(), FakeDevice::default());
    let mut steps = rig.engine.device_events();
    let began = device.event(0.0);
    let ended = FakeEvent { fails: true, ..device.event(1.0) };
    steps.begin(IterationKind::Prefill, began, ended);
    device.launch(&mut steps, 1.0, 1.5);
    device.pass(4);
    assert_eq!(steps.poll(), 0);
    check(&rig, "count=1 sum=0.5", &[(Correction::DeviceTimeMissing, 1)]);
}

#[test]
fn a_negative_device_time_is_none_and_one_that_is_no_number_is_missing() {
    let (rig, device) = (Rig::new(), FakeDevice::default());
    let mut steps = rig.engine.device_events();
    device.launch(&mut steps, 1.0, 0.5);
    for broken in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        device.launch(&mut steps, 0.0, broken);
    }
    device.pass(8);
    assert_eq!(steps.poll(), 0);
    let corrections = [(Correction::TimeWentBack, 1), (Correction::DeviceTimeMissing, 3)];
    check(&rig, "count=1 sum=0", &corrections);
}

#[test]
fn events_beyond_the_limit_are_let_go_and_counted() {
    let (rig, device) = (Rig::new(), FakeDevice::default());
    let mut steps = rig.engine.device_events();
    for _ in 0..MAX_STEPS_UNDER_WAY + 5 {
        device.launch(&mut steps, 0.0, 0.5);
    }
    assert_eq!(steps.poll(), MAX_STEPS_UNDER_WAY);
    assert_eq!(device.held(), 2 * MAX_STEPS_UNDER_WAY);
    device.pass(device.recorded.get());
    assert_eq!(steps.poll(), 0);
    check(&rig, "count=64 sum=32", &[(Correction::DeviceTimeBeyondLimit, 5)]);
}

#[test]
fn a_dropped_recorder_records_what_is_over_and_counts_the_rest() {
    let (rig, device) = (Rig::new(), FakeDevice::default());
    let mut steps = rig.engine.device_events();
    for _ in 0..3 {
        device.launch(&mut steps, 0.0, 0.5);
    }
    device.pass(2);
    drop(steps);
    check(&rig, "count=1 sum=0.5", &[(Correction::DeviceTimeMissing, 2)]);
    assert_eq!(device.held(), 0);
}
