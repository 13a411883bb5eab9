//! Sampled blocks: how long they live, how far apart their uses are, whether they are missed.

use inferometer_sdk::{
    Keys, KvCacheEvictionReason, KvCacheTier, MAX_TRACKED_BLOCKS, ObserverThread, StorageTier,
};

use crate::support::Rig;

const CAPACITY: KvCacheEvictionReason = KvCacheEvictionReason::Capacity;

fn followed(rig: &Rig, share: f64) -> (StorageTier, ObserverThread) {
    let storage = rig.engine.storage();
    let thread = storage.sample_lifetimes(share).expect("a thread starts");
    (storage.tier(KvCacheTier::Host, &[]), thread)
}

/// What the histograms of blocks show.
fn shown(rig: &Rig) -> Vec<String> {
    let points = rig.points("infer.kv_cache.block.");
    let short = points.map(|point| {
        let name = point.strip_prefix("infer.kv_cache.block.").and_then(|it| it.split('{').next());
        format!("{} {}", name.unwrap_or_default(), point.rsplit("} ").next().unwrap_or_default())
    });
    short.collect()
}

#[test]
fn a_block_is_followed_from_its_filling_to_its_eviction() {
    let rig = Rig::new();
    let (host, thread) = followed(&rig, 1.0);
    let block = Keys::hashed(&[7], 0);
    let mut write = host.reserve_write(block);
    rig.advance_ms(100);
    write.succeed(block);
    drop(write);
    rig.advance_ms(1_000);
    host.accessed(block);
    rig.advance_ms(2_000);
    host.accessed(block);
    rig.advance_ms(4_000);
    host.evicted(CAPACITY, block);
    drop(thread);
    assert_eq!(
        shown(&rig),
        [
            "idle_before_eviction count=1 sum=4",
            "lifetime count=1 sum=7",
            "reuse_distance count=1 sum=0",
            "reuse_interval count=1 sum=2",
        ]
    );
}

#[test]
fn a_block_that_is_never_used_is_idle_from_its_filling() {
    let rig = Rig::new();
    let (host, thread) = followed(&rig, 1.0);
    host.stored(Keys::hashed(&[7], 0));
    rig.advance_ms(3_000);
    host.evicted(CAPACITY, Keys::hashed(&[7], 0));
    drop(thread);
    assert_eq!(shown(&rig), ["idle_before_eviction count=1 sum=3", "lifetime count=1 sum=3"]);
}

#[test]
fn the_distance_of_two_uses_counts_those_of_other_blocks_sampled_or_not() {
    let rig = Rig::new();
    let (host, thread) = followed(&rig, 1.0);
    host.stored(Keys::hashed(&[1, 2], 0));
    host.accessed(Keys::hashed(&[1], 0));
    host.accessed(Keys::new(10, 0));
    host.accessed(Keys::hashed(&[2, 1], 0));
    drop(thread);
    let distance: Vec<String> =
        shown(&rig).into_iter().filter(|line| line.starts_with("reuse_distance")).collect();
    assert_eq!(distance, ["reuse_distance count=1 sum=11"]);
}

#[test]
fn a_block_that_comes_back_within_five_minutes_was_missed() {
    let rig = Rig::new();
    let (host, thread) = followed(&rig, 1.0);
    let [soon, late] = [[1], [2]];
    host.stored(Keys::hashed(&[1, 2], 0));
    host.evicted(CAPACITY, Keys::hashed(&[1, 2], 0));
    rig.advance_ms(20_000);
    host.stored(Keys::hashed(&soon, 0));
    rig.advance_ms(281_000);
    host.stored(Keys::hashed(&late, 0));
    drop(thread);
    let missed: Vec<String> =
        shown(&rig).into_iter().filter(|line| line.starts_with("eviction_to_reuse")).collect();
    assert_eq!(missed, ["eviction_to_reuse count=1 sum=20"]);
}

