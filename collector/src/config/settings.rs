//! Settings of the components, plain data with the OpenTelemetry Collector's defaults where it has them.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use super::backend;

const MEBIBYTE: u64 = 1 << 20;

/// Settings of the receiver `otlp`; a protocol that is not set is not spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtlpReceiverSettings {
    /// OTLP over gRPC.
    pub grpc: Option<OtlpListenerSettings>,
    /// OTLP over HTTP.
    pub http: Option<OtlpListenerSettings>,
}

/// Settings of one listener of the receiver `otlp`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtlpListenerSettings {
    /// Where it listens; port 0 takes a free one.
    pub endpoint: SocketAddr,
    /// Bytes of the largest request, on the wire and inflated; a larger one is refused and counted.
    pub body_bytes_max: u64,
}

impl OtlpListenerSettings {
    /// The default of `body_bytes_max`, 64 MiB, which OTLP 1.11 recommends. Other collectors take 4 MiB over gRPC and
    /// 20 MiB over HTTP, so a request that they took is taken here.
    pub const BODY_BYTES_MAX: u64 = 64 * MEBIBYTE;
    /// OTLP/gRPC on 127.0.0.1:4317.
    pub const GRPC_DEFAULT: Self =
        Self { endpoint: loopback(4317), body_bytes_max: Self::BODY_BYTES_MAX };
    /// OTLP/HTTP on 127.0.0.1:4318.
    pub const HTTP_DEFAULT: Self =
        Self { endpoint: loopback(4318), body_bytes_max: Self::BODY_BYTES_MAX };
}

impl Default for OtlpReceiverSettings {
    fn default() -> Self {
        Self {
            grpc: Some(OtlpListenerSettings::GRPC_DEFAULT),
            http: Some(OtlpListenerSettings::HTTP_DEFAULT),
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
}

impl Default for TraceRingSettings {
    fn default() -> Self {
        Self { endpoint: loopback(16686), max_traces: 1000, max_bytes: 64 * MEBIBYTE }
    }
}

/// Settings of the exporter `otlp`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtlpExporterSettings {
    /// The backend, as `http://HOST:PORT`.
    pub endpoint: String,
    /// Sent with every request, as gRPC metadata.
    pub headers: Vec<(String, String)>,
    /// How long one attempt may take; default 5 s.
    pub timeout: Duration,
    /// Requests that wait for the backend; a further one is refused. Default 1000.
    pub queue_size: u64,
    /// What follows a failed attempt.
    pub retry: RetrySettings,
}

/// When a failed request is sent again; the Collector's `retry_on_failure`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySettings {
    /// Whether it is sent again at all; default true.
    pub enabled: bool,
    /// The wait before the second attempt; default 5 s.
    pub initial_interval: Duration,
    /// The longest wait between two attempts; default 30 s.
    pub max_interval: Duration,
    /// After this long the request is given up and counted; default 5 minutes. 0 means never.
    pub max_elapsed_time: Duration,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            enabled: true,
            initial_interval: Duration::from_secs(5),
            max_interval: Duration::from_secs(30),
            max_elapsed_time: Duration::from_secs(300),
        }
    }
}

impl OtlpExporterSettings {
    /// The same, checked at once.
    ///
    /// # Errors
    /// The URL is none, or asks for TLS; the message says what was expected.
    pub fn to(url: &str) -> Result<Self, String> {
        // Without a scheme, a command line that sends in the clear would not show it.
        let read = backend::read(url, false);
        read.map(|url| Self::new(&url)).map_err(|wrong| match wrong {
            backend::Wrong::Form => {
                format!("{url:?}, expected http://HOST:PORT, such as http://127.0.0.1:14317")
            }
            backend::Wrong::Tls => {
                format!("{url:?}, {}", wrong.remedy("write http://HOST:PORT to send in the clear"))
            }
        })
    }

    /// The defaults for `http://HOST:PORT`, which is checked when the exporter starts.
    #[must_use]
    pub fn new(endpoint: &str) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            headers: Vec::new(),
            timeout: Duration::from_secs(5),
            queue_size: 1000,
            retry: RetrySettings::default(),
        }
    }
}

pub(super) const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}
