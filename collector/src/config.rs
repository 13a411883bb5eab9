//! The configuration: the OpenTelemetry Collector's YAML, checked whole before anything starts.
//!
//! Raw (`raw`, a tree in which every value knows its place) is joined from several texts (`merge`), expanded (`expand`)
//! and becomes resolved ([`Resolved`], names that exist, numbers within their limits, defaults filled in). Only the
//! latter reaches a component. Reading goes on after an error, so that `FILE:LINE:COL: error: ...` comes for all of them
//! at once.

mod auth;
mod authenticator;
pub(crate) mod backend;
mod check;
mod component;
mod component_id;
mod connectors;
mod cors;
mod debug_exporter;
mod expand;
mod exporters;
mod extensions;
mod file_exporter;
mod file_storage;
mod files_read;
mod foreign;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
pub(crate) mod headers;
mod health_check;
mod keep_alive;
mod listener_limits;
mod load;
mod logs;
mod memory;
mod merge;
mod nearest;
mod otlp_exporter;
mod own_traces;
mod print;
mod problem;
mod processors;
mod prometheus;
mod prometheus_settings;
mod protection;
mod queue;
mod queue_batch;
mod raw;
mod receivers;
mod reference;
mod resolve;
mod resolved;
mod retry;
mod secret;
mod secret_text;
mod section;
mod service;
mod settings;
mod source;
mod telemetry;
#[cfg(test)]
mod tests;
mod tls;
mod tls_files;
mod tls_server;
mod value;

pub use authenticator::{
    AuthSettings, AuthenticatorSettings, BasicSettings, BearerSettings, ClientAuthSettings,
    HtpasswdSettings, TokenSource,
};
pub use component_id::ComponentId;
pub use cors::CorsSettings;
pub use debug_exporter::{DebugExporterSettings, Verbosity};
pub use extensions::ExtensionSettings;
pub use file_exporter::FileExporterSettings;
pub use file_storage::{FileStorageSettings, QueueStorage};
pub use files_read::FilesRead;
pub use health_check::HealthCheckSettings;
pub use keep_alive::KeepAliveSettings;
pub use load::{Config, ConfigError, ConfigSource, Located, Warnings};
pub use logs::{LogEncoding, LogLevel, LogSamplingSettings, LogSettings};
pub use memory::{MemoryBound, MemoryBounds, MemoryVerdict, memory_limit};
pub use otlp_exporter::{Compression, OtlpExporterSettings, OtlpProtocol};
pub use own_traces::OwnTraceSettings;
pub use problem::{Position, Problem, Severity};
pub use prometheus_settings::{LabelLimitSettings, PrometheusSettings, ResourceLabelSettings};
pub use protection::ProtectionSettings;
pub use queue::{OnFull, QueueSettings, Sizer};
pub use queue_batch::QueueBatchSettings;
pub use reference::keys_page;
pub use resolved::{
    Component, ConnectorSettings, ExporterSettings, PipelineId, PipelineSettings,
    ProcessorSettings, ReceiverSettings, Resolved,
};
pub use retry::RetrySettings;
pub use secret_text::{Secret, SecretSource};
pub use settings::{OtlpListenerSettings, OtlpReceiverSettings, TraceRingSettings};
pub use source::SourceId;
pub use tls::{Pem, TlsClientSettings, TlsIdentity, TlsSettings, TlsVersion};
pub use tls_server::TlsServerSettings;
pub use value::duration;
