//! What runs behind a guard, how a forked child begins it anew, and how it ends within one deadline.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use opentelemetry_sdk::Resource;

use super::{DROP_TIMEOUT, Deadline, Settings, resource, settings::SignalSettings};
use crate::{
    error::{FlushError, StartError},
    export::{
        Counters, Destination, ExportPlan, ExportThread, Exporter, MetricExportSettings, Route,
        Signal, SpanExport, SpanExportSettings, SpanTask, TelemetryStats, is_export_thread,
    },
    fork::{self, Inherit, PerProcess},
    metrics::{MeterProvider, Scope},
    self_metrics::{self, ExporterSource, OperationDurations, SelfMetrics},
    serving::Corrections,
};

/// The part of a shutdown's time that ending the thread may take, and its limit.
const STOP_SHARE: u32 = 10;
const STOP_MAX: Duration = Duration::from_millis(200);

/// What is exported, and what does it in this process.
#[derive(Debug)]
pub(super) struct Exports {
    seed: Seed,
    /// `None` if spans go nowhere.
    pub(super) spans: Option<SpanExport>,
    running: PerProcess<Running>,
    shut_down: AtomicBool,
}

/// What a forked child begins from.
#[derive(Debug)]
struct Seed {
    settings: Settings,
    /// Of the process that started it.
    resource: Resource,
    provider: MeterProvider,
    corrections: Arc<Corrections>,
}

/// The export of one process.
#[derive(Debug)]
struct Running {
    thread: ExportThread,
    metric_counters: Arc<Counters>,
}

impl Exports {
    pub(super) fn start(
        settings: Settings,
        resource: Resource,
        provider: MeterProvider,
        corrections: Arc<Corrections>,
    ) -> Result<Arc<Self>, StartError> {
        let has_spans = !matches!(settings.traces.exporter, Exporter::None);
        let spans = has_spans.then(|| {
            SpanExport::new(
                resource.clone(),
                SpanExportSettings {
                    limits: settings.span_limits,
                    clock: Arc::clone(&settings.clock),
                    content: settings.content,
                    text_length: settings.text_length,
                    sampler: settings.sampling.sampler(),
                    trace_limits: settings.trace_limits,
                },
            )
        });
        let seed = Seed { settings, resource, provider, corrections };
        let metric_counters = Arc::default();
        let begun = seed.begin(spans.as_ref(), &metric_counters);
        let thread = begun.inspect_err(|_| spans.iter().for_each(SpanExport::give_up))?;
        let running = PerProcess::new(Running { thread, metric_counters });
        let exports = Arc::new(Self { seed, spans, running, shut_down: AtomicBool::new(false) });
        fork::inherit(Arc::downgrade(&exports) as Weak<dyn Inherit>);
        if exports.seed.settings.flush_at_exit {
            fork::watch_exit();
        }
        Ok(exports)
    }

    /// The export of this process; begun now in a forked child, unless the parent had shut it down.
    fn running(self: &Arc<Self>) -> Result<&Running, FlushError> {
        fork::settle();
        if self.shut_down.load(Ordering::Relaxed) {
            return Err(FlushError::shut_down());
        }
        self.running_of_child().ok_or_else(FlushError::shut_down)
    }

    fn running_of_child(self: &Arc<Self>) -> Option<&Running> {
        self.running.get_or_make(|| {
            let metric_counters = Arc::default();
            let (exports, counters) = (Arc::clone(self), Arc::clone(&metric_counters));
            let plan = move || {
                let resource = exports.seed.resource_of_child();
                exports.seed.provider.set_resource_of_child(resource.clone());
                exports.seed.plan(exports.spans.as_ref(), resource, &counters)
            };
            match ExportThread::start(plan) {
                Ok((thread, _)) => Some(Running { thread, metric_counters }),
                Err(error) => {
                    tracing::warn!("a forked process exports nothing: {error}");
                    None
                }
            }
        })
    }

    pub(super) fn stats(&self) -> TelemetryStats {
        let metrics = self.running.get().map(|running| running.metric_counters.read());
        let spans = self.spans.as_ref().map(SpanExport::stats);
        TelemetryStats { metrics: metrics.unwrap_or_default(), spans: spans.unwrap_or_default() }
    }

