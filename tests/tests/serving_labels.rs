//! Labels on the collector's page: who an engine is, what its caller adds, and how many values there may be.

use std::time::Duration;

use inferometer_sdk::{
    Cached, Engine, FinishReason, KvCache, KvCacheTier, KvStats, Prompt, Telemetry, TransferEdge,
    TransferPayload,
};
use inferometer_semconv::metrics::INFER_TOKEN_OUTPUT;
use inferometer_tests::{CollectorUnderTest, Sample, Scrape, series, wait};
use opentelemetry::{Context, KeyValue};

/// No export comes by itself within a test.
const NEVER: Duration = Duration::from_secs(3600);

fn telemetry(collector: &CollectorUnderTest) -> Telemetry {
    Telemetry::builder()
        .service_name("engine")
        .endpoint(collector.otlp_endpoint())
        .interval(NEVER)
        .build()
        .expect("telemetry starts")
}

fn scrape(collector: &CollectorUnderTest, telemetry: &Telemetry) -> Scrape {
    telemetry.flush(wait::PATIENCE).expect("everything is delivered");
    collector.scrape()
}

/// One request, one transfer, and the state of a cache, which is shown as long as the cache is there.
#[must_use]
fn work(engine: &Engine) -> KvCache {
    let mut request = engine.request(&Context::new(), Prompt { tokens: 100, ..Default::default() });
    request.scheduled();
    request.prefilled(Cached { device: 40, ..Default::default() });
    request.tokens(1);
    request.tokens(1);
    request.finish(FinishReason::Stop);
    let mut cache = engine.kv_cache(KvCacheTier::Device);
    cache.publish(KvStats {
        active_blocks: 3,
        cached_blocks: 1,
        total_blocks: 8,
        ..Default::default()
    });
    let edge = TransferEdge::within(TransferPayload::Kv, KvCacheTier::Device, KvCacheTier::Host);
    engine.transfer_edge(&edge).start(&Context::new()).finish(4096);
    cache
}

/// Every series that the serving layer recorded.
fn of_serving(page: &Scrape) -> Vec<&Sample> {
    let found: Vec<&Sample> = page
        .samples()
        .filter(|sample| sample.label("otel_scope_name") == "inferometer.serving")
        .collect();
    assert!(found.len() > 50, "{} series", found.len());
    found
}

#[test]
fn stage_and_replica_are_on_every_series_of_an_engine() {
    let collector = CollectorUnderTest::start();
    let telemetry = telemetry(&collector);
    let _cache = work(&telemetry.engine("omni-7b").stage("talker").replica(3).build());
    let page = scrape(&collector, &telemetry);
    for sample in of_serving(&page) {
        assert_eq!(sample.label("infer_stage"), "talker", "{sample}");
        assert_eq!(sample.label("infer_replica"), "3", "{sample}");
        assert_eq!(sample.label("gen_ai_request_model"), "omni-7b", "{sample}");
        assert_eq!(sample.label("engine"), "", "{sample}");
    }
}

#[test]
fn an_engine_that_names_no_place_is_replica_0_of_the_unified_stage() {
    let collector = CollectorUnderTest::start();
    let telemetry = telemetry(&collector);
    let _cache = work(&telemetry.engine("llama").build());
    let page = scrape(&collector, &telemetry);
    for sample in of_serving(&page) {
        assert_eq!(sample.label("infer_stage"), "unified", "{sample}");
        assert_eq!(sample.label("infer_replica"), "0", "{sample}");
    }
}

#[test]
fn engines_of_one_process_keep_their_series_apart() {
    let collector = CollectorUnderTest::start();
    let telemetry = telemetry(&collector);
    for (stage, replica, requests) in [("thinker", 0, 1), ("thinker", 1, 2), ("talker", 0, 3)] {
        let engine = telemetry.engine("omni-7b").stage(stage).replica(replica).build();
        (0..requests).for_each(|_| drop(work(&engine)));
    }
    let page = scrape(&collector, &telemetry);
    for (stage, replica, requests) in
        [("thinker", "0", 1.0), ("thinker", "1", 2.0), ("talker", "0", 3.0)]
    {
        series("infer_request_finished_total")
            .label("infer_stage", stage)
            .label("infer_replica", replica)
            .label("infer_request_finish_reason", "stop")
            .value(requests)
            .expect_in(&page);
    }
}

