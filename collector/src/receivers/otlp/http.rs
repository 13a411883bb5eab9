//! OTLP/HTTP with bodies in protobuf or JSON.

use std::sync::Arc;

use http::{Method, header};

use super::{
    answer,
    cors::Cors,
    door::Door,
    encoding::encoding_of,
    format::{Format, media_type},
    http_error,
};
use crate::{
    config::CorsSettings,
    http::{Body, Denial, Encoding, Handler, Request, Response, inflate},
    otlp,
    pipeline::{Refusal, RefusalReason, Signal},
};

/// Serves `/v1/metrics`, `/v1/traces` and `/v1/logs`.
#[derive(Debug)]
pub(super) struct Http {
    door: Arc<Door>,
    max_request_bytes: usize,
    cors: Option<Cors>,
}

impl Http {
    pub(super) fn new(door: Arc<Door>, max_request_bytes: usize, cors: &CorsSettings) -> Self {
        Self { door, max_request_bytes, cors: Cors::new(cors) }
    }

    async fn answer(&self, request: Request) -> Response {
        let Some(signal) = signal_of(request.uri().path()) else {
            return http_error::unknown_path(&request);
        };
        if request.method() != Method::POST {
            let message = format!("method {} is not supported; use POST", request.method());
            let refusal = self.door.refuse(signal, unsupported(message), 0);
            return http_error::wrong_method(&request, &refusal);
        }
        let Some(format) = Format::of(request.headers()) else {
            let message = format!(
                "content type {} is not supported; send application/x-protobuf or application/json",
                media_type(request.headers()).escape_ascii()
            );
            let refusal = self.door.refuse(signal, unsupported(message), 0);
            return http_error::refused(None, &refusal);
        };
        match self.export(signal, format, request).await {
            Ok(response) => response,
            Err(refusal) => http_error::refused(Some(format), &refusal),
        }
    }

    async fn export(
        &self,
        signal: Signal,
        format: Format,
        request: Request,
    ) -> Result<Response, Refusal> {
        let encoding = encoding_of(request.headers(), &header::CONTENT_ENCODING)
            .map_err(|refusal| self.door.refuse(signal, refusal, 0))?;
        let limit = self.max_request_bytes;
        let unpack = move |body, charge: &mut _| {
            let body = inflate(body, encoding, limit, charge)?;
            match format {
                Format::Protobuf => Ok(body),
                Format::Json => otlp::from_json(signal, &body, limit, charge),
            }
        };
        // Chunked bodies do not say how long they are.
        let is_packed = encoding != Encoding::Identity || format == Format::Json;
        let receive = self.door.receive(signal, request, limit, |_| None, is_packed, unpack);
        let outcome = receive.await?;
        let mut response =
            http::Response::new(Body::full(answer::encode(signal, &outcome, format)));
        response.headers_mut().insert(header::CONTENT_TYPE, format.media_type());
        Ok(response)
    }
}

impl Handler for Http {
    async fn handle(self: Arc<Self>, request: Request) -> Response {
        match &self.cors {
            None => self.answer(request).await,
            Some(cors) => match cors.preflight(&request) {
                Some(response) => response,
                None => {
                    let origin = cors.origin_of(&request);
                    cors.allow(origin, self.answer(request).await)
                }
            },
        }
    }

    /// A browser asks whether a page may send before it sends the page's credentials.
    fn is_open(&self, request: &Request) -> bool {
        self.cors.is_some() && Cors::is_preflight(request)
    }

    fn deny(&self, request: &Request, denial: &Denial) -> Response {
        let refusal = match signal_of(request.uri().path()) {
            Some(signal) => self.door.refuse(signal, denial.refusal(), 0),
            None => denial.refusal(),
        };
        let mut response = http_error::refused(Format::of(request.headers()), &refusal);
        if let Some(challenge) = denial.challenge() {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge.clone());
        }
        match &self.cors {
            None => response,
            Some(cors) => cors.allow(cors.origin_of(request), response),
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

const fn unsupported(message: String) -> Refusal {
    Refusal { reason: RefusalReason::Unsupported, message, retry_after: None }
}
