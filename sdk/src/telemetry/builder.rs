//! Settings given by the program.

use std::{sync::Arc, time::Duration};

use opentelemetry::KeyValue;

use super::{
    Telemetry,
    settings::{Endpoint, OtlpSettings, Settings},
};
use crate::{
    clock::Clock,
    environment::Environment,
    error::StartError,
    export::{Compression, Exporter, Protocol, TlsFiles},
    metrics::{HistogramAggregation, TemporalityPreference},
};

/// Settings of a [`Telemetry`]; start with [`Telemetry::builder`].
///
/// The environment decides nothing here unless [`TelemetryBuilder::environment`] is called; calls after it win over
/// it.
#[derive(Debug, Default)]
pub struct TelemetryBuilder {
    pub(super) settings: Settings,
}

impl TelemetryBuilder {
    /// Takes every setting that the environment has. What the program set before is overwritten, what it sets
    /// afterwards wins. Values that make no sense are logged as warnings and ignored.
    #[must_use]
    pub fn environment(mut self, environment: &Environment) -> Self {
        for warning in environment.apply(&mut self.settings) {
            tracing::warn!("{warning}");
        }
        self
    }

    /// `service.name`. Default: `unknown_service:` and the program's file name.
    #[must_use]
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.settings.service_name = Some(name.into());
        self
    }

    /// Adds attributes of the resource; a key given twice has its last value.
    #[must_use]
    pub fn resource_attributes(mut self, attributes: impl IntoIterator<Item = KeyValue>) -> Self {
        self.settings.resource_attributes.extend(attributes);
        self
    }

    /// The collector's base URL, `http://` or `https://`, for metrics and traces. Default: `http://localhost:4317` for
    /// gRPC, `http://localhost:4318` for HTTP.
    #[must_use]
    pub fn endpoint(self, url: impl Into<String>) -> Self {
        let url = url.into();
        self.otlp(|otlp| otlp.endpoint = Some(Endpoint::Base(url.clone())))
    }

    /// How requests are carried. Default: HTTP where the endpoint has a path or port 4318, gRPC otherwise.
    #[must_use]
    pub fn protocol(self, protocol: Protocol) -> Self {
        self.otlp(|otlp| otlp.protocol = Some(protocol))
    }

    /// How requests are compressed. Default: not at all.
    #[must_use]
    pub fn compression(self, compression: Compression) -> Self {
        self.otlp(|otlp| otlp.compression = compression)
    }

    /// Files for an `https://` endpoint. Default: the authorities that the system trusts, and no own certificate.
    #[must_use]
    pub fn tls_files(self, files: &TlsFiles) -> Self {
        self.otlp(|otlp| otlp.tls.clone_from(files))
    }

    /// Time for one export, retries included. Default: 10 s.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.otlp(|otlp| otlp.timeout = timeout)
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

    /// Time between two exports of metrics; at least 1 ms. Default: 60 s.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.settings.interval = interval.max(Duration::from_millis(1));
        self
    }

    /// The longest time that a finished span waits for its export; at least 1 ms. Default: 5 s.
    #[must_use]
    pub fn span_delay(mut self, delay: Duration) -> Self {
        self.settings.span_delay = delay.max(Duration::from_millis(1));
        self
    }

    /// Bytes that finished spans may hold until their export is over; further spans are dropped and counted as
    /// `queue_full`, one that alone holds more as `span_too_large`. An estimate: text by its length, lists by their room.
    /// What the request is made of comes on top, once for the batch that is on its way. Default: 16 MiB.
    #[must_use]
    pub fn span_queue_bytes(mut self, bytes: usize) -> Self {
        self.settings.span_limits.bytes = bytes;
        self
    }

    /// Whether what people say to a model, and what it answers, may leave on spans: the attributes
    /// `gen_ai.input.messages`, `gen_ai.output.messages`, `gen_ai.system_instructions` and `gen_ai.tool.definitions`.
    /// This crate sets none of them; other instrumentation in the process may. Default: no, they are removed from spans
    /// and their events, and counted there as dropped attributes.
    #[must_use]
    pub fn capture_content(mut self, capture: bool) -> Self {
        self.settings.content = capture;
        self
    }

    /// Whether spans are recorded and exported. `false` is [`Exporter::None`] for traces. Default: yes.
    #[must_use]
    pub fn traces(mut self, traces: bool) -> Self {
        match (traces, &self.settings.traces.exporter) {
            (false, _) => self.settings.traces.exporter = Exporter::None,
            (true, Exporter::None) => self.settings.traces.exporter = Exporter::Otlp,
            (true, _) => {}
        }
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
    /// If an endpoint is no `http://` or `https://` URL, a file for TLS is unusable, or the system refuses a thread.
    /// Nothing runs then.
    pub fn build(self) -> Result<Telemetry, StartError> {
        Telemetry::start(self.settings)
    }

    fn otlp(mut self, change: impl Fn(&mut OtlpSettings)) -> Self {
        change(&mut self.settings.metrics.otlp);
        change(&mut self.settings.traces.otlp);
        self
    }
}
