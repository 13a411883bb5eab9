//! Spans reach a collector from any kind of host, and what does not is counted.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake_collector;

use std::time::Duration;

use fake_collector::{FakeCollector, PATIENCE, resource_attribute};
use inferometer_sdk::{Environment, ExportFailure, Telemetry};
use opentelemetry::trace::{Span, Tracer, TracerProvider};

const NEVER: Duration = Duration::from_secs(3600);

fn telemetry(collector: &FakeCollector) -> Telemetry {
    Telemetry::builder()
        .service_name("test")
        .endpoint(collector.url())
        .interval(NEVER)
        .span_delay(NEVER)
        .build()
        .unwrap()
}

fn end_span(telemetry: &Telemetry, name: &'static str) {
    telemetry.tracer_provider().tracer("engine").start(name).end();
}

#[test]
fn a_span_arrives_with_its_resource_without_any_runtime_in_the_host() {
    let collector = FakeCollector::start([]);
    let telemetry = telemetry(&collector);
    end_span(&telemetry, "request");
    telemetry.flush(PATIENCE).unwrap();
    collector.read(|received| {
        assert_eq!(received.span_names(), ["request"]);
        let resource = received.traces[0].resource_spans[0].resource.as_ref();
        let name = resource_attribute(resource, "service.name");
        assert_eq!(name.as_deref(), Some("test"));
    });
    assert_eq!(telemetry.stats().spans.exported, 1);
}

#[test]
fn a_flush_on_a_hosts_only_runtime_thread_does_not_deadlock() {
    let collector = FakeCollector::start([]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let telemetry = telemetry(&collector);
        end_span(&telemetry, "flushed");
        telemetry.flush(PATIENCE).unwrap();
        end_span(&telemetry, "dropped");
    });
    assert_eq!(collector.read(fake_collector::Received::span_names), ["flushed", "dropped"]);
}

#[test]
fn a_span_waits_no_longer_than_the_delay() {
    let collector = FakeCollector::start([]);
    let telemetry = Telemetry::builder()
        .endpoint(collector.url())
        .span_delay(Duration::from_millis(10))
        .build()
        .unwrap();
    end_span(&telemetry, "request");
    collector.until(|received| (received.span_names() == ["request"]).then_some(()));
}

#[test]
fn every_span_is_delivered_or_counted() {
    const SPANS: u64 = 2000;
    let collector = FakeCollector::start([]);
    let environment: Environment = [("OTEL_BSP_MAX_QUEUE_SIZE", "4")].into_iter().collect();
    let telemetry =
        Telemetry::builder().environment(&environment).endpoint(collector.url()).build().unwrap();
    for _ in 0..SPANS {
        end_span(&telemetry, "request");
    }
    // The spans that did not fit are lost by now, so the end itself goes well.
    telemetry.shutdown(PATIENCE).unwrap();

    let stats = telemetry.stats().spans;
    let received = collector.read(|received| received.span_names().len() as u64);
    assert_eq!(stats.exported, received, "{stats:?}");
    assert_eq!(stats.exported + stats.failed_total(), SPANS, "{stats:?}");
    assert!(stats.failed(ExportFailure::QueueFull) > 0, "{stats:?}");
}

#[test]
fn a_batch_over_the_limit_arrives_in_parts() {
    const SPANS: u64 = 3;
    const NAME_BYTES: usize = 2 * 1024 * 1024;
    let collector = FakeCollector::start([]);
    let telemetry = telemetry(&collector);
    for _ in 0..SPANS {
        telemetry.tracer_provider().tracer("engine").start("x".repeat(NAME_BYTES)).end();
    }
    telemetry.flush(PATIENCE).unwrap();
    let requests = collector.read(|received| {
        assert_eq!(received.span_names().len() as u64, SPANS);
        received.traces.len()
    });
    assert!(requests > 1, "{requests}");
    assert_eq!(telemetry.stats().spans.exported, SPANS);
}

#[test]
fn without_traces_no_span_is_recorded() {
    let collector = FakeCollector::start([]);
    let telemetry = Telemetry::builder().endpoint(collector.url()).traces(false).build().unwrap();
    let span = telemetry.tracer_provider().tracer("engine").start("request");
    assert!(!span.is_recording());
}
