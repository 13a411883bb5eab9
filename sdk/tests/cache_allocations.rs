//! What a cache reports once per forward pass allocates nothing.

use allocation_counter::measure;
use inferometer_sdk::{Engine, KvCacheTier, KvStats, MeterProvider};
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
