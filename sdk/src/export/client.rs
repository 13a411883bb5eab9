//! One attempt: a request to the collector, and its answer within limits.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::{
    client::legacy,
    rt::{TokioExecutor, TokioTimer},
};
use parking_lot::Mutex;

use super::{
    MAX_RESPONSE_BYTES, connect::Connector, destination::Destination, fault::Fault, grpc,
    http_protobuf, protocol::Protocol, retry::Verdict,
};

/// What an answer's headers may hold, and its trailers.
const MAX_HEADER_BYTES: u32 = 16 * 1024;

const USER_AGENT: &str = concat!(
    "inferometer/",
    env!("CARGO_PKG_VERSION"),
    " OTel-OTLP-Exporter-Rust/",
    env!("CARGO_PKG_VERSION")
);

type HyperClient = legacy::Client<Connector, Full<Bytes>>;

/// Speaks to one collector about one signal. Its methods must be called inside the runtime that drives it.
#[derive(Debug)]
pub(super) struct Client {
    destination: Destination,
    /// Cheap to clone; clones share the connection.
    hyper: Mutex<HyperClient>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) trailers: Option<HeaderMap>,
}

impl Client {
    pub(super) fn new(destination: Destination) -> Self {
        let hyper = Mutex::new(hyper_client(&destination));
        Self { destination, hyper }
    }

    pub(super) const fn destination(&self) -> &Destination {
        &self.destination
    }

    /// The message as the body of every attempt.
    pub(super) fn body(&self, message: Bytes) -> std::io::Result<Bytes> {
        let compression = self.destination.compression;
        let compressed = compression.apply(message)?;
        match self.destination.protocol {
            Protocol::Grpc => grpc::frame(&compressed, compression),
            Protocol::HttpProtobuf => Ok(compressed),
        }
    }

    /// Sends the body once and returns the message of the answer.
    pub(super) async fn attempt(&self, body: Bytes) -> Result<Bytes, Fault> {
        let request = self.request(body)?;
        let sent = self.hyper.lock().request(request);
        let (head, body) = sent.await.map_err(|error| Fault::network(&error))?.into_parts();
        let body = Limited::new(body, MAX_RESPONSE_BYTES).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                Fault::response_too_large()
            } else {
                Fault::network(&*error)
            }
        })?;
        let answer = Answer {
            status: head.status,
            headers: head.headers,
            trailers: body.trailers().cloned(),
            body: body.to_bytes(),
        };
        match self.destination.protocol {
            Protocol::Grpc => grpc::outcome(&answer),
            Protocol::HttpProtobuf => http_protobuf::outcome(&answer),
        }
    }

    /// Gives up the connection: it may be one that lost its other end without noticing.
    pub(super) fn reconnect(&self) {
        *self.hyper.lock() = hyper_client(&self.destination);
    }

    fn request(&self, body: Bytes) -> Result<http::Request<Full<Bytes>>, Fault> {
        let destination = &self.destination;
        let mut builder = match destination.protocol {
            Protocol::Grpc => grpc::request(destination.compression),
            Protocol::HttpProtobuf => http_protobuf::request(destination.compression),
        };
        builder = builder.method(Method::POST).uri(destination.uri.clone());
        if let Some(headers) = builder.headers_mut() {
            headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
            headers.extend(destination.headers.clone());
        }
        builder
            .body(Full::new(body))
            .map_err(|error| Fault::new(Verdict::REFUSED, format!("cannot be asked: {error}")))
    }
}

fn hyper_client(destination: &Destination) -> HyperClient {
    legacy::Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_max_idle_per_host(1)
        .http1_max_buf_size(MAX_HEADER_BYTES as usize)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .http2_only(destination.protocol == Protocol::Grpc)
        .build(destination.connector.clone())
}
