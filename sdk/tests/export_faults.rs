//! A collector that misbehaves, over either protocol, holds up nothing, costs no memory, and loses nothing uncounted.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake_collector;

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use fake_collector::{PATIENCE, Reply, UnusedPort, WireCollector};
use inferometer_sdk::{
    ExportFailure, Exporter, InMemory, Protocol, Telemetry, TelemetryBuilder, TemporalityPreference,
};
use inferometer_semconv::metrics::INFER_TOKEN_OUTPUT;
use opentelemetry::trace::{Span, Tracer, TracerProvider};

const NEVER: Duration = Duration::from_secs(3600);
const PROTOCOLS: [Protocol; 2] = [Protocol::Grpc, Protocol::HttpProtobuf];

/// Longer than all attempts take when each fails at once.
const TIMEOUT: Duration = Duration::from_millis(2500);

/// For a collector that answers nothing, where only the deadline ends an export.
const SHORT: Duration = Duration::from_millis(500);

/// Far above what a busy machine adds to a deadline, far below a test's patience.
const SLACK: Duration = Duration::from_secs(4);

fn telemetry(url: impl Into<String>, protocol: Protocol) -> TelemetryBuilder {
    Telemetry::builder()
        .endpoint(url)
        .protocol(protocol)
        .interval(NEVER)
        .span_delay(NEVER)
        .timeout(TIMEOUT)
        .self_metrics(false)
}

fn record(telemetry: &Telemetry) {
    telemetry.meter_provider().scope("engine").counter::<u64>(&INFER_TOKEN_OUTPUT, &[]).add(1);
    telemetry.tracer_provider().tracer("engine").start("request").end();
}

/// Both signals meet the fault: the deadline is kept, the loss counted, and the next export goes well.
#[track_caller]
fn check(reply: &Reply, timeout: Duration, attempts: usize, expected: ExportFailure) {
    for protocol in PROTOCOLS {
        let collector = WireCollector::start(vec![reply.clone(); 2 * attempts]);
        let telemetry = telemetry(collector.url(), protocol).timeout(timeout).build().unwrap();
        record(&telemetry);
        let started = tokio::time::Instant::now();
        let error = telemetry.flush(PATIENCE).unwrap_err();
        let took = started.elapsed();
        assert!(took < timeout + SLACK, "{protocol:?} {reply:?}: {took:?}");
        assert!(!error.is_timeout(), "{protocol:?} {reply:?}: {error}");
        let stats = telemetry.stats();
        for signal in [&stats.metrics, &stats.spans] {
            assert_eq!(signal.failed(expected), 1, "{protocol:?} {reply:?}: {stats:?}");
            assert_eq!(signal.failed_total(), 1, "{protocol:?} {reply:?}: {stats:?}");
            assert_eq!(signal.in_flight, 0, "{protocol:?} {reply:?}: {stats:?}");
        }
        assert_eq!(collector.seen().len(), 2 * attempts, "{protocol:?} {reply:?}");

        record(&telemetry);
        telemetry.flush(PATIENCE).unwrap();
        let stats = telemetry.stats();
        assert_eq!((stats.metrics.exported, stats.spans.exported), (1, 1), "{stats:?}");
    }
}

#[test]
fn a_collector_that_hangs_is_given_up_at_the_deadline() {
    check(&Reply::Hang, SHORT, 1, ExportFailure::DeadlineExceeded);
}

#[test]
fn a_collector_that_trickles_is_given_up_at_the_deadline() {
    check(&Reply::Trickle, SHORT, 1, ExportFailure::DeadlineExceeded);
}

