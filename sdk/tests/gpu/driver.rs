//! A driver that is not there, goes away, or loses a GPU.

use std::time::Duration;

use inferometer_sdk::{GpuSampler, GpuState, MeterProvider, NoGpu};

use crate::support::{PATIENCE, Rig, points};

#[test]
fn without_the_library_there_is_no_gpu_and_no_failure() {
    let provider = MeterProvider::builder().build();
    let gpus = GpuSampler::builder(provider.scope("test"))
        .library("/nowhere/libnvidia-ml.so.1")
        .timeout(PATIENCE)
        .on_demand()
        .start()
        .expect("no driver is no error");
    assert_eq!(gpus.state(), GpuState::Starting);
    assert_eq!(gpus.sample(), GpuState::NoGpu(NoGpu::NoLibrary));
    assert_eq!(gpus.state().to_string(), "no GPU: the library of NVML is not there");
    assert_eq!(points(&provider, ""), [""; 0]);
    assert!(gpus.shutdown(PATIENCE));
}

#[test]
fn a_driver_that_is_not_loaded_is_looked_for_once_a_minute() {
    let mut rig = Rig::with_gpus(1);
    rig.set("system", "state", "!9");
    for _ in 0..5 {
        assert_eq!(rig.sample(), GpuState::NoGpu(NoGpu::NoDriver));
    }
    assert_eq!(rig.fake.calls("nvmlInit_v2"), 1);
    assert_eq!(rig.failures(), [""; 0]);
    rig.set("system", "state", "ok");
    rig.clock.advance(Duration::from_secs(60));
    rig.sampled(1);
}

#[test]
fn a_driver_without_gpus_and_one_that_is_forbidden_are_no_gpu() {
    let rig = Rig::with_gpus(0);
    assert_eq!(rig.sample(), GpuState::NoGpu(NoGpu::NoDevice));
    let rig = Rig::scripted(|fake| fake.set("system", "state", "!4").expect("a script"));
    assert_eq!(rig.sample(), GpuState::NoGpu(NoGpu::NoPermission));
}

#[test]
fn a_lost_gpu_costs_its_own_values_a_count_and_a_failed_status() {
    let mut rig = Rig::with_gpus(2);
    rig.sampled(2);
    // In the middle of the sample: what came before is not shown either.
    rig.set("gpu1", "power", "!15");
    rig.sampled(1);
    rig.check("hw.power", &["hw.power{hw.id=GPU-0,hw.name=0,hw.type=gpu} 350.5"]);
    rig.check("hw.gpu.memory.usage", &["hw.gpu.memory.usage{hw.id=GPU-0,hw.name=0} 42949672960"]);
    assert_eq!(rig.failures(), ["hw.id=GPU-1,failure.reason=gpu_lost,query=power} 1"]);
    let failed =
        rig.points("hw.status").into_iter().filter(|line| line.contains("hw.state=failed"));
    let failed: Vec<char> = failed.filter_map(|line| line.chars().last()).collect();
    assert_eq!(failed, ['0', '1']);
    // Back, as after a reset that the driver survived.
    rig.set("gpu1", "power", "200000");
    rig.sampled(2);
    assert_eq!(rig.points("hw.power").len(), 2);
    assert_eq!(rig.fake.calls("nvmlInit_v2"), 1);
}

#[test]
fn a_gpu_that_falls_off_the_bus_tells_its_xid_first() {
    let mut rig = Rig::with_gpus(1);
    // So that the next is one that asks about MIG too.
    for _ in 0..12 {
        rig.sampled(1);
    }
    rig.fake
        .set_all([("gpu0", "xid", "79"), ("gpu0", "mig", "!15"), ("gpu0", "utilization", "!15")])
        .expect("a script");
    rig.sampled(0);
    rig.check(
        "infer.gpu.xid",
        &["infer.gpu.xid.events{hw.id=GPU-0,hw.name=0,infer.gpu.xid.code=79} 1"],
    );
}

#[test]
fn a_gpu_that_stays_lost_has_the_driver_opened_anew_now_and_then() {
    let mut rig = Rig::with_gpus(2);
    rig.sampled(2);
    rig.set("gpu1", "state", "!15");
    for _ in 0..30 {
        rig.sampled(1);
    }
    assert_eq!(rig.fake.calls("nvmlInit_v2"), 1);
    rig.sampled(1);
    assert_eq!(rig.fake.calls("nvmlInit_v2"), 2);
    // A GPU that was lost from the start is looked for again too.
    rig.set("gpu1", "state", "ok");
    for _ in 0..29 {
        rig.sampled(1);
    }
    rig.sampled(2);
    assert_eq!(rig.fake.calls("nvmlInit_v2"), 3);
    assert_eq!(rig.fake.bad_handles(), 0);
}

#[test]
fn a_restart_of_the_driver_costs_one_sample_and_a_count() {
    let mut rig = Rig::with_gpus(2);
    rig.sampled(2);
    rig.set("gpu0", "field.83", "5002000");
    rig.sampled(2);
    rig.fake.set_all([("system", "epoch", "2"), ("gpu0", "field.83", "500")]).expect("a script");
    assert_eq!(rig.sample(), GpuState::DriverGone);
    rig.check("hw.power", &[]);
    assert_eq!(rig.failures(), ["hw.id=GPU-0,failure.reason=driver_gone,query=xid} 1"]);
    rig.sampled(2);
    assert_eq!(rig.points("hw.power").len(), 2);
    // 2 J before, half a joule since the restart.
    assert_eq!(rig.points("hw.energy")[0], "hw.energy{hw.id=GPU-0,hw.name=0,hw.type=gpu} 2.5");
    assert_eq!((rig.fake.calls("nvmlInit_v2"), rig.fake.calls("nvmlShutdown")), (2, 1));
    assert_eq!(rig.fake.bad_handles(), 0);
    assert_eq!(rig.failures().len(), 1);
}

#[test]
fn a_driver_that_goes_in_the_middle_of_a_sample_leaves_nothing_shown() {
    let mut rig = Rig::with_gpus(2);
    rig.sampled(2);
    rig.set("gpu1", "power", "!1");
    assert_eq!(rig.sample(), GpuState::DriverGone);
    for gone in ["hw.power", "hw.gpu.memory", "hw.status", "infer.gpu.clock"] {
        rig.check(gone, &[]);
    }
}

#[test]
fn a_driver_that_stays_away_is_counted_until_it_is_back() {
    let mut rig = Rig::with_gpus(1);
    rig.sampled(1);
    rig.set("system", "state", "!18");
    for _ in 0..3 {
        assert_eq!(rig.sample(), GpuState::DriverGone);
    }
    assert_eq!(
        rig.failures(),
        [
            "failure.reason=driver_gone,query=devices} 2",
            "hw.id=GPU-0,failure.reason=driver_gone,query=xid} 1",
        ]
    );
    rig.check(
        "hw.",
        &[
            "hw.energy{hw.id=GPU-0,hw.name=0,hw.type=gpu} 0",
            "hw.errors{error.type=corrected,hw.id=GPU-0,hw.name=0,hw.type=gpu} 0",
            "hw.errors{error.type=uncorrected,hw.id=GPU-0,hw.name=0,hw.type=gpu} 0",
        ],
    );
    rig.set("system", "state", "ok");
    rig.sampled(1);
    assert_eq!(rig.points("hw.power").len(), 1);
}
