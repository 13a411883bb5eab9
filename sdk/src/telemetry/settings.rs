//! What a builder collects: plain data, every field with its default.

use std::{sync::Arc, time::Duration};

use http::HeaderMap;
use opentelemetry::KeyValue;

use crate::clock::{Clock, SystemClock};

/// Where a collector listens unless told otherwise: OTLP/gRPC on loopback.
pub(crate) const DEFAULT_ENDPOINT: &str = "http://localhost:4317";

/// Time between two exports of metrics.
pub(crate) const DEFAULT_INTERVAL: Duration = Duration::from_secs(60);

/// Time for one export, retries included.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// Time between two exports of spans.
pub(crate) const DEFAULT_SPAN_DELAY: Duration = Duration::from_secs(5);

/// Spans that may wait for their export. Further ones are dropped and counted as `queue_full`.
pub(crate) const DEFAULT_SPAN_QUEUE: usize = 2048;

/// Spans in one request.
pub(crate) const DEFAULT_SPAN_BATCH: usize = 512;

/// Everything that `build` needs to know.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// `OTEL_SDK_DISABLED`: record, but export nothing and start no thread.
    pub(crate) disabled: bool,
    /// Whether spans are recorded and exported.
    pub(crate) traces: bool,
    pub(crate) service_name: Option<String>,
    /// Later entries win over earlier ones with the same key.
    pub(crate) resource_attributes: Vec<KeyValue>,
    pub(crate) metrics_endpoint: String,
    pub(crate) traces_endpoint: String,
    /// Values are marked sensitive, so that no debug output shows them.
    pub(crate) metrics_headers: HeaderMap,
    /// As `metrics_headers`.
    pub(crate) traces_headers: HeaderMap,
    pub(crate) metrics_timeout: Duration,
    pub(crate) traces_timeout: Duration,
    pub(crate) interval: Duration,
    pub(crate) span_delay: Duration,
    pub(crate) span_queue: usize,
    pub(crate) span_batch: usize,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            disabled: false,
            traces: true,
            service_name: None,
            resource_attributes: Vec::new(),
            metrics_endpoint: DEFAULT_ENDPOINT.to_owned(),
            traces_endpoint: DEFAULT_ENDPOINT.to_owned(),
            metrics_headers: HeaderMap::new(),
            traces_headers: HeaderMap::new(),
            metrics_timeout: DEFAULT_TIMEOUT,
            traces_timeout: DEFAULT_TIMEOUT,
            interval: DEFAULT_INTERVAL,
            span_delay: DEFAULT_SPAN_DELAY,
            span_queue: DEFAULT_SPAN_QUEUE,
            span_batch: DEFAULT_SPAN_BATCH,
            clock: Arc::new(SystemClock::new()),
        }
    }
}