    /// Both signals at the same time, within the one timeout.
    pub(super) fn flush(self: &Arc<Self>, timeout: Duration) -> Result<(), FlushError> {
        let deadline = Deadline::after(timeout);
        let metrics = self.running()?.thread.flush(timeout)?;
        let spans = self.spans.as_ref().map(SpanExport::flush).transpose()?;
        let metrics = metrics.wait(&deadline, timeout);
        let spans = spans.map_or(Ok(()), |spans| spans.wait(&deadline, timeout));
        metrics.and(spans)
    }

    /// Flushes both signals, then ends the thread. The second call does nothing, nor does any in a forked child that
    /// has used nothing: its parent's thread is not there to be ended.
    pub(super) fn shutdown(&self, timeout: Duration) -> Result<(), FlushError> {
        if self.shut_down.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let Some(Running { thread, .. }) = self.running.get() else {
            return Ok(());
        };
        let to_stop = (timeout / STOP_SHARE).min(STOP_MAX);
        let deadline = Deadline::after(timeout - to_stop);
        // The metrics' last export is under way while the spans drain.
        let metrics = thread.flush(timeout - to_stop);
        let spans = self.spans.as_ref().map_or(Ok(()), |spans| spans.shutdown(&deadline, timeout));
        let metrics = metrics.and_then(|metrics| metrics.wait(&deadline, timeout));
        let stopped = if thread.stop(deadline.remaining() + to_stop) {
            Ok(())
        } else {
            Err(FlushError::timed_out(timeout))
        };
        metrics.and(spans).and(stopped)
    }
}

impl Inherit for Exports {
    fn zero(&self) {
        self.seed.corrections.zero();
    }

    fn begin(self: Arc<Self>) {
        if !self.shut_down.load(Ordering::Relaxed) {
            let _ = self.running_of_child();
        }
    }

    fn at_exit(&self) {
        // A callback that ends the process would wait for itself.
        if self.seed.settings.flush_at_exit
            && !is_export_thread()
            && let Err(error) = self.shutdown(DROP_TIMEOUT)
        {
            tracing::warn!("at the end of the program: {error}");
        }
    }
}

impl Seed {
    /// Starts the thread of the process that makes the telemetry, and waits until it exports.
    fn begin(
        &self,
        spans: Option<&SpanExport>,
        metric_counters: &Arc<Counters>,
    ) -> Result<ExportThread, StartError> {
        let plan = self.plan(spans, self.resource.clone(), metric_counters)?;
        let (thread, started) = ExportThread::start(|| Ok(plan))?;
        started
            .recv()
            .map_err(|_| StartError::new("the export thread panicked: see the log"))??;
        Ok(thread)
    }

    /// Of a forked process, which is an instance of its own.
    fn resource_of_child(&self) -> Resource {
        resource::resource_of_child(&self.resource, &self.settings.resource_attributes)
    }

    fn plan(
        &self,
        spans: Option<&SpanExport>,
        resource: Resource,
        metric_counters: &Arc<Counters>,
    ) -> Result<ExportPlan, StartError> {
        let Self { settings, provider, corrections, .. } = self;
        let metrics = route(Signal::Metrics, &settings.metrics)?;
        let traces = route(Signal::Traces, &settings.traces)?;
        let span_counters = spans.map(SpanExport::counters).unwrap_or_default();
        let own = OwnMetrics::new(
            settings.self_metrics.then(|| self_metrics::scope(provider)),
            source(Signal::Metrics, metrics.as_ref(), metric_counters),
            source(Signal::Traces, traces.as_ref(), &span_counters),
            Arc::clone(corrections),
        );
        let spans = match (spans, traces) {
            (Some(spans), Some(route)) => SpanTask::new(
                spans.lanes(),
                &resource,
                (route, settings.traces.export_timeout()),
                own.span_durations,
                settings.span_delay,
            )?,
            _ => None,
        };
        let metrics = MetricExportSettings {
            provider: provider.clone(),
            resource,
            route: metrics,
            timeout: settings.metrics.export_timeout(),
            interval: settings.interval,
            temporality: settings.temporality,
            counters: Arc::clone(metric_counters),
            durations: own.metric_durations,
            self_metrics: own.self_metrics,
        };
        Ok(ExportPlan { metrics, spans })
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
