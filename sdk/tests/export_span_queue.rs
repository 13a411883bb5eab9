//! What became of every span that ended: delivered, on its way, waiting, or lost for a reason that is counted.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake_collector;

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use fake_collector::{PATIENCE, Reply, UnusedPort, WireCollector};
use inferometer_sdk::{
    Environment, ExportFailure, ExportStats, Exporter, InMemory, Protocol, Telemetry,
    TelemetryBuilder,
};
use opentelemetry::{
    KeyValue,
    trace::{Span, Tracer, TracerProvider},
};

const NEVER: Duration = Duration::from_secs(3600);

fn builder() -> TelemetryBuilder {
    Telemetry::builder().interval(NEVER).span_delay(NEVER).self_metrics(false)
}

fn end_span(telemetry: &Telemetry) {
    telemetry.tracer_provider().tracer("engine").start("request").end();
}

/// A span whose one attribute has this many bytes.
fn end_span_of(telemetry: &Telemetry, bytes: usize) {
    let mut span = telemetry.tracer_provider().tracer("engine").start("request");
    span.set_attribute(KeyValue::new("text", "x".repeat(bytes)));
    span.end();
}

#[track_caller]
fn check_sum(stats: &ExportStats, ended: u64) {
    let settled = stats.exported + stats.rejected + stats.failed_total();
    assert_eq!(settled + stats.queued + stats.in_flight, ended, "{stats:?}");
}

fn wait_until(found: impl Fn() -> bool) {
    let started = tokio::time::Instant::now();
    while !found() {
        assert!(started.elapsed() < PATIENCE, "it did not happen");
        thread::park_timeout(Duration::from_millis(1));
    }
}

/// Holds up every export until it is opened.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn exporter(&self) -> InMemory {
        let gate = Arc::clone(&self.0);
        InMemory::gated(move || {
            let open = gate.0.lock().unwrap();
            drop(gate.1.wait_while(open, |open| !*open).unwrap());
        })
    }

    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }
}

fn kept_spans(kept: &InMemory) -> u64 {
    let requests = kept.traces();
    let scopes = requests.iter().flat_map(|request| {
        request.resource_spans.iter().flat_map(|resource| &resource.scope_spans)
    });
    scopes.map(|scope| scope.spans.len() as u64).sum()
}

#[test]
fn with_a_full_queue_every_span_is_accounted_for() {
    const QUEUE: u64 = 64;
    const THREADS: u64 = 4;
    const SPANS: u64 = 500;
    let gate = Gate::default();
    let kept = gate.exporter();
    let environment: Environment =
        [("OTEL_BSP_MAX_QUEUE_SIZE", "64"), ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "16")]
            .into_iter()
            .collect();
    let telemetry = builder()
        .environment(&environment)
        .exporter(Exporter::Memory(kept.clone()))
        .build()
        .unwrap();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..SPANS).for_each(|_| end_span(&telemetry)));
        }
    });
    let ended = THREADS * SPANS;
    wait_until(|| telemetry.stats().spans.in_flight > 0);
    let stats = telemetry.stats().spans;
    check_sum(&stats, ended);
    assert!(stats.queued <= QUEUE, "{stats:?}");
    let full = stats.failed(ExportFailure::QueueFull);
    assert!(full >= ended - QUEUE - 16, "{stats:?}");

    gate.open();
    telemetry.shutdown(PATIENCE).unwrap();
    let stats = telemetry.stats().spans;
    check_sum(&stats, ended);
    assert_eq!((stats.queued, stats.in_flight), (0, 0), "{stats:?}");
    assert_eq!((stats.exported, stats.failed_total()), (ended - full, full), "{stats:?}");
    assert_eq!(kept_spans(&kept), stats.exported);
}

#[test]
fn waiting_spans_hold_no_more_bytes_than_their_limit() {
    const LIMIT: usize = 1 << 20;
    const SPAN: usize = 100_000;
    const SPANS: u64 = 100;
    let gate = Gate::default();
    let telemetry = builder()
        .exporter(Exporter::Memory(gate.exporter()))
        .span_queue_bytes(LIMIT)
        .build()
        .unwrap();
    for _ in 0..SPANS {
        end_span_of(&telemetry, SPAN);
    }
    let stats = telemetry.stats().spans;
    check_sum(&stats, SPANS);
    // With what else is in a span, one less than the text alone would leave room for.
    assert_eq!(stats.queued + stats.in_flight, (LIMIT / SPAN) as u64, "{stats:?}");
    assert_eq!(stats.failed(ExportFailure::QueueFull), stats.failed_total(), "{stats:?}");
    gate.open();
    telemetry.flush(PATIENCE).unwrap();

    // What has left makes room again.
    end_span_of(&telemetry, SPAN);
    telemetry.shutdown(PATIENCE).unwrap();
    assert_eq!(telemetry.stats().spans.exported, (LIMIT / SPAN) as u64 + 1);
}

