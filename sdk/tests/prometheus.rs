//! A registry's page against what was recorded.

mod core_support;

use std::{
    collections::BTreeMap,
    env,
    io::{self, Write},
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use core_support::{ACTIVE, LEVEL, SECONDS, SIZES, THINGS, provider, provider_with};
use inferometer_sdk::{
    Exporter, HistogramAggregation, LeftOut, ManualClock, MeterProvider, PrometheusCollector,
    Telemetry,
};
use opentelemetry::{
    Context, InstrumentationScope, KeyValue,
    metrics::MeterProvider as _,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};
use opentelemetry_sdk::Resource;
use prometheus::{Error, Registry, TextEncoder};

fn registry(providers: &[&MeterProvider]) -> Registry {
    let registry = Registry::new();
    for provider in providers {
        let collector = PrometheusCollector::new((*provider).clone());
        registry.register(Box::new(collector)).expect("a new provider");
    }
    registry
}

fn page(registry: &Registry) -> String {
    TextEncoder::new().encode_to_string(&registry.gather()).expect("a page")
}

/// Samples by name and labels; a page that shows one twice is refused.
fn samples(page: &str) -> BTreeMap<&str, f64> {
    let mut samples = BTreeMap::new();
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let (series, value) = line.rsplit_once(' ').expect("a sample has a value");
        let value = value.parse().expect("a number");
        assert_eq!(samples.insert(series, value), None, "{series} is shown twice in\n{page}");
    }
    samples
}

#[track_caller]
fn check(registry: &Registry, expected: &[(&str, f64)]) {
    let page = page(registry);
    let expected: BTreeMap<&str, f64> = expected.iter().copied().collect();
    assert_eq!(samples(&page), expected, "{page}");
}

fn record_all_kinds(provider: &MeterProvider) {
    let scope = provider.scope("engine");
    scope.counter::<u64>(&THINGS, &[KeyValue::new("kind", "a")]).add(3);
    scope.counter::<u64>(&THINGS, &[KeyValue::new("kind", "b")]).add(4);
    scope.counter::<f64>(&SECONDS, &[]).add(0.5);
    scope.up_down_counter::<i64>(&ACTIVE, &[]).add(-2);
    scope.gauge::<f64>(&LEVEL, &[]).record(-0.25);
    let sizes = scope.histogram::<f64>(&SIZES, &[]);
    [0.5, 1.0, 3.0, 9.0].iter().for_each(|size| sizes.record(*size));
}

