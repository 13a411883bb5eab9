//! Spans: the span SDK's batch processor, its batches exported on our runtime and counted.
//!
//! The batch processor counts its losses for itself alone. Here a span takes a place before it enters the queue and
//! gives it back when it is handed to the exporter, so a full queue is seen before the processor drops anything.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
        mpsc::sync_channel,
    },
    time::Duration,
};

use opentelemetry::Context;
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{
        BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider, Span, SpanData, SpanExporter,
        SpanProcessor,
    },
};
use tokio::runtime::Handle;

use super::{
    otlp_spans::OtlpSpans,
    sender::{Route, Sender},
    signal::Signal,
    stats::{Counters, ExportFailure},
    thread::PendingFlush,
};
use crate::{
    error::{FlushError, StartError},
    self_metrics::OperationDurations,
    telemetry::Deadline,
};

/// Flushes of spans that may run at the same time; each holds a thread for up to 5 s.
pub(super) const MAX_SPAN_FLUSHES: usize = 4;

/// Spans from their end to the collector.
#[derive(Debug)]
pub(crate) struct SpanExport {
    provider: SdkTracerProvider,
    runtime: Handle,
    flushes: Arc<AtomicUsize>,
    counters: Arc<Counters>,
}

/// How spans are exported.
#[derive(Debug)]
pub(crate) struct SpanExportSettings {
    pub(crate) route: Route,
    /// For one export, retries included.
    pub(crate) timeout: Duration,
    pub(crate) durations: OperationDurations,
    pub(crate) delay: Duration,
    pub(crate) queue: usize,
    pub(crate) batch: usize,
}

impl SpanExport {
    pub(crate) fn start(
        resource: Resource,
        settings: SpanExportSettings,
        runtime: &Handle,
        counters: &Arc<Counters>,
    ) -> Result<Self, StartError> {
        let outstanding = Arc::new(AtomicUsize::new(0));
        let sender = Sender::new(
            Signal::Traces,
            settings.route,
            settings.timeout,
            Arc::clone(counters),
            settings.durations,
        );
        let exporter = CountedExporter {
            otlp: OtlpSpans::new(sender, &resource)?,
            runtime: runtime.clone(),
            outstanding: Arc::clone(&outstanding),
        };
        let config = BatchConfigBuilder::default()
            .with_max_queue_size(settings.queue)
            .with_max_export_batch_size(settings.batch)
            .with_scheduled_delay(settings.delay)
            .build();
        // The processor panics where the system refuses it a thread.
        let batches = catch_unwind(AssertUnwindSafe(|| {
            BatchSpanProcessor::builder(exporter)
                .with_batch_config(config)
                .build()
        }))
        .map_err(|_| {
            StartError::new("the thread of the span processor cannot be started: allow the process one more thread")
        })?;
        let processor = CountedProcessor {
            batches,
            queue: settings.queue,
            outstanding,
            shut_down: AtomicBool::new(false),
            counters: Arc::clone(counters),
        };
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_span_processor(processor)
            .build();
        Ok(Self {
            provider,
            runtime: runtime.clone(),
            flushes: Arc::default(),
            counters: Arc::clone(counters),
        })
    }

    pub(crate) const fn provider(&self) -> &SdkTracerProvider {
        &self.provider
    }

    /// Asks for the export of every span that has ended. The processor's own flush takes no timeout, so it runs where
    /// nobody has to wait for it.
    pub(crate) fn flush(&self) -> Result<PendingFlush, FlushError> {
        if self.flushes.fetch_add(1, Relaxed) >= MAX_SPAN_FLUSHES {
            self.flushes.fetch_sub(1, Relaxed);
            return Err(FlushError::busy());
        }
        let (reply, outcome) = sync_channel(1);
        let provider = self.provider.clone();
        let flushes = Arc::clone(&self.flushes);
        self.runtime.spawn_blocking(move || {
            let outcome = provider.force_flush();
            flushes.fetch_sub(1, Relaxed);
            // The caller may have given up by now, and has its answer then.
            let _ = reply.try_send(outcome.map_err(|error| format!("spans: {error}")));
        });
        Ok(PendingFlush(outcome))
    }

    /// Exports what is queued and ends the processor. After the deadline the processor goes on by itself until the
    /// runtime is gone; what is left then is counted as interrupted.
    pub(crate) fn shutdown(
        &self,
        deadline: &Deadline,
        timeout: Duration,
    ) -> Result<(), FlushError> {
        let lost_before = self.counters.read().failed_total();
        let result = self.provider.shutdown_with_timeout(deadline.remaining());
        // The processor tells of no failed export here, and hides a timeout in a text.
        let lost = self.counters.read().failed_total() - lost_before;
        match result {
            Ok(()) if lost > 0 => Err(FlushError::not_delivered(format!("{lost} spans"))),
            Ok(()) | Err(OTelSdkError::AlreadyShutdown) => Ok(()),
            Err(_) if deadline.remaining().is_zero() => Err(FlushError::timed_out(timeout)),
            Err(error) => Err(FlushError::not_delivered(format!("spans: {error}"))),
        }
    }
}

/// Counts spans that do not fit, and keeps the others within the queue.
#[derive(Debug)]
struct CountedProcessor {
    batches: BatchSpanProcessor,
    queue: usize,
    /// Spans that ended and were not handed to the exporter yet; never above `queue`.
    outstanding: Arc<AtomicUsize>,
    shut_down: AtomicBool,
    counters: Arc<Counters>,
}

impl SpanProcessor for CountedProcessor {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.batches.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        if self.shut_down.load(Relaxed) {
            self.counters.count_failed(ExportFailure::Interrupted, 1);
        } else if self.outstanding.fetch_add(1, Relaxed) >= self.queue {
            self.outstanding.fetch_sub(1, Relaxed);
            self.counters.count_failed(ExportFailure::QueueFull, 1);
        } else {
            self.batches.on_end(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.batches.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.shut_down.store(true, Relaxed);
        self.batches.shutdown_with_timeout(timeout)
    }
}

/// Takes batches from the processor's thread to our runtime, which also catches a panic on their way.
#[derive(Debug)]
struct CountedExporter {
    otlp: OtlpSpans,
    runtime: Handle,
    outstanding: Arc<AtomicUsize>,
}

impl SpanExporter for CountedExporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.outstanding.fetch_sub(batch.len(), Relaxed);
        match self.runtime.spawn(self.otlp.export(batch)).await {
            Ok(outcome) => outcome,
            Err(error) => Err(OTelSdkError::InternalFailure(error.to_string())),
        }
    }
}
