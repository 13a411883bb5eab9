//! A KV cache and its storage on the collector's page: the state of a tier, what its keys go through, both ends of a
//! cache server's calls, observers, and sampled blocks.
//!
//! LMCache's L0 is the tier `device`, its L1 `host`, its L2 `disk` or `remote`, where `infer_kv_cache_backend` tells one
//! adapter from another.

use std::{sync::Arc, time::Duration};

use inferometer_sdk::{
    BLOCK_LIFETIMES, Cached, CallSize, Correction, Engine, Keys, KvCacheEvictionReason,
    KvCacheEvictionResult, KvCacheFailureReason, KvCacheMethod, KvCacheOperation, KvCacheTier,
    KvStats, ManualClock, StorageEvent, StorageObserver, Telemetry,
};
use inferometer_tests::{CollectorUnderTest, Expected, Scrape, series, wait};

/// No export comes by itself within a test.
const NEVER: Duration = Duration::from_secs(3600);

struct Setup {
    collector: CollectorUnderTest,
    telemetry: Telemetry,
    clock: ManualClock,
    engine: Engine,
}

impl Setup {
    fn start() -> Self {
        let collector = CollectorUnderTest::start();
        let telemetry = Telemetry::builder()
            .service_name("cache")
            .endpoint(collector.otlp_endpoint())
            .interval(NEVER)
            .build()
            .expect("telemetry starts");
        let clock = ManualClock::at(1_700_000_000_000_000_000);
        let engine = telemetry.engine("llama-3-70b").stage("decode").replica(3);
        let engine = engine.clock(Arc::new(clock.clone())).build();
        Self { collector, telemetry, clock, engine }
    }

    fn advance_ms(&self, milliseconds: u64) {
        self.clock.advance(Duration::from_millis(milliseconds));
    }

    fn scrape(&self) -> Scrape {
        self.telemetry.flush(wait::PATIENCE).expect("everything is delivered");
        self.collector.scrape()
    }
}

/// A series of the engine that these tests are about.
fn of_engine(name: &str) -> Expected {
    series(name)
        .label("job", "cache")
        .label("gen_ai_provider_name", "self_hosted")
        .label("gen_ai_request_model", "llama-3-70b")
        .label("infer_stage", "decode")
        .label("infer_replica", "3")
}

/// A series of one tier.
fn of_tier(name: &str, tier: &str) -> Expected {
    of_engine(name).label("infer_kv_cache_tier", tier)
}

/// A series of one operation of a tier; an empty backend is none.
fn of_operation(name: &str, tier: &str, backend: &str, operation: &str) -> Expected {
    of_tier(name, tier)
        .label("infer_kv_cache_backend", backend)
        .label("infer_kv_cache_operation", operation)
}

/// What has an outcome, and perhaps the reason of a failure.
fn ended(expected: Expected, outcome: &str, failure: &str) -> Expected {
    expected
        .label("infer_kv_cache_outcome", outcome)
        .label("infer_kv_cache_failure_reason", failure)
}

/// A histogram's sum, count and one of its buckets.
#[track_caller]
fn check_histogram(
    page: &Scrape,
    name: &str,
    of: impl Fn(&str) -> Expected,
    (sum, count): (f64, f64),
    (le, below): (&str, f64),
) {
    of(&format!("{name}_sum")).value(sum).expect_in(page);
    of(&format!("{name}_count")).value(count).expect_in(page);
    of(&format!("{name}_bucket")).label("le", le).value(below).expect_in(page);
}

