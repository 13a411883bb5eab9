//! One request, one tier of a KV cache and one transfer, on a clock that is turned by hand.

use std::{sync::Arc, time::Duration};

use inferometer_sdk::{
    Cached, Engine, FinishReason, KvCache, KvCacheEvictionReason, KvCacheTier, KvStats,
    ManualClock, Meters, Prompt, TransferEdge, TransferPayload,
};
use inferometer_tests::{Scrape, series};
use opentelemetry::{Context, trace::noop::NoopTracer};

/// The scope that the tests give the serving layer's meter.
pub const SCOPE: &str = "inferometer.serving";

/// Keeps what is observed at collection.
#[derive(Debug)]
pub struct Served<M: Meters> {
    _engine: Engine<M>,
    _cache: KvCache<M>,
}

impl<M: Meters> Served<M> {
    /// Records everything.
    pub fn through(meters: M) -> Self {
        let clock = ManualClock::at(1_700_000_000_000_000_000);
        let after = |milliseconds| clock.advance(Duration::from_millis(milliseconds));
        let engine = Engine::builder(meters, NoopTracer::new(), "llama-3-70b")
            .stage("decode")
            .clock(Arc::new(clock.clone()))
            .build();

        let mut request = engine.request(&Context::new(), Prompt::text(812));
        after(250);
        request.scheduled();
        after(500);
        request.prefilled(Cached { device: 640, ..Cached::default() });
        for accepted in [1, 1, 2] {
            after(125);
            request.tokens(accepted);
        }
        request.finish(FinishReason::Stop);

        let mut cache = engine.kv_cache(KvCacheTier::Device);
        cache.publish(KvStats {
            active_blocks: 300,
            cached_blocks: 500,
            total_blocks: 1000,
            usage: Some(0.375),
            ..KvStats::default()
        });
        cache.evicted(KvCacheEvictionReason::Capacity, 7);

        let edge = TransferEdge::to("talker", 1, TransferPayload::Embedding);
        let transfer = engine.transfer_edge(&edge).start(&Context::new());
        after(125);
        transfer.finish(5000);
        Self { _engine: engine, _cache: cache }
    }

    /// Checks that a page shows all of it.
    ///
    /// # Panics
    /// If it does not.
    #[track_caller]
    pub fn expect_in(page: &Scrape) {
        let expect = |name: &str, labels: &[(&str, &str)], value: f64| {
            let of = series(name).label("otel_scope_name", SCOPE).label("infer_stage", "decode");
            let of = labels.iter().fold(of, |of, (key, value)| of.label(key, *value));
            of.value(value).expect_in(page);
        };
        let finished = [("infer_request_finish_reason", "stop"), ("error_type", "")];
        expect("infer_request_finished_total", &finished, 1.0);
        expect("infer_token_output_total", &[], 4.0);
        for (source, tokens) in [("device", 640.0), ("computed", 172.0)] {
            let source = [("infer_kv_cache_source", source)];
            expect("infer_kv_cache_prompt_tokens_total", &source, tokens);
        }
        let histograms = [
            ("gen_ai_server_time_to_first_token_seconds", 0.875, ("0.75", "1")),
            ("infer_request_queue_duration_seconds", 0.25, ("0.2", "0.5")),
            ("infer_transfer_duration_seconds", 0.125, ("0.1", "0.25")),
        ];
        for (name, sum, (below, le)) in histograms {
            expect(&format!("{name}_sum"), &[], sum);
            expect(&format!("{name}_count"), &[], 1.0);
            expect(&format!("{name}_bucket"), &[("le", below)], 0.0);
            expect(&format!("{name}_bucket"), &[("le", le)], 1.0);
        }
        for (state, blocks) in [("active", 300.0), ("cached", 500.0), ("free", 200.0)] {
            let state = [("infer_kv_cache_block_state", state)];
            expect("infer_kv_cache_block_usage", &state, blocks);
        }
        expect("infer_kv_cache_utilization", &[], 0.375);
        let capacity = [("infer_kv_cache_eviction_reason", "capacity")];
        expect("infer_kv_cache_block_evictions_total", &capacity, 7.0);
        let sent = [("infer_transfer_payload", "embedding"), ("network_io_direction", "transmit")];
        expect("infer_transfer_io_bytes_total", &sent, 5000.0);
        expect("infer_transfer_active", &sent, 0.0);
    }
}
