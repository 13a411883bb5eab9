//! OTLP over gRPC: one unary call's framing and status, over HTTP/2.
//!
//! Written out here because a client library trusts the server's trailers more than a host process should, and because
//! the bytes are encoded already.

use base64::{Engine, engine::general_purpose};
use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request, header, request::Builder};
use percent_encoding::percent_decode;
use prost::Message;

use super::{
    client::Answer,
    fault::{Fault, said},
    protocol::Compression,
    retry::{Verdict, judge_grpc},
    rpc_status::RpcStatus,
};

/// A flag, and the length.
const PREFIX_BYTES: usize = 5;

/// A message as the body of a call.
pub(super) fn frame(message: &[u8], compression: Compression) -> std::io::Result<Bytes> {
    let length = u32::try_from(message.len()).map_err(std::io::Error::other)?;
    let mut framed = BytesMut::with_capacity(PREFIX_BYTES + message.len());
    framed.put_u8(u8::from(compression != Compression::None));
    framed.put_u32(length);
    framed.put_slice(message);
    Ok(framed.freeze())
}

pub(super) fn request(compression: Compression) -> Builder {
    let mut request = Request::builder()
        .header(header::CONTENT_TYPE, "application/grpc")
        .header(header::TE, "trailers");
    if let Some(word) = compression.word() {
        request = request.header("grpc-encoding", word);
    }
    request
}

/// The message that the call answered with.
pub(super) fn outcome(answer: &Answer) -> Result<Bytes, Fault> {
    if !answer.status.is_success() {
        let verdict = super::retry::judge_http(answer.status.as_u16(), None);
        return Err(Fault::new(verdict, format!("answers HTTP {}, no gRPC", answer.status)));
    }
    // An answer without a message has its status in the headers.
    let ended = [answer.trailers.as_ref(), Some(&answer.headers)];
    let Some(status) = ended.into_iter().flatten().find(|map| map.contains_key("grpc-status"))
    else {
        return Err(Fault::new(Verdict::REFUSED, "answers without a gRPC status"));
    };
    match code(status) {
        0 => unframe(&answer.body),
        code => Err(failed(code, status)),
    }
}

/// A number beyond the known ones is gRPC's "unknown".
fn code(status: &HeaderMap) -> u16 {
    const UNKNOWN: u16 = 2;
    let code = status.get("grpc-status").and_then(|code| code.to_str().ok()?.parse().ok());
    code.unwrap_or(UNKNOWN)
}

fn failed(code: u16, status: &HeaderMap) -> Fault {
    let details = status.get("grpc-status-details-bin").and_then(details).unwrap_or_default();
    let message = status.get("grpc-message").map(HeaderValue::as_bytes).unwrap_or_default();
    let message = percent_decode(message).decode_utf8_lossy();
    Fault::new(
        judge_grpc(code, details.retry_delay()),
        format!("answers gRPC status {code} ({}): {}", name(code), said(&message)),
    )
}

/// Nonsense is as good as nothing.
fn details(value: &HeaderValue) -> Option<RpcStatus> {
    let unpadded = value.to_str().ok()?.trim_end_matches('=');
    let bytes = general_purpose::STANDARD_NO_PAD.decode(unpadded).ok()?;
    RpcStatus::decode(&*bytes).ok()
}

fn unframe(body: &Bytes) -> Result<Bytes, Fault> {
    let fault = |why: String| Err(Fault::new(Verdict::REFUSED, why));
    let Some((prefix, message)) = body.split_first_chunk::<PREFIX_BYTES>() else {
        return fault(format!("answers with {} bytes, no gRPC message", body.len()));
    };
    let [flag, length @ ..] = *prefix;
    if flag != 0 || u32::from_be_bytes(length) as usize != message.len() {
        return fault("answers with something else than one plain gRPC message".to_owned());
    }
    Ok(body.slice(PREFIX_BYTES..))
}

fn name(code: u16) -> &'static str {
    const NAMES: [&str; 17] = [
        "ok",
        "cancelled",
        "unknown",
        "invalid argument",
        "deadline exceeded",
        "not found",
        "already exists",
        "permission denied",
        "resource exhausted",
        "failed precondition",
        "aborted",
        "out of range",
        "unimplemented",
        "internal",
        "unavailable",
        "data loss",
        "unauthenticated",
    ];
    NAMES.get(usize::from(code)).copied().unwrap_or("no known code")
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn answer(trailers: &[(&'static str, &str)], body: &[u8]) -> Answer {
        let trailers =
            trailers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Answer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body),
            trailers: Some(trailers.collect()),
        }
    }

    #[track_caller]
    fn check(trailers: &[(&'static str, &str)], body: &[u8], verdict: &Verdict, says: &str) {
        let fault = outcome(&answer(trailers, body)).unwrap_err();
        assert_eq!(fault.verdict, *verdict, "{}", fault.detail);
        assert!(fault.detail.contains(says), "{}", fault.detail);
    }

    #[test]
    fn a_message_survives_its_frame() {
        let framed = frame(b"abc", Compression::None).unwrap();
        assert_eq!(framed, b"\0\0\0\0\x03abc".as_slice());
        assert_eq!(outcome(&answer(&[("grpc-status", "0")], &framed)).unwrap(), b"abc".as_slice());
        assert_eq!(frame(b"abc", Compression::Gzip).unwrap()[0], 1);
    }

    #[test]
    fn a_hostile_answer_is_refused_and_never_a_panic() {
        let refused = &Verdict::REFUSED;
        check(&[], b"", refused, "without a gRPC status");
        check(&[("grpc-status", "0")], b"", refused, "0 bytes");
        check(&[("grpc-status", "0")], b"\0\xff\xff\xff\xff", refused, "something else");
        check(&[("grpc-status", "0")], b"\x01\0\0\0\0", refused, "something else");
        check(&[("grpc-status", "-7")], b"", refused, "unknown");
        check(&[("grpc-status", "999")], b"", refused, "no known code");
        let bad_details = [("grpc-status", "14"), ("grpc-status-details-bin", "%%%")];
        check(&bad_details, b"", &Verdict::AGAIN, "unavailable");
        let bad_message = [("grpc-status", "3"), ("grpc-message", "%ff%0a")];
        check(&bad_message, b"", refused, "\\n");
    }
}