#[test]
fn one_call_per_forward_pass_shows_blocks_shares_and_memory_of_a_tier() {
    let setup = Setup::start();
    let mut device = setup.engine.kv_cache(KvCacheTier::Device);
    device.publish(KvStats {
        active_blocks: 300,
        cached_blocks: 500,
        total_blocks: 1000,
        usage: Some(0.375),
        prefix_hit: Some(0.625),
        memory_bytes: Some(13 << 20),
        memory_limit_bytes: Some(16 << 20),
    });
    let mut disk = setup.engine.kv_cache_of(KvCacheTier::Disk, "fs");
    disk.publish(KvStats { memory_bytes: Some(5 << 30), ..KvStats::default() });
    device.allocated(12);
    device.evicted(KvCacheEvictionReason::Capacity, 7);
    device.evicted(KvCacheEvictionReason::Preemption, 2);
    let page = setup.scrape();
    for (state, blocks) in [("active", 300.0), ("cached", 500.0), ("free", 200.0)] {
        let usage = of_tier("infer_kv_cache_block_usage", "device");
        usage.label("infer_kv_cache_block_state", state).value(blocks).expect_in(&page);
    }
    let device = |name: &str, value: f64| {
        of_tier(&format!("infer_kv_cache_{name}"), "device").value(value).expect_in(&page);
    };
    device("block_limit", 1000.0);
    device("utilization", 0.375);
    device("prefix_hit_ratio", 0.625);
    device("memory_usage_bytes", f64::from(13 << 20));
    device("memory_limit_bytes", f64::from(16 << 20));
    device("block_allocations_total", 12.0);
    for (reason, blocks) in [("capacity", 7.0), ("preemption", 2.0), ("ttl", 0.0)] {
        let evictions = of_tier("infer_kv_cache_block_evictions_total", "device");
        evictions.label("infer_kv_cache_eviction_reason", reason).value(blocks).expect_in(&page);
    }
    let disk = of_tier("infer_kv_cache_memory_usage_bytes", "disk");
    disk.label("infer_kv_cache_backend", "fs").value(5.0 * f64::from(1 << 30)).expect_in(&page);
}

#[test]
fn counts_of_a_cache_are_there_before_serving_and_shares_once_they_are_known() {
    let setup = Setup::start();
    let mut cache = setup.engine.kv_cache(KvCacheTier::Device);
    let page = setup.scrape();
    of_tier("infer_kv_cache_block_limit", "device").value(0.0).expect_in(&page);
    of_tier("infer_kv_cache_block_allocations_total", "device").value(0.0).expect_in(&page);
    assert_eq!(page.sum("infer_kv_cache_block_usage", &[]), (0.0, 3));
    for known_later in ["utilization", "prefix_hit_ratio", "memory_usage_bytes"] {
        assert!(page.family(&format!("infer_kv_cache_{known_later}")).is_none(), "{known_later}");
    }
    cache.publish(KvStats { active_blocks: 3, total_blocks: 2, ..KvStats::default() });
    cache.publish(KvStats { usage: Some(1.5), total_blocks: 2, ..KvStats::default() });
    let page = setup.scrape();
    of_tier("infer_kv_cache_utilization", "device").value(1.0).expect_in(&page);
    for clamped in [Correction::BlocksBeyondTotal, Correction::ValueClamped] {
        series("infer_sdk_correction_total")
            .label("infer_sdk_correction_reason", clamped.as_str())
            .value(1.0)
            .expect_in(&page);
    }
}

