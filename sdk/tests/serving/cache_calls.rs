//! The calls of a cache server, as either end sees them.

use inferometer_sdk::{CallSize, Correction, KvCacheFailureReason, KvCacheMethod};

use crate::support::Rig;

const fn size(keys: u64, bytes: u64, tokens: u64) -> CallSize {
    CallSize { keys, bytes, tokens }
}

#[test]
fn a_call_counts_what_it_was_about_and_takes_its_time() {
    let rig = Rig::new();
    let server = rig.engine.cache_server();
    let store = server.begin(KvCacheMethod::Store, size(4, 4096, 1024));
    assert_eq!(rig.values("infer.kv_cache.server.request.active"), ["0", "0", "1"]);
    rig.advance_ms(5);
    store.finish();
    rig.check_metrics(
        r#"
        infer.kv_cache.server.io{infer.kv_cache.method="store",infer.kv_cache.outcome="success"} 4096
        infer.kv_cache.server.keys{infer.kv_cache.method="store",infer.kv_cache.outcome="success"} 4
        infer.kv_cache.server.request.duration{infer.kv_cache.method="store",infer.kv_cache.outcome="success"} count=1 sum=0.005
        infer.kv_cache.server.tokens{infer.kv_cache.method="store",infer.kv_cache.outcome="success"} 1024
        "#,
    );
}

#[test]
fn an_integrator_counts_what_it_asked_for_found_fetched_and_stored() {
    let rig = Rig::new();
    let client = rig.engine.cache_client();
    client.begin(KvCacheMethod::Lookup, size(8, 0, 2048)).answer(size(6, 0, 1536));
    client.begin(KvCacheMethod::Retrieve, size(6, 6144, 1536)).finish();
    client.begin(KvCacheMethod::Store, size(2, 2048, 512)).answer(size(1, 1024, 256));
    rig.check_metrics(
        r#"
        infer.kv_cache.client.io{infer.kv_cache.method="retrieve",infer.kv_cache.outcome="success"} 6144
        infer.kv_cache.client.io{infer.kv_cache.method="store",infer.kv_cache.outcome="success"} 1024
        infer.kv_cache.client.keys{infer.kv_cache.failure.reason="out_of_memory",infer.kv_cache.method="store",infer.kv_cache.outcome="failure"} 1
        infer.kv_cache.client.keys{infer.kv_cache.method="lookup",infer.kv_cache.outcome="hit"} 6
        infer.kv_cache.client.keys{infer.kv_cache.method="lookup",infer.kv_cache.outcome="miss"} 2
        infer.kv_cache.client.keys{infer.kv_cache.method="retrieve",infer.kv_cache.outcome="success"} 6
        infer.kv_cache.client.keys{infer.kv_cache.method="store",infer.kv_cache.outcome="success"} 1
        infer.kv_cache.client.request.duration{infer.kv_cache.failure.reason="out_of_memory",infer.kv_cache.method="store",infer.kv_cache.outcome="failure"} count=1 sum=0
        infer.kv_cache.client.request.duration{infer.kv_cache.method="lookup",infer.kv_cache.outcome="miss"} count=1 sum=0
        infer.kv_cache.client.request.duration{infer.kv_cache.method="retrieve",infer.kv_cache.outcome="success"} count=1 sum=0
        infer.kv_cache.client.tokens{infer.kv_cache.failure.reason="out_of_memory",infer.kv_cache.method="store",infer.kv_cache.outcome="failure"} 256
        infer.kv_cache.client.tokens{infer.kv_cache.method="lookup",infer.kv_cache.outcome="hit"} 1536
        infer.kv_cache.client.tokens{infer.kv_cache.method="lookup",infer.kv_cache.outcome="miss"} 512
        infer.kv_cache.client.tokens{infer.kv_cache.method="retrieve",infer.kv_cache.outcome="success"} 1536
        infer.kv_cache.client.tokens{infer.kv_cache.method="store",infer.kv_cache.outcome="success"} 256
        "#,
    );
}

#[test]
fn a_retrieve_that_runs_out_of_blocks_still_ends() {
    let rig = Rig::new();
    let client = rig.engine.cache_client();
    let mut retrieve = client.begin(KvCacheMethod::Retrieve, size(4, 0, 1024));
    retrieve.succeed(size(2, 2048, 512));
    // Where other integrators return early and never report an end.
    drop(retrieve);
    assert_eq!(rig.values("infer.kv_cache.client.request.active"), ["0", "0", "0"]);
    rig.check_metrics(
        r#"
        infer.kv_cache.client.io{infer.kv_cache.method="retrieve",infer.kv_cache.outcome="success"} 2048
        infer.kv_cache.client.keys{infer.kv_cache.failure.reason="cancelled",infer.kv_cache.method="retrieve",infer.kv_cache.outcome="failure"} 2
        infer.kv_cache.client.keys{infer.kv_cache.method="retrieve",infer.kv_cache.outcome="success"} 2
        infer.kv_cache.client.request.duration{infer.kv_cache.failure.reason="cancelled",infer.kv_cache.method="retrieve",infer.kv_cache.outcome="failure"} count=1 sum=0
        infer.kv_cache.client.tokens{infer.kv_cache.failure.reason="cancelled",infer.kv_cache.method="retrieve",infer.kv_cache.outcome="failure"} 512
        infer.kv_cache.client.tokens{infer.kv_cache.method="retrieve",infer.kv_cache.outcome="success"} 512
        "#,
    );
    assert_eq!(rig.engine.corrections(Correction::DroppedUnfinished), 1);
}

#[test]
fn more_than_a_call_is_about_is_cut_and_counted() {
    let rig = Rig::new();
    let server = rig.engine.cache_server();
    let mut lookup = server.begin(KvCacheMethod::Lookup, size(2, 200, 512));
    lookup.succeed(size(3, 300, 100));
    lookup.fail(KvCacheFailureReason::Timeout, size(0, 0, 500));
    lookup.finish();
    rig.check_metrics(
        r#"
        infer.kv_cache.server.io{infer.kv_cache.method="lookup",infer.kv_cache.outcome="hit"} 200
        infer.kv_cache.server.keys{infer.kv_cache.method="lookup",infer.kv_cache.outcome="hit"} 2
        infer.kv_cache.server.request.duration{infer.kv_cache.failure.reason="timeout",infer.kv_cache.method="lookup",infer.kv_cache.outcome="failure"} count=1 sum=0
        infer.kv_cache.server.tokens{infer.kv_cache.failure.reason="timeout",infer.kv_cache.method="lookup",infer.kv_cache.outcome="failure"} 412
        infer.kv_cache.server.tokens{infer.kv_cache.method="lookup",infer.kv_cache.outcome="hit"} 100
        "#,
    );
    assert_eq!(rig.engine.corrections(Correction::PartBeyondWhole), 2);
}

#[test]
fn both_ends_show_zero_from_bind() {
    let rig = Rig::new();
    let _ends = [rig.engine.cache_server(), rig.engine.cache_client()];
    let failures = KvCacheFailureReason::ALL.len();
    for end in ["server", "client"] {
        let zeros = |instrument: &str| {
            let values = rig.values(&format!("infer.kv_cache.{end}.{instrument}"));
            assert!(values.iter().all(|value| value == "0"), "{values:?}");
            values.len()
        };
        assert_eq!(zeros("request.active"), KvCacheMethod::ALL.len());
        for counter in ["keys", "io", "tokens"] {
            // Store: success. Retrieve: success, miss. Lookup: hit, miss.
            assert_eq!(zeros(counter), 5 + 3 * failures, "{counter}");
        }
    }
}
