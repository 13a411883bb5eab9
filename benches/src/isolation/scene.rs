//! Telemetry whose exporter is in one mode, and what to record with.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use inferometer_sdk::{
    Counter, Environment, Exporter, Histogram, InMemory, Protocol, Telemetry, TelemetryBuilder,
};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracer;

use super::{
    collector::{FakeCollector, closed_port},
    mode::Mode,
    spans,
};
use crate::{
    error::BenchError,
    fixture::{COUNTER, HISTOGRAM, attributes},
};

/// Time between two exports.
const INTERVAL: Duration = Duration::from_millis(10);

/// Spans that may wait: many batches.
pub(super) const LONG_QUEUE: u32 = 16_384;

/// Spans in one export: the SDK's default.
pub(super) const BATCH: u32 = 512;

/// Bytes that they may hold: enough for all of them.
const SPAN_BYTES: usize = 64 << 20;

/// How long the exporter may take to meet its collector: long, for it may be running under valgrind.
const PATIENCE: Duration = Duration::from_secs(60);

/// Telemetry whose exporter is in one mode, and the handles to record with.
#[derive(Debug)]
pub(super) struct Scene {
    mode: Mode,
    /// Spans that may wait.
    queue: u32,
    telemetry: Telemetry,
    pub(super) counter: Counter<u64>,
    pub(super) histogram: Histogram<f64>,
    pub(super) tracer: SdkTracer,
    ended: AtomicU64,
    /// Dropped after the telemetry.
    _collector: Option<FakeCollector>,
}

impl Scene {
    /// A span queue of many batches, so that a hung exporter's has room for a while. Returns when the exporter has met
    /// its collector.
    pub(super) fn set(mode: Mode) -> Result<Self, BenchError> {
        Self::with(mode, LONG_QUEUE, BATCH)
    }

    /// As [`Scene::set`], with a span queue of this length unless the mode has its own. A batch that gets complete wakes
    /// the exporter, which is the work of one end among many.
    pub(super) fn with(mode: Mode, queue: u32, batch: u32) -> Result<Self, BenchError> {
        let queue = mode.queue(queue);
        let collector = mode.manner().map(FakeCollector::start).transpose()?;
        let address = match &collector {
            Some(collector) => collector.address(),
            None => closed_port()?,
        };
        let builder = builder(mode, queue, batch).endpoint(format!("http://{address}"));
        let telemetry =
            builder.build().map_err(|error| BenchError::library("inferometer", error))?;
        let scope = telemetry.meter_provider().scope("benches");
        let counter = scope.counter::<u64>(&COUNTER, &attributes(0));
        let histogram = scope.histogram::<f64>(&HISTOGRAM, &attributes(0));
        let tracer = telemetry.tracer_provider().tracer("benches");
        counter.add(1);
        histogram.record(0.1);
        let ended = AtomicU64::new(0);
        let scene = Self {
            mode,
            queue,
            telemetry,
            counter,
            histogram,
            tracer,
            ended,
            _collector: collector,
        };
        scene.meet()?;
        Ok(scene)
    }

    /// Leaves the exporter time for a few intervals.
    pub(super) fn let_it_export() {
        thread::park_timeout(INTERVAL * 3);
    }

    /// Whether so many spans more can be ended in this mode: there is room in the queue, or there is to be none.
    pub(super) fn takes(&self, spans: u32) -> bool {
        let stats = self.telemetry.stats().spans;
        let settled = stats.exported + stats.rejected + stats.failed_total();
        let waiting = self.ended.load(Ordering::Relaxed) - settled;
        match self.mode {
            Mode::NoExporter => false,
            Mode::QueueFull => true,
            _ => waiting + u64::from(spans) <= u64::from(self.queue),
        }
    }

    /// Must be told of spans before they end.
    pub(super) fn will_end(&self, spans: u32) {
        self.ended.fetch_add(u64::from(spans), Ordering::Relaxed);
    }

    #[expect(clippy::disallowed_methods, reason = "waits for a real exporter")]
    fn meet(&self) -> Result<(), BenchError> {
        let start = Instant::now();
        while !self.mode.is_met(&self.telemetry.stats()) {
            if start.elapsed() > PATIENCE {
                return self.check();
            }
            if self.mode == Mode::QueueFull {
                self.will_end(self.queue);
                for _ in 0..self.queue {
                    spans::end(&mut spans::start(&self.tracer));
                }
            }
            thread::park_timeout(INTERVAL);
        }
        Ok(())
    }

    /// Otherwise something else was measured.
    pub(super) fn check(&self) -> Result<(), BenchError> {
        let stats = self.telemetry.stats();
        if self.mode.is_met(&stats) {
            return Ok(());
        }
        let message = format!("its exporter is not in the mode `{}`: {stats:?}", self.mode.name());
        Err(BenchError::library("inferometer", message))
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        // Most of these collectors never take the last export.
        let _ = self.telemetry.shutdown(INTERVAL);
    }
}

fn builder(mode: Mode, queue: u32, batch: u32) -> TelemetryBuilder {
    let (queue, batch) = (queue.to_string(), batch.to_string());
    let environment: Environment = [
        ("OTEL_BSP_MAX_QUEUE_SIZE", queue.as_str()),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", batch.as_str()),
    ]
    .into_iter()
    .collect();
    let builder = Telemetry::builder()
        .environment(&environment)
        .protocol(Protocol::HttpProtobuf)
        .span_queue_bytes(SPAN_BYTES)
        .interval(INTERVAL)
        .span_delay(INTERVAL)
        .timeout(mode.timeout());
    match mode {
        Mode::NoExporter => builder.exporter(Exporter::None),
        Mode::Panicking => {
            let panicking =
                InMemory::gated(|| std::panic::resume_unwind(Box::new("as the mode wants")));
            builder.exporter(Exporter::Memory(panicking))
        }
        _ => builder,
    }
}
