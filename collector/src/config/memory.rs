//! How much memory a configuration may come to take: the bounds of its components, summed.

use std::fmt;

use super::{
    component_id::ComponentId,
    otlp_exporter::{Compression, OtlpExporterSettings},
    own_traces::OwnTraceSettings,
    queue::{QueueSettings, Sizer},
    queue_batch::QueueBatchSettings,
    resolved::{
        ConnectorSettings, ExporterSettings, ProcessorSettings, ReceiverSettings, Resolved,
    },
    settings::{OtlpReceiverSettings, TraceRingSettings},
};
use crate::{
    connectors::SpanMetricsSettings,
    exporters::trace_ring::ANSWERS_BYTES_MAX,
    http::Limits,
    processors::{self, TailSamplingSettings},
};

const KIBIBYTE: u64 = 1 << 10;
const MEBIBYTE: u64 = 1 << 20;
/// The program itself with its threads, about.
const PROGRAM_BYTES: u64 = 32 * MEBIBYTE;
/// A series of `span_metrics` with its buckets, dimensions and exemplars, about.
const SPAN_METRICS_SERIES_BYTES: u64 = 3 * KIBIBYTE;
/// A decision of `tail_sampling` that is remembered, about; twice as many as are asked for are, at most.
const DECISION_BYTES: u64 = 2 * 100;
/// What waits to be written to a disk, of each queue or sampler there.
const PENDING_BYTES: u64 = 64 * MEBIBYTE;
/// What waits in a batch processor of one pipeline, and for the exporters `file` and `debug`.
const WAITING_BYTES: u64 = 64 * MEBIBYTE;
/// What all processors together have decoded.
const DECODED_BYTES: u64 = 256 * MEBIBYTE;
/// Percent of the limit from which on there is a warning: the allocator needs some of it.
const TIGHT_PERCENT: u64 = 80;
/// Bounds that a message names.
const NAMED_MAX: usize = 3;

/// What one part of a configuration may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryBound {
    /// The key that sets it, or the component whose bound is fixed.
    pub key: String,
    /// What takes it.
    pub what: &'static str,
    /// Bytes, at most.
    pub bytes: u64,
}

/// What a configuration may take, by its parts. It is a bound, not a forecast: usual load takes a small part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryBounds {
    /// The parts, the largest first.
    pub list: Vec<MemoryBound>,
    /// Whether `memory_limiter` keeps the process below what it may use, whatever the sum is.
    is_limited: bool,
}

/// How bounds compare with what the process may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemoryVerdict {
    /// There is room, or nothing is known of a limit, or `memory_limiter` sees to it.
    Fits,
    /// The sum is beyond 80 % of the limit; what to do about it.
    Tight(String),
    /// One bound alone is beyond the limit, so that it bounds nothing; what to do about it.
    Impossible(String),
}

/// Bytes that this process may use: what its control group is given, or the machine's. Nothing if the system does not
/// tell.
#[must_use]
pub fn memory_limit() -> Option<u64> {
    processors::total_bytes()
}

impl MemoryBounds {
    /// The bounds of all that runs.
    #[must_use]
    pub fn of(resolved: &Resolved) -> Self {
        let mut bounds = Self { list: Vec::new(), is_limited: is_limited(resolved) };
        bounds.add("inferometer".to_owned(), "the program itself, about", PROGRAM_BYTES);
        for check in &resolved.health_checks {
            let key = format!("extensions.{}.limits.max_connections", check.id);
            bounds.listener(key, &check.settings.limits);
        }
        for receiver in &resolved.receivers {
            let ReceiverSettings::Otlp(settings) = &receiver.settings;
            bounds.receiver(&receiver.id, settings);
        }
        for processor in &resolved.processors {
            let pipelines =
                resolved.pipelines.iter().filter(|it| it.processors.contains(&processor.id));
            bounds.processor(&processor.id, &processor.settings, pipelines.count() as u64);
        }
        for exporter in &resolved.exporters {
            bounds.exporter(&exporter.id, &exporter.settings);
        }
        for connector in &resolved.connectors {
            let ConnectorSettings::SpanMetrics(settings) = &connector.settings;
            bounds.span_metrics(&connector.id, settings);
        }
        if resolved.own_traces.is_some() {
            // What waits, and a request made of it.
            let bytes = 2 * OwnTraceSettings::QUEUE_BYTES_MAX as u64;
            bounds.add("service.telemetry.traces".to_owned(), "spans of its own", bytes);
        }
        bounds.list.sort_by_key(|bound| std::cmp::Reverse(bound.bytes));
        bounds
    }

