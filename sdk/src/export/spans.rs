//! Spans: into a bounded queue where they end, and from there in batches to our transport, each counted.
//!
//! The span SDK's own batch processor bounds the number of spans, not their bytes, and counts its losses for itself
//! alone.

mod batches;
mod content;
mod processor;
mod queue;
mod size;
mod truncate;

use std::{sync::Arc, time::Duration};

use opentelemetry_sdk::{
    Resource,
    trace::{self, Sampler, SdkTracerProvider, TracerProviderBuilder},
};
use tokio::{runtime::Handle, sync::mpsc};
use tracing::subscriber::{NoSubscriber, with_default};

pub(crate) use self::queue::SpanLimits;
use self::{batches::Batches, processor::BoundedSpanProcessor, queue::SpanQueue};
use super::{
    otlp_spans::OtlpSpans,
    reader::MAX_WAITING_FLUSHES,
    sender::{Route, Sender},
    signal::Signal,
    stats::Counters,
    thread::PendingFlush,
};
use crate::{
    error::{FlushError, StartError},
    self_metrics::OperationDurations,
    telemetry::Deadline,
};

/// Spans from their end to the collector.
#[derive(Debug)]
pub(crate) struct SpanExport {
    provider: SdkTracerProvider,
    processor: BoundedSpanProcessor,
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
    pub(crate) limits: SpanLimits,
    /// Whether prompts and answers may leave.
    pub(crate) content: bool,
    /// Characters of a text on a span; `None`: any number.
    pub(crate) text_length: Option<usize>,
    pub(crate) sampler: Sampler,
    pub(crate) trace_limits: trace::SpanLimits,
}

impl SpanExport {
    pub(crate) fn start(
        resource: Resource,
        settings: SpanExportSettings,
        runtime: &Handle,
        counters: &Arc<Counters>,
    ) -> Result<Self, StartError> {
        let sender = Sender::new(
            Signal::Traces,
            settings.route,
            settings.timeout,
            Arc::clone(counters),
            settings.durations,
        );
        let otlp = OtlpSpans::new(sender, &resource)?;
        let queue = Arc::new(SpanQueue::new(settings.limits, Arc::clone(counters)));
        let (asks, asked) = mpsc::channel(MAX_WAITING_FLUSHES);
        let batches = Batches::new(Arc::clone(&queue), otlp, settings.delay);
        runtime.spawn(batches.run(asked));
        let processor =
            BoundedSpanProcessor::new(queue, asks, settings.content, settings.text_length);
        let provider = tracer_provider()
            .with_sampler(settings.sampler)
            .with_span_limits(settings.trace_limits)
            .with_resource(resource)
            .with_span_processor(processor.clone())
            .build();
        Ok(Self { provider, processor, counters: Arc::clone(counters) })
    }

    pub(crate) const fn provider(&self) -> &SdkTracerProvider {
        &self.provider
    }

    /// Asks for the export of every span that has ended.
    pub(crate) fn flush(&self) -> Result<PendingSpans<'_>, FlushError> {
        let undelivered = self.counters.read().undelivered();
        let pending = self.processor.ask()?;
        Ok(PendingSpans { pending, undelivered, counters: &self.counters })
    }

    /// Exports what is queued; spans that end from now on are counted as lost. What does not get out before the
    /// deadline goes on until the runtime is gone, and counts as interrupted then.
    ///
    /// The span SDK's own provider is left running, since one that is shut down loses spans without a count.
    pub(crate) fn shutdown(
        &self,
        deadline: &Deadline,
        timeout: Duration,
    ) -> Result<(), FlushError> {
        self.processor.close();
        self.flush()?.wait(deadline, timeout)
    }
}

/// Reads `OTEL_*` from the process, whatever the program says. What it finds is overwritten, and what it complains of is
/// not heard: our own reading warns once.
fn tracer_provider() -> TracerProviderBuilder {
    with_default(NoSubscriber::new(), SdkTracerProvider::builder)
}

/// The answer to a flush of spans, to come.
#[derive(Debug)]
pub(crate) struct PendingSpans<'a> {
    pending: PendingFlush,
    /// Before it was asked for.
    undelivered: u64,
    counters: &'a Counters,
}

impl PendingSpans<'_> {
    /// Waits for it. `timeout` is what the caller had in total, for the message.
    pub(crate) fn wait(&self, deadline: &Deadline, timeout: Duration) -> Result<(), FlushError> {
        self.pending.wait(deadline, timeout)?;
        // The answer leaves out a batch that was under way already.
        match self.counters.read().undelivered().saturating_sub(self.undelivered) {
            0 => Ok(()),
            lost => Err(FlushError::not_delivered(format!("{lost} spans are lost"))),
        }
    }
}
