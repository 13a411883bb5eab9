//! The blocks of a cache tier.

use inferometer_sdk::{Correction, KvCacheTier, KvUsage};

use crate::support::Rig;

const USAGE: KvUsage = KvUsage { active_blocks: 250, cached_blocks: 500, total_blocks: 1000 };

#[test]
fn each_publication_replaces_the_one_before() {
    let rig = Rig::new();
    let mut cache = rig.engine.kv_cache(KvCacheTier::Host);
    cache.publish(KvUsage { active_blocks: 900, ..USAGE });
    cache.publish(USAGE);
    rig.check_metrics(
        r#"
        infer.kv_cache.block.limit{infer.kv_cache.tier="host"} 1000
        infer.kv_cache.block.usage{infer.kv_cache.block.state="active",infer.kv_cache.tier="host"} 250
        infer.kv_cache.block.usage{infer.kv_cache.block.state="cached",infer.kv_cache.tier="host"} 500
        infer.kv_cache.block.usage{infer.kv_cache.block.state="free",infer.kv_cache.tier="host"} 250
        infer.kv_cache.utilization{infer.kv_cache.tier="host"} 0.25
        "#,
    );
    assert_eq!(rig.engine.corrections(Correction::BlocksBeyondTotal), 1, "900 and 500 of 1000");
}

#[test]
fn pools_of_one_tier_add_up_and_a_dropped_one_leaves() {
    let rig = Rig::new();
    let mut pools = [KvCacheTier::Device; 2].map(|tier| rig.engine.kv_cache(tier));
    pools.iter_mut().for_each(|pool| pool.publish(USAGE));
    let limit = |rig: &Rig| rig.values("infer.kv_cache.block.limit");
    assert_eq!(limit(&rig), ["2000"]);
    let [left, right] = pools;
    drop(right);
    assert_eq!(limit(&rig), ["1000"]);
    drop(left);
    assert_eq!(limit(&rig), ["0"]);
}

#[test]
fn a_tier_without_blocks_has_no_utilization() {
    let rig = Rig::new();
    rig.engine.kv_cache(KvCacheTier::Disk).publish(KvUsage::default());
    assert!(rig.points("infer.kv_cache.utilization").next().is_none());
}
