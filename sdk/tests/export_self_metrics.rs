//! What the SDK exports about itself is what it tells in process.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake_collector;

use std::time::Duration;

use fake_collector::{Answer, FakeCollector, PATIENCE, render};
use inferometer_sdk::{
    Correction, Environment, ExportFailure, Exporter, InMemory, Prompt, Telemetry,
};
use inferometer_semconv::{
    attributes::SdkRefusalReason,
    metrics::{INFER_REQUEST_QUEUE_DURATION, INFER_TOKEN_OUTPUT},
};
use opentelemetry::{
    Context, KeyValue,
    trace::{Span, Tracer, TracerProvider},
};
use tonic::Code;

const NEVER: Duration = Duration::from_secs(3600);

/// The lines of the SDK's own scope, without the attributes that say which component it is.
fn own(lines: &[String]) -> Vec<String> {
    let component = |part: &str| part.starts_with("otel.component") || part.starts_with("server.");
    let own = lines.iter().filter_map(|line| line.strip_prefix("inferometer.sdk/"));
    own.map(|line| {
        let (name, rest) = line.split_once('{').unwrap();
        let (attributes, value) = rest.split_once("} ").unwrap();
        let kept: Vec<_> = attributes.split(',').filter(|part| !component(part)).collect();
        format!("{name}{{{}}} {value}", kept.join(","))
    })
    .collect()
}

#[track_caller]
fn check(own: &[String], name: &str, value: u64) {
    let found = own.iter().find(|line| line.starts_with(name));
    let shown = found.and_then(|line| line.rsplit(' ').next()).map(|value| value.parse().unwrap());
    assert_eq!(shown.unwrap_or(0_u64), value, "{name}: {own:#?}");
}

#[test]
fn exported_totals_are_those_that_are_told_in_process() {
    let unavailable = Answer::Refuse(Code::Unavailable);
    let collector = FakeCollector::start([unavailable, Answer::Reject(1)]);
    let environment: Environment = [("OTEL_BSP_MAX_QUEUE_SIZE", "4")].into_iter().collect();
    let telemetry = Telemetry::builder()
        .environment(&environment)
        .endpoint(collector.url())
        .interval(NEVER)
        .build()
        .unwrap();
    let scope = telemetry.meter_provider().scope("engine");
    let queued = scope.histogram::<f64>(&INFER_REQUEST_QUEUE_DURATION, &[]);
    queued.record(f64::NAN);
    queued.record(-1.0);
    queued.record(-2.0);
    for value in 0..2100_i64 {
        let _series =
            scope.counter::<u64>(&INFER_TOKEN_OUTPUT, &[KeyValue::new("infer.replica", value)]);
    }
    for model in ["a", "b"] {
        let engine = telemetry.engine(model).build();
        let mut request = engine.request(&Context::new(), Prompt::default());
        request.scheduled();
        request.scheduled();
        assert_eq!(engine.corrections(Correction::RepeatedTransition), 1);
    }
    for _ in 0..2000 {
        telemetry.tracer_provider().tracer("engine").start("span").end();
    }
    // The first is asked for twice and loses a point; the second shows it.
    telemetry.flush(PATIENCE).unwrap_err();
    let told = telemetry.stats();
    telemetry.flush(PATIENCE).unwrap();

    let own = own(&collector.last_metrics());
    assert!(told.metrics.rejected == 1 && told.metrics.retries == 1, "{told:?}");
    let points = "otel.sdk.exporter.metric_data_point";
    check(&own, &format!("{points}.exported{{}}"), told.metrics.exported);
    check(&own, &format!("{points}.exported{{error.type=rejected}}"), told.metrics.rejected);
    check(&own, &format!("{points}.inflight{{}}"), 0);
    check(&own, "infer.sdk.export.retry{infer.signal=metrics}", told.metrics.retries);
    let queue_full = told.spans.failed(ExportFailure::QueueFull);
    assert!(queue_full > 0, "{told:?}");
    check(&own, "otel.sdk.exporter.span.exported{}", told.spans.exported);
    check(&own, "otel.sdk.processor.span.processed{}", told.spans.exported);
    check(&own, "otel.sdk.processor.span.processed{error.type=queue_full}", queue_full);
    let stats = telemetry.meter_provider().stats();
    let refused = "infer.sdk.measurement.refused{infer.sdk.refusal.reason";
    assert_eq!(stats.refused(SdkRefusalReason::Negative), 2);
    check(&own, &format!("{refused}=nan}}"), 1);
    check(&own, &format!("{refused}=negative}}"), 2);
    assert!(stats.overflowed_binds() >= 100);
    check(&own, "infer.sdk.series.overflow{}", stats.overflowed_binds());
    check(&own, "infer.sdk.snapshot.torn{}", stats.torn_reads());
    let corrected = "infer.sdk.correction{infer.sdk.correction.reason=repeated_transition}";
    check(&own, corrected, 2);
    for timed in
        ["otel.sdk.metric_reader.collection.duration{}", "otel.sdk.exporter.operation.duration{"]
    {
        assert!(own.iter().any(|line| line.starts_with(timed)), "{timed}: {own:#?}");
    }
}

