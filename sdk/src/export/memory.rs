//! Requests kept in memory, for tests of programs that record.

use std::{collections::VecDeque, fmt, sync::Arc};

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::{
    metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest,
};
use prost::Message;

use super::signal::Signal;
use crate::fork::Mutex;

/// Keeps what would have been sent, so that a test can read it. Cheap to clone; clones share what they keep.
///
/// ```
/// use std::time::Duration;
///
/// use inferometer_sdk::{Exporter, InMemory, Telemetry};
/// use inferometer_semconv::metrics::INFER_TOKEN_OUTPUT;
///
/// let kept = InMemory::default();
/// let telemetry =
///     Telemetry::builder().exporter(Exporter::Memory(kept.clone())).self_metrics(false).build()?;
/// telemetry.meter_provider().scope("my.engine").counter::<u64>(&INFER_TOKEN_OUTPUT, &[]).add(17);
/// telemetry.flush(Duration::from_secs(5))?;
/// let request = &kept.metrics()[0];
/// assert_eq!(request.resource_metrics[0].scope_metrics[0].metrics[0].name, "infer.token.output");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct InMemory {
    kept: Arc<Mutex<Kept>>,
    gate: Option<Arc<dyn Fn() + Send + Sync>>,
}

#[derive(Debug, Default)]
struct Kept {
    requests: VecDeque<(Signal, Bytes)>,
    bytes: usize,
    forgotten: u64,
}

impl InMemory {
    /// Bytes that are kept at most; older requests are forgotten, and counted.
    pub const MAX_BYTES: usize = 64 * 1024 * 1024;

    /// Requests that are kept at most, of both signals together; as above.
    pub const MAX_REQUESTS: usize = 4096;

    /// Calls `gate` on the export thread before each request is kept, so that a test can see how its program takes an
    /// exporter that hangs there, or panics. The items of a request whose gate panics are not kept, and count as
    /// [`ExportFailure::Panicked`](crate::ExportFailure::Panicked).
    #[must_use]
    pub fn gated(gate: impl Fn() + Send + Sync + 'static) -> Self {
        Self { kept: Arc::default(), gate: Some(Arc::new(gate)) }
    }

    /// Requests of metrics, oldest first, as OpenTelemetry's own types.
    #[must_use]
    pub fn metrics(&self) -> Vec<ExportMetricsServiceRequest> {
        self.read(Signal::Metrics)
    }

    /// Requests of spans, oldest first.
    #[must_use]
    pub fn traces(&self) -> Vec<ExportTraceServiceRequest> {
        self.read(Signal::Traces)
    }

    /// Requests that were forgotten to make room for later ones.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.kept.lock().forgotten
    }

    /// Forgets everything, uncounted.
    pub fn clear(&self) {
        let mut kept = self.kept.lock();
        kept.requests.clear();
        kept.bytes = 0;
    }

    pub(super) fn keep(&self, signal: Signal, request: Bytes) {
        if let Some(gate) = &self.gate {
            gate();
        }
        let mut kept = self.kept.lock();
        kept.bytes += request.len();
        kept.requests.push_back((signal, request));
        while kept.bytes > Self::MAX_BYTES || kept.requests.len() > Self::MAX_REQUESTS {
            let Some((_, oldest)) = kept.requests.pop_front() else {
                return;
            };
            kept.bytes -= oldest.len();
            kept.forgotten += 1;
        }
    }

    /// What was encoded here decodes.
    fn read<M: Message + Default>(&self, wanted: Signal) -> Vec<M> {
        let kept = self.kept.lock();
        let requests = kept.requests.iter().filter(|(signal, _)| *signal == wanted);
        requests.filter_map(|(_, request)| M::decode(&**request).ok()).collect()
    }
}

impl fmt::Debug for InMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemory").field("kept", &self.kept).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_requests_are_forgotten_and_counted() {
        let kept = InMemory::default();
        for _ in 0..InMemory::MAX_REQUESTS + 2 {
            kept.keep(Signal::Metrics, Bytes::new());
        }
        kept.keep(Signal::Traces, Bytes::new());
        assert_eq!(kept.metrics().len(), InMemory::MAX_REQUESTS - 1);
        assert_eq!((kept.traces().len(), kept.forgotten()), (1, 3));
        kept.keep(Signal::Metrics, Bytes::from(vec![0; InMemory::MAX_BYTES]));
        assert_eq!(kept.kept.lock().bytes, InMemory::MAX_BYTES);
        kept.clear();
        assert_eq!(kept.metrics().len(), 0);
    }
}
