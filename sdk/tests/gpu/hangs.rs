//! A driver that does not answer.

use std::{thread, time::Duration};

use inferometer_sdk::{GpuQuery, GpuState, MeterProvider};

use crate::{
    core_support,
    support::{PATIENCE, Rig},
};

const SHORT: Duration = Duration::from_millis(50);

/// A wait that a test would not survive.
const NEVER: Duration = Duration::from_secs(24 * 3600);

fn hanging() -> Rig {
    let mut rig = Rig::built(
        |fake| (0..2).for_each(|index| fake.add_gpu(index).expect("a script")),
        |sampler| sampler.timeout(SHORT),
    );
    // On a busy machine a sample may take longer than the timeout of these tests.
    until(|| matches!(rig.sample(), GpuState::Sampling { gpus: 2, .. }));
    rig.set("gpu1", "temperature", "?");
    until(|| rig.sample() == GpuState::NotAnswering(GpuQuery::Temperature));
    rig
}

/// Looks until it is so, for half a minute at least.
#[track_caller]
fn until(mut is_so: impl FnMut() -> bool) {
    let seen = (0..30_000).any(|_| {
        let seen = is_so();
        if !seen {
            // Nobody unparks it, so that this is a pause between two looks.
            thread::park_timeout(Duration::from_millis(1));
        }
        seen
    });
    assert!(seen, "it did not come");
}

#[test]
fn a_question_that_hangs_shows_nothing_old_and_is_counted() {
    let rig = hanging();
    assert_eq!(rig.fake.hanging(), 1);
    for gone in ["hw.power", "hw.gpu", "hw.temperature", "hw.status", "infer.gpu.clock"] {
        let shown = rig.points(gone);
        let shown: Vec<_> = shown.iter().filter(|line| !line.starts_with("hw.gpu.io")).collect();
        assert_eq!(shown, [""; 0], "{gone}");
    }
    let counted = "hw.id=GPU-1,failure.reason=timeout,query=temperature}";
    assert!(rig.failures().iter().any(|line| line.starts_with(counted)), "{:?}", rig.failures());
}

#[test]
fn recording_and_reading_go_on_while_a_question_hangs() {
    let rig = hanging();
    let counter = rig.provider.scope("test").counter::<u64>(&core_support::THINGS, &[]);
    counter.add(3);
    rig.check("test.things", &["test.things{} 3"]);
    assert_eq!(rig.fake.hanging(), 1);
}

#[test]
fn nothing_more_is_asked_while_a_question_hangs() {
    let rig = hanging();
    let calls = rig.fake.all_calls();
    for _ in 0..10 {
        assert_eq!(rig.sample(), GpuState::NotAnswering(GpuQuery::Temperature));
    }
    assert_eq!(rig.fake.all_calls(), calls);
}

#[test]
fn sampling_goes_on_once_the_driver_answers() {
    let mut rig = hanging();
    rig.set("gpu1", "temperature", "55");
    until(|| matches!(rig.sample(), GpuState::Sampling { gpus: 2, .. }));
    assert_eq!(rig.points("hw.power").len(), 2);
}

#[test]
fn what_a_late_answer_counted_is_not_lost() {
    let mut rig = hanging();
    rig.set("gpu1", "temperature", "55");
    until(|| matches!(rig.sample(), GpuState::Sampling { gpus: 2, .. }));
    // Events are taken from the driver before the question that hangs.
    rig.fake.set_all([("gpu1", "xid", "79"), ("gpu1", "temperature", "?")]).expect("a script");
    until(|| rig.sample() == GpuState::NotAnswering(GpuQuery::Temperature));
    rig.set("gpu1", "temperature", "55");
    // The answer is there before anybody asks again.
    let mut calls = 0;
    until(|| {
        rig.fake.hanging() == 0 && calls == std::mem::replace(&mut calls, rig.fake.all_calls())
    });
    until(|| matches!(rig.sample(), GpuState::Sampling { gpus: 2, .. }));
    rig.check(
        "infer.gpu.xid",
        &["infer.gpu.xid.events{hw.id=GPU-1,hw.name=1,infer.gpu.xid.code=79} 1"],
    );
}

#[test]
fn shutdown_leaves_a_thread_that_hangs_to_the_driver() {
    let mut rig = hanging();
    assert!(!rig.gpus.shutdown(SHORT), "the thread hangs");
    assert_eq!(rig.gpus.state(), GpuState::Stopped);
    rig.check("hw.power", &[]);
    rig.set("gpu1", "temperature", "55");
    assert!(rig.gpus.shutdown(PATIENCE), "it ends once the driver lets it go");
    assert_eq!(rig.fake.unfreed(), 0);
}

#[test]
fn a_driver_that_hangs_while_it_starts_is_counted_too() {
    let rig = Rig::built(
        |fake| {
            fake.add_gpu(0).expect("a script");
            fake.set("gpu0", "uuid", "?").expect("a script");
        },
        |sampler| sampler.timeout(SHORT),
    );
    until(|| {
        rig.sample();
        rig.fake.hanging() == 1
    });
    assert_eq!(rig.sample(), GpuState::NotAnswering(GpuQuery::Devices));
    assert!(rig.failures()[0].starts_with("failure.reason=timeout,query=devices}"));
    assert!(!rig.gpus.shutdown(SHORT));
}

#[test]
fn a_sampler_with_an_interval_samples_by_itself_and_ends_while_the_driver_hangs() {
    let mut rig = Rig::built(
        |fake| fake.add_gpu(0).expect("a script"),
        |sampler| sampler.interval(Duration::from_millis(1)).timeout(NEVER),
    );
    until(|| !shown(&rig.provider).is_empty());
    rig.set("gpu0", "power", "1000");
    until(|| shown(&rig.provider) == ["hw.power{hw.id=GPU-0,hw.name=0,hw.type=gpu} 1"]);
    rig.set("gpu0", "power", "?");
    until(|| rig.fake.hanging() == 1);
    // It is the shutdown that ends the wait.
    assert!(!rig.gpus.shutdown(SHORT), "the driver holds one thread");
    assert_eq!(shown(&rig.provider), [""; 0]);
    rig.set("gpu0", "power", "2000");
    assert!(rig.gpus.shutdown(PATIENCE));
}

fn shown(provider: &MeterProvider) -> Vec<String> {
    crate::support::points(provider, "hw.power")
}