#[test]
fn spans_that_wait_and_spans_that_found_no_room_are_told_apart() {
    let collector = FakeCollector::start([]);
    let telemetry = Telemetry::builder()
        .endpoint(collector.url())
        .interval(Duration::from_millis(10))
        .span_delay(NEVER)
        .span_queue_bytes(10_000)
        .build()
        .unwrap();
    let tracer = telemetry.tracer_provider().tracer("engine");
    for bytes in [1, 1, 1, 20_000, 8_999] {
        tracer.start("x".repeat(bytes)).end();
    }
    for wanted in [
        "processor.span.queue.size{} {span} 3",
        "processor.span.processed{error.type=span_too_large} {span} 1",
        "processor.span.processed{error.type=queue_full} {span} 1",
    ] {
        collector.until(|received| {
            let lines: Vec<_> = received.metrics.iter().flat_map(render).collect();
            own(&lines).iter().any(|line| line.contains(wanted)).then_some(())
        });
    }
}

#[test]
fn a_component_says_which_it_is_and_where_it_sends() {
    let collector = FakeCollector::start([]);
    let telemetry = Telemetry::builder().endpoint(collector.url()).interval(NEVER).build().unwrap();
    telemetry.flush(PATIENCE).unwrap();
    telemetry.flush(PATIENCE).unwrap();
    let lines = collector.last_metrics();
    let port = collector.url().rsplit(':').next().unwrap().to_owned();
    let exported = lines.iter().find(|line| line.contains("metric_data_point.exported")).unwrap();
    for part in [
        "otel.component.type=otlp_grpc_metric_exporter",
        "otel.component.name=otlp_grpc_metric_exporter/0",
        "server.address=127.0.0.1",
        &format!("server.port={port}"),
    ] {
        assert!(exported.contains(part), "{part}: {exported}");
    }
}

#[test]
fn a_program_may_want_none_of_it() {
    let kept = InMemory::default();
    let telemetry = Telemetry::builder()
        .exporter(Exporter::Memory(kept.clone()))
        .interval(NEVER)
        .self_metrics(false)
        .build()
        .unwrap();
    telemetry.meter_provider().scope("engine").counter::<u64>(&INFER_TOKEN_OUTPUT, &[]).add(7);
    telemetry.tracer_provider().tracer("engine").start("span").end();
    telemetry.flush(PATIENCE).unwrap();
    telemetry.flush(PATIENCE).unwrap();
    let lines: Vec<_> = kept.metrics().iter().flat_map(render).collect();
    assert_eq!(lines, ["engine/infer.token.output{} {token} 7"; 2]);
    assert_eq!(kept.traces()[0].resource_spans[0].scope_spans[0].spans[0].name, "span");
    let stats = telemetry.stats();
    assert_eq!((stats.metrics.exported, stats.spans.exported), (2, 1), "{stats:?}");
}

#[test]
fn metrics_that_go_nowhere_are_recorded_and_cost_no_export() {
    let telemetry = Telemetry::builder()
        .exporter(Exporter::None)
        .interval(Duration::from_millis(1))
        .build()
        .unwrap();
    telemetry.meter_provider().scope("engine").counter::<u64>(&INFER_TOKEN_OUTPUT, &[]).add(7);
    assert!(!telemetry.tracer_provider().tracer("engine").start("span").is_recording());
    telemetry.flush(PATIENCE).unwrap();
    telemetry.shutdown(PATIENCE).unwrap();
    assert_eq!(telemetry.stats(), inferometer_sdk::TelemetryStats::default());
}
