//! OTLP over gRPC: the frame around a request, and the status behind an answer.

use std::sync::Arc;

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode, header, uri::PathAndQuery};
use percent_encoding::percent_decode;
use tonic::{Code, Status};

use super::{
    answer::{ACCEPTED_ENCODINGS, Accepted, Answer, inflate, shown},
    chunks::Chunks,
    compression::Packed,
    http as otlp_http,
    verdict::Failure,
};
use crate::{config::Compression, pipeline::Signal};

/// Bytes before a message: one flag, four of length.
const PREFIX_BYTES: usize = 5;
/// Binary metadata is base64 with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The headers that every request has.
pub(super) fn headers(compression: Compression) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(header::TE, HeaderValue::from_static("trailers"));
    headers.insert("grpc-accept-encoding", HeaderValue::from_static(ACCEPTED_ENCODINGS));
    if compression != Compression::None {
        headers.insert("grpc-encoding", HeaderValue::from_static(compression.as_str()));
    }
    headers
}

pub(super) fn path(signal: Signal) -> PathAndQuery {
    PathAndQuery::from_static(match signal {
        Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    })
}

/// A request's one message in its frame; nothing if its length cannot be written.
pub(super) fn body(packed: &Packed) -> Option<Chunks> {
    let mut prefix = BytesMut::with_capacity(PREFIX_BYTES);
    prefix.put_u8(packed.is_compressed.into());
    prefix.put_u32(u32::try_from(packed.len()).ok()?);
    Some(Chunks::new(prefix.freeze(), Arc::clone(&packed.chunks)))
}

/// What an answer says about the request.
pub(super) fn verdict(answer: Answer) -> Result<Accepted, Failure> {
    let Answer { head, body, trailers } = answer;
    // An answer without a message may have its status in its headers.
    let of_status =
        [&trailers, &head.headers].into_iter().find(|map| map.contains_key("grpc-status"));
    let Some(of_status) = of_status else {
        return Err(not_grpc(head.status, &head.headers));
    };
    let code = Code::from_bytes(text(of_status, "grpc-status"));
    if code != Code::Ok {
        return Err(Failure::of(&status(code, of_status)));
    }
    let message = unframe(body, text(&head.headers, "grpc-encoding"));
    Ok(message.map_or_else(|cause| Accepted::unread(&cause), |message| Accepted::read(&message)))
}

fn status(code: Code, headers: &HeaderMap) -> Status {
    let message = percent_decode(text(headers, "grpc-message")).decode_utf8_lossy();
    // Details that cannot be read say nothing.
    let details = BASE64.decode(text(headers, "grpc-status-details-bin")).unwrap_or_default();
    Status::with_details(code, shown(&message), details.into())
}

/// What an answer without a gRPC status means, by the HTTP status, as gRPC maps it.
fn not_grpc(status: StatusCode, headers: &HeaderMap) -> Failure {
    let redirect = otlp_http::redirect(status, headers);
    let message = format!(
        "HTTP status {status}{redirect} with content type {:?} instead of a gRPC answer",
        shown(&String::from_utf8_lossy(text(headers, header::CONTENT_TYPE.as_str())))
    );
    Failure::of_http(status.as_u16(), None, message)
}

fn unframe(mut body: Bytes, encoding: &[u8]) -> Result<Bytes, String> {
    let Some(&[flag, a, b, c, d]) = body.first_chunk::<PREFIX_BYTES>() else {
        return Err(format!("{} bytes are no gRPC message", body.len()));
    };
    let message = body.split_off(PREFIX_BYTES);
    if u32::from_be_bytes([a, b, c, d]) as usize != message.len() {
        return Err("its length is not the one it announces".to_owned());
    }
    match flag {
        0 => Ok(message),
        1 => inflate(message, encoding),
        _ => Err(format!("unknown flag {flag}")),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a [u8] {
    headers.get(name).map_or(&[], HeaderValue::as_bytes)
}
