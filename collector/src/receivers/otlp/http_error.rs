//! Errors of OTLP/HTTP: a status code, and a `google.rpc.Status` in the sender's own format.

use http::{HeaderValue, StatusCode, header};

use super::{format::Format, rpc_status};
use crate::{
    http::{Body, Encoding, Request, Response},
    pipeline::{Refusal, RefusalReason},
};

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// The answer to a refused request; in plain text for senders of neither format, such as a browser.
pub(super) fn refused(format: Option<Format>, refusal: &Refusal) -> Response {
    let status = status_of(refusal.reason);
    let mut response = error(status, format, refusal);
    let headers = response.headers_mut();
    if let Some(delay) = rpc_status::retry_after(refusal) {
        // Whole seconds only, and 0 would invite an instant return.
        let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
    if status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        headers.insert(header::ACCEPT, Format::MEDIA_TYPES);
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(Encoding::NAMES));
    }
    response
}

/// The answer to a request with a method other than POST.
pub(super) fn wrong_method(request: &Request, refusal: &Refusal) -> Response {
    let format = Format::of(request.headers());
    let mut response = error(StatusCode::METHOD_NOT_ALLOWED, format, refusal);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}

/// The answer to a request for a path that is not served.
pub(super) fn unknown_path(request: &Request) -> Response {
    let refusal = Refusal {
        reason: RefusalReason::Unsupported,
        message: format!(
            "unknown path {}; send POST to /v1/metrics, /v1/traces or /v1/logs",
            request.uri().path()
        ),
        retry_after: None,
    };
    error(StatusCode::NOT_FOUND, Format::of(request.headers()), &refusal)
}

const fn status_of(reason: RefusalReason) -> StatusCode {
    match reason {
        RefusalReason::Malformed => StatusCode::BAD_REQUEST,
        RefusalReason::Unauthenticated => StatusCode::UNAUTHORIZED,
        RefusalReason::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        RefusalReason::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        RefusalReason::TooSlow => StatusCode::REQUEST_TIMEOUT,
        RefusalReason::NoPipeline => StatusCode::NOT_FOUND,
        RefusalReason::QueueFull => StatusCode::TOO_MANY_REQUESTS,
        RefusalReason::Memory
        | RefusalReason::StorageFailed
        | RefusalReason::Stopping
        | RefusalReason::AuthenticationBusy => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn error(status: StatusCode, format: Option<Format>, refusal: &Refusal) -> Response {
    let (content_type, body) = match format {
        Some(format) => (format.media_type(), rpc_status::body(refusal, format)),
        None => (TEXT, format!("{}\n", rpc_status::message(refusal)).into_bytes()),
    };
    let mut response = http::Response::new(Body::full(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}
