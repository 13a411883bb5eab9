//! Errors of OTLP/HTTP: a status code, and a `google.rpc.Status` in the sender's own format.

use http::{HeaderValue, StatusCode, header};
use prost::Message;
use tonic_types::pb;

use super::http::media_type;
use crate::{
    http::{Body, Request, Response},
    pipeline::{Refusal, RefusalReason},
};

/// The media type of OTLP in protobuf.
pub(super) const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// The answer to a refused request whose body has this media type.
pub(super) fn refused(media_type: &[u8], refusal: &Refusal) -> Response {
    let status = status_of(refusal.reason);
    let mut response = error(status, media_type, &refusal.message);
    if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        // Whole seconds only, and 0 would invite an instant return.
        let delay = refusal.retry_after.unwrap_or_default();
        let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
    response
}

/// The answer to a request with a method other than POST.
pub(super) fn wrong_method(request: &Request, refusal: &Refusal) -> Response {
    let mut response =
        error(StatusCode::METHOD_NOT_ALLOWED, media_type(request.headers()), &refusal.message);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}

/// The answer to a request for a path that is not served.
pub(super) fn unknown_path(request: &Request) -> Response {
    let message =
        format!("unknown path {}; send POST to /v1/metrics or /v1/traces", request.uri().path());
    error(StatusCode::NOT_FOUND, media_type(request.headers()), &message)
}

const fn status_of(reason: RefusalReason) -> StatusCode {
    match reason {
        RefusalReason::Malformed => StatusCode::BAD_REQUEST,
        RefusalReason::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        RefusalReason::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        RefusalReason::NoPipeline => StatusCode::NOT_FOUND,
        RefusalReason::QueueFull => StatusCode::TOO_MANY_REQUESTS,
        RefusalReason::Memory | RefusalReason::Stopping => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// An error in the format that the sender writes; in plain text for those who write neither, such as a browser.
fn error(status: StatusCode, media_type: &[u8], message: &str) -> Response {
    let (content_type, body) = match media_type {
        b"application/x-protobuf" => {
            let rpc_status = pb::Status { message: message.to_owned(), ..pb::Status::default() };
            (PROTOBUF, rpc_status.encode_to_vec())
        }
        b"application/json" => {
            let body = serde_json::json!({ "message": message });
            (JSON, body.to_string().into_bytes())
        }
        _ => (TEXT, format!("{message}\n").into_bytes()),
    };
    let mut response = http::Response::new(Body::full(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}
