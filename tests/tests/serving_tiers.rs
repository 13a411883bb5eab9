//! The tiers below a device on the collector's page, operation by operation: what a multi-process cache asks of its
//! second tier, what fails and why, what a server's calls fail of, and what moves between the device and the host.

use std::{sync::Arc, time::Duration};

use inferometer_sdk::{
    CallSize, Engine, Keys, KvCacheEvictionReason, KvCacheFailureReason, KvCacheMethod,
    KvCacheOperation, KvCacheTier, KvStats, ManualClock, StorageOperation, StorageTier, Telemetry,
    TransferEdge, TransferPayload,
};
use inferometer_tests::{CollectorUnderTest, Expected, Scrape, series, wait};
use opentelemetry::Context;

/// No export comes by itself within a test.
const NEVER: Duration = Duration::from_secs(3600);
/// What takes time in a tier, and how it begins.
const SUBMITTED: [(KvCacheOperation, Begin); 4] = [
    (KvCacheOperation::Store, StorageTier::submit_store),
    (KvCacheOperation::Load, StorageTier::submit_load),
    (KvCacheOperation::Lookup, StorageTier::submit_lookup),
    (KvCacheOperation::Prefetch, StorageTier::submit_prefetch),
];
type Begin = for<'a> fn(&StorageTier, Keys<'a>) -> StorageOperation;

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
        let engine = telemetry.engine("llama").stage("prefill").replica(2);
        let engine = engine.clock(Arc::new(clock.clone())).build();
        Self { collector, telemetry, clock, engine }
    }

    fn after(&self, milliseconds: u64) {
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
        .label("gen_ai_request_model", "llama")
        .label("infer_stage", "prefill")
        .label("infer_replica", "2")
}

/// A series of one operation of the tier behind `redis`.
fn of(name: &str, operation: &str) -> Expected {
    of_engine(name)
        .label("infer_kv_cache_tier", "remote")
        .label("infer_kv_cache_backend", "redis")
        .label("infer_kv_cache_operation", operation)
}

fn ended(expected: Expected, outcome: &str, failure: &str) -> Expected {
    expected
        .label("infer_kv_cache_outcome", outcome)
        .label("infer_kv_cache_failure_reason", failure)
}

#[test]
fn what_a_remote_tier_is_asked_for_is_requested_in_flight_then_finished_and_timed() {
    let setup = Setup::start();
    let operations = SUBMITTED.map(|(operation, _)| operation);
    let remote = setup.engine.storage().tier_of(KvCacheTier::Remote, "redis", &operations);
    let begun = SUBMITTED.map(|(_, begin)| begin(&remote, Keys::new(5, 5000)));
    let page = setup.scrape();
    for operation in operations.map(KvCacheOperation::as_str) {
        of("infer_kv_cache_key_requested_total", operation).value(5.0).expect_in(&page);
        of("infer_kv_cache_operation_active", operation).value(1.0).expect_in(&page);
        let memory = of("infer_kv_cache_operation_memory_usage_bytes", operation);
        memory.value(5000.0).expect_in(&page);
    }
    setup.after(125);
    for operation in begun {
        operation.finish();
    }
    let page = setup.scrape();
    for operation in operations.map(KvCacheOperation::as_str) {
        let outcome = if operation == "lookup" { "hit" } else { "success" };
        let of = |name: &str| ended(of(name, operation), outcome, "");
        of("infer_kv_cache_key_finished_total").value(5.0).expect_in(&page);
        // A lookup moves nothing.
        let io = of("infer_kv_cache_operation_io_bytes_total").value(5000.0).find_in(&page);
        assert_eq!(io.is_ok(), operation != "lookup", "{operation}: {io:?}");
        of("infer_kv_cache_operation_duration_seconds_count").value(1.0).expect_in(&page);
        of("infer_kv_cache_operation_duration_seconds_sum").value(0.125).expect_in(&page);
        let bucket = of("infer_kv_cache_operation_duration_seconds_bucket").label("le", "0.1");
        bucket.value(0.0).expect_in(&page);
        let active = self::of("infer_kv_cache_operation_active", operation);
        active.value(0.0).expect_in(&page);
    }
}

#[test]
fn a_host_tier_shows_its_share_and_the_memory_behind_it_by_backend() {
    let setup = Setup::start();
    let mut host = setup.engine.kv_cache(KvCacheTier::Host);
    host.publish(KvStats {
        active_blocks: 3,
        total_blocks: 8,
        memory_bytes: Some(3 << 20),
        ..KvStats::default()
    });
    let mut stores = [(KvCacheTier::Disk, "fs", 5), (KvCacheTier::Remote, "redis", 7)]
        .map(|(tier, backend, bytes)| (setup.engine.kv_cache_of(tier, backend), bytes));
    for (store, bytes) in &mut stores {
        store.publish(KvStats { memory_bytes: Some(*bytes), ..KvStats::default() });
    }
    let page = setup.scrape();
    let share = of_engine("infer_kv_cache_utilization").label("infer_kv_cache_tier", "host");
    share.value(0.375).expect_in(&page);
    for (tier, backend, bytes) in
        [("host", "", f64::from(3 << 20)), ("disk", "fs", 5.0), ("remote", "redis", 7.0)]
    {
        of_engine("infer_kv_cache_memory_usage_bytes")
            .label("infer_kv_cache_tier", tier)
            .label("infer_kv_cache_backend", backend)
            .value(bytes)
            .expect_in(&page);
    }
}

