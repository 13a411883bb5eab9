//! One attempt to send one request.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Uri, uri::PathAndQuery};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use tokio::{task::JoinSet, time};
use tonic::{
    Request, Status,
    client::Grpc,
    metadata::MetadataMap,
    transport::{Channel, Endpoint},
};

use super::{raw_codec::RawCodec, verdict::Failure};
use crate::pipeline::Signal;

/// Bytes of an answer that are read; a longer one counts as a failure.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// Bytes of headers or trailers that are read.
const HEADER_LIST_BYTES_MAX: u32 = 16 << 10;
/// Silence after which the other side is asked for a sign of life, and how long it may take to give it.
const KEEP_ALIVE: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(20));

/// A connection to the other side, made when it is first needed and again when it broke.
#[derive(Debug, Clone)]
pub(super) struct Client {
    grpc: Grpc<Channel>,
    headers: HeaderMap,
    timeout: Duration,
}

/// What the other side kept of a request that it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    /// Items that it could not keep.
    pub(super) rejected: u64,
    /// Why, in its own words; may be a mere warning.
    pub(super) message: String,
}

impl Client {
    /// A client that connects with its first request.
    pub(super) fn new(
        target: Uri,
        headers: HeaderMap,
        timeout: Duration,
    ) -> Result<Self, tonic::transport::Error> {
        let endpoint = Endpoint::from(target)
            .user_agent(concat!("inferometer/", env!("CARGO_PKG_VERSION")))?
            .connect_timeout(timeout)
            .http2_max_header_list_size(HEADER_LIST_BYTES_MAX)
            .http2_keep_alive_interval(KEEP_ALIVE.0)
            .keep_alive_timeout(KEEP_ALIVE.1);
        let grpc = Grpc::new(endpoint.connect_lazy()).max_decoding_message_size(ANSWER_BYTES_MAX);
        Ok(Self { grpc, headers, timeout })
    }

    /// Sends a request once and reads the answer.
    pub(super) async fn send(&self, signal: Signal, bytes: Bytes) -> Result<Taken, Failure> {
        // In a task of its own, because tonic panics on an answer whose status details are no base64.
        let mut attempt = JoinSet::new();
        attempt.spawn(call(self.grpc.clone(), self.headers.clone(), signal, bytes));
        match time::timeout(self.timeout, attempt.join_next()).await {
            Ok(Some(Ok(answer))) => {
                answer.map_err(|status| Failure::of(&status)).and_then(|answer| taken(&answer))
            }
            Ok(_) => {
                Err(Failure::Final { message: "the answer's status cannot be read".to_owned() })
            }
            Err(_) => Err(Failure::Passing {
                asked: None,
                message: format!("no answer within {:?}", self.timeout),
            }),
        }
    }
}

async fn call(
    mut grpc: Grpc<Channel>,
    headers: HeaderMap,
    signal: Signal,
    bytes: Bytes,
) -> Result<Bytes, Status> {
    grpc.ready().await.map_err(|cause| Status::from_error(cause.into()))?;
    let mut request = Request::new(bytes);
    *request.metadata_mut() = MetadataMap::from_headers(headers);
    let answer = grpc.unary(request, method(signal), RawCodec).await?;
    Ok(answer.into_inner())
}

fn method(signal: Signal) -> PathAndQuery {
    PathAndQuery::from_static(match signal {
        Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    })
}

/// Reads an answer; those of all three services have the same fields.
fn taken(answer: &[u8]) -> Result<Taken, Failure> {
    let answer = ExportTraceServiceResponse::decode(answer).map_err(|cause| Failure::Final {
        message: format!("the answer cannot be read: {cause}"),
    })?;
    let partial = answer.partial_success.unwrap_or_default();
    Ok(Taken {
        rejected: u64::try_from(partial.rejected_spans).unwrap_or_default(),
        message: partial.error_message,
    })
}
