//! What is recorded reaches a collector, and what does not is counted.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake_collector;

use std::time::Duration;

use fake_collector::{Answer, FakeCollector, PATIENCE, UnusedPort, resource_attribute};
use inferometer_sdk::{
    Compression, Environment, ExportFailure, ExportStats, Telemetry, TelemetryBuilder,
};
use inferometer_semconv::metrics::{INFER_REQUEST_QUEUE_DURATION, INFER_TOKEN_OUTPUT};
use opentelemetry::KeyValue;
use tonic::Code;

/// Never exports by itself within a test.
const NEVER: Duration = Duration::from_secs(3600);

fn telemetry(url: impl Into<String>) -> TelemetryBuilder {
    Telemetry::builder()
        .service_name("test")
        .endpoint(url)
        .interval(NEVER)
        .traces(false)
        .self_metrics(false)
}

fn record_tokens(telemetry: &Telemetry, tokens: u64) {
    telemetry.meter_provider().scope("engine").counter::<u64>(&INFER_TOKEN_OUTPUT, &[]).add(tokens);
}

/// Records one point, flushes, and compares what became of it.
#[track_caller]
fn check(answers: impl IntoIterator<Item = Answer>, delivered: bool, expected: &ExportStats) {
    let collector = FakeCollector::start(answers);
    let telemetry = telemetry(collector.url()).build().unwrap();
    record_tokens(&telemetry, 1);
    let flushed = telemetry.flush(PATIENCE);
    assert_eq!(flushed.is_ok(), delivered, "{flushed:?}");
    assert_eq!(telemetry.stats().metrics, *expected);
}

fn stats(change: impl FnOnce(&mut ExportStats)) -> ExportStats {
    let mut stats = ExportStats::default();
    change(&mut stats);
    stats
}

/// The counts of one lost point after some retries.
#[track_caller]
fn check_lost(answer: &Answer, reason: ExportFailure, attempts: usize) {
    let collector = FakeCollector::start(vec![answer.clone(); attempts]);
    let telemetry = telemetry(collector.url()).build().unwrap();
    record_tokens(&telemetry, 1);
    let error = telemetry.flush(PATIENCE).unwrap_err();
    assert!(!error.is_timeout(), "{error}");
    let lost = telemetry.stats().metrics;
    assert_eq!(lost.failed(reason), 1, "{lost:?}");
    assert_eq!(lost.failed_total(), 1, "{lost:?}");
    assert_eq!(collector.read(|received| received.attempts), attempts, "{answer:?}");

    record_tokens(&telemetry, 2);
    telemetry.flush(PATIENCE).unwrap();
    assert_eq!(
        collector.last_metrics(),
        ["engine/infer.token.output{} {token} 3"],
        "a lost point loses no value"
    );
}

#[test]
fn a_recorded_value_arrives_with_its_resource_scope_and_name() {
    let collector = FakeCollector::start([]);
    let environment: Environment =
        [("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20secret")].into_iter().collect();
    let telemetry = Telemetry::builder()
        .environment(&environment)
        .service_name("llm")
        .resource_attributes([KeyValue::new("host.name", "gpu-7")])
        .endpoint(collector.url())
        .interval(NEVER)
        .self_metrics(false)
        .build()
        .unwrap();
    record_tokens(&telemetry, 7);
    let stage = [KeyValue::new("infer.stage", "decode")];
    let queued = telemetry
        .meter_provider()
        .scope("engine")
        .histogram::<f64>(&INFER_REQUEST_QUEUE_DURATION, &stage);
    queued.record(0.25);
    queued.record(0.5);
    telemetry.flush(PATIENCE).unwrap();

    assert_eq!(
        collector.last_metrics(),
        [
            "engine/infer.request.queue.duration{infer.stage=decode} s 2x 0.75",
            "engine/infer.token.output{} {token} 7",
        ]
    );
    collector.read(|received| {
        let resource = received.metrics[0].resource_metrics[0].resource.as_ref();
        let attribute = |key| resource_attribute(resource, key);
        assert_eq!(attribute("service.name").as_deref(), Some("llm"));
        assert_eq!(attribute("host.name").as_deref(), Some("gpu-7"));
        assert!(attribute("service.instance.id").is_some());
        let header = |name| received.headers[0].get(name).unwrap().to_str().unwrap();
        assert_eq!(header("authorization"), "Bearer secret");
        assert!(header("user-agent").starts_with("inferometer/"));
        assert!(header("user-agent").contains(" OTel-OTLP-Exporter-Rust/"));
    });
    assert_eq!(telemetry.stats().metrics.exported, 2);
}

