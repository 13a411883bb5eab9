//! Names under which the OpenTelemetry Collector shows the same of itself, for dashboards that exist.
//!
//! Prometheus shows them with its suffixes, as the Collector's do with a reader of one's own: without `_total` the types
//! of counters would contradict their names.

/// Metric data points, spans and log records that a receiver took, in this order.
pub const RECEIVER_ACCEPTED: [&str; 3] = [
    "otelcol_receiver_accepted_metric_points",
    "otelcol_receiver_accepted_spans",
    "otelcol_receiver_accepted_log_records",
];
/// Those that it refused, in the same order.
pub const RECEIVER_REFUSED: [&str; 3] = [
    "otelcol_receiver_refused_metric_points",
    "otelcol_receiver_refused_spans",
    "otelcol_receiver_refused_log_records",
];
/// Those that an exporter sent or stored, in the same order.
pub const EXPORTER_SENT: [&str; 3] = [
    "otelcol_exporter_sent_metric_points",
    "otelcol_exporter_sent_spans",
    "otelcol_exporter_sent_log_records",
];
/// Those that it could not, in the same order.
pub const EXPORTER_SEND_FAILED: [&str; 3] = [
    "otelcol_exporter_send_failed_metric_points",
    "otelcol_exporter_send_failed_spans",
    "otelcol_exporter_send_failed_log_records",
];
/// What waits in an exporter's queue, in the unit of its sizer.
pub const EXPORTER_QUEUE_SIZE: &str = "otelcol_exporter_queue_size";
/// What may wait there.
pub const EXPORTER_QUEUE_CAPACITY: &str = "otelcol_exporter_queue_capacity";
/// Resident memory, in bytes.
pub const PROCESS_MEMORY_RSS: &str = "otelcol_process_memory_rss";
/// Time since the process began, in seconds.
pub const PROCESS_UPTIME: &str = "otelcol_process_uptime";
/// CPU time in user and system mode, in seconds.
pub const PROCESS_CPU_SECONDS: &str = "otelcol_process_cpu_seconds";

/// The label with a receiver's id.
pub const RECEIVER: &str = "receiver";
/// The label with a receiver's protocol: `grpc` or `http`.
pub const TRANSPORT: &str = "transport";
/// The label with an exporter's id.
pub const EXPORTER: &str = "exporter";