#[test]
fn what_is_read_and_written_in_a_host_tier_is_shown_from_its_reservation_to_its_end() {
    let setup = Setup::start();
    let storage = setup.engine.storage();
    let host = storage.tier(KvCacheTier::Host, &[KvCacheOperation::Read, KvCacheOperation::Write]);
    let mut write = host.reserve_write(Keys::new(6, 6000));
    setup.advance_ms(250);
    write.fail(KvCacheFailureReason::Locked, Keys::new(1, 1000));
    let read = write.finish_and_reserve_read(Keys::new(5, 5000));
    setup.advance_ms(125);
    read.finish();
    let mut read = host.reserve_read(Keys::new(3, 3000));
    read.fail(KvCacheFailureReason::NotFound, Keys::new(1, 0));
    let in_flight = host.reserve_read(Keys::new(4, 4000));

    let page = setup.scrape();
    let of = |name: &str, operation: &str| of_operation(name, "host", "", operation);
    let (active, memory) =
        ("infer_kv_cache_operation_active", "infer_kv_cache_operation_memory_usage_bytes");
    of("infer_kv_cache_key_requested_total", "write").value(6.0).expect_in(&page);
    of("infer_kv_cache_key_requested_total", "read").value(12.0).expect_in(&page);
    let counts = [
        ("key_finished_total", "write", "success", "", 5.0),
        ("key_finished_total", "write", "failure", "locked", 1.0),
        ("key_finished_total", "write", "failure", "timeout", 0.0),
        ("key_finished_total", "read", "success", "", 5.0),
        ("key_finished_total", "read", "failure", "not_found", 1.0),
        ("operation_io_bytes_total", "write", "success", "", 5000.0),
        ("operation_io_bytes_total", "write", "failure", "locked", 1000.0),
    ];
    for (name, operation, outcome, failure, value) in counts {
        let of = of(&format!("infer_kv_cache_{name}"), operation);
        ended(of, outcome, failure).value(value).expect_in(&page);
    }
    of(active, "write").value(0.0).expect_in(&page);
    of(active, "read").value(2.0).expect_in(&page);
    of(memory, "read").value(7000.0).expect_in(&page);
    let (failed, done) = (("failure", "locked"), ("success", ""));
    for (operation, (outcome, failure), total, bucket) in
        [("write", failed, (0.25, 1.0), ("0.1", 0.0)), ("read", done, (0.125, 1.0), ("0.25", 1.0))]
    {
        let name = "infer_kv_cache_operation_duration_seconds";
        let of = |name: &str| ended(of(name, operation), outcome, failure);
        check_histogram(&page, name, of, total, bucket);
    }

    drop((read, in_flight));
    let page = setup.scrape();
    of(active, "read").value(0.0).expect_in(&page);
    of(memory, "read").value(0.0).expect_in(&page);
    let cancelled = of("infer_kv_cache_key_finished_total", "read");
    ended(cancelled, "failure", "cancelled").value(6.0).expect_in(&page);
    let corrected = series("infer_sdk_correction_total");
    let dropped = corrected.label("infer_sdk_correction_reason", "dropped_unfinished");
    dropped.value(2.0).expect_in(&page);
}

#[test]
fn what_is_over_at_once_in_a_host_tier_is_shown_by_operation_and_reason() {
    let setup = Setup::start();
    let host = setup.engine.storage().tier(KvCacheTier::Host, &[]);
    host.failed(KvCacheOperation::Allocate, KvCacheFailureReason::OutOfMemory, Keys::new(2, 0));
    host.allocated(Keys::new(6, 6000));
    host.accessed(Keys::new(9, 0));
    host.deleted(Keys::new(1, 1000));
    host.evicted(KvCacheEvictionReason::Capacity, Keys::new(2, 2000));
    host.evicted(KvCacheEvictionReason::Ttl, Keys::new(1, 1000));
    for result in [KvCacheEvictionResult::Evicted, KvCacheEvictionResult::Idle] {
        host.eviction_pass(result);
    }
    host.eviction_pass(KvCacheEvictionResult::Idle);
    let page = setup.scrape();
    let of = |name: &str, operation: &str| of_operation(name, "host", "", operation);
    of("infer_kv_cache_key_requested_total", "allocate").value(8.0).expect_in(&page);
    for (operation, outcome, failure, value) in [
        ("allocate", "success", "", 6.0),
        ("allocate", "failure", "out_of_memory", 2.0),
        ("access", "success", "", 9.0),
        ("delete", "success", "", 1.0),
    ] {
        let finished = of("infer_kv_cache_key_finished_total", operation);
        ended(finished, outcome, failure).value(value).expect_in(&page);
    }
    for (reason, keys, bytes) in [("capacity", 2.0, 2000.0), ("ttl", 1.0, 1000.0)] {
        for (name, value) in [("key_finished_total", keys), ("operation_io_bytes_total", bytes)] {
            let evicted = ended(of(&format!("infer_kv_cache_{name}"), "evict"), "success", "");
            evicted.label("infer_kv_cache_eviction_reason", reason).value(value).expect_in(&page);
        }
    }
    for (result, passes) in [("evicted", 1.0), ("idle", 2.0)] {
        let of = of_tier("infer_kv_cache_eviction_passes_total", "host");
        of.label("infer_kv_cache_eviction_result", result).value(passes).expect_in(&page);
    }
}

