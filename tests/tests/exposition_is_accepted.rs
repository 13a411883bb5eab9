//! Foreign parsers accept a page with every instrument that there is, and read from it what we read.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use inferometer_collector::Serves;
use inferometer_sdk::{
    Cached, Clock, DiffusionStage, Engine, FinishReason, KvCacheTier, KvStats, ManualClock, Prompt,
    Scope, SystemClock, Telemetry, TokenModality, TransferEdge, TransferPayload, media::Image,
};
use inferometer_semconv::{InstrumentKind, ValueType, metrics, prometheus_name::metric_name};
use inferometer_tests::{CollectorUnderTest, LOOPBACK_CONFIG, Scrape, conserved, oracle, wait};
use opentelemetry::{Context, KeyValue};

/// What a reader of OpenMetrics asks for.
const OPEN_METRICS: &str = "application/openmetrics-text;version=1.0.0";

/// A model's name with everything that needs escaping.
const MODEL: &str = "qu\"o\\te\nd/模型";

/// What serves a page after one request of every outcome, a KV cache, transfers, media, and one value of every definition.
fn collector() -> CollectorUnderTest {
    fill(CollectorUnderTest::start(), Arc::new(SystemClock::new()))
}

fn fill(collector: CollectorUnderTest, clock: Arc<dyn Clock>) -> CollectorUnderTest {
    let telemetry = Telemetry::builder()
        .service_name("engine")
        .resource_attributes([KeyValue::new("service.instance.id", "a")])
        .endpoint(collector.otlp_endpoint())
        .interval(Duration::from_secs(3600))
        .clock(clock)
        .build()
        .expect("telemetry starts");
    let engine = telemetry.engine(MODEL).provider("tests").stage("decode").replica(1).build();
    let request = || {
        let prompt = Prompt {
            tokens: 100,
            image_tokens: Some(10),
            audio_tokens: Some(5),
            video_tokens: None,
        };
        let mut request = engine.request(&Context::new(), prompt);
        request.scheduled();
        request.prefilled(Cached { device: 60, host: 5, ..Cached::default() });
        for _ in 0..3 {
            request.tokens(1);
        }
        request.reasoning_tokens(1);
        request.tokens_of(TokenModality::Audio, 1);
        request
    };
    request().finish(FinishReason::Stop);
    request().fail("timeout");
    drop(request());
    let mut cache = engine.kv_cache(KvCacheTier::Device);
    cache.publish(KvStats {
        active_blocks: 3,
        cached_blocks: 2,
        total_blocks: 8,
        ..Default::default()
    });
    let edge = engine.transfer_edge(&TransferEdge::to("encode", 0, TransferPayload::Kv));
    edge.start(&Context::new()).finish(1 << 20);
    edge.start(&Context::new()).fail("timeout");
    let edge = engine.transfer_edge(&TransferEdge::from("encode", 0, TransferPayload::Kv));
    edge.receive(&edge.start(&Context::new()).sent(), &Context::new()).finish(1 << 20);
    media_in_and_out(&engine);
    every_definition(&telemetry.meter_provider().scope("every definition"));
    telemetry.flush(wait::PATIENCE).expect("everything is delivered");
    collector
}

fn page() -> Scrape {
    collector().scrape()
}

/// One value of everything that the registry defines, so that no name or unit goes unjudged.
fn every_definition(scope: &Scope) {
    for definition in metrics::ALL {
        match (definition.kind, definition.value_type) {
            (InstrumentKind::Counter, ValueType::Int) => {
                scope.counter::<u64>(definition, &[]).add(1)
            }
            (InstrumentKind::Counter, ValueType::Double) => {
                scope.counter::<f64>(definition, &[]).add(0.5);
            }
            (InstrumentKind::UpDownCounter, _) => {
                scope.up_down_counter::<i64>(definition, &[]).add(1);
            }
            (InstrumentKind::Gauge, _) => scope.gauge::<f64>(definition, &[]).record(0.5),
            (InstrumentKind::Histogram, _) => scope.histogram::<f64>(definition, &[]).record(0.5),
        }
    }
}

