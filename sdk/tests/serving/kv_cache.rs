//! The state of a cache tier: one publication at a time.

use inferometer_sdk::{
    Correction, KvCache, KvCacheEvictionReason, KvCacheTier, KvStats, MAX_POOLS_PER_TIER,
};

use crate::support::Rig;

const STATS: KvStats = KvStats {
    active_blocks: 250,
    cached_blocks: 500,
    total_blocks: 1000,
    usage: None,
    prefix_hit: None,
    memory_bytes: None,
    memory_limit_bytes: None,
};

fn device(rig: &Rig) -> KvCache {
    rig.engine.kv_cache(KvCacheTier::Device)
}

#[test]
fn each_publication_replaces_the_one_before() {
    let rig = Rig::new();
    let mut cache = rig.engine.kv_cache(KvCacheTier::Host);
    cache.publish(KvStats { active_blocks: 900, prefix_hit: Some(0.5), ..STATS });
    cache.publish(STATS);
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
fn everything_a_cache_knows_is_shown() {
    let rig = Rig::new();
    let mut cache = rig.engine.kv_cache_of(KvCacheTier::Disk, "fs");
    cache.publish(KvStats {
        usage: Some(0.75),
        prefix_hit: Some(0.5),
        memory_bytes: Some(3 << 20),
        memory_limit_bytes: Some(4 << 20),
        ..KvStats::default()
    });
    cache.allocated(7);
    cache.evicted(KvCacheEvictionReason::Ttl, 3);
    rig.check_metrics(
        r#"
        infer.kv_cache.block.allocations{infer.kv_cache.backend="fs",infer.kv_cache.tier="disk"} 7
        infer.kv_cache.block.evictions{infer.kv_cache.backend="fs",infer.kv_cache.eviction.reason="ttl",infer.kv_cache.tier="disk"} 3
        infer.kv_cache.memory.limit{infer.kv_cache.backend="fs",infer.kv_cache.tier="disk"} 4194304
        infer.kv_cache.memory.usage{infer.kv_cache.backend="fs",infer.kv_cache.tier="disk"} 3145728
        infer.kv_cache.prefix_hit_ratio{infer.kv_cache.backend="fs",infer.kv_cache.tier="disk"} 0.5
        infer.kv_cache.utilization{infer.kv_cache.backend="fs",infer.kv_cache.tier="disk"} 0.75
        "#,
    );
}

#[test]
fn counts_show_zero_from_bind_and_shares_only_once_known() {
    let rig = Rig::new();
    let mut cache = device(&rig);
    let shown = |prefix: &str| rig.values(prefix);
    assert_eq!(shown("infer.kv_cache.block.usage"), ["0", "0", "0"]);
    assert_eq!(shown("infer.kv_cache.block.limit"), ["0"]);
    assert_eq!(shown("infer.kv_cache.block.allocations"), ["0"]);
    assert_eq!(shown("infer.kv_cache.block.evictions"), ["0", "0", "0", "0"]);
    let later = ["utilization", "prefix_hit_ratio", "memory.usage", "memory.limit"];
    for known_later in later {
        assert_eq!(shown(&format!("infer.kv_cache.{known_later}")), [""; 0]);
    }
    cache.publish(KvStats { active_blocks: 0, ..STATS });
    assert_eq!(shown("infer.kv_cache.utilization"), ["0"], "known, and nothing is used");
    assert_eq!(shown("infer.kv_cache.prefix_hit_ratio"), [""; 0]);
}

#[test]
fn shares_out_of_range_are_clamped_and_counted() {
    let rig = Rig::new();
    let mut cache = device(&rig);
    let mut publish = |usage, prefix_hit| {
        cache.publish(KvStats { usage: Some(usage), prefix_hit: Some(prefix_hit), ..STATS });
        let shown = ["infer.kv_cache.utilization", "infer.kv_cache.prefix_hit_ratio"];
        let shown = shown.map(|prefix| rig.values(prefix).concat());
        (shown, rig.engine.corrections(Correction::ValueClamped))
    };
    let [full, empty, half] = ["1", "0", "0.5"].map(str::to_owned);
    assert_eq!(publish(0.5, 0.5), ([half.clone(), half], 0));
    assert_eq!(publish(1.5, -0.1), ([full.clone(), empty.clone()], 1));
    assert_eq!(publish(f64::NEG_INFINITY, f64::INFINITY), ([empty, full], 2));
}

#[test]
fn a_share_that_is_no_number_is_not_known_and_counted() {
    let rig = Rig::new();
    let mut cache = device(&rig);
    cache.publish(KvStats { usage: Some(0.9), prefix_hit: Some(0.9), ..STATS });
    cache.publish(KvStats { usage: Some(f64::NAN), prefix_hit: Some(f64::NAN), ..STATS });
    assert_eq!(rig.values("infer.kv_cache.utilization"), ["0.25"], "that of the blocks");
    assert_eq!(rig.values("infer.kv_cache.prefix_hit_ratio"), [""; 0], "not the one before");
    assert_eq!(rig.engine.corrections(Correction::ValueClamped), 1);
}

#[test]
fn pools_of_one_tier_add_up_and_a_dropped_one_leaves() {
    let rig = Rig::new();
    let mut pools = [(); 2].map(|()| device(&rig));
    pools[0].publish(STATS);
    pools[1].publish(KvStats { active_blocks: 1000, cached_blocks: 0, ..STATS });
    let shown = || {
        let prefixes = ["infer.kv_cache.block.limit", "infer.kv_cache.utilization"];
        prefixes.map(|prefix| rig.values(prefix).concat())
    };
    assert_eq!(shown(), ["2000", "0.625"]);
    let [left, right] = pools;
    drop(right);
    assert_eq!(shown(), ["1000", "0.25"]);
    drop(left);
    assert_eq!(shown(), ["", ""], "with the last publisher the values go");
    let _again = device(&rig);
    assert_eq!(shown(), ["0", ""]);
}

#[test]
fn a_pool_beyond_the_limit_is_counted_and_not_shown() {
    let rig = Rig::new();
    let mut pools: Vec<_> = (0..=MAX_POOLS_PER_TIER).map(|_| device(&rig)).collect();
    pools.iter_mut().for_each(|pool| pool.publish(STATS));
    let limit = (1000 * MAX_POOLS_PER_TIER).to_string();
    assert_eq!(rig.values("infer.kv_cache.block.limit"), [limit]);
    assert_eq!(rig.engine.corrections(Correction::PoolBeyondLimit), 1);
}

#[test]
fn a_tier_without_blocks_has_no_utilization() {
    let rig = Rig::new();
    let mut cache = rig.engine.kv_cache(KvCacheTier::Disk);
    cache.publish(KvStats::default());
    assert!(rig.points("infer.kv_cache.utilization").next().is_none());
}