#[test]
fn the_stores_behind_a_tier_are_told_apart_by_backend() {
    let setup = Setup::start();
    let storage = setup.engine.storage();
    let operations = [KvCacheOperation::Store, KvCacheOperation::Load];
    let disk = storage.tier_of(KvCacheTier::Disk, "fs", &operations);
    let remote = storage.tier_of(KvCacheTier::Remote, "s3", &operations);
    let stores = [(&disk, "disk", "fs", 4, 250), (&remote, "remote", "s3", 7, 500)];
    let mut in_flight = Vec::new();
    for (tier, _, _, keys, milliseconds) in stores {
        let store = tier.submit_store(Keys::new(keys, 1000 * keys));
        setup.advance_ms(milliseconds);
        store.finish();
        tier.submit_lookup(Keys::new(10, 0)).found(Keys::new(keys, 0));
        let mut load = tier.submit_load(Keys::new(2, 2000));
        load.fail(KvCacheFailureReason::Io, Keys::new(1, 0));
        load.finish();
        in_flight.push(tier.submit_load(Keys::new(1, 500)));
        let mut prefetch = tier.submit_prefetch(Keys::new(3, 0));
        prefetch.fail(KvCacheFailureReason::OutOfMemory, Keys::new(1, 0));
        prefetch.finish();
        tier.stored(Keys::new(1, 100));
    }
    let page = setup.scrape();
    for (_, tier, backend, keys, milliseconds) in stores {
        let of = |name: &str, operation: &str| of_operation(name, tier, backend, operation);
        let keys = f64::from(u32::try_from(keys).expect("small"));
        let finished = "infer_kv_cache_key_finished_total";
        of("infer_kv_cache_key_requested_total", "store").value(keys + 1.0).expect_in(&page);
        ended(of(finished, "store"), "success", "").value(keys + 1.0).expect_in(&page);
        ended(of(finished, "lookup"), "hit", "").value(keys).expect_in(&page);
        ended(of(finished, "lookup"), "miss", "").value(10.0 - keys).expect_in(&page);
        ended(of(finished, "load"), "success", "").value(1.0).expect_in(&page);
        ended(of(finished, "load"), "failure", "io").value(1.0).expect_in(&page);
        ended(of(finished, "prefetch"), "success", "").value(2.0).expect_in(&page);
        ended(of(finished, "prefetch"), "failure", "out_of_memory").value(1.0).expect_in(&page);
        let io = of("infer_kv_cache_operation_io_bytes_total", "store");
        ended(io, "success", "").value(1000.0 * keys + 100.0).expect_in(&page);
        of("infer_kv_cache_operation_active", "load").value(1.0).expect_in(&page);
        of("infer_kv_cache_operation_memory_usage_bytes", "load").value(500.0).expect_in(&page);
        let seconds = f64::from(u32::try_from(milliseconds).expect("small")) / 1000.0;
        let of = |name: &str| ended(of(name, "store"), "success", "");
        let name = "infer_kv_cache_operation_duration_seconds";
        check_histogram(&page, name, of, (seconds, 1.0), ("0.5", 1.0));
    }
}

#[test]
fn a_tenants_keys_and_tokens_are_shown_in_its_namespace() {
    let setup = Setup::start();
    let storage = setup.engine.storage();
    let host = storage.tier(KvCacheTier::Host, &[KvCacheOperation::Read]);
    let tenant = host.in_namespace("tenant-7", &[KvCacheOperation::Read]);
    tenant.reserve_read(Keys::new(2, 0)).finish();
    host.reserve_read(Keys::new(3, 0)).finish();
    storage.lookups_in("tenant-7").record(100, Cached { host: 64, ..Cached::default() });
    let page = setup.scrape();
    for (namespace, keys) in [("tenant-7", 2.0), ("", 3.0)] {
        let of = of_operation("infer_kv_cache_key_finished_total", "host", "", "read");
        let of = ended(of, "success", "").label("infer_kv_cache_namespace", namespace);
        of.value(keys).expect_in(&page);
    }
    let hit = of_tier("infer_kv_cache_lookup_tokens_total", "host");
    let hit = ended(hit, "hit", "").label("infer_kv_cache_namespace", "tenant-7");
    hit.value(64.0).expect_in(&page);
}

