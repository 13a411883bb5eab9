//! What a file comes to once it is checked: only this reaches the components.

use std::fmt;

use super::{
    backend,
    component_id::ComponentId,
    debug_exporter::DebugExporterSettings,
    file_exporter::FileExporterSettings,
    health_check::HealthCheckSettings,
    logs::LogSettings,
    otlp_exporter::OtlpExporterSettings,
    own_traces::OwnTraceSettings,
    prometheus_settings::PrometheusSettings,
    settings::{OtlpReceiverSettings, TraceRingSettings},
};
use crate::{
    connectors::SpanMetricsSettings,
    pipeline::Signal,
    processors::{
        Action, AttributesSettings, BatchSettings, EngineIdentitySettings, FilterSettings,
        MemoryLimiterSettings, TailSamplingSettings,
    },
};

/// A checked configuration: every name that a pipeline uses is defined here.
///
/// The default is what `inferometer` runs without a file: OTLP over gRPC and HTTP on loopback, metrics to a Prometheus
/// page, traces to a ring.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// Receivers that some pipeline uses, in the order of the file.
    pub receivers: Vec<Component<ReceiverSettings>>,
    /// Processors that some pipeline uses, in the order of the file.
    pub processors: Vec<Component<ProcessorSettings>>,
    /// Exporters that some pipeline uses, in the order of the file.
    pub exporters: Vec<Component<ExporterSettings>>,
    /// Connectors that some pipelines feed and others are fed by, in the order of the file.
    pub connectors: Vec<Component<ConnectorSettings>>,
    /// Extensions that say whether the collector works, in the order of the file.
    pub health_checks: Vec<Component<HealthCheckSettings>>,
    /// In the order of the file.
    pub pipelines: Vec<PipelineSettings>,
    /// The log.
    pub logs: LogSettings,
    /// Where spans of the collector's own are sent; nothing by default, and none are recorded.
    pub own_traces: Option<OwnTraceSettings>,
}

/// A component of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Component<S> {
    /// Its name.
    pub id: ComponentId,
    /// What the file says about it, defaults filled in.
    pub settings: S,
}

/// The receivers that this collector has.
#[derive(Debug, Clone, PartialEq)]
pub enum ReceiverSettings {
    /// `otlp`
    Otlp(OtlpReceiverSettings),
}

/// The processors that this collector has.
#[derive(Debug, Clone, PartialEq)]
pub enum ProcessorSettings {
    /// `batch`
    Batch(BatchSettings),
    /// `resource`
    Resource(Vec<Action>),
    /// `attributes`
    Attributes(Box<AttributesSettings>),
    /// `filter`
    Filter(Box<FilterSettings>),
    /// `engine_identity`
    EngineIdentity(EngineIdentitySettings),
    /// `memory_limiter`
    MemoryLimiter(MemoryLimiterSettings),
    /// `tail_sampling`
    TailSampling(Box<TailSamplingSettings>),
}

impl ProcessorSettings {
    /// The signals that the processor takes.
    #[must_use]
    pub const fn signals(&self) -> &'static [Signal] {
        match self {
            Self::TailSampling(_) => &[Signal::Traces],
            Self::Batch(_)
            | Self::Resource(_)
            | Self::Attributes(_)
            | Self::Filter(_)
            | Self::EngineIdentity(_)
            | Self::MemoryLimiter(_) => &Signal::ALL,
        }
    }
}

/// The exporters that this collector has.
#[derive(Debug, Clone, PartialEq)]
pub enum ExporterSettings {
    /// `prometheus`
    Prometheus(PrometheusSettings),
    /// `otlp` and `otlphttp`
    Otlp(OtlpExporterSettings),
    /// `debug`
    Debug(DebugExporterSettings),
    /// `file`
    File(FileExporterSettings),
    /// `trace_ring`
    TraceRing(TraceRingSettings),
}

impl ExporterSettings {
    /// The signals that the exporter takes.
    #[must_use]
    pub const fn signals(&self) -> &'static [Signal] {
        match self {
            Self::Prometheus(_) => &[Signal::Metrics],
            Self::Otlp(_) | Self::Debug(_) | Self::File(_) => &Signal::ALL,
            Self::TraceRing(_) => &[Signal::Traces],
        }
    }
}