#[test]
fn an_endless_answer_is_cut_off() {
    check(&Reply::Endless, TIMEOUT, 1, ExportFailure::ResponseTooLarge);
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_again_and_then_given_up() {
    check(&Reply::Reset, TIMEOUT, 5, ExportFailure::RetriesExhausted);
}

#[test]
fn an_endless_answer_is_read_no_further_than_its_limit() {
    /// The limit, and what the two sockets and HTTP/2's windows hold.
    const MOST: usize = 32 * 1024 * 1024;
    for protocol in PROTOCOLS {
        let collector = WireCollector::start([Reply::Endless]);
        let telemetry = telemetry(collector.url(), protocol).traces(false).build().unwrap();
        record(&telemetry);
        telemetry.flush(PATIENCE).unwrap_err();
        telemetry.flush(PATIENCE).unwrap();
        let poured = collector.poured();
        assert!((4 * 1024 * 1024..MOST).contains(&poured), "{protocol:?}: {poured}");
    }
}

#[test]
fn a_port_that_nobody_listens_on_is_given_up_after_five_attempts() {
    for protocol in PROTOCOLS {
        let nowhere = UnusedPort::claim();
        let telemetry = telemetry(nowhere.url(), protocol).build().unwrap();
        record(&telemetry);
        telemetry.flush(PATIENCE).unwrap_err();
        let stats = telemetry.stats();
        for signal in [&stats.metrics, &stats.spans] {
            assert_eq!(signal.failed(ExportFailure::RetriesExhausted), 1, "{stats:?}");
            assert_eq!(signal.retries, 4, "{stats:?}");
        }
    }
}

#[test]
fn flush_and_shutdown_keep_one_total_deadline_whatever_the_fault() {
    const ALLOWED: Duration = Duration::from_millis(400);
    for protocol in PROTOCOLS {
        // Connections are made by the kernel, and nobody ever reads.
        let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
        let deaf_url = format!("http://{}", deaf.local_addr().unwrap());
        let hung = WireCollector::start(vec![Reply::Hang; 99]);
        let trickling = WireCollector::start(vec![Reply::Trickle; 99]);
        for url in [deaf_url, hung.url(), trickling.url()] {
            let telemetry = telemetry(&url, protocol).timeout(PATIENCE).build().unwrap();
            record(&telemetry);
            let started = tokio::time::Instant::now();
            telemetry.flush(ALLOWED).unwrap_err();
            telemetry.shutdown(ALLOWED).unwrap_err();
            let took = started.elapsed();
            assert!(took < 2 * ALLOWED + SLACK, "{protocol:?} {url}: {took:?}");
        }
    }
}

#[test]
fn a_hung_collector_costs_no_more_memory_than_the_queue_and_every_span_is_counted() {
    const SPANS: u64 = 10_000;
    const QUEUE: u64 = 2048;
    let collector = WireCollector::start(vec![Reply::Hang; 99]);
    let telemetry = telemetry(collector.url(), Protocol::HttpProtobuf)
        .span_delay(Duration::from_millis(1))
        .timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    for _ in 0..SPANS {
        record(&telemetry);
        let stats = telemetry.stats().spans;
        assert!(stats.in_flight <= QUEUE, "{stats:?}");
    }
    // Losses show in the counts, whether or not the last of them was by the flush's own hand.
    let _ = telemetry.shutdown(PATIENCE);
    let stats = telemetry.stats().spans;
    assert_eq!(stats.exported + stats.failed_total(), SPANS, "{stats:?}");
    assert_eq!(stats.in_flight, 0, "{stats:?}");
}

#[test]
fn a_panicking_exporter_ends_no_thread_and_every_item_is_counted() {
    const PANICS: u64 = 3;
    for temporality in [TemporalityPreference::Cumulative, TemporalityPreference::Delta] {
        let panics = Arc::new(AtomicBool::new(true));
        let panicking = Arc::clone(&panics);
        let kept = InMemory::gated(move || assert!(!panicking.load(Relaxed), "as the test wants"));
        let telemetry = telemetry("http://localhost", Protocol::Grpc)
            .exporter(Exporter::Memory(kept.clone()))
            .temporality(temporality)
            .build()
            .unwrap();
        for _ in 0..PANICS {
            record(&telemetry);
            let error = telemetry.flush(PATIENCE).unwrap_err();
            assert!(!error.is_timeout(), "{error}");
        }
        let stats = telemetry.stats();
        for signal in [&stats.metrics, &stats.spans] {
            assert_eq!(signal.failed(ExportFailure::Panicked), PANICS, "{stats:?}");
            assert_eq!((signal.failed_total(), signal.in_flight), (PANICS, 0), "{stats:?}");
        }

        panics.store(false, Relaxed);
        record(&telemetry);
        telemetry.flush(PATIENCE).unwrap();
        let stats = telemetry.stats();
        assert_eq!((stats.metrics.exported, stats.spans.exported), (1, 1), "{stats:?}");
        assert_eq!((kept.metrics().len(), kept.traces().len()), (1, 1));
    }
}