#[test]
fn every_kind_is_shown_with_what_was_recorded() {
    let provider = provider();
    let registry = registry(&[&provider]);
    check(&registry, &[]);
    record_all_kinds(&provider);
    let expected = [
        ("test_things_total{kind=\"a\",otel_scope_name=\"engine\"}", 3.0),
        ("test_things_total{kind=\"b\",otel_scope_name=\"engine\"}", 4.0),
        ("test_seconds_total{otel_scope_name=\"engine\"}", 0.5),
        ("test_active{otel_scope_name=\"engine\"}", -2.0),
        ("test_level{otel_scope_name=\"engine\"}", -0.25),
        ("test_sizes_bucket{otel_scope_name=\"engine\",le=\"1\"}", 2.0),
        ("test_sizes_bucket{otel_scope_name=\"engine\",le=\"2\"}", 2.0),
        ("test_sizes_bucket{otel_scope_name=\"engine\",le=\"4\"}", 3.0),
        ("test_sizes_bucket{otel_scope_name=\"engine\",le=\"+Inf\"}", 4.0),
        ("test_sizes_sum{otel_scope_name=\"engine\"}", 13.5),
        ("test_sizes_count{otel_scope_name=\"engine\"}", 4.0),
    ];
    check(&registry, &expected);
    check(&registry, &expected);
    let page = page(&registry);
    for line in [
        "# HELP test_things_total A thing.",
        "# TYPE test_things_total counter",
        "# TYPE test_active gauge",
        "# TYPE test_level gauge",
        "# TYPE test_sizes histogram",
    ] {
        assert!(page.lines().any(|other| other == line), "no {line} in\n{page}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "units that no registry has in one place")]
fn units_are_suffixes_in_full_words() {
    let provider = provider();
    let meter = provider.meter("library");
    meter.u64_counter("read").with_unit("By").build().add(3, &[]);
    meter.f64_gauge("share").with_unit("1").build().record(0.5, &[]);
    meter.f64_gauge("speed").with_unit("By/s").build().record(2.0, &[]);
    meter.f64_gauge("wait.seconds").with_unit("s").build().record(1.0, &[]);
    meter.f64_gauge("depth").with_unit("{request}").build().record(7.0, &[]);
    let library = "{otel_scope_name=\"library\"}";
    let expected = [
        ("read_bytes_total", 3.0),
        ("share", 0.5),
        ("speed_bytes_per_second", 2.0),
        ("wait_seconds", 1.0),
        ("depth", 7.0),
    ];
    let page = page(&registry(&[&provider]));
    let samples = samples(&page);
    assert_eq!(samples.len(), expected.len(), "{page}");
    for (name, value) in expected {
        assert_eq!(samples.get(format!("{name}{library}").as_str()), Some(&value), "{page}");
    }
}

#[test]
fn observable_instruments_are_asked_for_every_page() {
    let provider = provider();
    let meter = provider.meter("library");
    let _depth = meter
        .i64_observable_gauge("queue.depth")
        .with_callback(|observer| observer.observe(7, &[KeyValue::new("queue", 1)]))
        .build();
    let registry = registry(&[&provider]);
    check(&registry, &[("queue_depth{otel_scope_name=\"library\",queue=\"1\"}", 7.0)]);
}

#[test]
fn an_exponential_histogram_has_the_same_bounds_whatever_it_holds_and_exact_counts() {
    let provider = provider_with(HistogramAggregation::Exponential { scale: 3 });
    let sizes = provider.scope("engine").histogram::<f64>(&SIZES, &[]);
    let registry = registry(&[&provider]);
    let mut recorded = Vec::new();
    for values in [&[1.5][..], &[0.0, 1e-9, 0.5, 1.0, 1.01, 2.0, 3.9, 4.0], &[1e12, 1e300]] {
        for value in values {
            sizes.record(*value);
            recorded.push(*value);
        }
        let page = page(&registry);
        let samples = samples(&page);
        #[expect(clippy::cast_precision_loss, reason = "a few values")]
        let count = |bound: f64| recorded.iter().filter(|value| **value <= bound).count() as f64;
        for exponent in -20..=42 {
            let bound = f64::from(exponent).exp2();
            let series = format!("test_sizes_bucket{{otel_scope_name=\"engine\",le=\"{bound}\"}}");
            assert_eq!(samples[series.as_str()], count(bound), "up to {bound}");
        }
        let all = count(f64::INFINITY);
        assert_eq!(samples["test_sizes_bucket{otel_scope_name=\"engine\",le=\"+Inf\"}"], all);
        assert_eq!(samples["test_sizes_count{otel_scope_name=\"engine\"}"], all);
        let sum: f64 = recorded.iter().sum();
        assert_eq!(samples["test_sizes_sum{otel_scope_name=\"engine\"}"], sum);
        assert_eq!(samples.len(), 63 + 3);
    }
}

#[test]
fn a_scope_and_colliding_attributes_are_labels() {
    let provider = provider();
    let scope = InstrumentationScope::builder("engine")
        .with_version("1.2")
        .with_schema_url("https://example.com/1")
        .with_attributes([KeyValue::new("team.name", "a")])
        .build();
    let attributes = [KeyValue::new("a.b", "x\"y\\\nz"), KeyValue::new("a_b", 2)];
    provider.scope_of(scope).counter::<u64>(&THINGS, &attributes).add(1);
    let sizes = [KeyValue::new("le", "mine")];
    provider.scope("other").histogram::<f64>(&SIZES, &sizes).record(9.0);
    let page = page(&registry(&[&provider]));
    let things = "test_things_total{a_b=\"x\\\"y\\\\\\nz;2\",otel_scope_name=\"engine\",\
        otel_scope_schema_url=\"https://example.com/1\",otel_scope_team_name=\"a\",\
        otel_scope_version=\"1.2\"}";
    assert_eq!(samples(&page).get(things), Some(&1.0), "{page}");
    let bucket = "test_sizes_bucket{exported_le=\"mine\",otel_scope_name=\"other\",le=\"4\"}";
    assert_eq!(samples(&page).get(bucket), Some(&0.0), "{page}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "names that collide, which no registry has")]
fn names_and_labels_that_are_taken_are_left_out_and_counted() {
    let provider = provider();
    let meter = provider.meter("engine");
    let build = |name: &'static str| meter.f64_gauge(name).build();
    provider.scope("engine").histogram::<f64>(&SIZES, &[]).record(1.0);
    for name in ["test.sizes", "test.sizes.count", "target.info"] {
        build(name).record(1.0, &[]);
    }
    build("a.b").record(1.0, &[KeyValue::new("k", 1)]);
    build("a_b").record(2.0, &[KeyValue::new("k", "1")]);
    build("a_b").record(3.0, &[KeyValue::new("k", "2")]);
    let collector = PrometheusCollector::new(provider);
    let registry = Registry::new();
    registry.register(Box::new(collector.clone())).unwrap();
    let page = page(&registry);
    let samples = samples(&page);
    assert_eq!(samples["a_b{k=\"1\",otel_scope_name=\"engine\"}"], 1.0);
    assert_eq!(samples["a_b{k=\"2\",otel_scope_name=\"engine\"}"], 3.0);
    assert_eq!(samples["test_sizes_count{otel_scope_name=\"engine\"}"], 1.0);
    assert!(!page.contains("target_info"), "{page}");
    assert_eq!(LeftOut::ALL.map(|reason| collector.left_out(reason)), [2, 1, 1]);
}

fn provider_of(service: &'static str) -> MeterProvider {
    let attributes = [KeyValue::new("service.name", service), KeyValue::new("gpu", 8)];
    let resource = Resource::builder_empty().with_attributes(attributes).build();
    MeterProvider::builder().with_resource(resource).build()
}

#[test]
fn two_providers_share_a_registry_and_are_told_apart_by_a_resource_label() {
    let registry = Registry::new();
    for (service, things) in [("prefill", 1), ("decode", 2)] {
        let provider = provider_of(service);
        provider.scope("engine").counter::<u64>(&THINGS, &[]).add(things);
        let collector = PrometheusCollector::new(provider);
        let collector = collector.with_resource_labels(&["service.name", "absent"]);
        registry.register(Box::new(collector)).unwrap();
    }
    let expected = [
        ("target_info{gpu=\"8\",service_name=\"decode\"}", 1.0),
        ("target_info{gpu=\"8\",service_name=\"prefill\"}", 1.0),
        ("test_things_total{otel_scope_name=\"engine\",service_name=\"decode\"}", 2.0),
        ("test_things_total{otel_scope_name=\"engine\",service_name=\"prefill\"}", 1.0),
    ];
    check(&registry, &expected);
}

#[test]
fn registering_a_provider_twice_is_prometheus_own_error() {
    let (one, other) = (provider(), provider());
    let registry = registry(&[&one, &other]);
    let again = registry.register(Box::new(PrometheusCollector::new(one.clone())));
    assert!(matches!(again, Err(Error::AlreadyReg)), "{again:?}");
    registry.unregister(Box::new(PrometheusCollector::new(one.clone()))).unwrap();
    registry.register(Box::new(PrometheusCollector::new(one))).unwrap();
}

#[test]
fn after_a_shutdown_the_next_provider_is_registered_beside_the_silent_one() {
    let registry = Registry::new();
    for things in [1, 2_u8] {
        let telemetry = Telemetry::builder()
            .exporter(Exporter::None)
            .self_metrics(false)
            .build()
            .expect("telemetry starts");
        let provider = telemetry.meter_provider().clone();
        registry.register(Box::new(PrometheusCollector::new(provider.clone()))).unwrap();
        provider.scope("engine").counter::<u64>(&THINGS, &[]).add(things.into());
        let page_before = page(&registry);
        let things_shown = "test_things_total{otel_scope_name=\"engine\"}";
        assert_eq!(samples(&page_before).get(things_shown), Some(&f64::from(things)));
        telemetry.shutdown(Duration::from_secs(5)).unwrap();
        assert_eq!(page(&registry), "");
    }
}

#[test]
fn an_application_s_own_metrics_stay_beside_ours() {
    let provider = provider();
    let registry = registry(&[&provider]);
    let own = prometheus::IntCounter::new("app_requests_total", "Requests.").unwrap();
    registry.register(Box::new(own.clone())).unwrap();
    own.inc();
    provider.scope("engine").gauge::<f64>(&LEVEL, &[]).record(1.0);
    check(
        &registry,
        &[("app_requests_total", 1.0), ("test_level{otel_scope_name=\"engine\"}", 1.0)],
    );
}

#[test]
fn promtool_accepts_the_page() {
    let (explicit, exponential) =
        (provider_of("explicit"), provider_with(HistogramAggregation::Exponential { scale: 8 }));
    record_all_kinds(&explicit);
    let attributes = [KeyValue::new("text", "q\" \\ \n é")];
    exponential.scope("other").histogram::<f64>(&SIZES, &attributes).record(1e-3);
    let page = page(&registry(&[&explicit, &exponential]));
    let child = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        let required =
            env::var("INFEROMETER_REQUIRE_ORACLES").is_ok_and(|required| required == "1");
        assert!(!required, "promtool is missing: apt-get install prometheus");
        // Past the test harness, which would keep it to itself as the test passes.
        let _ = writeln!(io::stderr(), "SKIPPED: promtool is missing: apt-get install prometheus");
        return;
    };
    child.stdin.take().unwrap().write_all(page.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{page}");
}

/// The ids of a span that is current meanwhile.
fn in_sampled_span(work: impl FnOnce()) {
    let (trace, span) = (TraceId::from_bytes([0xab; 16]), SpanId::from_bytes([0xcd; 8]));
    let span = SpanContext::new(trace, span, TraceFlags::SAMPLED, false, TraceState::NONE);
    let _attached = Context::new().with_remote_span_context(span).attach();
    work();
}

#[test]
fn a_page_of_open_metrics_leads_from_counters_and_buckets_to_traces() {
    let clock = ManualClock::at(1_700_000_000_250_000_000);
    let provider = MeterProvider::builder()
        .with_resource(Resource::builder_empty().with_service_name("engine").build())
        .with_clock(Arc::new(clock))
        .build();
    let scope = provider.scope("engine");
    in_sampled_span(|| {
        scope.counter::<u64>(&THINGS, &[KeyValue::new("kind", "a\"b")]).add(3);
        scope.gauge::<f64>(&LEVEL, &[]).record(-0.25);
        let sizes = scope.histogram::<f64>(&SIZES, &[]);
        [1.5, 9.0].iter().for_each(|size| sizes.record(*size));
    });
    scope.histogram::<f64>(&SIZES, &[]).record(0.5);
    let ids = format!("trace_id=\"{}\",span_id=\"{}\"", "ab".repeat(16), "cd".repeat(8));
    let expected = "\
# TYPE target info
# HELP target Attributes of the resource.
target_info{service_name=\"engine\"} 1.0
# TYPE test_level gauge
# HELP test_level A thing.
test_level{otel_scope_name=\"engine\"} -0.25
# TYPE test_sizes histogram
# HELP test_sizes A thing.
test_sizes_bucket{otel_scope_name=\"engine\",le=\"1.0\"} 1
test_sizes_bucket{otel_scope_name=\"engine\",le=\"2.0\"} 2 # {IDS} 1.5 1700000000.250000000
test_sizes_bucket{otel_scope_name=\"engine\",le=\"4.0\"} 2
test_sizes_bucket{otel_scope_name=\"engine\",le=\"+Inf\"} 3 # {IDS} 9.0 1700000000.250000000
test_sizes_sum{otel_scope_name=\"engine\"} 11.0
test_sizes_count{otel_scope_name=\"engine\"} 3
# TYPE test_things counter
# HELP test_things A thing.
test_things_total{kind=\"a\\\"b\",otel_scope_name=\"engine\"} 3.0 # {IDS} 3.0 1700000000.250000000
# EOF
";
    let collector = PrometheusCollector::new(provider);
    assert_eq!(collector.open_metrics(), expected.replace("{IDS}", &format!("{{{ids}}}")));
    assert_eq!(collector.open_metrics().matches("trace_id").count(), 3, "also the next time");
}
