//! Answers of OTLP over HTTP and over gRPC.

use std::{convert::Infallible, time::Duration};

use bytes::{BufMut, Bytes, BytesMut};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper::{HeaderMap, Response, StatusCode, header::HeaderValue};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

pub(super) type Reply = Response<UnsyncBoxBody<Bytes, Infallible>>;

/// Bytes before a message of gRPC: whether it is compressed, and its length.
pub(super) const PREFIX: usize = 5;

/// The request was taken, except for so many of its spans.
pub(super) fn kept(is_grpc: bool, rejected: i64) -> Reply {
    let partial_success = (rejected > 0).then(|| ExportTracePartialSuccess {
        rejected_spans: rejected,
        error_message: "as the test says".to_owned(),
    });
    let message = ExportTraceServiceResponse { partial_success }.encode_to_vec();
    if !is_grpc {
        let mut reply = Response::new(Full::new(Bytes::from(message)).boxed_unsync());
        let protobuf = HeaderValue::from_static("application/x-protobuf");
        reply.headers_mut().insert("content-type", protobuf);
        return reply;
    }
    let mut framed = BytesMut::with_capacity(PREFIX + message.len());
    framed.put_u8(0);
    framed.put_u32(u32::try_from(message.len()).expect("a short message"));
    framed.put_slice(&message);
    let trailers = async {
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", HeaderValue::from_static("0"));
        Some(Ok(trailers))
    };
    let body = Full::new(framed.freeze()).with_trailers(trailers).boxed_unsync();
    let mut reply = Response::new(body);
    reply.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    reply
}

/// 503 or `UNAVAILABLE`.
pub(super) fn unavailable(is_grpc: bool) -> Reply {
    if is_grpc {
        return Status::unavailable("as the test says").into_http();
    }
    plain(StatusCode::SERVICE_UNAVAILABLE)
}

/// 429 or `RESOURCE_EXHAUSTED`, to come back after a delay, in whole seconds over HTTP.
pub(super) fn exhausted(is_grpc: bool, delay: Duration) -> Reply {
    if is_grpc {
        let details = ErrorDetails::with_retry_info(Some(delay));
        return Status::with_error_details(Code::ResourceExhausted, "as the test says", details)
            .into_http();
    }
    let mut reply = plain(StatusCode::TOO_MANY_REQUESTS);
    reply.headers_mut().insert("retry-after", HeaderValue::from(delay.as_secs()));
    reply
}

/// 413 or `RESOURCE_EXHAUSTED`, for good.
pub(super) fn too_large(is_grpc: bool) -> Reply {
    if is_grpc {
        return Status::resource_exhausted("larger than max").into_http();
    }
    plain(StatusCode::PAYLOAD_TOO_LARGE)
}

/// What no sender of OTLP should be told here.
pub(super) fn broken() -> Reply {
    plain(StatusCode::BAD_REQUEST)
}

fn plain(status: StatusCode) -> Reply {
    let mut reply = Reply::default();
    *reply.status_mut() = status;
    reply
}
