//! OTLP over gRPC: bytes that are already encoded, one unary call each.

use std::{sync::Arc, time::Duration};

use bytes::{BufMut, Bytes};
use http::{HeaderMap, Uri, uri::PathAndQuery};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceResponse;
use prost::Message;
use tokio::time::{Instant, sleep, timeout_at};
use tonic::{
    Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    metadata::MetadataMap,
    transport::{Channel, Endpoint},
};

use super::{
    LONGEST_WAIT,
    retry::{MAX_ATTEMPTS, Verdict, delay, judge},
    stats::{Counters, ExportFailure},
};
use crate::error::StartError;

const EXPORT_METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

/// The largest answer that is read; it holds two numbers and a message.
const MAX_RESPONSE_BYTES: usize = 4 * 1024 * 1024;

const USER_AGENT: &str = concat!(
    "inferometer/",
    env!("CARGO_PKG_VERSION"),
    " OTel-OTLP-Exporter-Rust/",
    env!("CARGO_PKG_VERSION")
);

/// Where one signal goes, checked.
#[derive(Debug, Clone)]
pub(crate) struct Destination {
    endpoint: Endpoint,
    pub(super) metadata: MetadataMap,
    pub(super) timeout: Duration,
}

impl Destination {
    /// # Errors
    /// If the URL is no `http://` URL with a host.
    pub(crate) fn new(
        url: &str,
        headers: HeaderMap,
        timeout: Duration,
    ) -> Result<Self, StartError> {
        let uri = parse(url)?;
        let timeout = timeout.min(LONGEST_WAIT);
        let endpoint = Endpoint::from(uri)
            .user_agent(USER_AGENT)
            .map_err(|error| StartError::new(format!("user agent `{USER_AGENT}`: {error}")))?
            .connect_timeout(timeout);
        Ok(Self { endpoint, metadata: MetadataMap::from_headers(headers), timeout })
    }

    /// A connection that is made when first used. Must be called inside the runtime that will drive it.
    pub(super) fn connect_lazily(&self) -> Channel {
        self.endpoint.connect_lazy()
    }
}

fn parse(url: &str) -> Result<Uri, StartError> {
    let uri: Uri = url.parse().map_err(|error| {
        StartError::new(format!("endpoint `{url}` is no URL ({error}): use http://HOST:PORT"))
    })?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http"), Some(_)) => Ok(uri),
        (Some("https"), _) => Err(StartError::new(format!(
            "endpoint `{url}` asks for TLS, which this version does not speak: use http:// to a collector on the same \
             host or network"
        ))),
        _ => Err(StartError::new(format!(
            "endpoint `{url}` is no http:// URL: use http://HOST:PORT"
        ))),
    }
}

/// Why a request did not get through.
#[derive(Debug)]
pub(super) struct SendError {
    pub(super) reason: ExportFailure,
    /// For people: what the collector or the network said.
    pub(super) detail: String,
}

/// Sends requests of data points over one connection.
#[derive(Debug)]
pub(super) struct Sender {
    destination: Destination,
    client: Grpc<Channel>,
    counters: Arc<Counters>,
}

impl Sender {
    /// Must be called inside the runtime that will drive the connection.
    pub(super) fn new(destination: Destination, counters: Arc<Counters>) -> Self {
        let client = client(&destination);
        Self { destination, client, counters }
    }

    pub(super) const fn timeout(&self) -> Duration {
        self.destination.timeout
    }

    /// Sends the request until it is answered for good, [`MAX_ATTEMPTS`] are used up, or the deadline is there.
    /// Returns how many points the collector rejected.
    pub(super) async fn send(&mut self, body: Bytes, deadline: Instant) -> Result<u64, SendError> {
        let mut attempt = 1;
        loop {
            let Ok(answer) = timeout_at(deadline, self.attempt(body.clone())).await else {
                // The connection may be one that lost its other end without noticing; the next request gets a new one.
                self.client = client(&self.destination);
                return Err(SendError {
                    reason: ExportFailure::DeadlineExceeded,
                    detail: format!("`{}` did not answer in time", self.destination.endpoint.uri()),
                });
            };
            let status = match answer {
                Ok(response) => return Ok(rejected(&response)),
                Err(status) => status,
            };
            let not_before = match judge(&status) {
                Verdict::Final(reason) => return Err(self.failed(reason, &status)),
                Verdict::Retry { not_before } => not_before,
            };
            let wait = delay(attempt, not_before, rand::random());
            if attempt >= MAX_ATTEMPTS || wait >= deadline.saturating_duration_since(Instant::now())
            {
                return Err(self.failed(ExportFailure::RetriesExhausted, &status));
            }
            self.counters.count_retry();
            sleep(wait).await;
            attempt += 1;
        }
    }

    async fn attempt(&mut self, body: Bytes) -> Result<ExportMetricsServiceResponse, Status> {
        self.client.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let mut request = Request::new(body);
        request.metadata_mut().clone_from(&self.destination.metadata);
        let path = PathAndQuery::from_static(EXPORT_METRICS);
        let response = self.client.unary(request, path, RawRequest).await?;
        Ok(response.into_inner())
    }

    fn failed(&self, reason: ExportFailure, status: &Status) -> SendError {
        SendError {
            reason,
            detail: format!(
                "`{}` answered {:?}: {}",
                self.destination.endpoint.uri(),
                status.code(),
                status.message()
            ),
        }
    }
}

fn client(destination: &Destination) -> Grpc<Channel> {
    Grpc::new(destination.connect_lazily()).max_decoding_message_size(MAX_RESPONSE_BYTES)
}

fn rejected(response: &ExportMetricsServiceResponse) -> u64 {
    let Some(partial) = &response.partial_success else {
        return 0;
    };
    if !partial.error_message.is_empty() {
        tracing::warn!(
            rejected = partial.rejected_data_points,
            "the collector says: {}",
            partial.error_message
        );
    }
    u64::try_from(partial.rejected_data_points).unwrap_or(0)
}

/// Requests go out as they are; answers are decoded.
#[derive(Debug)]
struct RawRequest;

impl Codec for RawRequest {
    type Encode = Bytes;
    type Decode = ExportMetricsServiceResponse;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self::Encoder {
        Self
    }

    fn decoder(&mut self) -> Self::Decoder {
        Self
    }
}

impl Encoder for RawRequest {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for RawRequest {
    type Item = ExportMetricsServiceResponse;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Self::Item>, Status> {
        ExportMetricsServiceResponse::decode(buffer)
            .map(Some)
            .map_err(|error| Status::internal(format!("the answer is no OTLP response: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: &str) {
        let error = parse(url).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains(url), "{url}: {error}");
    }

    #[test]
    fn an_endpoint_is_an_http_url_with_a_host() {
        assert!(parse("http://localhost:4317").is_ok());
        assert!(parse("http://[::1]:4317/").is_ok());
        check("https://collector:4317", "TLS");
        check("localhost:4317", "use http://HOST:PORT");
        check("unix:///tmp/socket", "use http://HOST:PORT");
        check("http://bad host", "use http://HOST:PORT");
    }
}