/// The connectors that this collector has.
#[derive(Debug, Clone, PartialEq)]
pub enum ConnectorSettings {
    /// `span_metrics`, formerly `spanmetrics`
    SpanMetrics(Box<SpanMetricsSettings>),
}

impl ConnectorSettings {
    /// The signal that it takes, as an exporter of pipelines.
    #[must_use]
    pub const fn takes(&self) -> Signal {
        match self {
            Self::SpanMetrics(_) => Signal::Traces,
        }
    }

    /// The signal that it gives, as a receiver of pipelines. No connector gives what it takes, so there are no rounds.
    #[must_use]
    pub const fn gives(&self) -> Signal {
        match self {
            Self::SpanMetrics(_) => Signal::Metrics,
        }
    }
}

/// One pipeline: which components an item of its signal passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipelineSettings {
    /// Its name.
    pub id: PipelineId,
    /// Each hands its items in; connectors among them.
    pub receivers: Vec<ComponentId>,
    /// Applied in this order.
    pub processors: Vec<ComponentId>,
    /// Each gets every item; connectors among them.
    pub exporters: Vec<ComponentId>,
}

/// A pipeline's name: `signal` or `signal/name`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PipelineId {
    /// What flows through it.
    pub signal: Signal,
    /// What tells two pipelines of one signal apart.
    pub name: Option<String>,
}

impl PipelineId {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let id = ComponentId::parse(text)?;
        let signal = Signal::ALL.into_iter().find(|signal| signal.as_str() == id.kind())?;
        Some(Self { signal, name: id.name().map(str::to_owned) })
    }
}

impl fmt::Display for PipelineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.signal.as_str())?;
        match &self.name {
            Some(name) => write!(f, "/{name}"),
            None => Ok(()),
        }
    }
}

impl Default for Resolved {
    fn default() -> Self {
        let ring = ExporterSettings::TraceRing(TraceRingSettings::default());
        Self::with_trace_exporter("trace_ring", ring)
    }
}

impl Resolved {
    /// The default, except that traces are forwarded by OTLP over gRPC instead of being kept in the ring.
    ///
    /// # Errors
    /// The backend is the default's own listener, so that every trace would go round for ever.
    pub fn forwarding_traces(to: OtlpExporterSettings) -> Result<Self, String> {
        let OtlpReceiverSettings { grpc, http, .. } = OtlpReceiverSettings::default();
        let listeners = grpc.into_iter().chain(http).map(|listener| listener.endpoint);
        if backend::is_one_of(&to.endpoint, listeners) {
            return Err(format!(
                "{:?}, which this collector listens on itself: name another backend",
                to.endpoint
            ));
        }
        Ok(Self::with_trace_exporter("otlp", ExporterSettings::Otlp(to)))
    }

    fn with_trace_exporter(kind: &str, settings: ExporterSettings) -> Self {
        let (otlp, prometheus, traces) = (
            ComponentId::of_type("otlp"),
            ComponentId::of_type("prometheus"),
            ComponentId::of_type(kind),
        );
        let pipeline = |signal, exporter: &ComponentId| PipelineSettings {
            id: PipelineId { signal, name: None },
            receivers: vec![otlp.clone()],
            processors: Vec::new(),
            exporters: vec![exporter.clone()],
        };
        Self {
            pipelines: vec![
                pipeline(Signal::Metrics, &prometheus),
                pipeline(Signal::Traces, &traces),
            ],
            receivers: vec![Component {
                id: otlp.clone(),
                settings: ReceiverSettings::Otlp(OtlpReceiverSettings::default()),
            }],
            processors: Vec::new(),
            exporters: vec![
                Component {
                    id: prometheus,
                    settings: ExporterSettings::Prometheus(PrometheusSettings::default()),
                },
                Component { id: traces, settings },
            ],
            connectors: Vec::new(),
            health_checks: Vec::new(),
            logs: LogSettings::default(),
            own_traces: None,
        }
    }
}
