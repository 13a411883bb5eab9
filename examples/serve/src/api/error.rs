//! Errors in the shape that OpenAI's clients parse.

use std::fmt::Display;

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use serde::Serialize;

use super::BODY_BYTES_MAX;

/// An answer that is no completion: a status, and a message with the value and the remedy.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    body: ErrorBody,
}

/// `{"error": {...}}`; also an event in a stream that fails half way.
#[derive(Debug, Serialize)]
pub(super) struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Debug, Serialize)]
struct ErrorDetail {
    message: String,
    #[serde(rename = "type")]
    kind: &'static str,
    /// The field of the request that is at fault.
    param: Option<&'static str>,
    code: Option<&'static str>,
}

const INVALID: &str = "invalid_request_error";
const SERVER: &str = "server_error";

impl ApiError {
    fn new(
        status: StatusCode,
        kind: &'static str,
        code: Option<&'static str>,
        message: String,
    ) -> Self {
        Self { status, body: ErrorBody { error: ErrorDetail { message, kind, param: None, code } } }
    }

    /// A field has a value that can't be served.
    pub(super) fn invalid(param: &'static str, message: String) -> Self {
        let mut error = Self::new(StatusCode::BAD_REQUEST, INVALID, Some("invalid_value"), message);
        error.body.error.param = Some(param);
        error
    }

    /// The prompt, or prompt and completion, need more tokens than the model has.
    pub(super) fn context_length(prompt: usize, completion: usize, context: usize) -> Self {
        let message = format!(
            "the messages take {prompt} tokens and the completion at least {completion}, the model has room for {context} together: shorten the messages or lower max_tokens"
        );
        let mut error =
            Self::new(StatusCode::BAD_REQUEST, INVALID, Some("context_length_exceeded"), message);
        error.body.error.param = Some("messages");
        error
    }

    /// The body is no chat completion request.
    pub(super) fn malformed(error: &dyn Display) -> Self {
        let message = format!("the body is not a chat completion request in JSON: {error}");
        Self::new(StatusCode::BAD_REQUEST, INVALID, None, message)
    }

    pub(super) fn unknown_model(asked: &str, served: &str) -> Self {
        let message = format!(
            "there is no model '{asked}' here: ask for '{served}' (GET /v1/models lists it)"
        );
        let mut error = Self::new(StatusCode::NOT_FOUND, INVALID, Some("model_not_found"), message);
        error.body.error.param = Some("model");
        error
    }

    pub(super) fn unknown_path(path: &str) -> Self {
        let message = format!(
            "there is nothing at '{path}': use /v1/chat/completions, /v1/models or /healthz"
        );
        Self::new(StatusCode::NOT_FOUND, INVALID, None, message)
    }

    pub(super) fn wrong_method(method: &Method, path: &str) -> Self {
        let message = format!("'{path}' does not take {method}: use {}", allowed(path));
        Self::new(StatusCode::METHOD_NOT_ALLOWED, INVALID, None, message)
    }

    pub(super) fn too_large() -> Self {
        let message =
            format!("the body has more than {BODY_BYTES_MAX} bytes: shorten the messages");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, INVALID, None, message)
    }

    pub(super) fn too_slow(seconds: u64) -> Self {
        let message =
            format!("the body did not arrive within {seconds} seconds: send it faster or again");
        Self::new(StatusCode::REQUEST_TIMEOUT, INVALID, None, message)
    }

    pub(super) fn wrong_content_type(found: &str) -> Self {
        let message = format!("the content type is '{found}': send JSON as 'application/json'");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, INVALID, None, message)
    }

    pub(super) fn queue_full(waiting_max: usize) -> Self {
        let message = format!(
            "{waiting_max} requests are waiting already, as many as may: try again later or start the server with a larger --queue"
        );
        Self::new(StatusCode::SERVICE_UNAVAILABLE, SERVER, Some("queue_full"), message)
    }

    pub(super) fn engine_stopped() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            SERVER,
            None,
            "the engine has stopped: restart the server".to_owned(),
        )
    }

    /// The engine could not complete a request that was in order.
    pub(super) fn failed(reason: &str) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, SERVER, None, format!("{reason}: try again"))
    }

    /// The error without its status, for a stream that has begun.
    pub(super) fn into_body(self) -> ErrorBody {
        self.body
    }
}

/// The methods of a path that exists.
fn allowed(path: &str) -> &'static str {
    if path == "/v1/chat/completions" { "POST" } else { "GET, HEAD" }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