#[test]
fn a_block_that_is_deleted_or_was_there_before_is_left_out() {
    let rig = Rig::new();
    let (host, thread) = followed(&rig, 1.0);
    host.stored(Keys::hashed(&[1], 0));
    host.deleted(Keys::hashed(&[1], 0));
    host.evicted(CAPACITY, Keys::hashed(&[1, 2], 0));
    host.accessed(Keys::hashed(&[2], 0));
    host.accessed(Keys::hashed(&[2], 0));
    drop(thread);
    assert_eq!(shown(&rig), [""; 0]);
}

#[test]
fn equal_hashes_in_two_tiers_are_two_blocks_and_in_two_handles_of_one_tier_one() {
    let rig = Rig::new();
    let storage = rig.engine.storage();
    let thread = storage.sample_lifetimes(1.0).unwrap();
    let tier = |tier| storage.tier(tier, &[]);
    tier(KvCacheTier::Host).stored(Keys::hashed(&[7], 0));
    rig.advance_ms(1_000);
    tier(KvCacheTier::Disk).stored(Keys::hashed(&[7], 0));
    rig.advance_ms(1_000);
    tier(KvCacheTier::Host).evicted(CAPACITY, Keys::hashed(&[7], 0));
    drop(thread);
    assert_eq!(shown(&rig), ["idle_before_eviction count=1 sum=2", "lifetime count=1 sum=2"]);
}

#[test]
fn a_share_of_blocks_is_followed_and_all_are_counted() {
    let rig = Rig::new();
    let (host, thread) = followed(&rig, 0.05);
    for first in (0..10_000).step_by(100) {
        let hashes: Vec<u64> = (first..first + 100).collect();
        host.stored(Keys::hashed(&hashes, 0));
        host.evicted(CAPACITY, Keys::hashed(&hashes, 0));
    }
    drop(thread);
    let evicted = rig.points("infer.kv_cache.key.finished").find(|it| it.contains("capacity"));
    assert!(evicted.unwrap().ends_with(" 10000"));
    let lifetimes = shown(&rig);
    let count = lifetimes[1].strip_prefix("lifetime count=").and_then(|it| it.split(' ').next());
    let count: u64 = count.unwrap().parse().unwrap();
    assert!((400..600).contains(&count), "{count} of 10000, 5 % are wanted");
}

#[test]
fn a_block_beyond_the_limit_is_not_followed_and_counted() {
    let rig = Rig::new();
    let (host, thread) = followed(&rig, 1.0);
    let observer = |instrument: &str| -> u64 {
        let values = rig.values(&format!("infer.sdk.observer.event.{instrument}"));
        values.iter().map(|value| value.parse::<u64>().unwrap()).sum()
    };
    let more = 10;
    let hashes: Vec<u64> = (0..MAX_TRACKED_BLOCKS as u64 + more).collect();
    for some in hashes.chunks(8_000) {
        host.stored(Keys::hashed(some, 0));
        while observer("queued") > 0 {
            std::thread::yield_now();
        }
    }
    drop(thread);
    let untracked =
        rig.points("infer.sdk.observer.event.dropped").find(|it| it.contains("untracked"));
    assert!(untracked.unwrap().ends_with(&format!(" {more}")));
    assert_eq!(observer("dropped"), more, "nothing else was");
}

#[test]
fn blocks_that_left_long_ago_make_room_at_the_limit() {
    let rig = Rig::new();
    let (host, thread) = followed(&rig, 1.0);
    let queued = || rig.values("infer.sdk.observer.event.queued").concat();
    let hashes: Vec<u64> = (0..MAX_TRACKED_BLOCKS as u64).collect();
    for some in hashes.chunks(8_000) {
        host.stored(Keys::hashed(some, 0));
        host.evicted(CAPACITY, Keys::hashed(some, 0));
        while queued() != "0" {
            std::thread::yield_now();
        }
    }
    rig.advance_ms(301_000);
    host.stored(Keys::hashed(&[1 << 40], 0));
    drop(thread);
    let dropped = rig.values("infer.sdk.observer.event.dropped");
    assert!(dropped.iter().all(|dropped| dropped == "0"), "{dropped:?}");
}
