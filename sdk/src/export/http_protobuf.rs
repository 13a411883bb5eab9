//! OTLP over HTTP: a POST of protobuf, and what its answer means.

use bytes::Bytes;
use http::{HeaderValue, Request, header, request::Builder};
use prost::Message;

use super::{
    client::Answer,
    fault::{Fault, said},
    protocol::Compression,
    retry::{judge_http, retry_after},
    rpc_status::RpcStatus,
};
use crate::clock::{Clock, SystemClock};

const PROTOBUF: &str = "application/x-protobuf";

pub(super) fn request(compression: Compression) -> Builder {
    let mut request = Request::builder().header(header::CONTENT_TYPE, PROTOBUF);
    if let Some(word) = compression.word() {
        request = request.header(header::CONTENT_ENCODING, word);
    }
    request
}

/// The message that the request was answered with. A receiver that takes the request and answers with something else
/// than protobuf (some do, with nothing or with JSON) says nothing about rejected items.
///
/// Redirects are not followed: headers carry credentials.
pub(super) fn outcome(answer: &Answer) -> Result<Bytes, Fault> {
    let is_protobuf = answer
        .headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(PROTOBUF.as_bytes()));
    if answer.status.is_success() {
        return Ok(if is_protobuf { answer.body.clone() } else { Bytes::new() });
    }
    let asked = answer.headers.get(header::RETRY_AFTER).and_then(|value: &HeaderValue| {
        retry_after(value.to_str().ok()?, SystemClock::new().system_time())
    });
    let message = if is_protobuf {
        RpcStatus::decode(answer.body.clone()).unwrap_or_default().message
    } else {
        String::from_utf8_lossy(&answer.body).into_owned()
    };
    Err(Fault::new(
        judge_http(answer.status.as_u16(), asked),
        format!("answers HTTP {}: {}", answer.status, said(message.trim())),
    ))
}