    /// The sum.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.list.iter().fold(0, |sum, bound| sum.saturating_add(bound.bytes))
    }

    /// Compares it with the bytes that the process may use.
    #[must_use]
    pub fn verdict(&self, limit: Option<u64>) -> MemoryVerdict {
        let Some(limit) = limit.filter(|_| !self.is_limited) else {
            return MemoryVerdict::Fits;
        };
        if let Some(bound) = self.list.iter().find(|bound| bound.bytes > limit) {
            return MemoryVerdict::Impossible(format!(
                "{} is {}, more than the {} that this process may use: lower it, or put memory_limiter into every pipeline",
                bound.key,
                Size(bound.bytes),
                Size(limit)
            ));
        }
        if self.total() <= limit / 100 * TIGHT_PERCENT {
            return MemoryVerdict::Fits;
        }
        let largest = self.list.iter().take(NAMED_MAX);
        let largest = largest.map(|bound| format!("{} ({})", bound.key, Size(bound.bytes)));
        MemoryVerdict::Tight(format!(
            "all bounds together come to {}, more than {TIGHT_PERCENT} % of the {} that this process may use: lower the \
             largest of them, {}, or put memory_limiter into every pipeline",
            Size(self.total()),
            Size(limit),
            largest.collect::<Vec<_>>().join(", ")
        ))
    }

    fn add(&mut self, key: String, what: &'static str, bytes: u64) {
        self.list.push(MemoryBound { key, what, bytes });
    }

    fn listener(&mut self, key: String, limits: &Limits) {
        let bytes = (limits.connections as u64).saturating_mul(limits.head_bytes as u64);
        self.add(key, "connections, each with a head", bytes);
    }

    fn receiver(&mut self, id: &ComponentId, settings: &OtlpReceiverSettings) {
        let key = format!("receivers.{id}.admission.request_limit_mib");
        self.add(key, "requests in flight", settings.in_flight_bytes_max);
        for (protocol, listener) in [("grpc", &settings.grpc), ("http", &settings.http)] {
            if let Some(listener) = listener {
                let key = format!("receivers.{id}.protocols.{protocol}.limits.max_connections");
                self.listener(key, &listener.limits);
            }
        }
    }

    fn processor(&mut self, id: &ComponentId, settings: &ProcessorSettings, pipelines: u64) {
        match settings {
            // It takes nothing, and bounds the whole.
            ProcessorSettings::MemoryLimiter(_) => {}
            ProcessorSettings::Batch(_) => {
                let bytes = WAITING_BYTES.saturating_mul(pipelines);
                self.add(format!("processors.{id}"), "what waits, of each pipeline 64 MiB", bytes);
            }
            ProcessorSettings::TailSampling(settings) => self.sampler(id, settings, pipelines),
            ProcessorSettings::Resource(_)
            | ProcessorSettings::Attributes(_)
            | ProcessorSettings::Filter(_)
            | ProcessorSettings::EngineIdentity(_) => {
                const WHAT: &str = "requests that processors have decoded, all together";
                if !self.list.iter().any(|bound| bound.what == WHAT) {
                    self.add("processors".to_owned(), WHAT, DECODED_BYTES);
                }
            }
        }
    }

    fn sampler(&mut self, id: &ComponentId, settings: &TailSamplingSettings, pipelines: u64) {
        let bytes = (settings.max_bytes as u64).saturating_mul(pipelines);
        self.add(format!("processors.{id}.max_bytes"), "traces that are undecided", bytes);
        let decisions = settings.sampled_remembered.saturating_add(settings.not_sampled_remembered);
        let bytes = (decisions as u64).saturating_mul(DECISION_BYTES).saturating_mul(pipelines);
        self.add(format!("processors.{id}.decision_cache"), "decisions, about", bytes);
        if settings.storage.is_some() {
            let bytes = PENDING_BYTES.saturating_mul(pipelines);
            self.add(format!("processors.{id}.storage"), "what waits to be written", bytes);
        }
    }

    fn exporter(&mut self, id: &ComponentId, settings: &ExporterSettings) {
        match settings {
            ExporterSettings::Prometheus(settings) => {
                self.add(format!("exporters.{id}.max_bytes"), "series, about", settings.max_bytes);
                let key = format!("exporters.{id}.limits.max_connections");
                self.listener(key, &settings.limits);
            }
            ExporterSettings::Otlp(settings) => self.backend(id, settings),
            ExporterSettings::Debug(_) | ExporterSettings::File(_) => {
                self.add(format!("exporters.{id}"), "what waits to be written", WAITING_BYTES);
            }
            ExporterSettings::TraceRing(settings) => self.ring(id, settings),
        }
    }

    fn ring(&mut self, id: &ComponentId, settings: &TraceRingSettings) {
        self.add(format!("exporters.{id}.max_bytes"), "spans", settings.max_bytes);
        self.add(format!("exporters.{id}"), "unread answers", ANSWERS_BYTES_MAX as u64);
        self.listener(format!("exporters.{id}.limits.max_connections"), &settings.limits);
    }

    fn backend(&mut self, id: &ComponentId, settings: &OtlpExporterSettings) {
        let queue = &settings.queue;
        let (key, what, bytes) = match (&queue.storage, queue.sizer) {
            (Some(_), _) => ("storage", "what waits to be written", PENDING_BYTES),
            (None, Sizer::Bytes) => ("queue_size", "what waits", queue.size),
            (None, _) => ("queue_size", "what waits", QueueSettings::BYTES_MAX),
        };
        self.add(format!("exporters.{id}.sending_queue.{key}"), what, bytes);
        if settings.compression != Compression::None {
            let batch = &queue.batch;
            let joined = match (batch.sizer, batch.max_size) {
                (Sizer::Bytes, 1..) => batch.max_size.min(QueueBatchSettings::BYTES_MAX),
                _ => QueueBatchSettings::BYTES_MAX,
            };
            let key = format!("exporters.{id}.sending_queue.num_consumers");
            self.add(key, "compressed copies", joined.saturating_mul(queue.consumers));
        }
    }

    fn span_metrics(&mut self, id: &ComponentId, settings: &SpanMetricsSettings) {
        let bytes = (settings.series_max as u64).saturating_mul(SPAN_METRICS_SERIES_BYTES);
        let key = format!("connectors.{id}.aggregation_cardinality_limit");
        self.add(key, "series, about 3 KiB each", bytes);
    }
}