#[test]
fn operations_that_fail_are_shown_by_reason_with_keys_and_bytes() {
    let setup = Setup::start();
    let remote = setup.engine.storage().tier_of(KvCacheTier::Remote, "redis", &[]);
    for (_, begin) in SUBMITTED {
        for (index, reason) in KvCacheFailureReason::ALL.into_iter().enumerate() {
            let keys = index as u64 + 1;
            let mut operation = begin(&remote, Keys::new(keys, 100 * keys));
            operation.fail(reason, Keys::new(keys, 100 * keys));
            operation.finish();
        }
    }
    let page = setup.scrape();
    for (operation, _) in SUBMITTED {
        for (index, reason) in (1_u32..).zip(KvCacheFailureReason::ALL) {
            let of = |name: &str| ended(of(name, operation.as_str()), "failure", reason.as_str());
            let keys = f64::from(index);
            of("infer_kv_cache_key_finished_total").value(keys).expect_in(&page);
            let io = of("infer_kv_cache_operation_io_bytes_total").value(100.0 * keys);
            let is_moved = operation != KvCacheOperation::Lookup;
            assert_eq!(io.find_in(&page).is_ok(), is_moved, "{operation:?}");
            of("infer_kv_cache_operation_duration_seconds_count").value(1.0).expect_in(&page);
        }
    }
}

#[test]
fn keys_that_a_remote_tier_uses_and_loses_are_shown_by_operation() {
    let setup = Setup::start();
    let remote = setup.engine.storage().tier_of(KvCacheTier::Remote, "redis", &[]);
    remote.accessed(Keys::new(4, 0));
    remote.deleted(Keys::new(2, 200));
    for (index, reason) in KvCacheEvictionReason::ALL.into_iter().enumerate() {
        remote.evicted(reason, Keys::new(index as u64 + 1, 0));
    }
    let page = setup.scrape();
    let finished =
        |operation: &str| ended(of("infer_kv_cache_key_finished_total", operation), "success", "");
    finished("access").value(4.0).expect_in(&page);
    finished("delete").value(2.0).expect_in(&page);
    for (index, reason) in (1_u32..).zip(KvCacheEvictionReason::ALL) {
        let evicted = finished("evict").label("infer_kv_cache_eviction_reason", reason.as_str());
        evicted.value(f64::from(index)).expect_in(&page);
    }
}

#[test]
fn a_read_that_finds_its_key_gone_or_locked_is_shown_by_reason() {
    let setup = Setup::start();
    let host = setup.engine.storage().tier(KvCacheTier::Host, &[]);
    host.failed(KvCacheOperation::Read, KvCacheFailureReason::NotFound, Keys::new(2, 0));
    host.failed(KvCacheOperation::Read, KvCacheFailureReason::Locked, Keys::new(3, 0));
    let page = setup.scrape();
    let of = |name: &str| {
        of_engine(name)
            .label("infer_kv_cache_tier", "host")
            .label("infer_kv_cache_operation", "read")
    };
    of("infer_kv_cache_key_requested_total").value(5.0).expect_in(&page);
    let finished = |reason| ended(of("infer_kv_cache_key_finished_total"), "failure", reason);
    finished("not_found").value(2.0).expect_in(&page);
    finished("locked").value(3.0).expect_in(&page);
}

#[test]
fn every_call_of_a_cache_server_is_in_flight_until_it_ends_and_may_fail() {
    let setup = Setup::start();
    for (end, calls) in
        [("server", setup.engine.cache_server()), ("client", setup.engine.cache_client())]
    {
        let asked = CallSize { keys: 3, ..CallSize::default() };
        let begun = KvCacheMethod::ALL.map(|method| calls.begin(method, asked));
        let of = |name: &str, method: KvCacheMethod| {
            let name = format!("infer_kv_cache_{end}_{name}");
            of_engine(&name).label("infer_kv_cache_method", method.as_str())
        };
        let page = setup.scrape();
        for method in KvCacheMethod::ALL {
            of("request_active", method).value(1.0).expect_in(&page);
        }
        setup.after(250);
        for mut call in begun {
            call.fail(KvCacheFailureReason::Other, asked);
            call.finish();
        }
        let page = setup.scrape();
        for method in KvCacheMethod::ALL {
            of("request_active", method).value(0.0).expect_in(&page);
            let failed = |name: &str| ended(of(name, method), "failure", "other");
            failed("keys_total").value(3.0).expect_in(&page);
            failed("request_duration_seconds_count").value(1.0).expect_in(&page);
            failed("request_duration_seconds_sum").value(0.25).expect_in(&page);
        }
    }
}

#[test]
fn bytes_and_time_between_device_and_host_give_the_throughput_of_each_way() {
    let setup = Setup::start();
    let ways = [
        (KvCacheTier::Device, KvCacheTier::Host, 8_000_000, 500),
        (KvCacheTier::Host, KvCacheTier::Device, 3_000_000, 250),
    ];
    for (source, destination, bytes, milliseconds) in ways {
        let edge = TransferEdge::within(TransferPayload::Kv, source, destination);
        let transfer = setup.engine.transfer_edge(&edge).start(&Context::new());
        setup.after(milliseconds);
        transfer.finish(bytes);
    }
    let page = setup.scrape();
    for ((source, destination, ..), per_second) in ways.into_iter().zip([16e6, 12e6]) {
        let of = |name: &str| {
            of_engine(name)
                .label("infer_transfer_payload", "kv")
                .label("infer_transfer_source", source.as_str())
                .label("infer_transfer_destination", destination.as_str())
                .expect_in(&page)
                .value
        };
        let (bytes, seconds) =
            (of("infer_transfer_io_bytes_total"), of("infer_transfer_duration_seconds_sum"));
        assert_eq!(bytes / seconds, per_second);
    }
}
