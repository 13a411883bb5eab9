//! Values and labels of GPUs that tell everything.

use std::time::Duration;

use inferometer_sdk::GpuState;

use crate::support::Rig;

#[test]
fn every_quantity_is_shown_in_its_unit_with_its_labels() {
    let mut rig = Rig::with_gpus(1);
    let own = format!("process.{}", std::process::id());
    rig.set("gpu0", &own, "1073741824");
    rig.set("gpu0", "process.1", "4096");
    rig.sampled(1);
    let expected = r"
hw.energy{hw.id=GPU-0,hw.name=0,hw.type=gpu} 0
hw.errors{error.type=corrected,hw.id=GPU-0,hw.name=0,hw.type=gpu} 0
hw.errors{error.type=uncorrected,hw.id=GPU-0,hw.name=0,hw.type=gpu} 0
hw.gpu.memory.limit{hw.id=GPU-0,hw.name=0} 85899345920
hw.gpu.memory.usage{hw.id=GPU-0,hw.name=0} 42949672960
hw.gpu.memory.utilization{hw.id=GPU-0,hw.name=0} 0.5
hw.gpu.utilization{hw.gpu.task=decoder,hw.id=GPU-0,hw.name=0} 0.1
hw.gpu.utilization{hw.gpu.task=encoder,hw.id=GPU-0,hw.name=0} 0.05
hw.gpu.utilization{hw.gpu.task=general,hw.id=GPU-0,hw.name=0} 0.75
hw.power{hw.id=GPU-0,hw.name=0,hw.type=gpu} 350.5
hw.temperature{hw.id=GPU-0/gpu,hw.name=0,hw.parent=GPU-0,hw.sensor_location=gpu} 61
hw.temperature{hw.id=GPU-0/hbm,hw.name=0,hw.parent=GPU-0,hw.sensor_location=hbm} 72
infer.gpu.clock.frequency{hw.id=GPU-0,hw.name=0,infer.gpu.clock.domain=graphics} 1980000000
infer.gpu.clock.frequency{hw.id=GPU-0,hw.name=0,infer.gpu.clock.domain=memory} 2619000000
infer.gpu.clock.frequency{hw.id=GPU-0,hw.name=0,infer.gpu.clock.domain=sm} 1755000000
infer.gpu.clock.frequency{hw.id=GPU-0,hw.name=0,infer.gpu.clock.domain=video} 1545000000
infer.gpu.engine.utilization{hw.id=GPU-0,hw.name=0,infer.gpu.engine=dram} 0.4
infer.gpu.mig.instance.active{hw.id=GPU-0,hw.name=0} 0
infer.gpu.process.active{hw.id=GPU-0,hw.name=0} 2
infer.gpu.process.memory.usage{hw.id=GPU-0,hw.name=0} 1073741824";
    let shown = rig.points("").into_iter();
    let shown: Vec<String> =
        shown.filter(|line| !line.contains("throttle") && !line.contains("status")).collect();
    assert_eq!(shown, expected.trim().lines().collect::<Vec<_>>());
    assert_eq!(rig.failures(), [""; 0]);
}

#[test]
fn a_status_has_one_state_and_what_describes_the_gpu() {
    let mut rig = Rig::with_gpus(1);
    let described =
        "hw.driver_version=575.51.03,hw.id=GPU-0,hw.model=NVIDIA H100 80GB HBM3,hw.name=0";
    let status = |state: &str, value: u32| {
        format!("hw.status{{{described},hw.state={state},hw.type=gpu,hw.vendor=NVIDIA}} {value}")
    };
    for (quantity, value, state) in [
        ("field.144", "0", "ok"),
        ("field.144", "1", "degraded"),
        ("field.145", "1", "predicted_failure"),
    ] {
        rig.set("gpu0", quantity, value);
        rig.sampled(1);
        let states = ["degraded", "failed", "ok", "predicted_failure"];
        let expected = states.map(|possible| status(possible, u32::from(possible == state)));
        rig.check("hw.status", &expected.each_ref().map(String::as_str));
    }
}

