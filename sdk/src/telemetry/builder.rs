//! Settings given by the program.

mod otlp;
mod resource;
mod traces;

use std::{sync::Arc, time::Duration};

use super::{Propagator, Telemetry, settings::Settings};
use crate::{
    clock::Clock,
    environment::Environment,
    error::StartError,
    export::Exporter,
    metrics::{ExemplarFilter, HistogramAggregation, TemporalityPreference, View},
    resource::Detector,
};

/// Settings of a [`Telemetry`]; start with [`Telemetry::builder`].
///
/// The environment decides nothing here unless [`TelemetryBuilder::environment`] is called; calls after it win over
/// it.
#[derive(Debug, Default)]
pub struct TelemetryBuilder {
    pub(crate) settings: Settings,
}

impl TelemetryBuilder {
    /// Takes every setting that the environment has. What the program set before is overwritten, what it sets
    /// afterwards wins. Values that make no sense are logged as warnings and ignored.
    ///
    /// The resource is then detected too, by [`Detector::DEFAULT`] unless somebody chose others.
    #[must_use]
    pub fn environment(mut self, environment: &Environment) -> Self {
        for warning in environment.apply(&mut self.settings) {
            tracing::warn!("{warning}");
        }
        let detection = &mut self.settings.detection;
        detection.built_in.get_or_insert_with(|| Detector::DEFAULT.to_vec());
        detection.machine.variables = environment.for_detectors();
        self
    }

    /// What becomes of metrics and traces. Default: they go to a collector.
    #[must_use]
    pub fn exporter(self, exporter: Exporter) -> Self {
        self.metrics_exporter(exporter.clone()).traces_exporter(exporter)
    }

    /// What becomes of metrics.
    #[must_use]
    pub fn metrics_exporter(mut self, exporter: Exporter) -> Self {
        self.settings.metrics.exporter = exporter;
        self
    }

    /// What becomes of traces.
    #[must_use]
    pub fn traces_exporter(mut self, exporter: Exporter) -> Self {
        self.settings.traces.exporter = exporter;
        self
    }

    /// Whether the SDK's metrics about itself (`otel.sdk.*`, `infer.sdk.*`, in the scope `inferometer.sdk`) go out beside
    /// the program's. Default: yes. [`Telemetry::stats`] tells the same in process, either way.
    #[must_use]
    pub fn self_metrics(mut self, self_metrics: bool) -> Self {
        self.settings.self_metrics = self_metrics;
        self
    }

    /// Whether exported sums and histograms tell of all time or of the time since the last export. Default: cumulative.
    ///
    /// A lost cumulative export loses no value, since the next one has it too; a lost delta is gone, and counted.
    #[must_use]
    pub fn temporality(mut self, temporality: TemporalityPreference) -> Self {
        self.settings.temporality = temporality;
        self
    }

    /// What histograms become. Default: explicit buckets.
    #[must_use]
    pub fn histograms(mut self, histograms: HistogramAggregation) -> Self {
        self.settings.histograms = histograms;
        self
    }

    /// Which records may become exemplars, which lead from a metric to a trace. Default: those within a sampled span.
    #[must_use]
    pub fn exemplars(mut self, filter: ExemplarFilter) -> Self {
        self.settings.exemplars = filter;
        self
    }

    /// Adds a view, which changes what instruments become: see [`View`]. At most [`MAX_VIEWS`](crate::MAX_VIEWS). It
    /// applies to the serving layer's instruments as to any other.
    #[must_use]
    pub fn with_view(mut self, view: View) -> Self {
        self.settings.views.push(view);
        self
    }

    /// Time between two exports of metrics; at least 1 ms. Default: 60 s.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.settings.interval = interval.max(Duration::from_millis(1));
        self
    }

    /// Time for one export of metrics, whatever the exporter, retries included; the shorter of this and
    /// [`TelemetryBuilder::timeout`] holds. Default: 30 s.
    #[must_use]
    pub fn metric_export_timeout(mut self, timeout: Duration) -> Self {
        self.settings.metrics.timeout = timeout;
        self
    }

    /// How contexts are carried between processes by whoever asks `opentelemetry::global`; nobody carries them if there are
    /// none of these. Building sets the global propagator then. Default: it is left alone until
    /// [`Telemetry::install_global`], which sets W3C Trace Context and Baggage.
    #[must_use]
    pub fn propagators(mut self, propagators: impl IntoIterator<Item = Propagator>) -> Self {
        self.settings.propagators = Some(propagators.into_iter().collect());
        self
    }

    /// Whether nothing is exported or detected and no thread started; everything can be recorded all the same. Default: no.
    #[must_use]
    pub fn disabled(mut self, disabled: bool) -> Self {
        self.settings.disabled = disabled;
        self
    }

    /// Whether a telemetry that is still alive when the process exits, by [`std::process::exit`] or because `main` has
    /// returned, is flushed then, within [`DROP_TIMEOUT`](crate::DROP_TIMEOUT). Signals, `abort` and `_exit` flush
    /// nothing. Default: yes.
    #[must_use]
    pub fn flush_at_exit(mut self, flush: bool) -> Self {
        self.settings.flush_at_exit = flush;
        self
    }

    /// Where the times of metrics come from. Default: [`SystemClock`](crate::SystemClock).
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.settings.clock = clock;
        self
    }

    /// Starts exporting.
    ///
    /// # Errors
    /// If there are more than [`MAX_VIEWS`](crate::MAX_VIEWS) views, an endpoint is no `http://` or `https://` URL, a file for TLS is unusable, or the system refuses a thread.
    /// Nothing runs then.
    pub fn build(self) -> Result<Telemetry, StartError> {
        Telemetry::start(self.settings)
    }
}
