//! Spans: into a bounded queue where they end, and from there in batches to our transport, each counted.
//!
//! The span SDK's own batch processor bounds the number of spans, not their bytes, and counts its losses for itself
//! alone.

mod batches;
mod content;
mod lane;
mod processor;
mod queue;
mod size;
mod truncate;

use std::{sync::Arc, time::Duration};

use opentelemetry_sdk::{
    Resource,
    trace::{self, Sampler, SdkTracerProvider, TracerProviderBuilder},
};
use tokio::{runtime::Handle, sync::mpsc::Receiver};
use tracing::subscriber::{NoSubscriber, with_default};

pub(crate) use self::queue::SpanLimits;
use self::{
    batches::{Asked, Batches},
    lane::SpanLanes,
    processor::BoundedSpanProcessor,
};
use super::{
    otlp_spans::OtlpSpans,
    sender::{Route, Sender},
    signal::Signal,
    stats::{Counters, ExportStats},
    thread::PendingFlush,
};
use crate::{
    clock::Clock,
    error::{FlushError, StartError},
    random::RandomIds,
    self_metrics::OperationDurations,
    telemetry::Deadline,
};

/// Spans from their end to the collector.
#[derive(Debug)]
pub(crate) struct SpanExport {
    provider: SdkTracerProvider,
    lanes: Arc<SpanLanes>,
}

/// Which spans there are, and how long they wait.
#[derive(Debug)]
pub(crate) struct SpanExportSettings {
    pub(crate) limits: SpanLimits,
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether prompts and answers may leave.
    pub(crate) content: bool,
    /// Characters of a text on a span; `None`: any number.
    pub(crate) text_length: Option<usize>,
    pub(crate) sampler: Sampler,
    pub(crate) trace_limits: trace::SpanLimits,
}

/// What exports one process's spans, before it runs.
#[derive(Debug)]
pub(crate) struct SpanTask {
    batches: Batches,
    asked: Receiver<Asked>,
}

impl SpanTask {
    /// `timeout` is for one export, retries included. `None` if this process's spans have a task already.
    pub(crate) fn new(
        lanes: &SpanLanes,
        resource: &Resource,
        (route, timeout): (Route, Duration),
        durations: OperationDurations,
        delay: Duration,
    ) -> Result<Option<Self>, StartError> {
        let Some((lane, asked)) = lanes.here().and_then(|lane| Some((lane, lane.asked()?))) else {
            return Ok(None);
        };
        let counters = Arc::clone(lane.counters());
        let sender = Sender::new(Signal::Traces, route, timeout, counters, durations);
        let otlp = OtlpSpans::new(sender, resource)?;
        Ok(Some(Self { batches: Batches::new(Arc::clone(lane.queue()), otlp, delay), asked }))
    }

    pub(super) fn spawn(self, runtime: &Handle) {
        runtime.spawn(self.batches.run(self.asked));
    }
}

impl SpanExport {
    pub(crate) fn new(resource: Resource, settings: SpanExportSettings) -> Self {
        let lanes = Arc::new(SpanLanes::new(settings.limits, settings.clock));
        let processor =
            BoundedSpanProcessor::new(Arc::clone(&lanes), settings.content, settings.text_length);
        let provider = tracer_provider()
            .with_sampler(settings.sampler)
            .with_span_limits(settings.trace_limits)
            .with_resource(resource)
            .with_id_generator(RandomIds)
            .with_span_processor(processor)
            .build();
        Self { provider, lanes }
    }

    pub(crate) const fn lanes(&self) -> &Arc<SpanLanes> {
        &self.lanes
    }

    /// Nothing will ever be exported, so that who drops the provider does not wait for it.
    pub(crate) fn give_up(&self) {
        if let Some(lane) = self.lanes.here() {
            drop(lane.asked());
        }
    }

    /// Of this process.
    pub(crate) fn counters(&self) -> Arc<Counters> {
        self.lanes.here().map(|lane| Arc::clone(lane.counters())).unwrap_or_default()
    }

    pub(crate) const fn provider(&self) -> &SdkTracerProvider {
        &self.provider
    }

    pub(crate) fn stats(&self) -> ExportStats {
        self.lanes.stats()
    }

    /// Asks for the export of every span that has ended.
    pub(crate) fn flush(&self) -> Result<PendingSpans<'_>, FlushError> {
        let lane = self.lanes.here().ok_or_else(FlushError::shut_down)?;
        let undelivered = lane.counters().read().undelivered();
        let pending = lane.ask()?;
        Ok(PendingSpans { pending, undelivered, counters: lane.counters() })
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
        if let Some(lane) = self.lanes.here() {
            lane.queue().close();
        }
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