fn media_in_and_out(engine: &Engine) {
    let images = engine.image_input();
    images.received(640, 480);
    images.preprocess().finish();
    images.encode().finish();
    let mut request = engine.request(&Context::new(), None);
    let mut clip = engine.audio_output(24_000).begin(&mut request);
    clip.packet(2_400);
    clip.packet(2_400);
    clip.finish();
    engine.image_output().begin(&mut request).image(640, 480);
    engine.video_output(24.0).begin(&mut request).frames(24);
    let diffusion = engine.diffusion::<Image>();
    diffusion.stage(DiffusionStage::Denoise).finish();
    diffusion.step(Duration::from_millis(40));
}

#[test]
fn every_instrument_of_the_registry_is_on_the_page() {
    let page = page();
    for definition in metrics::ALL {
        let is_counter = definition.kind == InstrumentKind::Counter;
        let name = metric_name(definition.name, definition.unit, is_counter);
        assert!(page.family(&name).is_some(), "{} as {name}", definition.name);
    }
}

#[test]
fn promtool_finds_nothing_to_say() {
    let page = page();
    // What the collector tells of itself is on the page as well.
    assert!(conserved(&page, "metrics", "prometheus").accepted > 0.0);
    oracle::promtool_check(&page.text);
}

#[test]
fn the_python_client_reads_what_we_read() {
    let page = page();
    oracle::prometheus_client_agrees(&page);
    assert!(page.samples().any(|sample| sample.label("gen_ai_request_model") == MODEL));
}

#[test]
fn the_python_client_reads_since_when_each_series_counts() {
    const START: u64 = 1_700_000_000;
    let asked = "  prometheus: {enable_created_samples: true, ";
    let config = LOOPBACK_CONFIG.replace("  prometheus: {", asked);
    let clock = ManualClock::at(START * 1_000_000_000);
    let collector = fill(CollectorUnderTest::with_config(&config), Arc::new(clock));
    let page = Scrape::page(collector.address(Serves::Metrics), OPEN_METRICS).1;
    let Some(theirs) = oracle::prometheus_client_open_metrics(&page) else {
        return;
    };
    let of = |suffix: &str| {
        let mut seen: Vec<_> = theirs.iter().filter(|it| it.name.ends_with(suffix)).collect();
        seen.retain(|it| it.labels.get("job").is_some_and(|job| job == "engine"));
        seen
    };
    let created = of("_created");
    let histograms = of("_bucket").iter().filter(|it| it.labels["le"] == "+Inf").count();
    let counters = of("_total").len();
    assert!(counters > 50 && histograms > 50, "{counters} and {histograms}");
    assert_eq!(created.len(), counters + histograms);
    assert!(created.iter().all(|it| it.value == START as f64), "{created:?}");
}

/// A sample with the bound of its bucket in one spelling, and the bits of its value.
fn spelled(name: &str, labels: &BTreeMap<String, String>, value: f64) -> String {
    let labels = labels.iter().map(|(key, value)| match value.parse::<f64>() {
        Ok(bound) if key == "le" => format!("le={bound}"),
        _ => format!("{key}={value:?}"),
    });
    format!("{name}{:?} {}", labels.collect::<Vec<_>>(), value.to_bits())
}

#[test]
fn the_python_client_reads_the_same_from_openmetrics() {
    let collector = collector();
    let text = collector.scrape();
    let (content_type, page) = Scrape::page(collector.address(Serves::Metrics), OPEN_METRICS);
    assert!(content_type.starts_with("application/openmetrics-text; version=1.0.0"));
    let Some(theirs) = oracle::prometheus_client_open_metrics(&page) else {
        return;
    };
    let job =
        |labels: &BTreeMap<String, String>| labels.get("job").is_some_and(|job| job == "engine");
    let ours: BTreeSet<String> = text
        .samples()
        .filter(|sample| job(&sample.labels))
        .map(|sample| spelled(&sample.name, &sample.labels, sample.value))
        .collect();
    let seen: BTreeSet<String> = theirs
        .iter()
        .filter(|sample| job(&sample.labels))
        .map(|sample| spelled(&sample.name, &sample.labels, sample.value))
        .collect();
    assert!(ours.len() > 500, "{}", ours.len());
    assert_eq!(ours.symmetric_difference(&seen).collect::<Vec<_>>(), [""; 0]);
    let mut timed = theirs.iter().filter(|sample| sample.name.contains("_seconds_"));
    assert!(timed.all(|sample| sample.unit == "seconds"));
}
