//! One attempt to send one request.

use std::{error::Error, time::Duration};

use http::{HeaderMap, HeaderValue, Method, Request, Uri, Version, header, uri::PathAndQuery};
use hyper_util::{
    client::legacy::{
        self,
        connect::{CaptureConnection, capture_connection},
    },
    rt::{TokioExecutor, TokioTimer},
};
use tokio::time;

use super::{
    answer::{Accepted, Answer},
    chunks::Chunks,
    compression::Packed,
    connect::{self, Connections},
    grpc, http as otlp_http,
    verdict::{Failure, is_of_stream},
};
use crate::{
    auth::Credential,
    config::{Compression, OtlpExporterSettings, OtlpProtocol},
    own_traces::AttemptSpan,
    pipeline::Signal,
};

/// Bytes of headers or trailers that are read.
const HEADER_LIST_BYTES_MAX: u32 = 16 << 10;
const USER_AGENT: HeaderValue =
    HeaderValue::from_static(concat!("inferometer/", env!("CARGO_PKG_VERSION")));

/// The connections to the other side, made when they are first needed and again when they broke: one over gRPC, over
/// HTTP one for each request that is under way.
#[derive(Debug)]
pub(super) struct Client {
    connections: Connections,
    protocol: OtlpProtocol,
    compression: Compression,
    /// Where each signal is sent.
    targets: [Uri; Signal::ALL.len()],
    headers: HeaderMap,
    credential: Option<Credential>,
    timeout: Duration,
}

impl Client {
    /// A client that connects with its first request.
    ///
    /// `endpoint` and `headers` are those of the settings, read. A header of theirs replaces one that is always sent.
    ///
    /// # Errors
    /// The endpoint's path cannot be extended, or a file of TLS cannot be used.
    pub(super) fn new(
        endpoint: &Uri,
        headers: HeaderMap,
        settings: &OtlpExporterSettings,
    ) -> Result<Self, String> {
        let OtlpExporterSettings { protocol, compression, timeout, keep_alive, .. } = *settings;
        let is_grpc = protocol == OtlpProtocol::Grpc;
        let mut builder = legacy::Client::builder(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(usize::try_from(settings.queue.consumers).unwrap_or(1))
            .http2_only(is_grpc)
            .http2_max_header_list_size(HEADER_LIST_BYTES_MAX)
            .http2_keep_alive_interval(keep_alive.time)
            .http2_keep_alive_timeout(keep_alive.timeout)
            .http2_keep_alive_while_idle(keep_alive.permit_without_stream);
        let connections = Connections::new(&builder, endpoint, settings)?;
        let mut all = if is_grpc { grpc::headers(compression) } else { otlp_http::headers() };
        all.insert(header::USER_AGENT, USER_AGENT);
        all.extend(headers);
        let targets = targets(&connect::addressed(endpoint, settings)?, protocol)
            .ok_or_else(|| format!("endpoint {endpoint} has a path that cannot be extended"))?;
        let (headers, credential) = (all, None);
        Ok(Self { connections, protocol, compression, targets, headers, credential, timeout })
    }

    /// The same, with every request saying who it is from.
    pub(super) fn identified(self, credential: Option<Credential>) -> Self {
        Self { credential, ..self }
    }

    /// How requests are to be packed.
    pub(super) const fn compression(&self) -> Compression {
        self.compression
    }

    /// Sends a request once and reads the answer. A connection that failed over it is not used again.
    /// It says that it is of the trace of `span`, if there is one.
    pub(super) async fn send(
        &self,
        signal: Signal,
        packed: &Packed,
        span: Option<&AttemptSpan>,
    ) -> Result<Accepted, Failure> {
        let mut request = self.request(signal, packed)?;
        if let Some(span) = span {
            span.write(request.headers_mut());
        }
        let connection = capture_connection(&mut request);
        let attempt = async {
            let response = self.connections.request(request).await;
            let response = response.map_err(|cause| not_answered(&cause, &connection))?;
            Answer::read(response, |cause| broken(cause, &connection)).await
        };
        let answer = time::timeout(self.timeout, attempt).await.unwrap_or_else(|_| {
            // The other side may be gone, or this connection's end of it: nothing tells them apart.
            leave(&connection);
            let message = format!("no answer within {:?}", self.timeout);
            Err(Failure::Unanswered { message })
        })?;
        match self.protocol {
            OtlpProtocol::Grpc => grpc::verdict(answer),
            OtlpProtocol::Http => otlp_http::verdict(answer),
        }
    }

    fn request(&self, signal: Signal, packed: &Packed) -> Result<Request<Chunks>, Failure> {
        let body = match self.protocol {
            OtlpProtocol::Grpc => grpc::body(packed),
            OtlpProtocol::Http => Some(otlp_http::body(packed)),
        };
        let mut request = Request::new(body.ok_or_else(|| Failure::Final {
            message: "the request is longer than a gRPC message can be".to_owned(),
        })?);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.targets[signal as usize].clone();
        *request.headers_mut() = self.headers.clone();
        if let Some(credential) = &self.credential {
            credential.add(request.headers_mut());
        }
        match self.protocol {
            OtlpProtocol::Grpc => *request.version_mut() = Version::HTTP_2,
            OtlpProtocol::Http if packed.is_compressed => {
                let encoding = otlp_http::encoding(self.compression);
                request.headers_mut().insert(header::CONTENT_ENCODING, encoding);
            }
            OtlpProtocol::Http => {}
        }
        Ok(request)
    }
}

fn not_answered(cause: &legacy::Error, connection: &CaptureConnection) -> Failure {
    if cause.is_connect() { Failure::unreachable(cause) } else { broken(cause, connection) }
}

fn broken(cause: &(dyn Error + 'static), connection: &CaptureConnection) -> Failure {
    if !is_of_stream(cause) {
        leave(connection);
    }
    Failure::broken(cause)
}

/// The next request is sent over another connection. Those that are under way over this one go on.
fn leave(connection: &CaptureConnection) {
    if let Some(connected) = &*connection.connection_metadata() {
        connected.poison();
    }
}

fn targets(endpoint: &Uri, protocol: OtlpProtocol) -> Option<[Uri; Signal::ALL.len()]> {
    let target = |signal| {
        let path: PathAndQuery = match protocol {
            OtlpProtocol::Grpc => grpc::path(signal),
            OtlpProtocol::Http => otlp_http::path(endpoint.path(), signal)?,
        };
        let mut parts = endpoint.clone().into_parts();
        parts.path_and_query = Some(path);
        Uri::from_parts(parts).ok()
    };
    let [metrics, traces, logs] = Signal::ALL.map(target);
    Some([metrics?, traces?, logs?])
}
