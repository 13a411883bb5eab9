//! OTLP/gRPC: unary calls, unframed and inflated here.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{
    answer,
    door::Door,
    grpc_frame::{self, Encoding, PREFIX_BYTES},
    grpc_status,
};
use crate::{
    http::{Body, Handler, Request, Response},
    pipeline::{Refusal, RefusalReason, Signal},
};

/// The media type of every gRPC answer.
const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");

/// Serves the export methods of the three OTLP services.
#[derive(Debug)]
pub(super) struct Grpc {
    door: Arc<Door>,
    max_request_bytes: usize,
}

impl Grpc {
    pub(super) const fn new(door: Arc<Door>, max_request_bytes: usize) -> Self {
        Self { door, max_request_bytes }
    }

    async fn call(&self, request: Request) -> Result<Response, Refusal> {
        let signal = signal_of(request.uri().path())?;
        let encoding =
            encoding(request.headers()).map_err(|refusal| self.door.refuse(signal, refusal, 0))?;
        let limit = self.max_request_bytes;
        let outcome = self
            .door
            .receive(signal, request, limit.saturating_add(PREFIX_BYTES), |body, charge| {
                grpc_frame::unframe(body, encoding, limit, charge)
            })
            .await?;
        let message = grpc_frame::frame(&answer::encode(&outcome));
        let mut response = http::Response::new(Body::with_trailers(message, grpc_status::ok()));
        response.headers_mut().insert(header::CONTENT_TYPE, GRPC);
        Ok(response)
    }
}

impl Handler for Grpc {
    async fn handle(self: Arc<Self>, request: Request) -> Response {
        if !is_grpc(request.headers()) {
            return not_grpc(request.headers());
        }
        match self.call(request).await {
            Ok(response) => response,
            Err(refusal) => {
                let mut response = grpc_status::refused(&refusal);
                response
                    .headers_mut()
                    .insert("grpc-accept-encoding", HeaderValue::from_static("identity,gzip"));
                response
            }
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

fn encoding(headers: &HeaderMap) -> Result<Encoding, Refusal> {
    let name = headers.get("grpc-encoding").map_or(&b""[..], HeaderValue::as_bytes);
    Encoding::named(name).ok_or_else(|| {
        unsupported(format!(
            "grpc-encoding {} is not supported; send gzip or identity",
            name.escape_ascii()
        ))
    })
}

fn unsupported(message: String) -> Refusal {
    Refusal { reason: RefusalReason::Unsupported, message, retry_after: None }
}

fn is_grpc(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return false;
    };
    let media_type = value.as_bytes().split(|&byte| byte == b';').next();
    matches!(
        media_type.map(<[u8]>::trim_ascii),
        Some(b"application/grpc" | b"application/grpc+proto")
    )
}

/// What a browser, or a sender of OTLP/HTTP, is told on this port.
fn not_grpc(headers: &HeaderMap) -> Response {
    let given = headers
        .get(header::CONTENT_TYPE)
        .map_or("none".to_owned(), |value| value.as_bytes().escape_ascii().to_string());
    let mut response = http::Response::new(Body::full(format!(
        "content type {given} is not supported; this port speaks OTLP/gRPC (application/grpc), \
         send OTLP/HTTP to the HTTP port, 4318 by default\n"
    )));
    *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
