//! GPUs that cannot tell everything.

use crate::support::Rig;

#[test]
fn what_is_not_supported_has_no_series_is_counted_once_and_not_asked_again() {
    let mut rig = Rig::with_gpus(1);
    for quantity in
        ["encoder", "power", "clock.3", "mig", "field.83", "events", "throttle.supported"]
    {
        rig.fake.unset("gpu0", quantity).expect("a script");
    }
    for _ in 0..40 {
        rig.sampled(1);
    }
    for absent in [
        "hw.gpu.utilization{hw.gpu.task=encoder",
        "hw.power",
        "infer.gpu.clock.frequency{hw.id=GPU-0,hw.name=0,infer.gpu.clock.domain=video",
        "infer.gpu.mig",
        "hw.energy",
        "infer.gpu.throttle.status",
    ] {
        rig.check(absent, &[]);
    }
    let once = |query: &str| format!("failure.reason=not_supported,query={query}}} 1");
    let queries = ["clock", "energy", "mig", "power", "throttle", "utilization", "xid"];
    assert_eq!(rig.failures(), queries.map(|query| format!("hw.id=GPU-0,{}", once(query))));
    assert_eq!(rig.fake.calls("nvmlDeviceGetPowerUsage"), 1);
    assert_eq!(rig.fake.calls("nvmlDeviceGetMigMode"), 1);
    assert_eq!(rig.fake.calls("nvmlDeviceGetUtilizationRates"), 40);
}

#[test]
fn what_is_not_permitted_is_counted_once_and_not_asked_again() {
    let mut rig = Rig::with_gpus(1);
    rig.set("gpu0", "power", "!4");
    rig.sampled(1);
    rig.sampled(1);
    rig.check("hw.power", &[]);
    assert_eq!(rig.failures(), ["hw.id=GPU-0,failure.reason=no_permission,query=power} 1"]);
    assert_eq!(rig.fake.calls("nvmlDeviceGetPowerUsage"), 1);
}

#[test]
fn a_value_that_fails_once_is_missing_once() {
    let mut rig = Rig::with_gpus(1);
    rig.sampled(1);
    rig.set("gpu0", "power", "!999");
    rig.set("gpu0", "field.82", "!999");
    rig.sampled(1);
    rig.check("hw.power", &[]);
    rig.check("hw.temperature{hw.id=GPU-0/hbm", &[]);
    assert_eq!(rig.points("hw.gpu.memory.usage").len(), 1);
    rig.set("gpu0", "power", "100000");
    rig.set("gpu0", "field.82", "70");
    rig.sampled(1);
    rig.check("hw.power", &["hw.power{hw.id=GPU-0,hw.name=0,hw.type=gpu} 100"]);
    assert_eq!(rig.points("hw.temperature{hw.id=GPU-0/hbm").len(), 1);
    let once = |query: &str| format!("hw.id=GPU-0,failure.reason=other,query={query}}} 1");
    assert_eq!(rig.failures(), ["power", "temperature"].map(once));
}

#[test]
fn an_older_driver_tells_of_heat_by_its_policy() {
    let mut rig = Rig::with_gpus(1);
    rig.fake.unset("gpu0", "field.251").expect("a script");
    rig.set("gpu0", "field.75", "1000000000");
    rig.sampled(1);
    rig.set("gpu0", "field.75", "3000000000");
    rig.sampled(1);
    rig.check(
        "infer.gpu.throttle.time{hw.id=GPU-0,hw.name=0,infer.gpu.throttle.reason=thermal}",
        &["infer.gpu.throttle.time{hw.id=GPU-0,hw.name=0,infer.gpu.throttle.reason=thermal} 2"],
    );
}

/// A GPU before Hopper.
fn without_profile(rig: &mut Rig) {
    for metric in ["gpm.2", "gpm.5", "gpm.11", "gpm.20", "gpm.21", "gpm.60", "gpm.61"] {
        rig.fake.unset("gpu0", metric).expect("a script");
    }
}

#[test]
fn without_a_profile_pcie_is_counted_by_its_own_totals() {
    let mut rig = Rig::with_gpus(1);
    without_profile(&mut rig);
    rig.set("gpu0", "field.197", "1000");
    rig.set("gpu0", "field.198", "2000");
    rig.sampled(1);
    rig.set("gpu0", "field.197", "1500");
    rig.sampled(1);
    let of = |direction: &str, bytes: u32| {
        let labels = format!(
            "hw.id=GPU-0,hw.name=0,infer.gpu.link.type=pcie,network.io.direction={direction}"
        );
        format!("infer.gpu.link.io{{{labels}}} {bytes}")
    };
    rig.check("infer.gpu.link.io", &[&of("receive", 0), &of("transmit", 500)]);
    assert_eq!(rig.failures(), ["hw.id=GPU-0,failure.reason=not_supported,query=nvlink} 1"]);
}

#[test]
fn totals_of_32_bits_are_not_shown_as_traffic() {
    let mut rig = Rig::with_gpus(1);
    without_profile(&mut rig);
    rig.set("gpu0", "field.197", "u32:4000000000");
    rig.set("gpu0", "field.198", "u32:4000000000");
    rig.sampled(1);
    rig.set("gpu0", "field.197", "u32:5");
    rig.sampled(1);
    rig.check("infer.gpu.link.io", &[]);
    let counted = ["nvlink} 1", "pcie} 2"];
    let counted =
        counted.map(|end| format!("hw.id=GPU-0,failure.reason=not_supported,query={end}"));
    assert_eq!(rig.failures(), counted);
}

#[test]
fn a_process_that_has_no_memory_on_the_gpu_shows_none() {
    let mut rig = Rig::with_gpus(1);
    rig.set("gpu0", "process.1", "4096");
    rig.sampled(1);
    rig.check("infer.gpu.process.memory", &[]);
    rig.check("infer.gpu.process.active", &["infer.gpu.process.active{hw.id=GPU-0,hw.name=0} 1"]);
}
