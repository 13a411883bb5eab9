//! Telemetry and engines in programs with any number of Tokio runtimes: they start, record, flush and end wherever the
//! program calls them from.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake_collector;

use std::time::Duration;

use fake_collector::FakeCollector;
use inferometer_sdk::{Engine, Exporter, FinishReason, Telemetry};
use opentelemetry::{
    Context,
    trace::{Tracer, TracerProvider},
};
use tokio::runtime::{Builder, Runtime};

const PATIENCE: Duration = Duration::from_secs(20);

fn start(collector: &FakeCollector) -> Telemetry {
    Telemetry::builder()
        .service_name("runtimes")
        .endpoint(collector.url())
        .exporter(Exporter::Otlp)
        .build()
        .unwrap()
}

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn one_worker() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// A request, and a span.
fn serve(telemetry: &Telemetry, engine: &Engine) {
    drop(telemetry.tracer_provider().tracer("runtimes").start("served"));
    let mut request = engine.request(&Context::new(), None);
    request.scheduled();
    request.tokens(3);
    request.finish(FinishReason::Stop);
}

/// The whole life of a telemetry, with nothing in between that waits for a runtime.
fn live(collector: &FakeCollector) {
    let telemetry = start(collector);
    serve(&telemetry, &telemetry.engine("model").build());
    telemetry.flush(PATIENCE).unwrap();
    serve(&telemetry, &telemetry.engine("model").build());
    drop(telemetry);
}

#[track_caller]
fn assert_delivered(collector: &FakeCollector, requests: usize) {
    let spans = collector.read(|received| received.span_names());
    assert_eq!(spans.iter().filter(|name| *name == "served").count(), requests, "{spans:?}");
    let metrics = collector.last_metrics();
    let is_finished = |line: &&String| {
        line.contains("/infer.request.finished{") && line.contains("finish_reason=stop")
    };
    let finished = metrics.iter().find(is_finished).expect("a request was finished");
    assert!(finished.ends_with(&format!(" {requests}")), "{finished}");
}

#[test]
fn without_a_runtime_everything_is_delivered() {
    let collector = FakeCollector::start([]);
    live(&collector);
    assert_delivered(&collector, 2);
}

#[test]
fn inside_a_current_thread_runtime_flush_and_drop_neither_panic_nor_wait_for_it() {
    let collector = FakeCollector::start([]);
    current_thread().block_on(async { live(&collector) });
    assert_delivered(&collector, 2);
}

#[test]
fn inside_a_task_on_the_only_worker_flush_and_drop_neither_panic_nor_wait_for_it() {
    let collector = FakeCollector::start([]);
    one_worker().block_on(async {
        let telemetry = start(&collector);
        let task = tokio::spawn(async move {
            serve(&telemetry, &telemetry.engine("model").build());
            telemetry.flush(PATIENCE).unwrap();
            drop(telemetry);
        });
        task.await.unwrap();
    });
    assert_delivered(&collector, 1);
}

#[test]
fn two_runtimes_share_a_telemetry_that_outlives_the_first_and_ends_in_the_second() {
    let collector = FakeCollector::start([]);
    let (first, second) = (current_thread(), one_worker());
    let telemetry = first.block_on(async { start(&collector) });
    let engine = telemetry.engine("model").build();
    first.block_on(async { serve(&telemetry, &engine) });
    second.block_on(async { serve(&telemetry, &engine) });
    drop(first);
    second.block_on(async {
        serve(&telemetry, &engine);
        drop(telemetry);
    });
    assert_delivered(&collector, 3);
}