#[test]
fn a_callers_own_labels_are_on_every_series_of_its_engine() {
    let collector = CollectorUnderTest::start();
    let telemetry = telemetry(&collector);
    let own = [
        ("dynamo_namespace", "prod"),
        ("dynamo_component", "backend"),
        ("dynamo_endpoint", "generate"),
        ("model", "llama"),
    ];
    let builder = telemetry.engine("llama");
    let builder = own
        .iter()
        .fold(builder, |builder, (key, value)| builder.label(KeyValue::new(*key, *value)));
    let _cache = work(&builder.build());
    let page = scrape(&collector, &telemetry);
    for sample in of_serving(&page) {
        for (key, value) in own {
            assert_eq!(sample.label(key), value, "{sample}");
        }
    }
    series("infer_kv_cache_block_usage")
        .label("dynamo_component", "backend")
        .label("infer_kv_cache_tier", "device")
        .label("infer_kv_cache_block_state", "active")
        .expect_in(&page);
}

#[test]
fn a_callers_label_does_not_take_the_place_of_the_engines() {
    let collector = CollectorUnderTest::start();
    let telemetry = telemetry(&collector);
    let engine = telemetry.engine("llama").stage("decode").label(KeyValue::new("infer.stage", "x"));
    let _cache = work(&engine.build());
    for sample in of_serving(&scrape(&collector, &telemetry)) {
        assert_eq!(sample.label("infer_stage"), "decode", "{sample}");
    }
}

#[test]
fn counters_of_an_engine_show_zero_before_it_serves() {
    let collector = CollectorUnderTest::start();
    let telemetry = telemetry(&collector);
    let engine = telemetry.engine("llama").build();
    let cache = engine.kv_cache(KvCacheTier::Device);
    let page = scrape(&collector, &telemetry);
    let expect = |name: &str, key: &str, values: &[&str]| {
        for value in values {
            series(name).label(key, *value).value(0.0).expect_in(&page);
        }
    };
    expect("infer_request_active", "infer_request_state", &["waiting", "running"]);
    expect(
        "infer_token_input_total",
        "gen_ai_token_modality",
        &["text", "image", "audio", "video"],
    );
    expect("infer_token_output_total", "gen_ai_token_modality", &["text"]);
    expect(
        "infer_request_finished_total",
        "infer_request_finish_reason",
        &["stop", "length", "tool_call", "content_filter", "abort"],
    );
    expect(
        "infer_kv_cache_prompt_tokens_total",
        "infer_kv_cache_source",
        &["computed", "device", "host", "disk", "remote"],
    );
    expect(
        "infer_kv_cache_block_usage",
        "infer_kv_cache_block_state",
        &["active", "cached", "free"],
    );
    expect("infer_kv_cache_block_limit", "infer_kv_cache_tier", &["device"]);
    // What is not known yet is not shown: no gauge, no histogram.
    assert!(page.family("infer_kv_cache_utilization").is_none());
    assert!(page.family("gen_ai_server_time_to_first_token_seconds").is_none());
    drop(cache);
}

#[test]
fn a_negative_addition_is_refused_and_counted() {
    let collector = CollectorUnderTest::start();
    let telemetry = telemetry(&collector);
    let scope = telemetry.meter_provider().scope("tests.labels");
    let counter = scope.counter::<f64>(&INFER_TOKEN_OUTPUT, &[]);
    counter.add(2.0);
    counter.add(-1.0);
    let page = scrape(&collector, &telemetry);
    series("infer_token_output_total").value(2.0).expect_in(&page);
    let name = "infer_sdk_measurement_refused_total";
    let refused = series(name).label("infer_sdk_refusal_reason", "negative");
    // The SDK measures itself with the export after the one in which it saw it.
    let page = scrape(&collector, &telemetry);
    refused.value(1.0).expect_in(&page);
}
