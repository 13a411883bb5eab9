//! OTLP/gRPC: unary calls, unframed and inflated here.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};

use super::{
    answer,
    door::Door,
    encoding::encoding_of,
    format::{Format, media_type},
    grpc_frame::{self, PREFIX_BYTES},
    grpc_health::GrpcHealth,
    grpc_status,
};
use crate::{
    http::{Body, Denial, Encoding, Handler, Request, Response},
    pipeline::{Refusal, RefusalReason, Signal},
};

/// The media type of every gRPC answer.
pub(super) const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");

pub(super) const GRPC_ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");

/// Serves the export methods of the three OTLP services, and the health of the collector.
#[derive(Debug)]
pub(super) struct Grpc {
    door: Arc<Door>,
    max_request_bytes: usize,
    health: GrpcHealth,
}

impl Grpc {
    pub(super) const fn new(door: Arc<Door>, max_request_bytes: usize, health: GrpcHealth) -> Self {
        Self { door, max_request_bytes, health }
    }

    async fn call(&self, request: Request) -> Result<Response, Refusal> {
        let signal = signal_of(request.uri().path())?;
        let refuse = |refusal| self.door.refuse(signal, refusal, 0);
        is_protobuf(request.headers()).map_err(refuse)?;
        let encoding = encoding_of(request.headers(), &GRPC_ENCODING).map_err(refuse)?;
        let limit = self.max_request_bytes;
        let unpack = move |body, charge: &mut _| grpc_frame::unframe(body, encoding, limit, charge);
        let framed_limit = limit.saturating_add(PREFIX_BYTES);
        let is_packed = encoding != Encoding::Identity;
        let outcome = self
            .door
            .receive(signal, request, framed_limit, grpc_frame::framed_bytes, is_packed, unpack)
            .await?;
        let message = grpc_frame::frame(&answer::encode(signal, &outcome, Format::Protobuf));
        let mut response = http::Response::new(Body::with_trailers(message, grpc_status::ok()));
        response.headers_mut().insert(header::CONTENT_TYPE, GRPC);
        Ok(response)
    }
}

impl Handler for Grpc {
    async fn handle(self: Arc<Self>, request: Request) -> Response {
        if let Some(response) = not_grpc(&request) {
            return response;
        }
        if GrpcHealth::serves(request.uri().path()) {
            return self.health.answer(request).await;
        }
        match self.call(request).await {
            Ok(response) => response,
            Err(refusal) => grpc_status::refused(&refusal),
        }
    }

    fn deny(&self, request: &Request, denial: &Denial) -> Response {
        let refusal = match signal_of(request.uri().path()) {
            Ok(signal) => self.door.refuse(signal, denial.refusal(), 0),
            Err(_) => denial.refusal(),
        };
        match not_grpc(request) {
            Some(_) => denial.response(),
            None => grpc_status::refused(&refusal),
        }
    }
}

fn signal_of(path: &str) -> Result<Signal, Refusal> {
    match path {
        "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" => Ok(Signal::Metrics),
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => Ok(Signal::Traces),
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export" => Ok(Signal::Logs),
        _ => Err(unsupported(format!(
            "unknown method {path}; call Export of MetricsService, TraceService or LogsService in \
             opentelemetry.proto.collector"
        ))),
    }
}

/// Refuses messages in another format than protobuf, such as `application/grpc+json`.
fn is_protobuf(headers: &HeaderMap) -> Result<(), Refusal> {
    let media_type = media_type(headers);
    if matches!(media_type, b"application/grpc" | b"application/grpc+proto") {
        return Ok(());
    }
    Err(unsupported(format!(
        "content type {} is not supported; send application/grpc",
        media_type.escape_ascii()
    )))
}

fn unsupported(message: String) -> Refusal {
    Refusal { reason: RefusalReason::Unsupported, message, retry_after: None }
}

/// What a browser, a sender of OTLP/HTTP, or of gRPC over HTTP/1 is told on this port; nothing to a call of gRPC.
fn not_grpc(request: &Request) -> Option<Response> {
    let media_type = media_type(request.headers());
    let is_grpc = media_type == GRPC.as_bytes() || media_type.starts_with(b"application/grpc+");
    let (status, message) = if !is_grpc {
        let given = if media_type.is_empty() { b"none" } else { media_type };
        let message = format!(
            "content type {} is not supported; this port speaks OTLP/gRPC (application/grpc), \
             send OTLP/HTTP to the HTTP port, 4318 by default\n",
            given.escape_ascii()
        );
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, message)
    } else if request.version() != Version::HTTP_2 {
        let message = format!("gRPC over {:?} is not supported; use HTTP/2\n", request.version());
        (StatusCode::HTTP_VERSION_NOT_SUPPORTED, message)
    } else if request.method() != Method::POST {
        let message = format!("method {} is not supported; use POST\n", request.method());
        (StatusCode::METHOD_NOT_ALLOWED, message)
    } else {
        return None;
    };
    let mut response = http::Response::new(Body::full(message));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, text);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    Some(response)
}
