//! How requests reach a collector.

use std::time::Duration;

use http::HeaderMap;

use super::TelemetryBuilder;
use crate::{
    export::{Compression, Protocol, TlsFiles},
    telemetry::{Endpoint, OtlpSettings},
};

/// How requests reach a collector, for metrics and traces alike where the name does not say.
impl TelemetryBuilder {
    /// The collector's base URL, `http://` or `https://`, for metrics and traces. Default: `http://localhost:4317` for
    /// gRPC, `http://localhost:4318` for HTTP.
    #[must_use]
    pub fn endpoint(self, url: impl Into<String>) -> Self {
        let url = url.into();
        self.otlp(|otlp| otlp.endpoint = Some(Endpoint::Base(url.clone())))
    }

    /// How requests are carried. Default: HTTP where the endpoint has a path or port 4318, gRPC otherwise.
    #[must_use]
    pub fn protocol(self, protocol: Protocol) -> Self {
        self.otlp(|otlp| otlp.protocol = Some(protocol))
    }

    /// How requests are compressed. Default: not at all.
    #[must_use]
    pub fn compression(self, compression: Compression) -> Self {
        self.otlp(|otlp| otlp.compression = compression)
    }

    /// Files for an `https://` endpoint. Default: the authorities that the system trusts, and no own certificate.
    #[must_use]
    pub fn tls_files(self, files: &TlsFiles) -> Self {
        self.otlp(|otlp| otlp.tls.clone_from(files))
    }

    /// Time for one export, retries included. Default: 10 s.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.otlp(|otlp| otlp.timeout = timeout)
    }

    /// A URL for metrics alone, used as it is: over HTTP no path is added.
    #[must_use]
    pub fn metrics_endpoint(mut self, url: impl Into<String>) -> Self {
        self.settings.metrics.otlp.endpoint = Some(Endpoint::Exact(url.into()));
        self
    }

    /// A URL for traces alone, used as it is: over HTTP no path is added.
    #[must_use]
    pub fn traces_endpoint(mut self, url: impl Into<String>) -> Self {
        self.settings.traces.otlp.endpoint = Some(Endpoint::Exact(url.into()));
        self
    }

    /// For a gRPC endpoint that is no URL but `HOST:PORT`: whether it is reached by `http://` or `https://`. Default: such
    /// an endpoint is an error of [`TelemetryBuilder::build`].
    #[must_use]
    pub fn insecure(self, insecure: bool) -> Self {
        self.otlp(|otlp| otlp.insecure = Some(insecure))
    }

    /// Headers of every request, beside those that the protocol needs. No debug output shows values that are marked
    /// sensitive. Default: none.
    #[must_use]
    pub fn headers(self, headers: &HeaderMap) -> Self {
        self.otlp(|otlp| otlp.headers.clone_from(headers))
    }

    fn otlp(mut self, change: impl Fn(&mut OtlpSettings)) -> Self {
        change(&mut self.settings.metrics.otlp);
        change(&mut self.settings.traces.otlp);
        self
    }
}