#[test]
fn half_of_the_bytes_are_exported_before_their_time() {
    let kept = InMemory::default();
    let telemetry = builder()
        .exporter(Exporter::Memory(kept.clone()))
        .span_queue_bytes(1 << 20)
        .build()
        .unwrap();
    for _ in 0..6 {
        end_span_of(&telemetry, 100_000);
    }
    wait_until(|| kept_spans(&kept) == 6);
}

#[test]
fn a_span_that_is_too_large_is_counted_and_leaves_room_for_others() {
    let kept = InMemory::default();
    let telemetry = builder()
        .exporter(Exporter::Memory(kept.clone()))
        .span_queue_bytes(100_000)
        .build()
        .unwrap();
    end_span_of(&telemetry, 100_000);
    end_span_of(&telemetry, 10_000);
    telemetry.shutdown(PATIENCE).unwrap();
    let stats = telemetry.stats().spans;
    assert_eq!(stats.failed(ExportFailure::SpanTooLarge), 1, "{stats:?}");
    assert_eq!((stats.exported, kept_spans(&kept)), (1, 1), "{stats:?}");
    check_sum(&stats, 2);
}

#[test]
fn a_span_that_ends_after_the_shutdown_is_counted() {
    let telemetry = builder().exporter(Exporter::Memory(InMemory::default())).build().unwrap();
    let tracer = telemetry.tracer_provider().tracer("engine");
    let mut early = tracer.start("request");
    telemetry.shutdown(PATIENCE).unwrap();
    early.end();
    tracer.start("late").end();
    let stats = telemetry.stats().spans;
    assert_eq!(stats.failed(ExportFailure::AlreadyShutDown), 2, "{stats:?}");
    check_sum(&stats, 2);
    drop(telemetry);
    tracer.start("later still").end();
}

/// Spans end on threads that come and go while the export is shut down, whatever the collector does.
#[test]
fn a_shutdown_among_threads_that_come_and_go_loses_no_count() {
    let refused = UnusedPort::claim();
    let hung = WireCollector::start(vec![Reply::Hang; 99]);
    let panicking = InMemory::gated(|| std::panic::resume_unwind(Box::new("as the test wants")));
    let otlp = |url: String| builder().endpoint(url).protocol(Protocol::HttpProtobuf);
    for _ in 0..8 {
        for builder in [
            builder().exporter(Exporter::Memory(InMemory::default())),
            builder().exporter(Exporter::Memory(panicking.clone())),
            otlp(refused.url()),
            otlp(hung.url()),
        ] {
            let telemetry = builder.span_delay(Duration::from_millis(1)).build().unwrap();
            let (ended, stop) = (AtomicU64::new(0), AtomicBool::new(false));
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        while !stop.load(Relaxed) {
                            thread::scope(|scope| {
                                scope.spawn(|| (0..50).for_each(|_| end_span(&telemetry)));
                            });
                            ended.fetch_add(50, Relaxed);
                        }
                    });
                }
                wait_until(|| ended.load(Relaxed) > 500);
                // Most of these collectors do not take everything.
                let _ = telemetry.shutdown(Duration::from_millis(50));
                let at_end = ended.load(Relaxed);
                wait_until(|| ended.load(Relaxed) > at_end + 200);
                stop.store(true, Relaxed);
            });
            // A thread that does not end in the time that is left ends soon after.
            wait_until(|| {
                let stats = telemetry.stats().spans;
                stats.queued == 0 && stats.in_flight == 0
            });
            let stats = telemetry.stats().spans;
            check_sum(&stats, ended.load(Relaxed));
            assert!(stats.failed(ExportFailure::AlreadyShutDown) > 0, "{stats:?}");
        }
    }
}

#[test]
fn a_flush_through_the_span_sdk_delivers() {
    let kept = InMemory::default();
    let telemetry = builder().exporter(Exporter::Memory(kept.clone())).build().unwrap();
    end_span(&telemetry);
    telemetry.tracer_provider().force_flush().unwrap();
    assert_eq!(kept_spans(&kept), 1);
    end_span(&telemetry);
    telemetry.tracer_provider().shutdown().unwrap();
    assert_eq!(kept_spans(&kept), 2);
    telemetry.shutdown(PATIENCE).unwrap();
}

#[test]
fn a_flush_tells_of_a_batch_that_was_under_way_and_got_lost() {
    let collector = WireCollector::start(vec![Reply::Hang; 9]);
    let telemetry = builder()
        .endpoint(collector.url())
        .protocol(Protocol::HttpProtobuf)
        .span_delay(Duration::from_millis(1))
        .timeout(Duration::from_secs(2))
        .build()
        .unwrap();
    end_span(&telemetry);
    wait_until(|| telemetry.stats().spans.in_flight > 0);
    let error = telemetry.flush(PATIENCE).unwrap_err();
    assert!(!error.is_timeout(), "{error}");
    assert_eq!(telemetry.stats().spans.failed(ExportFailure::DeadlineExceeded), 1);
}
