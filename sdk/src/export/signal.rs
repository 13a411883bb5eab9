//! The kinds of telemetry that leave this crate, and what differs between them on the wire.

use opentelemetry_proto::tonic::collector::{
    metrics::v1::ExportMetricsServiceResponse, trace::v1::ExportTraceServiceResponse,
};
use prost::{DecodeError, Message};

/// A kind of telemetry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    Metrics,
    Traces,
}

/// What a collector says about a request that it took.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Accepted {
    /// Items that it did not keep.
    pub(super) rejected: u64,
    /// For people; empty if there is nothing to say.
    pub(super) message: String,
}

impl Signal {
    /// The word in the names of environment variables.
    pub(crate) const fn variable(self) -> &'static str {
        match self {
            Self::Metrics => "METRICS",
            Self::Traces => "TRACES",
        }
    }

    /// The word in the names of components.
    pub(crate) const fn component(self) -> &'static str {
        match self {
            Self::Metrics => "metric",
            Self::Traces => "span",
        }
    }

    /// What it is counted in.
    pub(super) const fn items(self) -> &'static str {
        match self {
            Self::Metrics => "data points",
            Self::Traces => "spans",
        }
    }

    /// Where requests go below a collector's base URL.
    pub(super) const fn http_path(self) -> &'static str {
        match self {
            Self::Metrics => "v1/metrics",
            Self::Traces => "v1/traces",
        }
    }

    /// The unary call's path.
    pub(super) const fn grpc_path(self) -> &'static str {
        match self {
            Self::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
            Self::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        }
    }

    /// Reads the answer to a request that was taken.
    pub(super) fn accepted(self, answer: &[u8]) -> Result<Accepted, DecodeError> {
        let (rejected, message) = match self {
            Self::Metrics => ExportMetricsServiceResponse::decode(answer)?
                .partial_success
                .map(|partial| (partial.rejected_data_points, partial.error_message)),
            Self::Traces => ExportTraceServiceResponse::decode(answer)?
                .partial_success
                .map(|partial| (partial.rejected_spans, partial.error_message)),
        }
        .unwrap_or_default();
        Ok(Accepted { rejected: u64::try_from(rejected).unwrap_or(0), message })
    }
}
