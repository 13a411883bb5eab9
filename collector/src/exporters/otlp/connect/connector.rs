//! Makes one connection: TCP, and TLS on it where the endpoint asks for it.

use std::{error::Error, future::Future, io, pin::Pin, sync::Arc, task::Poll, time::Duration};

use http::Uri;
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioIo};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    net::TcpStream,
    time::{self, Instant},
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tower_service::Service;

use super::{remedy::Side, stream::Stream};
use crate::config::backend;

type Failure = Box<dyn Error + Send + Sync>;

/// Connects to one endpoint, whatever the requests call it.
#[derive(Debug, Clone)]
pub(in crate::exporters::otlp) struct Connector {
    tcp: HttpConnector,
    endpoint: Uri,
    tls: Option<Arc<Tls>>,
}

struct Tls {
    connector: TlsConnector,
    /// What the server's certificate must be for.
    name: ServerName<'static>,
    /// For TCP and TLS together.
    limit: Duration,
    side: Arc<Side>,
}

impl Connector {
    /// In the clear.
    pub(super) fn plain(endpoint: &Uri, limit: Duration) -> Self {
        Self { tcp: tcp(limit), endpoint: endpoint.clone(), tls: None }
    }

    /// By TLS, to a server whose certificate is for `name`. A little of `timeout` is left, so that an attempt that comes
    /// no further can say what it waited for.
    pub(super) fn secured(
        endpoint: &Uri,
        timeout: Duration,
        config: ClientConfig,
        name: ServerName<'static>,
        side: Side,
    ) -> Self {
        let limit = timeout - timeout / 10;
        let connector = TlsConnector::from(Arc::new(config));
        let tls = Tls { connector, name, limit, side: Arc::new(side) };
        Self { tcp: tcp(limit), endpoint: endpoint.clone(), tls: Some(Arc::new(tls)) }
    }
}

fn tcp(limit: Duration) -> HttpConnector {
    let mut tcp = HttpConnector::new();
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(limit));
    tcp.enforce_http(false);
    tcp
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, Failure>> + Send>>;

    fn poll_ready(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Result<(), Failure>> {
        self.tcp.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let dialled = allowed(self.tcp.call(self.endpoint.clone()));
        match &self.tls {
            None => Box::pin(async { Ok(Stream::Plain(dialled.await?)) }),
            Some(tls) => {
                let tls = Arc::clone(tls);
                let end = Instant::now() + tls.limit;
                Box::pin(async move {
                    let secured = tls.secure(dialled.await?.into_inner(), end).await?;
                    Ok(Stream::secured(secured, Arc::clone(&tls.side)))
                })
            }
        }
    }
}

/// The connection, if it does not lead where no name in a configuration may lead, whoever answers for it.
async fn allowed<E: Into<Failure>>(
    dialled: impl Future<Output = Result<TokioIo<TcpStream>, E>>,
) -> Result<TokioIo<TcpStream>, Failure> {
    let stream = dialled.await.map_err(Into::into)?;
    let peer = stream.inner().peer_addr()?;
    if backend::is_metadata(peer.ip()) {
        let message = format!(
            "its name leads to {}, where a cloud tells this machine its secrets: look at who answers for it",
            peer.ip()
        );
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, message).into());
    }
    Ok(stream)
}

impl Tls {
    async fn secure(&self, tcp: TcpStream, end: Instant) -> io::Result<TlsStream<TcpStream>> {
        let handshake = self.connector.connect(self.name.clone(), tcp);
        let Ok(connected) = time::timeout_at(end, handshake).await else {
            return Err(self.side.hung(self.limit));
        };
        let connected = connected.map_err(|cause| self.side.refused(cause))?;
        match connected.get_ref().1.alpn_protocol() {
            // As with every client of gRPC: a server that has not agreed on HTTP/2 may take it for anything.
            None if self.side.is_grpc() => Err(self.side.without_http2()),
            _ => Ok(connected),
        }
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("name", &self.name).finish_non_exhaustive()
    }
}