#[test]
fn looked_up_tokens_are_partitioned_into_hits_by_tier_and_misses() {
    let setup = Setup::start();
    let lookups = setup.engine.storage().lookups();
    lookups.record(1000, Cached { device: 0, host: 512, disk: 256, remote: 128 });
    lookups.record(500, Cached { remote: 600, ..Cached::default() });
    let page = setup.scrape();
    let name = "infer_kv_cache_lookup_tokens_total";
    for (tier, tokens) in [("device", 0.0), ("host", 512.0), ("disk", 256.0), ("remote", 628.0)] {
        ended(of_tier(name, tier), "hit", "").value(tokens).expect_in(&page);
    }
    ended(of_tier(name, ""), "miss", "").value(104.0).expect_in(&page);
    assert_eq!(page.sum(name, &[]).0, 1500.0, "what was asked for");
}

#[test]
fn both_ends_of_a_cache_servers_calls_show_keys_bytes_tokens_time_and_what_is_in_flight() {
    let setup = Setup::start();
    let ends = [("server", setup.engine.cache_server()), ("client", setup.engine.cache_client())];
    let size = |keys, bytes, tokens| CallSize { keys, bytes, tokens };
    let mut in_flight = Vec::new();
    for (_, calls) in &ends {
        let store = calls.begin(KvCacheMethod::Store, size(4, 4096, 1024));
        setup.advance_ms(250);
        store.finish();
        calls.begin(KvCacheMethod::Lookup, size(8, 0, 2048)).answer(size(6, 0, 1536));
        calls.begin(KvCacheMethod::Retrieve, size(2, 0, 512)).answer(CallSize::default());
        let mut retrieve = calls.begin(KvCacheMethod::Retrieve, size(6, 6144, 1536));
        retrieve.succeed(size(4, 4096, 1024));
        retrieve.fail(KvCacheFailureReason::Timeout, size(1, 0, 256));
        // It ran out of blocks and returned early.
        drop(retrieve);
        in_flight.push(calls.begin(KvCacheMethod::Store, size(1, 0, 0)));
    }
    let page = setup.scrape();
    for (end, _) in &ends {
        let of = |name: &str, method: &str| {
            let name = format!("infer_kv_cache_{end}_{name}");
            of_engine(&name).label("infer_kv_cache_method", method)
        };
        let counts = [
            ("keys_total", "store", "success", "", 4.0),
            ("io_bytes_total", "store", "success", "", 4096.0),
            ("tokens_total", "store", "success", "", 1024.0),
            ("keys_total", "lookup", "hit", "", 6.0),
            ("keys_total", "lookup", "miss", "", 2.0),
            ("tokens_total", "lookup", "hit", "", 1536.0),
            ("tokens_total", "lookup", "miss", "", 512.0),
            ("keys_total", "retrieve", "success", "", 4.0),
            ("io_bytes_total", "retrieve", "success", "", 4096.0),
            ("tokens_total", "retrieve", "success", "", 1024.0),
            ("keys_total", "retrieve", "miss", "", 2.0),
            ("keys_total", "retrieve", "failure", "timeout", 1.0),
            ("keys_total", "retrieve", "failure", "cancelled", 1.0),
            ("keys_total", "store", "failure", "other", 0.0),
            ("request_duration_seconds_count", "store", "success", "", 1.0),
            ("request_duration_seconds_sum", "store", "success", "", 0.25),
            ("request_duration_seconds_count", "lookup", "miss", "", 1.0),
            ("request_duration_seconds_count", "retrieve", "miss", "", 1.0),
            ("request_duration_seconds_count", "retrieve", "failure", "timeout", 1.0),
        ];
        for (name, method, outcome, failure, value) in counts {
            ended(of(name, method), outcome, failure).value(value).expect_in(&page);
        }
        let bucket = ended(of("request_duration_seconds_bucket", "store"), "success", "");
        bucket.label("le", "0.1").value(0.0).expect_in(&page);
        for (method, active) in [("store", 1.0), ("retrieve", 0.0), ("lookup", 0.0)] {
            of("request_active", method).value(active).expect_in(&page);
        }
    }
}

/// Fails at evictions.
struct Fragile;

impl StorageObserver for Fragile {
    fn name(&self) -> &str {
        "fragile"
    }

    fn on_evicted(&self, _: &StorageEvent<'_>) {
        panic!("as the test wants it");
    }
}

/// Takes its time.
struct Slow(std::sync::Mutex<std::sync::mpsc::Receiver<()>>);

