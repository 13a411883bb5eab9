//! A listener with an accept loop of its own, and its orderly end.

use std::{fmt, io, net::SocketAddr, sync::Arc, time::Duration};

use inferometer_semconv::attributes::CollectorConnectionRefusalReason as ConnectionRefusal;
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Handle,
    sync::watch,
    task::{JoinHandle, JoinSet},
    time,
};

use super::{
    connection::{self, Handler, Shared},
    handshake,
    limits::Limits,
    listener,
    peers::{Peers, Place},
    protection::Protection,
    start_error::StartError,
    threads::Threads,
};
use crate::self_metrics::Connections;

/// Pause after an accept that failed for want of files or memory: without it the loop would spin until some are free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// One listener and all its connections. Dropping it cuts them; [`Server::shutdown`] lets them finish.
pub struct Server {
    address: SocketAddr,
    is_secured: bool,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Server {
    /// Listens on `endpoint` (`HOST:PORT`, port 0 for any) and serves until it is shut down or dropped.
    ///
    /// `name` is the component that the error names; `connections` counts what becomes of its peers, and `protection`
    /// says who they may be. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// The endpoint cannot be listened on; the message says why and what to do.
    pub fn bind<H: Handler>(
        name: &str,
        endpoint: &str,
        handler: Arc<H>,
        limits: Limits,
        connections: Connections,
        protection: Protection,
    ) -> Result<Self, StartError> {
        let here = Threads::default();
        Self::bind_on(&here, name, endpoint, handler, limits, connections, protection)
    }

    /// The same with connections that are served by `threads`.
    ///
    /// # Errors
    /// As [`Server::bind`].
    pub fn bind_on<H: Handler>(
        threads: &Threads,
        name: &str,
        endpoint: &str,
        handler: Arc<H>,
        limits: Limits,
        connections: Connections,
        protection: Protection,
    ) -> Result<Self, StartError> {
        let failed = |cause: io::Error| StartError::listen(name, endpoint, &cause);
        let listener = listener::listen(endpoint).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (stop, stopping) = watch::channel(false);
        let runtime = Handle::current();
        let is_secured = protection.tls.is_some();
        let counts = connections;
        let worker = counts.begin(name);
        let shared = Arc::new(Shared { handler, limits, protection, counts, stopping, runtime });
        let accept = Accept { source: listener, threads: threads.clone(), shared };
        let task = tokio::spawn(async move {
            let _worker = worker;
            accept.run().await;
        });
        Ok(Self { address, is_secured, stop, task })
    }

    /// The address that it really listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it speaks TLS.
    #[must_use]
    pub const fn is_secured(&self) -> bool {
        self.is_secured
    }

    /// Stops accepting, asks every peer to leave, and waits until open requests are answered.
    ///
    /// Connections that are still open after `deadline` are cut.
    pub async fn shutdown(mut self, deadline: Duration) {
        // An error means that the accept loop has gone, and its listener with it.
        let _ = self.stop.send(true);
        let _ = time::timeout(deadline, &mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Where connections come from.
pub(super) trait Source: Send + Sync + 'static {
    /// The next one, and its peer.
    fn next(&self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> + Send;
}

impl Source for TcpListener {
    fn next(&self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> + Send {
        self.accept()
    }
}

/// The accept loop.
pub(super) struct Accept<S, H> {
    pub(super) source: S,
    pub(super) threads: Threads,
    pub(super) shared: Arc<Shared<H>>,
}

impl<S: Source, H: Handler> Accept<S, H> {
    pub(super) async fn run(self) {
        let Shared { limits, counts, stopping, .. } = &*self.shared;
        let mut stopping = stopping.clone();
        let peers = Peers::new(limits.connections_per_peer);
        let mut open = JoinSet::new();
        let mut nth = 0_u64;
        loop {
            tokio::select! {
                accepted = self.source.next() => match accepted {
                    Ok(_) if open.len() >= limits.connections => {
                        counts.refused(ConnectionRefusal::OverLimit);
                    }
                    Ok((stream, peer)) => match peers.place(peer.ip()) {
                        Some(place) => {
                            counts.accepted();
                            nth = nth.wrapping_add(1);
                            let age = limits.age_of(nth);
                            let served = self.connection(stream, place, age);
                            match self.threads.of(nth) {
                                Some(thread) => open.spawn_on(served, thread),
                                None => open.spawn(served),
                            };
                        }
                        None => counts.refused(ConnectionRefusal::OverPeerLimit),
                    },
                    Err(cause) => {
                        counts.refused(ConnectionRefusal::AcceptError);
                        if !is_the_peers(&cause) {
                            time::sleep(ACCEPT_PAUSE).await;
                        }
                    }
                },
                Some(_) = open.join_next() => {}
                () = connection::stopped(&mut stopping) => break,
            }
        }
        // The port is free from here on, while open requests are still answered.
        drop(self.source);
        while open.join_next().await.is_some() {}
    }

    fn connection(
        &self,
        stream: TcpStream,
        place: Place,
        age: Option<Duration>,
    ) -> impl Future<Output = ()> + Send + use<S, H> {
        // Without it small answers wait for the peer's delayed acknowledgement; a socket that refuses is slower, no more.
        let _ = stream.set_nodelay(true);
        let shared = Arc::clone(&self.shared);
        async move {
            // The thread that serves it waits for its socket too.
            match stream.into_std().and_then(TcpStream::from_std) {
                Ok(stream) => {
                    if let Some(stream) = handshake::secured(stream, &shared).await {
                        connection::serve(stream, shared, age).await;
                    }
                }
                Err(_) => shared.counts.refused(ConnectionRefusal::AcceptError),
            }
            drop(place);
        }
    }
}

/// Whether the connection went away before it was accepted, which says nothing about this process.
fn is_the_peers(cause: &io::Error) -> bool {
    matches!(
        cause.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}