#[test]
fn a_compressed_request_is_what_another_library_inflates() {
    let words = [
        (Compression::Gzip, "gzip"),
        #[cfg(feature = "zstd")]
        (Compression::Zstd, "zstd"),
    ];
    for (compression, word) in words {
        let collector = FakeCollector::start([]);
        let telemetry = telemetry(collector.url()).compression(compression).build().unwrap();
        record_tokens(&telemetry, 7);
        telemetry.flush(PATIENCE).unwrap();
        assert_eq!(collector.last_metrics(), ["engine/infer.token.output{} {token} 7"]);
        let encoding = collector.read(|received| received.headers[0].get("grpc-encoding").cloned());
        assert_eq!(encoding.unwrap(), word);
    }
}

#[test]
fn metrics_go_out_at_every_interval() {
    let collector = FakeCollector::start([]);
    let telemetry = telemetry(collector.url()).interval(Duration::from_millis(10)).build().unwrap();
    record_tokens(&telemetry, 1);
    collector.until(|received| (received.metrics.len() >= 3).then_some(()));
}

#[test]
fn a_collector_that_is_away_for_a_moment_loses_nothing() {
    let away = Answer::Refuse(Code::Unavailable);
    let expected = stats(|stats| {
        stats.exported = 1;
        stats.retries = 2;
    });
    check([away.clone(), away], true, &expected);
}

#[test]
fn a_refused_request_is_not_sent_again_and_is_counted() {
    let refused = Answer::Refuse(Code::InvalidArgument);
    check_lost(&refused, ExportFailure::Refused, 1);
}

#[test]
fn a_collector_that_stays_away_is_given_up_after_five_attempts() {
    let away = Answer::Refuse(Code::Unavailable);
    check_lost(&away, ExportFailure::RetriesExhausted, 5);
}

#[test]
fn an_oversized_answer_is_not_read_and_not_asked_for_again() {
    let talk = Answer::Say(5 * 1024 * 1024);
    check_lost(&talk, ExportFailure::ResponseTooLarge, 1);
}

#[test]
fn rejected_points_are_counted_apart() {
    check([Answer::Reject(1)], false, &stats(|stats| stats.rejected = 1));
    check([Answer::Reject(0)], true, &stats(|stats| stats.exported = 1));
}

#[test]
fn without_a_collector_the_end_is_on_time_and_the_loss_counted() {
    let nowhere = UnusedPort::claim();
    let telemetry = telemetry(nowhere.url()).build().unwrap();
    record_tokens(&telemetry, 1);
    let error = telemetry.shutdown(PATIENCE).unwrap_err();
    assert!(!error.is_timeout(), "{error}");
    assert_eq!(telemetry.stats().metrics.failed(ExportFailure::RetriesExhausted), 1);
}

#[test]
fn a_hung_collector_holds_up_the_end_no_longer_than_allowed() {
    let collector = FakeCollector::start(vec![Answer::Hang; 9]);
    let telemetry = telemetry(collector.url()).build().unwrap();
    record_tokens(&telemetry, 1);
    let started = tokio::time::Instant::now();
    telemetry.shutdown(Duration::from_millis(400)).unwrap_err();
    let took = started.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    let lost = telemetry.stats().metrics;
    assert_eq!(lost.failed_total(), 1, "{lost:?}");
}