impl StorageObserver for Slow {
    fn name(&self) -> &str {
        "slow"
    }

    fn on_event(&self, _: &StorageEvent<'_>) {
        // An error means that nobody holds it up any more.
        let _ = self.0.lock().expect("nobody panics with it").recv();
    }
}

fn of_observer(name: &str, observer: &str) -> Expected {
    let name = format!("infer_sdk_observer_{name}");
    series(&name).label("job", "cache").label("infer_sdk_observer_name", observer)
}

#[test]
fn an_observers_panics_queue_lag_and_drops_are_shown_under_its_name() {
    let setup = Setup::start();
    let storage = setup.engine.storage();
    storage.observe(Fragile).expect("there is room");
    let (go, wait) = std::sync::mpsc::sync_channel(8);
    let slow = Slow(std::sync::Mutex::new(wait));
    let thread = storage.observe_queued(slow, 4).expect("a thread starts");
    let host = storage.tier(KvCacheTier::Host, &[]);
    host.evicted(KvCacheEvictionReason::Capacity, Keys::new(1, 0));
    wait::until("the observer to take one event", || {
        let page = setup.scrape();
        of_observer("event_queued", "slow").value(0.0).find_in(&page).map(drop)
    });
    for _ in 0..9 {
        host.accessed(Keys::new(1, 0));
    }
    setup.advance_ms(250);
    let page = setup.scrape();
    of_observer("panic_total", "fragile").value(1.0).expect_in(&page);
    of_observer("panic_total", "slow").value(0.0).expect_in(&page);
    of_observer("event_queued", "slow").value(4.0).expect_in(&page);
    let dropped = |reason: &str, page: &Scrape, value: f64| {
        let of = of_observer("event_dropped_total", "slow");
        of.label("infer_sdk_observer_drop_reason", reason).value(value).expect_in(page);
    };
    dropped("queue_full", &page, 5.0);
    dropped("shut_down", &page, 0.0);
    drop(go);
    drop(thread);
    host.accessed(Keys::new(1, 0));
    let page = setup.scrape();
    of_observer("event_queued", "slow").value(0.0).expect_in(&page);
    of_observer("event_lag_seconds", "slow").value(0.25).expect_in(&page);
    dropped("queue_full", &page, 5.0);
    dropped("shut_down", &page, 1.0);
    let finished = of_operation("infer_kv_cache_key_finished_total", "host", "", "access");
    finished.value(10.0).expect_in(&page);
}

#[test]
fn sampled_blocks_show_lifetime_idle_time_reuse_and_whether_they_were_missed() {
    let setup = Setup::start();
    let storage = setup.engine.storage();
    let followed = storage.sample_lifetimes(1.0).expect("a thread starts");
    let tiers = [KvCacheTier::Device, KvCacheTier::Host];
    for tier in tiers {
        let blocks = storage.tier(tier, &[]);
        let block = Keys::hashed(&[17], 0);
        blocks.stored(block);
        setup.advance_ms(1_000);
        blocks.accessed(block);
        blocks.accessed(Keys::new(20, 0));
        setup.advance_ms(2_000);
        blocks.accessed(block);
        setup.advance_ms(4_000);
        blocks.evicted(KvCacheEvictionReason::Capacity, block);
        setup.advance_ms(8_000);
        blocks.stored(block);
    }
    drop(followed);
    let page = setup.scrape();
    for tier in tiers {
        let check = |name: &str, value: f64, bucket| {
            let name = format!("infer_kv_cache_block_{name}");
            let of = |name: &str| of_tier(name, tier.as_str());
            check_histogram(&page, &name, of, (value, 1.0), bucket);
        };
        check("lifetime_seconds", 7.0, ("15", 1.0));
        check("idle_before_eviction_seconds", 4.0, ("1", 0.0));
        check("reuse_interval_seconds", 2.0, ("5", 1.0));
        check("reuse_distance", 20.0, ("10", 0.0));
        check("eviction_to_reuse_seconds", 8.0, ("15", 1.0));
    }
    let untracked = of_observer("event_dropped_total", BLOCK_LIFETIMES);
    untracked.label("infer_sdk_observer_drop_reason", "untracked").value(0.0).expect_in(&page);
}
