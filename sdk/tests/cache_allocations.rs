//! What a cache reports allocates nothing: not per forward pass, not per operation, not with observers.

use allocation_counter::measure;
use inferometer_sdk::{
    CallSize, Engine, Keys, KvCacheEvictionReason, KvCacheMethod, KvCacheOperation, KvCacheTier,
    KvStats, MeterProvider, StorageEvent, StorageObserver,
};
use opentelemetry::trace::noop::NoopTracer;

fn engine() -> Engine {
    let meters = MeterProvider::builder().build();
    meters.register_thread();
    Engine::builder(meters.serving_scope(), NoopTracer::new(), "llama-3-70b").build()
}

#[test]
fn publishing_the_state_of_a_cache_allocates_nothing() {
    let mut cache = engine().kv_cache(KvCacheTier::Device);
    let measured = measure(|| {
        for active_blocks in 0..1000 {
            let usage = Some(0.5);
            let stats = KvStats { active_blocks, total_blocks: 500, usage, ..Default::default() };
            cache.publish(stats);
            cache.allocated(1);
        }
    });
    assert_eq!(measured.count_total, 0);
}

struct Deaf;

impl StorageObserver for Deaf {
    fn name(&self) -> &str {
        "deaf"
    }

    fn on_event(&self, _: &StorageEvent<'_>) {}
}

#[test]
fn an_operation_allocates_nothing_also_with_observers() {
    let storage = engine().storage();
    storage.observe(Deaf).expect("there is room");
    let _queued = storage.observe_queued(Deaf, 1000).expect("a thread starts");
    let _sampled = storage.sample_lifetimes(1.0).expect("a thread starts");
    let tier = storage.tier_of(KvCacheTier::Disk, "fs", &KvCacheOperation::ALL);
    let hashes: Vec<u64> = (0..20).collect();
    let keys = Keys::hashed(&hashes, 4096);
    let operate = || {
        tier.allocated(keys);
        tier.reserve_write(keys).finish_and_reserve_read(keys).finish();
        let mut load = tier.submit_load(keys);
        load.succeed(Keys::new(3, 100));
        drop(load);
        tier.looked_up(30, keys);
        tier.accessed(keys);
        tier.evicted(KvCacheEvictionReason::Capacity, keys);
    };
    // The first of each outcome binds its histogram.
    operate();
    assert_eq!(measure(|| (0..100).for_each(|_| operate())).count_total, 0);
}

#[test]
fn a_call_of_a_cache_server_allocates_nothing() {
    let client = engine().cache_client();
    let size = CallSize { keys: 4, bytes: 4096, tokens: 1024 };
    let call = || {
        client.begin(KvCacheMethod::Retrieve, size).finish();
        drop(client.begin(KvCacheMethod::Store, size));
    };
    call();
    assert_eq!(measure(|| (0..100).for_each(|_| call())).count_total, 0);
}
