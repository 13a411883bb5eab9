//! What the keys of a tier go through.

use inferometer_sdk::{
    Cached, Correction, Keys, KvCacheEvictionReason, KvCacheEvictionResult, KvCacheFailureReason,
    KvCacheOperation, KvCacheTier, StorageTier,
};
use proptest::prelude::*;

use crate::support::Rig;

/// A host tier of whose operations only these are shown at 0.
fn host(rig: &Rig, operations: &[KvCacheOperation]) -> StorageTier {
    rig.engine.storage().tier(KvCacheTier::Host, operations)
}

/// What an instrument shows of one operation, each with its outcome and reason, zeros left out.
fn shown(rig: &Rig, instrument: &str, operation: KvCacheOperation) -> Vec<String> {
    let label = format!("infer.kv_cache.operation=\"{}\"", operation.as_str());
    let points = rig.points(instrument).filter(|point| point.contains(&label));
    let short = points.filter(|point| !point.ends_with(" 0")).map(|point| {
        let labels = point.split(['{', ',', '}']).filter(|label| {
            ["outcome", "reason"].iter().any(|key| {
                label.starts_with(&format!("infer.kv_cache.{key}"))
                    || label.contains(&format!(".{key}="))
            })
        });
        let values: Vec<&str> = labels.filter_map(|label| label.split('"').nth(1)).collect();
        let value = point.rsplit("} ").next().unwrap_or_default();
        format!("{}: {value}", values.join(" "))
    });
    let mut short: Vec<String> = short.collect();
    short.sort();
    short
}

const REQUESTED: &str = "infer.kv_cache.key.requested";
const FINISHED: &str = "infer.kv_cache.key.finished";
const BYTES: &str = "infer.kv_cache.operation.io";
const DURATION: &str = "infer.kv_cache.operation.duration";
const ACTIVE: &str = "infer.kv_cache.operation.active";
const MEMORY: &str = "infer.kv_cache.operation.memory.usage";

#[test]
fn a_read_is_in_flight_from_its_reservation_to_its_end() {
    let rig = Rig::new();
    let host = host(&rig, &[]);
    let of = |instrument| shown(&rig, instrument, KvCacheOperation::Read);
    let read = host.reserve_read(Keys::new(4, 4096));
    assert_eq!((of(REQUESTED), of(ACTIVE)), (vec![": 4".to_owned()], vec![": 1".to_owned()]));
    assert_eq!((of(MEMORY), of(FINISHED)), (vec![": 4096".to_owned()], vec![]));
    rig.advance_ms(3);
    read.finish();
    assert_eq!((of(ACTIVE), of(MEMORY)), (vec![], vec![]));
    assert_eq!(of(FINISHED), ["success: 4"]);
    assert_eq!(of(BYTES), ["success: 4096"]);
    assert_eq!(of(DURATION), ["success: count=1 sum=0.003"]);
}

#[test]
fn every_series_of_a_tier_carries_its_labels() {
    let rig = Rig::new();
    let storage = rig.engine.storage();
    let disk = storage.tier_of(KvCacheTier::Disk, "fs", &[]);
    disk.submit_load(Keys::new(2, 64)).finish();
    rig.check_metrics(
        r#"
        infer.kv_cache.key.finished{infer.kv_cache.backend="fs",infer.kv_cache.operation="load",infer.kv_cache.outcome="success",infer.kv_cache.tier="disk"} 2
        infer.kv_cache.key.requested{infer.kv_cache.backend="fs",infer.kv_cache.operation="load",infer.kv_cache.tier="disk"} 2
        infer.kv_cache.operation.duration{infer.kv_cache.backend="fs",infer.kv_cache.operation="load",infer.kv_cache.outcome="success",infer.kv_cache.tier="disk"} count=1 sum=0
        infer.kv_cache.operation.io{infer.kv_cache.backend="fs",infer.kv_cache.operation="load",infer.kv_cache.outcome="success",infer.kv_cache.tier="disk"} 64
        "#,
    );
}