#[test]
fn a_flush_cuts_short_an_export_that_hangs() {
    let collector = FakeCollector::start([Answer::Hang]);
    let telemetry = telemetry(collector.url())
        .interval(Duration::from_millis(50))
        .timeout(PATIENCE)
        .build()
        .unwrap();
    record_tokens(&telemetry, 1);
    collector.until(|received| (received.attempts > 0).then_some(()));
    telemetry.flush(Duration::from_secs(4)).unwrap();
    let stats = telemetry.stats().metrics;
    assert_eq!(stats.failed(ExportFailure::Interrupted), 1, "{stats:?}");
}

#[test]
fn an_export_that_overruns_the_interval_is_counted_late() {
    let collector = FakeCollector::start([Answer::Hang]);
    let telemetry = telemetry(collector.url())
        .interval(Duration::from_millis(20))
        .timeout(Duration::from_millis(100))
        .build()
        .unwrap();
    record_tokens(&telemetry, 1);
    collector.until(|received| (!received.metrics.is_empty()).then_some(()));
    let stats = telemetry.stats().metrics;
    assert!(stats.late >= 1, "{stats:?}");
    assert_eq!(stats.failed(ExportFailure::DeadlineExceeded), 1, "{stats:?}");
}

#[test]
fn the_longest_times_overflow_nothing() {
    let collector = FakeCollector::start([]);
    let telemetry =
        telemetry(collector.url()).interval(Duration::MAX).timeout(Duration::MAX).build().unwrap();
    record_tokens(&telemetry, 1);
    telemetry.flush(Duration::MAX).unwrap();
    telemetry.shutdown(Duration::MAX).unwrap();
}

#[test]
fn two_telemetries_in_one_process_do_not_mix() {
    let (left, right) = (FakeCollector::start([]), FakeCollector::start([]));
    let telemetries = [&left, &right].map(|collector| telemetry(collector.url()).build().unwrap());
    record_tokens(&telemetries[0], 1);
    record_tokens(&telemetries[1], 2);
    for telemetry in &telemetries {
        telemetry.flush(PATIENCE).unwrap();
    }
    assert_eq!(left.last_metrics(), ["engine/infer.token.output{} {token} 1"]);
    assert_eq!(right.last_metrics(), ["engine/infer.token.output{} {token} 2"]);
}

#[test]
fn a_second_start_knows_nothing_of_the_first() {
    let collector = FakeCollector::start([]);
    for _ in 0..2 {
        let telemetry = telemetry(collector.url()).build().unwrap();
        record_tokens(&telemetry, 5);
        telemetry.shutdown(PATIENCE).unwrap();
        assert!(telemetry.flush(PATIENCE).unwrap_err().is_shut_down());
        telemetry.shutdown(PATIENCE).unwrap();
        drop(telemetry);
        assert_eq!(collector.last_metrics(), ["engine/infer.token.output{} {token} 5"]);
    }
    assert_eq!(collector.read(|received| received.metrics.len()), 2);
}

#[test]
fn disabled_telemetry_records_and_exports_nothing() {
    let collector = FakeCollector::start([]);
    let environment: Environment =
        [("OTEL_SDK_DISABLED", "true"), ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url())]
            .into_iter()
            .collect();
    let telemetry = Telemetry::builder().environment(&environment).build().unwrap();
    record_tokens(&telemetry, 1);
    telemetry.flush(PATIENCE).unwrap();
    telemetry.shutdown(PATIENCE).unwrap();
    assert_eq!(telemetry.stats(), inferometer_sdk::TelemetryStats::default());
    assert_eq!(collector.read(|received| received.attempts), 0);
}

#[test]
fn an_endpoint_that_cannot_work_is_named() {
    for url in ["ftp://collector:4317", "collector:4317", ""] {
        let error = telemetry(url).build().unwrap_err().to_string();
        assert!(error.contains(&format!("`{url}`")), "{error}");
    }
}
