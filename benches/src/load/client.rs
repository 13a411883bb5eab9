//! A gRPC client that sends bytes, as cheap as hyper lets it be.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Method, Request,
    client::conn::http2::{self, SendRequest},
    header::{CONTENT_TYPE, TE},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceResponse;
use prost::Message;
use tokio::{
    net::TcpStream,
    time::{Duration, timeout},
};

use crate::error::BenchError;

/// For one answer. A subject this slow has no figures to show.
const PATIENCE: Duration = Duration::from_secs(30);

/// Most bytes of an answer.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// What a subject said to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Taken, but for so many points or spans.
    Accepted { rejected: u64 },
    /// To be sent again later.
    Refused,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Client {
    sender: SendRequest<Full<Bytes>>,
    uri: hyper::Uri,
    name: &'static str,
}

impl Client {
    /// Connects to a subject on this machine, to call `path`.
    pub(super) async fn open(
        name: &'static str,
        port: u16,
        path: &'static str,
    ) -> Result<Self, BenchError> {
        let failed = |cause: &dyn std::fmt::Display| BenchError::library(name, cause);
        let stream =
            TcpStream::connect(("127.0.0.1", port)).await.map_err(|cause| failed(&cause))?;
        stream.set_nodelay(true).map_err(|cause| failed(&cause))?;
        let (sender, connection) = http2::Builder::new(TokioExecutor::new())
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|cause| failed(&cause))?;
        // It ends with the sender; its error is also the request's.
        tokio::spawn(connection);
        let uri = format!("http://127.0.0.1:{port}/{path}").parse();
        Ok(Self { sender, uri: uri.map_err(|cause| failed(&cause))?, name })
    }

    /// Sends a request and waits for the answer.
    pub(super) async fn export(&mut self, frame: Bytes) -> Result<Answer, BenchError> {
        match timeout(PATIENCE, self.exchange(frame)).await {
            Ok(answer) => answer,
            Err(_) => Err(self.failed(format!("no answer within {} s", PATIENCE.as_secs()))),
        }
    }

    async fn exchange(&mut self, frame: Bytes) -> Result<Answer, BenchError> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.uri.clone())
            .header(CONTENT_TYPE, "application/grpc")
            .header(TE, "trailers")
            .body(Full::new(frame))
            .map_err(|cause| self.failed(cause))?;
        let response =
            self.sender.send_request(request).await.map_err(|cause| self.failed(cause))?;
        let (head, body) = response.into_parts();
        let limited = http_body_util::Limited::new(body, ANSWER_BYTES_MAX);
        let collected = limited.collect().await.map_err(|cause| self.failed(cause))?;
        let status = |headers: &HeaderMap| headers.get("grpc-status").cloned();
        let trailers = collected.trailers().cloned().unwrap_or_default();
        let code = status(&trailers).or_else(|| status(&head.headers));
        match code.as_ref().map(|code| code.as_bytes()) {
            Some(b"0") => Ok(Answer::Accepted { rejected: rejected(&collected.to_bytes()) }),
            // RESOURCE_EXHAUSTED and UNAVAILABLE.
            Some(b"8" | b"14") => Ok(Answer::Refused),
            _ => Err(self.failed(format!("answered {head:?} {trailers:?}"))),
        }
    }

    fn failed(&self, cause: impl std::fmt::Display) -> BenchError {
        BenchError::library(self.name, cause)
    }
}

/// Points or spans that an answer says were not taken: in the answers of all signals it is the same field.
fn rejected(frame: &[u8]) -> u64 {
    let message = frame.get(5..).unwrap_or_default();
    let response = ExportMetricsServiceResponse::decode(message).unwrap_or_default();
    let partial = response.partial_success.unwrap_or_default();
    u64::try_from(partial.rejected_data_points).unwrap_or(0)
}