#[test]
fn the_operations_of_a_tier_show_zero_from_bind_and_others_nothing() {
    let rig = Rig::new();
    let _host = host(&rig, &[KvCacheOperation::Read, KvCacheOperation::Evict]);
    let bound = |instrument: &str, operation: &str| {
        let label = format!("infer.kv_cache.operation=\"{operation}\"");
        let points = rig.points(instrument).filter(|point| point.contains(&label));
        points.inspect(|point| assert!(point.ends_with(" 0"), "{point}")).count()
    };
    let failures = KvCacheFailureReason::ALL.len();
    assert_eq!(bound(FINISHED, "read"), 1 + failures);
    assert_eq!(bound(BYTES, "read"), 1 + failures);
    assert_eq!(bound(FINISHED, "evict"), KvCacheEvictionReason::ALL.len());
    for instrument in [REQUESTED, ACTIVE, MEMORY] {
        assert_eq!(bound(instrument, "read"), 1, "{instrument}");
    }
    assert_eq!(rig.values("infer.kv_cache.eviction.passes"), ["0", "0"]);
    assert_eq!(bound(FINISHED, "write") + bound(FINISHED, "lookup"), 0);
    assert!(rig.points(DURATION).next().is_none());
}

#[test]
fn an_operation_that_is_dropped_ends_as_cancelled_and_leaves_nothing_in_flight() {
    let rig = Rig::new();
    let host = host(&rig, &[]);
    let mut read = host.reserve_read(Keys::new(4, 4096));
    read.succeed(Keys::new(1, 1024));
    rig.advance_ms(2);
    drop(read);
    let of = |instrument| shown(&rig, instrument, KvCacheOperation::Read);
    assert_eq!((of(ACTIVE), of(MEMORY)), (vec![], vec![]));
    assert_eq!(of(FINISHED), ["cancelled failure: 3", "success: 1"]);
    assert_eq!(of(DURATION), ["cancelled failure: count=1 sum=0.002"]);
    assert_eq!(rig.engine.corrections(Correction::DroppedUnfinished), 1);
}

#[test]
fn an_operation_ends_in_a_panic_too() {
    let rig = Rig::new();
    let host = host(&rig, &[]);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _write = host.reserve_write(Keys::new(2, 0));
        panic!("as the test wants it");
    }));
    assert!(panicked.is_err());
    assert_eq!(shown(&rig, ACTIVE, KvCacheOperation::Write), [""; 0]);
    assert_eq!(shown(&rig, FINISHED, KvCacheOperation::Write), ["cancelled failure: 2"]);
}

#[test]
fn keys_may_end_one_by_one_and_the_worst_outcome_is_that_of_the_operation() {
    let rig = Rig::new();
    let host = host(&rig, &[]);
    let mut prefetch = host.submit_prefetch(Keys::new(5, 500));
    prefetch.succeed(Keys::new(2, 200));
    prefetch.fail(KvCacheFailureReason::OutOfMemory, Keys::new(1, 0));
    prefetch.fail(KvCacheFailureReason::NotFound, Keys::new(1, 0));
    prefetch.finish();
    let of = |instrument| shown(&rig, instrument, KvCacheOperation::Prefetch);
    assert_eq!(of(FINISHED), ["not_found failure: 1", "out_of_memory failure: 1", "success: 3"]);
    assert_eq!(of(BYTES), ["success: 500"]);
    assert_eq!(of(DURATION), ["out_of_memory failure: count=1 sum=0"]);
}

#[test]
fn more_keys_than_an_operation_is_about_are_cut_and_counted() {
    let rig = Rig::new();
    let host = host(&rig, &[]);
    let mut read = host.reserve_read(Keys::new(2, 200));
    read.succeed(Keys::new(3, 300));
    read.fail(KvCacheFailureReason::Io, Keys::new(1, 100));
    read.finish();
    host.looked_up(4, Keys::new(5, 0));
    assert_eq!(shown(&rig, FINISHED, KvCacheOperation::Read), ["success: 2"]);
    assert_eq!(shown(&rig, BYTES, KvCacheOperation::Read), ["success: 200"]);
    assert_eq!(shown(&rig, FINISHED, KvCacheOperation::Lookup), ["hit: 4"]);
    assert_eq!(rig.engine.corrections(Correction::PartBeyondWhole), 3);
}

#[test]
fn a_lookup_partitions_what_was_asked_for_into_hits_and_misses() {
    let rig = Rig::new();
    let host = host(&rig, &[]);
    host.looked_up(10, Keys::new(7, 0));
    let asked = host.submit_lookup(Keys::new(5, 0));
    rig.advance_ms(1);
    asked.found(Keys::new(2, 0));
    host.submit_lookup(Keys::new(1, 0)).found(Keys::new(1, 0));
    let of = |instrument| shown(&rig, instrument, KvCacheOperation::Lookup);
    assert_eq!(of(REQUESTED), [": 16"]);
    assert_eq!(of(FINISHED), ["hit: 10", "miss: 6"]);
    assert_eq!(of(DURATION), ["hit: count=1 sum=0", "miss: count=1 sum=0.001"]);
}

