//! The configuration file: the OpenTelemetry Collector's YAML, checked whole before anything starts.
//!
//! Raw (`raw`, a tree in which every value knows its place) becomes resolved ([`Resolved`], names that exist,
//! numbers within their limits, defaults filled in). Only the latter reaches a component. Reading goes on after an
//! error, so that `FILE:LINE:COL: error: ...` comes for all of them at once.

mod backend;
mod check;
mod component;
mod component_id;
mod connectors;
mod cors;
mod debug_exporter;
mod exporters;
mod file_exporter;
mod file_storage;
mod keep_alive;
mod listener_limits;
mod load;
mod nearest;
mod otlp_exporter;
mod problem;
mod processors;
mod prometheus;
mod prometheus_settings;
mod queue;
mod queue_batch;
mod raw;
mod receivers;
mod resolve;
mod resolved;
mod retry;
mod section;
mod service;
mod settings;
#[cfg(test)]
mod tests;
mod tls;
mod tls_files;
mod value;

pub use component_id::ComponentId;
pub use cors::CorsSettings;
pub use debug_exporter::{DebugExporterSettings, Verbosity};
pub use file_exporter::FileExporterSettings;
pub use file_storage::{FileStorageSettings, QueueStorage};
pub use keep_alive::KeepAliveSettings;
pub use load::{Config, ConfigError, Warnings};
pub use otlp_exporter::{Compression, OtlpExporterSettings, OtlpProtocol};
pub use problem::{Position, Problem, Severity};
pub use prometheus_settings::{LabelLimitSettings, PrometheusSettings, ResourceLabelSettings};
pub use queue::{OnFull, QueueSettings, Sizer};
pub use queue_batch::QueueBatchSettings;
pub use resolved::{
    Component, ConnectorSettings, ExporterSettings, LogLevel, PipelineId, PipelineSettings,
    ProcessorSettings, ReceiverSettings, Resolved,
};
pub use retry::RetrySettings;
pub use settings::{OtlpListenerSettings, OtlpReceiverSettings, TraceRingSettings};
pub use tls::{Pem, TlsClientSettings, TlsIdentity, TlsSettings, TlsVersion};
