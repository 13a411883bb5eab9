//! What a builder collects: plain data, every field with its default.

use std::{sync::Arc, time::Duration};

use http::HeaderMap;
use opentelemetry::KeyValue;

use super::{propagator::Propagator, sampling::Sampling};
use crate::{
    clock::{Clock, SystemClock},
    error::StartError,
    export::{Compression, Exporter, Protocol, Signal, SpanLimits, TlsFiles},
    metrics::{ExemplarFilter, HistogramAggregation, MAX_VIEWS, TemporalityPreference, View},
    resource::Detection,
};

/// Time between two exports of metrics.
pub(crate) const DEFAULT_INTERVAL: Duration = Duration::from_secs(60);

/// Time for one export, retries included.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// Time for one export, whatever the exporter; the shorter of both holds.
pub(crate) const DEFAULT_EXPORT_TIMEOUT: Duration = Duration::from_secs(30);

/// Time between two exports of spans.
pub(crate) const DEFAULT_SPAN_DELAY: Duration = Duration::from_secs(5);

/// What may wait for its export. Further spans are dropped and counted as `queue_full`. The bytes are 8 kB for each of
/// the spans, several times what a request's span holds.
pub(crate) const DEFAULT_SPAN_LIMITS: SpanLimits =
    SpanLimits { queue: 2048, bytes: 16 * 1024 * 1024, batch: 512 };

/// Everything that `build` needs to know.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// `OTEL_SDK_DISABLED`: record, but export nothing and start no thread.
    pub(crate) disabled: bool,
    pub(crate) service_name: Option<String>,
    /// Later entries win over earlier ones with the same key.
    pub(crate) resource_attributes: Vec<KeyValue>,
    pub(crate) detection: Detection,
    pub(crate) metrics: SignalSettings,
    pub(crate) traces: SignalSettings,
    /// Whether the SDK's metrics about itself go out beside the program's.
    pub(crate) self_metrics: bool,
    pub(crate) temporality: TemporalityPreference,
    pub(crate) histograms: HistogramAggregation,
    pub(crate) exemplars: ExemplarFilter,
    pub(crate) views: Vec<View>,
    pub(crate) interval: Duration,
    pub(crate) span_delay: Duration,
    pub(crate) span_limits: SpanLimits,
    /// Which spans are recorded.
    pub(crate) sampling: Sampling,
    /// What a span may have; the span SDK's.
    pub(crate) trace_limits: opentelemetry_sdk::trace::SpanLimits,
    /// Characters of a text on a span; `None`: any number.
    pub(crate) text_length: Option<usize>,
    /// `None`: nobody chose.
    pub(crate) propagators: Option<Vec<Propagator>>,
    /// Whether attributes that hold what people say to a model, or what it answers, may leave.
    pub(crate) content: bool,
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether a process that exits by itself flushes first.
    pub(crate) flush_at_exit: bool,
}

impl Settings {
    pub(super) fn checked_views(&self) -> Result<&[View], StartError> {
        if self.views.len() <= MAX_VIEWS {
            return Ok(&self.views);
        }
        Err(StartError::new(format!(
            "there are {} views: give at most {MAX_VIEWS}, and let one select several instruments by `*`",
            self.views.len()
        )))
    }

    pub(crate) const fn signal_mut(&mut self, signal: Signal) -> &mut SignalSettings {
        match signal {
            Signal::Metrics => &mut self.metrics,
            Signal::Traces => &mut self.traces,
        }
    }
}

/// What becomes of one signal.
#[derive(Debug, Clone)]
pub(crate) struct SignalSettings {
    pub(crate) exporter: Exporter,
    /// For one export, whatever the exporter.
    pub(crate) timeout: Duration,
    pub(crate) otlp: OtlpSettings,
}

impl SignalSettings {
    /// For one export, retries included.
    pub(crate) fn export_timeout(&self) -> Duration {
        self.timeout.min(self.otlp.timeout)
    }
}

impl Default for SignalSettings {
    fn default() -> Self {
        Self {
            exporter: Exporter::default(),
            timeout: DEFAULT_EXPORT_TIMEOUT,
            otlp: OtlpSettings::default(),
        }
    }
}

/// How one signal reaches a collector.
#[derive(Debug, Clone)]
pub(crate) struct OtlpSettings {
    /// `None`: on this host, at the protocol's usual port.
    pub(crate) endpoint: Option<Endpoint>,
    /// For an endpoint that is no URL: whether it is reached without TLS. `None`: such an endpoint is an error.
    pub(crate) insecure: Option<bool>,
    /// `None`: what the endpoint suggests.
    pub(crate) protocol: Option<Protocol>,
    pub(crate) compression: Compression,
    /// Values are marked sensitive, so that no debug output shows them.
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Duration,
    pub(crate) tls: TlsFiles,
}

/// A collector's URL, not checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// Of all signals, whose paths are added for HTTP.
    Base(String),
    /// Of one signal, used as it is.
    Exact(String),
}

impl Endpoint {
    pub(crate) fn url(&self) -> &str {
        match self {
            Self::Base(url) | Self::Exact(url) => url,
        }
    }
}

impl Default for OtlpSettings {
    fn default() -> Self {
        Self {
            endpoint: None,
            insecure: None,
            protocol: None,
            compression: Compression::None,
            headers: HeaderMap::new(),
            timeout: DEFAULT_TIMEOUT,
            tls: TlsFiles::default(),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            disabled: false,
            service_name: None,
            resource_attributes: Vec::new(),
            detection: Detection::default(),
            metrics: SignalSettings::default(),
            traces: SignalSettings::default(),
            self_metrics: true,
            temporality: TemporalityPreference::default(),
            histograms: HistogramAggregation::default(),
            exemplars: ExemplarFilter::default(),
            views: Vec::new(),
            interval: DEFAULT_INTERVAL,
            span_delay: DEFAULT_SPAN_DELAY,
            span_limits: DEFAULT_SPAN_LIMITS,
            sampling: Sampling::default(),
            trace_limits: opentelemetry_sdk::trace::SpanLimits::default(),
            text_length: None,
            propagators: None,
            content: false,
            clock: Arc::new(SystemClock::new()),
            flush_at_exit: true,
        }
    }
}