#[test]
fn what_a_load_does_not_find_has_failed_as_not_found() {
    let rig = Rig::new();
    let host = host(&rig, &[]);
    host.submit_load(Keys::new(3, 300)).found(Keys::new(2, 200));
    let of = |instrument| shown(&rig, instrument, KvCacheOperation::Load);
    assert_eq!(of(FINISHED), ["not_found failure: 1", "success: 2"]);
    assert_eq!(rig.engine.corrections(Correction::DroppedUnfinished), 0);
}

#[test]
fn a_write_that_becomes_a_read_is_never_neither() {
    let rig = Rig::new();
    let host = host(&rig, &[]);
    let write = host.reserve_write(Keys::new(3, 300));
    rig.advance_ms(1);
    let read = write.finish_and_reserve_read(Keys::new(3, 300));
    assert_eq!(shown(&rig, ACTIVE, KvCacheOperation::Write), [""; 0]);
    assert_eq!(shown(&rig, ACTIVE, KvCacheOperation::Read), [": 1"]);
    rig.advance_ms(1);
    read.finish();
    for operation in [KvCacheOperation::Write, KvCacheOperation::Read] {
        assert_eq!(shown(&rig, REQUESTED, operation), [": 3"]);
        assert_eq!(shown(&rig, FINISHED, operation), ["success: 3"]);
        assert_eq!(shown(&rig, DURATION, operation), ["success: count=1 sum=0.001"]);
    }
}

#[test]
fn what_is_over_at_once_is_counted_and_not_timed() {
    let rig = Rig::new();
    let host = host(&rig, &[]);
    host.allocated(Keys::new(4, 400));
    host.failed(KvCacheOperation::Allocate, KvCacheFailureReason::OutOfMemory, Keys::new(2, 0));
    host.failed(KvCacheOperation::Write, KvCacheFailureReason::Locked, Keys::new(1, 0));
    host.stored(Keys::new(3, 300));
    host.accessed(Keys::new(9, 0));
    host.evicted(KvCacheEvictionReason::Capacity, Keys::new(5, 500));
    host.evicted(KvCacheEvictionReason::Ttl, Keys::new(1, 100));
    host.deleted(Keys::new(2, 200));
    host.eviction_pass(KvCacheEvictionResult::Idle);
    host.eviction_pass(KvCacheEvictionResult::Evicted);
    host.eviction_pass(KvCacheEvictionResult::Idle);
    let of =
        |operation| [REQUESTED, FINISHED, BYTES].map(|it| shown(&rig, it, operation).join(", "));
    assert_eq!(
        of(KvCacheOperation::Allocate),
        [": 6", "out_of_memory failure: 2, success: 4", "success: 400"]
    );
    assert_eq!(of(KvCacheOperation::Write), [": 1", "locked failure: 1", ""]);
    assert_eq!(of(KvCacheOperation::Store), [": 3", "success: 3", "success: 300"]);
    assert_eq!(of(KvCacheOperation::Access), ["", "success: 9", ""]);
    let evicted =
        ["", "capacity success: 5, ttl success: 1", "capacity success: 500, ttl success: 100"];
    assert_eq!(of(KvCacheOperation::Evict), evicted);
    assert_eq!(of(KvCacheOperation::Delete), ["", "success: 2", "success: 200"]);
    assert_eq!(rig.values("infer.kv_cache.eviction.passes"), ["1", "2"], "evicted, idle");
    assert!(rig.points(DURATION).next().is_none());
}

#[test]
fn a_tenants_keys_are_counted_in_its_namespace_alone() {
    let rig = Rig::new();
    let host = host(&rig, &[KvCacheOperation::Read]);
    let tenant = host.in_namespace("tenant-7", &[KvCacheOperation::Read]);
    tenant.reserve_read(Keys::new(2, 0)).finish();
    host.reserve_read(Keys::new(3, 0)).finish();
    tenant.eviction_pass(KvCacheEvictionResult::Idle);
    let finished: Vec<String> = rig
        .points(FINISHED)
        .filter(|point| point.contains("\"success\""))
        .map(|point| {
            format!("{} {}", point.contains("tenant-7"), point.rsplit(' ').next().unwrap())
        })
        .collect();
    assert_eq!(finished, ["true 2", "false 3"]);
    let passes: Vec<String> = rig.points("infer.kv_cache.eviction.passes").collect();
    assert!(passes.iter().all(|point| !point.contains("namespace")), "the loop is the tier's");
}