#[test]
fn reasons_for_low_clocks_are_told_apart_and_timed() {
    let mut rig = Rig::with_gpus(1);
    rig.set("gpu0", "throttle.supported", "5");
    rig.set("gpu0", "throttle", "4");
    rig.sampled(1);
    rig.set("gpu0", "field.74", "5500000000");
    rig.sampled(1);
    let of = |reason: &str| format!("{{hw.id=GPU-0,hw.name=0,infer.gpu.throttle.reason={reason}}}");
    let status = [("idle", 0), ("power", 1)];
    let status =
        status.map(|(reason, value)| format!("infer.gpu.throttle.status{} {value}", of(reason)));
    rig.check("infer.gpu.throttle.status", &status.each_ref().map(String::as_str));
    let times = [
        ("board_limit", "0"),
        ("hw_power_brake", "0"),
        ("hw_thermal", "0"),
        ("low_utilization", "0"),
        ("power", "2.5"),
        ("reliability", "0"),
        ("sync_boost", "0"),
        ("thermal", "0"),
    ];
    let times =
        times.map(|(reason, value)| format!("infer.gpu.throttle.time{} {value}", of(reason)));
    rig.check("infer.gpu.throttle.time", &times.each_ref().map(String::as_str));
}

#[test]
fn totals_count_from_the_first_sample_and_go_on_after_a_reset() {
    let mut rig = Rig::with_gpus(1);
    rig.sampled(1);
    for (energy, errors, joules, corrected) in
        [("5002500", "13", "2.5", "3"), ("1000", "1", "3.5", "4"), ("1000", "1", "3.5", "4")]
    {
        rig.set("gpu0", "field.83", energy);
        rig.set("gpu0", "field.3", errors);
        rig.sampled(1);
        rig.check(
            "hw.energy",
            &[&format!("hw.energy{{hw.id=GPU-0,hw.name=0,hw.type=gpu}} {joules}")],
        );
        let errors = rig.points("hw.errors{error.type=corrected");
        assert_eq!(
            errors,
            [format!(
                "hw.errors{{error.type=corrected,hw.id=GPU-0,hw.name=0,hw.type=gpu}} {corrected}"
            )]
        );
    }
}

#[test]
fn traffic_and_busy_parts_are_those_between_two_samples() {
    let rig = Rig::with_gpus(1);
    rig.sampled(1);
    rig.check("infer.gpu.link.io", &[]);
    rig.clock.advance(Duration::from_secs(3));
    rig.sampled(1);
    let mib = 4 << 20;
    let of = |link: &str, direction: &str, rate: u64| {
        let labels = format!(
            "hw.id=GPU-0,hw.name=0,infer.gpu.link.type={link},network.io.direction={direction}"
        );
        format!("infer.gpu.link.io{{{labels}}} {}", rate * mib)
    };
    let links = [
        of("nvlink", "receive", 3000),
        of("nvlink", "transmit", 4000),
        of("pcie", "receive", 200),
        of("pcie", "transmit", 100),
    ];
    rig.check("infer.gpu.link.io", &links.each_ref().map(String::as_str));
    rig.check(
        "hw.gpu.io",
        &[
            &format!(
                "hw.gpu.io{{hw.id=GPU-0,hw.name=0,network.io.direction=receive}} {}",
                3200 * mib
            ),
            &format!(
                "hw.gpu.io{{hw.id=GPU-0,hw.name=0,network.io.direction=transmit}} {}",
                4100 * mib
            ),
        ],
    );
    let busy = [("dram", "0.4"), ("fp64", "0"), ("sm", "0.625"), ("tensor", "0.375")];
    let busy = busy.map(|(engine, share)| {
        format!("infer.gpu.engine.utilization{{hw.id=GPU-0,hw.name=0,infer.gpu.engine={engine}}} {share}")
    });
    rig.check("infer.gpu.engine", &busy.each_ref().map(String::as_str));
}

