//! Settings of the components, plain data with the OpenTelemetry Collector's defaults where it has them.

use std::net::{Ipv4Addr, SocketAddr};

use http::HeaderName;

use super::{cors::CorsSettings, protection::ProtectionSettings};
use crate::http::{InFlight, Limits, Pace};

const MEBIBYTE: u64 = 1 << 20;

/// Settings of the receiver `otlp`; a protocol that is not set is not spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtlpReceiverSettings {
    /// OTLP over gRPC.
    pub grpc: Option<OtlpListenerSettings>,
    /// OTLP over HTTP.
    pub http: Option<OtlpListenerSettings>,
    /// Bytes of requests that may be in memory at a time, over all connections, default 256 MiB; a request beyond is
    /// refused and counted, and its sender told to come back.
    pub in_flight_bytes_max: u64,
}

/// Settings of one listener of the receiver `otlp`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtlpListenerSettings {
    /// Where it listens; port 0 takes a free one.
    pub endpoint: SocketAddr,
    /// Bytes of the largest request, on the wire and inflated; a larger one is refused and counted.
    pub body_bytes_max: u64,
    /// What it takes from its peers before it hears what they want.
    pub limits: Limits,
    /// How fast the body of a request has to come.
    pub pace: Pace,
    /// Which web pages may send; over HTTP only.
    pub cors: CorsSettings,
    /// Who its peers may be.
    pub protection: ProtectionSettings,
    /// The header in which peers that are believed say whose a request is; none by default, and no header is believed.
    pub tenant_header: Option<HeaderName>,
}

impl OtlpListenerSettings {
    /// The default of `body_bytes_max`, 64 MiB, which OTLP 1.11 recommends. Other collectors take 4 MiB over gRPC and
    /// 20 MiB over HTTP, so a request that they took is taken here.
    pub const BODY_BYTES_MAX: u64 = 64 * MEBIBYTE;
    /// OTLP/gRPC on 127.0.0.1:4317.
    pub const GRPC_DEFAULT: Self = Self::listening_on(4317);
    /// OTLP/HTTP on 127.0.0.1:4318.
    pub const HTTP_DEFAULT: Self = Self::listening_on(4318);

    const fn listening_on(port: u16) -> Self {
        Self {
            endpoint: loopback(port),
            body_bytes_max: Self::BODY_BYTES_MAX,
            limits: Limits::DEFAULT,
            pace: Pace::DEFAULT,
            cors: CorsSettings::NONE,
            protection: ProtectionSettings::NONE,
            tenant_header: None,
        }
    }
}

impl Default for OtlpReceiverSettings {
    fn default() -> Self {
        Self {
            grpc: Some(OtlpListenerSettings::GRPC_DEFAULT),
            http: Some(OtlpListenerSettings::HTTP_DEFAULT),
            in_flight_bytes_max: InFlight::DEFAULT_LIMIT as u64,
        }
    }
}

/// Settings of the exporter `trace_ring`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceRingSettings {
    /// Where `/api/traces` is served; default 127.0.0.1:16686.
    pub endpoint: SocketAddr,
    /// Traces that are kept; the oldest makes room. Default 1000.
    pub max_traces: u64,
    /// Bytes of spans that are kept; the oldest trace makes room. Default 64 MiB.
    pub max_bytes: u64,
    /// What the page takes from its readers.
    pub limits: Limits,
    /// Who they may be.
    pub protection: ProtectionSettings,
}

impl Default for TraceRingSettings {
    fn default() -> Self {
        Self {
            endpoint: loopback(16686),
            max_traces: 1000,
            max_bytes: 64 * MEBIBYTE,
            limits: Limits::DEFAULT,
            protection: ProtectionSettings::NONE,
        }
    }
}

pub(super) const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}
