//! What runs behind a guard, and how it ends within one deadline.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use opentelemetry_sdk::Resource;

use super::{Deadline, Settings, settings::SignalSettings};
use crate::{
    error::{FlushError, StartError},
    export::{
        Counters, Destination, ExportThread, Exporter, MetricExportSettings, Route, Signal,
        SpanExport, SpanExportSettings, TelemetryStats,
    },
    metrics::{MeterProvider, Scope},
    self_metrics::{self, ExporterSource, OperationDurations, SelfMetrics},
    serving::Corrections,
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
        corrections: Arc<Corrections>,
    ) -> Result<Self, StartError> {
        let metrics = route(Signal::Metrics, &settings.metrics)?;
        let traces = route(Signal::Traces, &settings.traces)?;
        let (metric_counters, span_counters) = (Arc::default(), Arc::default());
        let own = OwnMetrics::new(
            settings.self_metrics.then(|| self_metrics::scope(&provider)),
            source(Signal::Metrics, metrics.as_ref(), &metric_counters),
            source(Signal::Traces, traces.as_ref(), &span_counters),
            corrections,
        );
        let thread = ExportThread::start(MetricExportSettings {
            provider,
            route: metrics,
            timeout: settings.metrics.export_timeout(),
            interval: settings.interval,
            temporality: settings.temporality,
            counters: Arc::clone(&metric_counters),
            durations: own.metric_durations,
            self_metrics: own.self_metrics,
        })?;
        let spans = traces.map(|route| SpanExportSettings {
            route,
            timeout: settings.traces.export_timeout(),
            durations: own.span_durations,
            delay: settings.span_delay,
            limits: settings.span_limits,
            content: settings.content,
            text_length: settings.text_length,
            sampler: settings.sampling.sampler(),
            trace_limits: settings.trace_limits,
        });
        let spans = spans
            .map(|spans| SpanExport::start(resource, spans, thread.runtime(), &span_counters))
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

/// Where a signal goes; `None` if nowhere.
fn route(signal: Signal, settings: &SignalSettings) -> Result<Option<Route>, StartError> {
    Ok(match &settings.exporter {
        Exporter::Otlp => Some(Route::Otlp(Box::new(Destination::new(signal, &settings.otlp)?))),
        Exporter::Console => Some(Route::Console),
        Exporter::Memory(memory) => Some(Route::Memory(memory.clone())),
        Exporter::None => None,
    })
}

fn source(
    signal: Signal,
    route: Option<&Route>,
    counters: &Arc<Counters>,
) -> Option<ExporterSource> {
    route.map(|route| ExporterSource::new(signal, route, Arc::clone(counters)))
}

/// What the SDK records about itself, and where.
struct OwnMetrics {
    self_metrics: SelfMetrics,
    metric_durations: OperationDurations,
    span_durations: OperationDurations,
}

impl OwnMetrics {
    /// Without a scope, or where metrics go nowhere, nothing is recorded.
    fn new(
        scope: Option<Scope>,
        metrics: Option<ExporterSource>,
        spans: Option<ExporterSource>,
        corrections: Arc<Corrections>,
    ) -> Self {
        let (Some(scope), Some(metrics)) = (scope, metrics) else {
            return Self {
                self_metrics: SelfMetrics::none(),
                metric_durations: OperationDurations::default(),
                span_durations: OperationDurations::default(),
            };
        };
        let durations = |source: &ExporterSource| OperationDurations::new(scope.clone(), source);
        Self {
            metric_durations: durations(&metrics),
            span_durations: spans.as_ref().map(durations).unwrap_or_default(),
            self_metrics: SelfMetrics::new(scope.clone(), metrics, spans, corrections),
        }
    }
}