#[test]
fn samples_too_close_for_the_driver_to_compare_are_not_compared() {
    let rig = Rig::with_gpus(1);
    rig.sampled(1);
    rig.clock.advance(Duration::from_millis(50));
    rig.gpus.sample();
    rig.check("infer.gpu.link.io", &[]);
    rig.clock.advance(Duration::from_millis(950));
    rig.gpus.sample();
    let sent = rig.points("hw.gpu.io{hw.id=GPU-0,hw.name=0,network.io.direction=transmit}");
    let expected = "hw.gpu.io{hw.id=GPU-0,hw.name=0,network.io.direction=transmit}";
    assert_eq!(sent, [format!("{expected} {}", 4100_u64 << 20)]);
}

#[test]
fn xid_events_are_counted_by_code_each_once() {
    let mut rig = Rig::with_gpus(2);
    rig.sampled(2);
    rig.check("infer.gpu.xid", &[]);
    for raised in ["79", "79#2", "13"] {
        rig.set("gpu1", "xid", raised);
        rig.sampled(2);
    }
    rig.sampled(2);
    rig.check(
        "infer.gpu.xid",
        &[
            "infer.gpu.xid.events{hw.id=GPU-1,hw.name=1,infer.gpu.xid.code=13} 1",
            "infer.gpu.xid.events{hw.id=GPU-1,hw.name=1,infer.gpu.xid.code=79} 2",
        ],
    );
}

#[test]
fn xid_codes_beyond_the_limit_share_one() {
    let mut rig = Rig::with_gpus(1);
    rig.sampled(1);
    for code in 0..70 {
        rig.set("gpu0", "xid", &code.to_string());
        rig.sampled(1);
    }
    assert_eq!(rig.points("infer.gpu.xid").len(), 65);
    assert_eq!(
        rig.points("infer.gpu.xid.events{hw.id=GPU-0,hw.name=0,infer.gpu.xid.code=999}"),
        ["infer.gpu.xid.events{hw.id=GPU-0,hw.name=0,infer.gpu.xid.code=999} 6"]
    );
}

#[test]
fn eight_gpus_are_sampled_with_few_calls() {
    let rig = Rig::with_gpus(8);
    rig.sampled(8);
    let opened = rig.fake.all_calls();
    rig.sampled(8);
    let calls = rig.fake.all_calls() - opened;
    assert_eq!(rig.points("hw.power").len(), 8);
    // Events, three utilizations, memory, power, temperature, four clocks, throttling, processes, fields, and a
    // profile: made, read, compared, freed.
    assert!(calls <= 8 * 18, "{calls} calls for eight GPUs");
    assert_eq!(rig.fake.bad_handles(), 0);
}

#[test]
fn only_the_gpus_that_are_wanted_are_sampled() {
    let rig = Rig::built(
        |fake| (0..3).for_each(|index| fake.add_gpu(index).expect("a script")),
        |sampler| sampler.only(["GPU-2"]),
    );
    rig.sampled(1);
    rig.check("hw.power", &["hw.power{hw.id=GPU-2,hw.name=2,hw.type=gpu} 350.5"]);
}

#[test]
fn nothing_is_shown_and_nothing_kept_after_shutdown() {
    let rig = Rig::with_gpus(2);
    rig.sampled(2);
    rig.sampled(2);
    assert!(rig.gpus.shutdown(crate::support::PATIENCE));
    assert_eq!(rig.gpus.state(), GpuState::Stopped);
    assert_eq!(rig.gpus.sample(), GpuState::Stopped);
    rig.check("hw.power", &[]);
    assert_eq!(rig.fake.unfreed(), 0);
    assert_eq!(rig.fake.calls("nvmlShutdown"), 1);
}