#[test]
fn looked_up_tokens_are_partitioned_by_where_they_were() {
    let rig = Rig::new();
    let storage = rig.engine.storage();
    let lookups = storage.lookups();
    lookups.record(1000, Cached { device: 100, host: 500, disk: 200, remote: 0 });
    storage.lookups_in("tenant-7").record(10, Cached { host: 3, ..Cached::default() });
    rig.check_metrics(
        r#"
        infer.kv_cache.lookup.tokens{infer.kv_cache.namespace="tenant-7",infer.kv_cache.outcome="hit",infer.kv_cache.tier="host"} 3
        infer.kv_cache.lookup.tokens{infer.kv_cache.namespace="tenant-7",infer.kv_cache.outcome="miss"} 7
        infer.kv_cache.lookup.tokens{infer.kv_cache.outcome="hit",infer.kv_cache.tier="device"} 100
        infer.kv_cache.lookup.tokens{infer.kv_cache.outcome="hit",infer.kv_cache.tier="disk"} 200
        infer.kv_cache.lookup.tokens{infer.kv_cache.outcome="hit",infer.kv_cache.tier="host"} 500
        infer.kv_cache.lookup.tokens{infer.kv_cache.outcome="miss"} 200
        "#,
    );
}

#[test]
fn hits_beyond_what_was_looked_up_are_cut_and_counted() {
    let rig = Rig::new();
    let lookups = rig.engine.storage().lookups();
    lookups.record(100, Cached { device: 0, host: 70, disk: 20, remote: 20 });
    let shown = rig.values("infer.kv_cache.lookup.tokens");
    assert_eq!(shown, ["0", "20", "70", "10", "0"], "device, disk, host, remote, missed");
    assert_eq!(rig.engine.corrections(Correction::PartBeyondWhole), 1);
}

/// What a caller may do with an operation, and how it may end.
#[derive(Debug, Clone, Copy)]
enum Call {
    Succeed(u64),
    Fail(u64),
}

#[derive(Debug, Clone, Copy)]
enum Ending {
    Finish,
    Found(u64),
    Drop,
    Keep,
}

fn any_call() -> impl Strategy<Value = Call> {
    prop_oneof![(0..9_u64).prop_map(Call::Succeed), (0..9_u64).prop_map(Call::Fail)]
}

fn any_ending() -> impl Strategy<Value = Ending> {
    prop_oneof![
        Just(Ending::Finish),
        (0..9_u64).prop_map(Ending::Found),
        Just(Ending::Drop),
        Just(Ending::Keep)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn what_was_requested_is_what_has_finished_and_what_is_in_flight(
        operations in prop::collection::vec(
            (0..20_u64, prop::collection::vec(any_call(), 0..4), any_ending()), 1..8),
    ) {
        let rig = Rig::new();
        let host = host(&rig, &[KvCacheOperation::Load]);
        let (mut kept, mut in_flight, mut requested) = (Vec::new(), 0, 0);
        for (keys, calls, ending) in operations {
            requested += keys;
            let mut left = keys;
            let mut operation = host.submit_load(Keys::new(keys, 10 * keys));
            for call in calls {
                let (Call::Succeed(part) | Call::Fail(part)) = call;
                left -= part.min(left);
                match call {
                    Call::Succeed(part) => operation.succeed(Keys::new(part, 0)),
                    Call::Fail(part) => operation.fail(KvCacheFailureReason::Io, Keys::new(part, 0)),
                }
            }
            match ending {
                Ending::Finish => operation.finish(),
                Ending::Found(found) => operation.found(Keys::new(found, 0)),
                Ending::Drop => drop(operation),
                Ending::Keep => {
                    in_flight += left;
                    kept.push(operation);
                }
            }
        }
        let sum = |instrument: &str| -> u64 {
            rig.values(instrument).iter().map(|value| value.parse::<u64>().unwrap()).sum()
        };
        prop_assert_eq!(sum(REQUESTED), requested);
        prop_assert_eq!(sum(FINISHED) + in_flight, requested);
        prop_assert_eq!(sum(ACTIVE), kept.len() as u64);
        kept.clear();
        prop_assert_eq!(sum(FINISHED), requested);
        prop_assert_eq!(sum(ACTIVE) + sum(MEMORY), 0);
    }
}
