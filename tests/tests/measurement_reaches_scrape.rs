//! A measurement, recorded by the SDK and shipped over OTLP, is on the collector's page under the right name, type and
//! labels.

use std::time::Duration;

use inferometer_sdk::Telemetry;
use inferometer_semconv::metrics::{
    INFER_KV_CACHE_UTILIZATION, INFER_REQUEST_ACTIVE, INFER_REQUEST_QUEUE_DURATION,
    INFER_TOKEN_OUTPUT,
};
use inferometer_tests::{CollectorUnderTest, Expected, Kind, family, series, wait};
use opentelemetry::{InstrumentationScope, KeyValue, metrics::MeterProvider};

/// No export comes by itself within a test.
const NEVER: Duration = Duration::from_secs(3600);

fn telemetry(collector: &CollectorUnderTest) -> Telemetry {
    let attributes = [
        ("service.namespace", "shop"),
        ("service.instance.id", "engine-7"),
        ("deployment.environment.name", "test \"1\"\n"),
    ];
    Telemetry::builder()
        .service_name("engine")
        .resource_attributes(attributes.map(|(key, value)| KeyValue::new(key, value)))
        .endpoint(collector.otlp_endpoint())
        .interval(NEVER)
        .build()
        .expect("telemetry starts")
}

/// A series of the engine that these tests are about.
fn of_engine(name: &str) -> Expected {
    series(name).label("job", "shop/engine").label("instance", "engine-7")
}

#[test]
fn every_kind_of_instrument_is_shown_with_its_type_labels_and_value() {
    let collector = CollectorUnderTest::start();
    let telemetry = telemetry(&collector);
    let scope = InstrumentationScope::builder("tests.road").with_version("1.2").build();
    let scope = telemetry.meter_provider().scope_of(scope);
    let stage = [KeyValue::new("infer.stage", "decode"), KeyValue::new("infer.replica", 3)];
    scope.counter::<u64>(&INFER_TOKEN_OUTPUT, &stage).add(42);
    let active = scope.up_down_counter::<i64>(&INFER_REQUEST_ACTIVE, &stage);
    active.add(5);
    active.add(-7);
    let utilization = scope.gauge::<f64>(&INFER_KV_CACHE_UTILIZATION, &stage);
    utilization.record(0.5);
    utilization.record(0.625);
    let queue = scope.histogram::<f64>(&INFER_REQUEST_QUEUE_DURATION, &stage);
    for seconds in [0.001, 0.25, 0.25, 1000.0] {
        queue.record(seconds);
    }
    telemetry.flush(wait::PATIENCE).expect("everything is delivered");

    let page = collector.scrape();
    let named = |name: &str| {
        let scope = of_engine(name)
            .label("otel_scope_name", "tests.road")
            .label("otel_scope_version", "1.2");
        scope.label("infer_stage", "decode").label("infer_replica", "3")
    };
    named("infer_token_output_total").value(42.0).expect_in(&page);
    named("infer_request_active").value(-2.0).expect_in(&page);
    named("infer_kv_cache_utilization").value(0.625).expect_in(&page);
    let queue = "infer_request_queue_duration_seconds";
    for (bound, below) in [("0.001", 1.0), ("0.2", 1.0), ("0.5", 3.0), ("300", 3.0), ("+Inf", 4.0)]
    {
        named(&format!("{queue}_bucket")).label("le", bound).value(below).expect_in(&page);
    }
    named(&format!("{queue}_sum")).value(1000.501).expect_in(&page);
    named(&format!("{queue}_count")).value(4.0).expect_in(&page);
    for (name, kind, definition) in [
        ("infer_token_output_total", Kind::Counter, &INFER_TOKEN_OUTPUT),
        ("infer_request_active", Kind::Gauge, &INFER_REQUEST_ACTIVE),
        ("infer_kv_cache_utilization", Kind::Gauge, &INFER_KV_CACHE_UTILIZATION),
        (queue, Kind::Histogram, &INFER_REQUEST_QUEUE_DURATION),
    ] {
        family(&page, name, kind, definition.description);
    }
}

#[test]
fn the_resource_is_told_once_as_target_info() {
    let collector = CollectorUnderTest::start();
    let telemetry = telemetry(&collector);
    telemetry.meter_provider().scope("tests.road").counter::<u64>(&INFER_TOKEN_OUTPUT, &[]).add(1);
    telemetry.flush(wait::PATIENCE).expect("everything is delivered");
    let page = collector.scrape();
    of_engine("target_info")
        .label("deployment_environment_name", "test \"1\"\n")
        .label("telemetry_sdk_name", "inferometer")
        .label("service_name", "")
        .value(1.0)
        .expect_in(&page);
    assert_eq!(page.family("target_info").map(|family| family.kind), Some(Kind::Gauge));
    of_engine("infer_token_output_total")
        .label("deployment_environment_name", "")
        .value(1.0)
        .expect_in(&page);
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "stands for a library that knows only the OpenTelemetry API"
)]
fn an_instrument_of_the_opentelemetry_api_takes_the_same_road() {
    let collector = CollectorUnderTest::start();
    let telemetry = telemetry(&collector);
    let meter = telemetry.meter_provider().meter("somebody.elses.library");
    let counter =
        meter.u64_counter("cache.hits").with_unit("{hit}").with_description("Hits.").build();
    counter.add(2, &[KeyValue::new("cache.name", "weights")]);
    counter.add(3, &[KeyValue::new("cache.name", "weights")]);
    telemetry.flush(wait::PATIENCE).expect("everything is delivered");
    let page = collector.scrape();
    family(&page, "cache_hits_total", Kind::Counter, "Hits.");
    of_engine("cache_hits_total")
        .label("cache_name", "weights")
        .label("otel_scope_name", "somebody.elses.library")
        .value(5.0)
        .expect_in(&page);
}

#[test]
fn a_dropped_guard_has_delivered_what_was_recorded() {
    let collector = CollectorUnderTest::start();
    let telemetry = telemetry(&collector);
    telemetry.meter_provider().scope("tests.road").counter::<u64>(&INFER_TOKEN_OUTPUT, &[]).add(9);
    drop(telemetry);
    of_engine("infer_token_output_total").value(9.0).expect_in(&collector.scrape());
}
