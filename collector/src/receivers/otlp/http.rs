//! OTLP/HTTP with protobuf bodies.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method, header};

use super::{
    answer,
    door::Door,
    http_error::{self, PROTOBUF},
};
use crate::{
    http::{Body, Handler, Request, Response, inflate_gzip},
    pipeline::{Refusal, RefusalReason, Signal},
};

/// Serves `/v1/metrics` and `/v1/traces`; `/v1/logs` is answered with a refusal that says what to do.
#[derive(Debug)]
pub(super) struct Http {
    door: Arc<Door>,
    max_request_bytes: usize,
}

impl Http {
    pub(super) const fn new(door: Arc<Door>, max_request_bytes: usize) -> Self {
        Self { door, max_request_bytes }
    }

    async fn export(&self, signal: Signal, request: Request) -> Result<Response, Refusal> {
        let is_gzip =
            is_gzip(request.headers()).map_err(|refusal| self.door.refuse(signal, refusal, 0))?;
        let limit = self.max_request_bytes;
        let outcome = self
            .door
            .receive(signal, request, limit, |body, charge| {
                if is_gzip { inflate_gzip(&body, limit, charge) } else { Ok(body) }
            })
            .await?;
        let mut response = http::Response::new(Body::full(answer::encode(&outcome)));
        response.headers_mut().insert(header::CONTENT_TYPE, PROTOBUF);
        Ok(response)
    }
}

impl Handler for Http {
    async fn handle(self: Arc<Self>, request: Request) -> Response {
        let Some(signal) = signal_of(request.uri().path()) else {
            return http_error::unknown_path(&request);
        };
        if request.method() != Method::POST {
            let message = format!("method {} is not supported; use POST", request.method());
            let refusal = self.door.refuse(signal, unsupported(message), 0);
            return http_error::wrong_method(&request, &refusal);
        }
        if media_type(request.headers()) != PROTOBUF.as_bytes() {
            let message = format!(
                "content type {} is not supported; send application/x-protobuf",
                media_type(request.headers()).escape_ascii()
            );
            let refusal = self.door.refuse(signal, unsupported(message), 0);
            return http_error::refused(media_type(request.headers()), &refusal);
        }
        match self.export(signal, request).await {
            Ok(response) => response,
            Err(refusal) => http_error::refused(PROTOBUF.as_bytes(), &refusal),
        }
    }
}

fn signal_of(path: &str) -> Option<Signal> {
    match path {
        "/v1/metrics" => Some(Signal::Metrics),
        "/v1/traces" => Some(Signal::Traces),
        "/v1/logs" => Some(Signal::Logs),
        _ => None,
    }
}

/// The content type without its parameters; empty if there is none.
pub(super) fn media_type(headers: &HeaderMap) -> &[u8] {
    let value = headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let end = value.iter().position(|&byte| byte == b';');
    value[..end.unwrap_or(value.len())].trim_ascii()
}

fn is_gzip(headers: &HeaderMap) -> Result<bool, Refusal> {
    let encoding = headers.get(header::CONTENT_ENCODING).map_or(&b""[..], HeaderValue::as_bytes);
    match encoding {
        b"" | b"identity" => Ok(false),
        b"gzip" => Ok(true),
        other => Err(unsupported(format!(
            "content encoding {} is not supported; send gzip or identity",
            other.escape_ascii()
        ))),
    }
}

const fn unsupported(message: String) -> Refusal {
    Refusal { reason: RefusalReason::Unsupported, message, retry_after: None }
}
