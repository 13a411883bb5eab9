//! What the specification demands of an OTLP exporter and is not shown beside the feature itself.
//! `docs/conformance.md` names these tests.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake_collector;

use std::time::Duration;

use fake_collector::{Answer, FakeCollector, PATIENCE, WireCollector};
use inferometer_sdk::{
    Detector, ExportFailure, Exporter, InMemory, Protocol, Telemetry, TelemetryBuilder,
};
use inferometer_semconv::metrics::INFER_TOKEN_OUTPUT;
use opentelemetry::{
    InstrumentationScope, KeyValue,
    trace::{Span, Tracer, TracerProvider},
};
use tonic::Code;

const NEVER: Duration = Duration::from_secs(3600);

/// OTLP's limit for what a client sends.
const MAX_REQUEST_BYTES: usize = 64 * 1024 * 1024;

fn telemetry(url: impl Into<String>) -> TelemetryBuilder {
    Telemetry::builder().endpoint(url).interval(NEVER).span_delay(NEVER).self_metrics(false)
}

fn record(telemetry: &Telemetry, attributes: &[KeyValue]) {
    let scope = telemetry.meter_provider().scope("engine");
    scope.counter::<u64>(&INFER_TOKEN_OUTPUT, attributes).add(1);
}

#[test]
fn a_request_over_the_limit_is_not_sent_and_counted() {
    let collector = WireCollector::start([]);
    let telemetry =
        telemetry(collector.url()).protocol(Protocol::HttpProtobuf).traces(false).build().unwrap();
    record(&telemetry, &[KeyValue::new("infer.stage", "x".repeat(MAX_REQUEST_BYTES))]);
    let error = telemetry.flush(PATIENCE).unwrap_err().to_string();
    assert!(error.contains("over the limit of 67108864"), "{error}");
    let lost = telemetry.stats().metrics;
    assert_eq!((lost.failed(ExportFailure::RequestTooLarge), lost.failed_total()), (1, 1));
    assert_eq!(collector.seen().len(), 0);
}

#[test]
fn nothing_is_sent_when_there_is_nothing_to_say() {
    for protocol in [Protocol::Grpc, Protocol::HttpProtobuf] {
        let collector = WireCollector::start([]);
        let telemetry = telemetry(collector.url()).protocol(protocol).build().unwrap();
        telemetry.flush(PATIENCE).unwrap();
        telemetry.shutdown(PATIENCE).unwrap();
        assert_eq!(collector.seen().len(), 0, "{protocol:?}");
    }
}

#[test]
fn a_full_receiver_that_names_no_time_is_not_asked_again() {
    let collector = FakeCollector::start([Answer::Refuse(Code::ResourceExhausted)]);
    let telemetry = telemetry(collector.url()).traces(false).build().unwrap();
    record(&telemetry, &[]);
    telemetry.flush(PATIENCE).unwrap_err();
    let stats = telemetry.stats().metrics;
    assert_eq!((stats.failed(ExportFailure::Refused), stats.retries), (1, 0), "{stats:?}");
    assert_eq!(collector.read(|received| received.attempts), 1);
}

#[test]
fn one_request_of_a_signal_is_under_way_at_a_time() {
    let collector = FakeCollector::start([Answer::Hang]);
    let telemetry = telemetry(collector.url())
        .interval(Duration::from_millis(5))
        .timeout(Duration::from_millis(200))
        .traces(false)
        .build()
        .unwrap();
    record(&telemetry, &[]);
    collector.until(|received| (received.attempts == 1).then_some(()));
    // Nothing but the first request came until it was given up.
    collector.until(|received| (!received.metrics.is_empty()).then_some(()));
    let stats = telemetry.stats().metrics;
    assert_eq!(stats.failed(ExportFailure::DeadlineExceeded), 1, "{stats:?}");
    let attempts = collector.read(|received| (received.attempts, received.metrics.len()));
    assert_eq!(attempts.0, attempts.1 + 1, "every later one was taken in its turn");
}

#[test]
fn scope_and_resource_of_a_span_are_those_of_its_tracer() {
    let kept = InMemory::default();
    let telemetry = Telemetry::builder()
        .exporter(Exporter::Memory(kept.clone()))
        .service_name("llm")
        .resource_attributes([KeyValue::new("host.name", "gpu-7")])
        .detectors([Detector::Os]) // whose attributes name the conventions' schema
        .build()
        .unwrap();
    let scope = InstrumentationScope::builder("engine")
        .with_version("1.2")
        .with_schema_url("https://example.com/scope")
        .with_attributes([KeyValue::new("team", "a")])
        .build();
    telemetry.tracer_provider().tracer_with_scope(scope).start("request").end();
    telemetry.flush(PATIENCE).unwrap();
    let resource = &kept.traces()[0].resource_spans[0];
    assert!(resource.schema_url.starts_with("https://opentelemetry.io/schemas/"));
    let keys: Vec<&str> =
        resource.resource.as_ref().unwrap().attributes.iter().map(|it| it.key.as_str()).collect();
    for key in ["service.name", "host.name", "service.instance.id", "telemetry.sdk.name"] {
        assert!(keys.contains(&key), "{key}: {keys:?}");
    }
    let spans = &resource.scope_spans[0];
    let scope = spans.scope.as_ref().unwrap();
    assert_eq!((scope.name.as_str(), scope.version.as_str()), ("engine", "1.2"));
    assert_eq!(scope.attributes[0].key, "team");
    assert_eq!(spans.schema_url, "https://example.com/scope");
}
