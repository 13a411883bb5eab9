//! MIG.

use inferometer_sdk::GpuState;

use crate::support::Rig;

fn divided() -> Rig {
    Rig::scripted(|fake| {
        fake.add_gpu(0).expect("a script");
        // As NVML does not tell it of a GPU that is divided.
        fake.unset("gpu0", "utilization").expect("a script");
        fake.set("gpu0", "mig", "1").expect("a script");
        fake.add_instance(0, 0).expect("a script");
        fake.add_instance(0, 2).expect("a script");
    })
}

fn sampled(rig: &Rig, instances: usize) {
    assert_eq!(rig.sample(), GpuState::Sampling { gpus: 1, instances });
}

#[test]
fn an_instance_is_a_device_whose_parent_is_the_gpu() {
    let mut rig = divided();
    let own = format!("process.{}", std::process::id());
    rig.set("gpu0/mig2", &own, "5000");
    sampled(&rig, 2);
    rig.check(
        "hw.gpu.memory.usage",
        &[
            "hw.gpu.memory.usage{hw.id=GPU-0,hw.name=0} 42949672960",
            "hw.gpu.memory.usage{hw.id=MIG-0-0,hw.name=0:0,hw.parent=GPU-0} 2684354560",
            "hw.gpu.memory.usage{hw.id=MIG-0-2,hw.name=0:2,hw.parent=GPU-0} 2684354560",
        ],
    );
    rig.check(
        "infer.gpu.process.memory.usage",
        &["infer.gpu.process.memory.usage{hw.id=MIG-0-2,hw.name=0:2,hw.parent=GPU-0} 5000"],
    );
    rig.check(
        "infer.gpu.mig.instance.active",
        &["infer.gpu.mig.instance.active{hw.id=GPU-0,hw.name=0} 2"],
    );
    assert_eq!(rig.points("hw.gpu.memory.utilization{hw.id=MIG").len(), 2);
}

#[test]
fn an_instance_that_is_taken_away_and_one_that_is_added_are_noticed() {
    let mut rig = divided();
    sampled(&rig, 2);
    rig.fake.unset("gpu0/mig2", "uuid").expect("a script");
    rig.fake.add_instance(0, 1).expect("a script");
    // The handle fails once, then the GPU is looked at anew.
    rig.sample();
    sampled(&rig, 2);
    let ids: Vec<_> = rig.points("hw.gpu.memory.limit{hw.id=MIG");
    assert!(ids[0].contains("MIG-0-0") && ids[1].contains("MIG-0-1") && ids.len() == 2, "{ids:?}");
    assert!(rig.failures().iter().any(|line| line.starts_with("hw.id=MIG-0-2,")));
}

#[test]
fn switching_mig_off_asks_again_what_was_refused() {
    let mut rig = divided();
    sampled(&rig, 2);
    rig.check("hw.gpu.utilization{hw.gpu.task=general", &[]);
    rig.fake.set_all([("gpu0", "mig", "0"), ("gpu0", "utilization", "20")]).expect("a script");
    let mut state = rig.sample();
    for _ in 0..12 {
        state = rig.sample();
    }
    assert_eq!(state, GpuState::Sampling { gpus: 1, instances: 0 });
    rig.check(
        "hw.gpu.utilization{hw.gpu.task=general",
        &["hw.gpu.utilization{hw.gpu.task=general,hw.id=GPU-0,hw.name=0} 0.2"],
    );
    rig.check("hw.gpu.memory.usage{hw.id=MIG", &[]);
    rig.check(
        "infer.gpu.mig.instance.active",
        &["infer.gpu.mig.instance.active{hw.id=GPU-0,hw.name=0} 0"],
    );
}