/// Whether every pipeline that a receiver feeds has a `memory_limiter`.
fn is_limited(resolved: &Resolved) -> bool {
    let is_limiter = |id: &ComponentId| {
        let mut named = resolved.processors.iter().filter(|processor| processor.id == *id);
        named.any(|it| matches!(it.settings, ProcessorSettings::MemoryLimiter(_)))
    };
    let is_receiver =
        |id: &ComponentId| resolved.receivers.iter().any(|receiver| receiver.id == *id);
    let mut fed = resolved.pipelines.iter().filter(|it| it.receivers.iter().any(is_receiver));
    fed.all(|pipeline| pipeline.processors.iter().any(is_limiter))
}

/// Bytes as people read them.
#[derive(Debug, Clone, Copy)]
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = |unit: u64| (self.0 / unit, self.0 % unit * 10 / unit);
        let ((whole, part), unit) = match self.0 {
            0..MEBIBYTE => (tenths(KIBIBYTE), "KiB"),
            MEBIBYTE..1_073_741_824 => (tenths(MEBIBYTE), "MiB"),
            _ => (tenths(KIBIBYTE * MEBIBYTE), "GiB"),
        };
        write!(f, "{whole}.{part} {unit}")
    }
}

impl fmt::Display for MemoryBounds {
    /// A line for each bound, and one for the sum.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "memory, at most:")?;
        for MemoryBound { key, what, bytes } in &self.list {
            writeln!(f, "{:>12}  {key}: {what}", Size(*bytes).to_string())?;
        }
        write!(f, "{:>12}  in all", Size(self.total()).to_string())
    }
}
