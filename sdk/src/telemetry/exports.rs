//! What runs behind a guard, and how it ends within one deadline.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use opentelemetry_sdk::Resource;

use super::{Deadline, Settings};
use crate::{
    error::{FlushError, StartError},
    export::{Counters, Destination, ExportThread, SpanExport, SpanExportSettings, TelemetryStats},
    metrics::MeterProvider,
};

/// The part of a shutdown's time that ending the thread may take, and its limit.
const STOP_SHARE: u32 = 10;
const STOP_MAX: Duration = Duration::from_millis(200);

/// The export thread, and the spans that it carries.
#[derive(Debug)]
pub(super) struct Exports {
    thread: ExportThread,
    pub(super) spans: Option<SpanExport>,
    metric_counters: Arc<Counters>,
    span_counters: Arc<Counters>,
    shut_down: AtomicBool,
}

impl Exports {
    pub(super) fn start(
        settings: &Settings,
        resource: Resource,
        provider: MeterProvider,
    ) -> Result<Self, StartError> {
        let metrics = Destination::new(
            &settings.metrics_endpoint,
            settings.metrics_headers.clone(),
            settings.metrics_timeout,
        )?;
        let traces = Destination::new(
            &settings.traces_endpoint,
            settings.traces_headers.clone(),
            settings.traces_timeout,
        )?;
        let (metric_counters, span_counters) = (Arc::default(), Arc::default());
        let thread = ExportThread::start(
            provider,
            metrics,
            Arc::clone(&metric_counters),
            settings.interval,
        )?;
        let spans = SpanExportSettings {
            destination: traces,
            delay: settings.span_delay,
            queue: settings.span_queue,
            batch: settings.span_batch,
        };
        let spans = settings
            .traces
            .then(|| SpanExport::start(resource, &spans, thread.runtime(), &span_counters))
            .transpose()?;
        Ok(Self {
            thread,
            spans,
            metric_counters,
            span_counters,
            shut_down: AtomicBool::new(false),
        })
    }

    pub(super) fn stats(&self) -> TelemetryStats {
        TelemetryStats { metrics: self.metric_counters.read(), spans: self.span_counters.read() }
    }

    /// Both signals at the same time, within the one timeout.
    pub(super) fn flush(&self, timeout: Duration) -> Result<(), FlushError> {
        let deadline = Deadline::after(timeout);
        let metrics = self.thread.flush(timeout)?;
        let spans = self.spans.as_ref().map(SpanExport::flush).transpose()?;
        let metrics = metrics.wait(&deadline, timeout);
        let spans = spans.map_or(Ok(()), |spans| spans.wait(&deadline, timeout));
        metrics.and(spans)
    }

    /// Flushes both signals, then ends the thread. The second call does nothing.
    pub(super) fn shutdown(&self, timeout: Duration) -> Result<(), FlushError> {
        if self.shut_down.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let to_stop = (timeout / STOP_SHARE).min(STOP_MAX);
        let deadline = Deadline::after(timeout - to_stop);
        // The metrics' last export is under way while the spans drain.
        let metrics = self.thread.flush(timeout - to_stop);
        let spans = self.spans.as_ref().map_or(Ok(()), |spans| spans.shutdown(&deadline, timeout));
        let metrics = metrics.and_then(|metrics| metrics.wait(&deadline, timeout));
        let stopped = if self.thread.stop(deadline.remaining() + to_stop) {
            Ok(())
        } else {
            Err(FlushError::timed_out(timeout))
        };
        metrics.and(spans).and(stopped)
    }
}
