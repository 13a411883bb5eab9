//! A listener with an accept loop of its own, and its orderly end.

use std::{
    fmt, io,
    net::SocketAddr,
    sync::{Arc, Weak},
    time::Duration,
};

use inferometer_semconv::attributes::CollectorConnectionRefusalReason as ConnectionRefusal;
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Handle,
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{self, Instant},
};

use super::{
    connection::{self, Handler, Shared},
    handshake,
    limits::Limits,
    peers::{Peers, Place},
    protection::Protection,
    sockets::{Offer, Socket, Sockets},
    stage::{Stage, reached},
    start_error::StartError,
    threads::Threads,
};
use crate::self_metrics::Connections;

/// Pause after an accept that failed for want of files or memory: without it the loop would spin until some are free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long connections that are idle may stay after another accepts from their socket: whoever asks meanwhile is answered,
/// and comes back over another connection. Short, since what was replaced behind them waits for it, also when the collector
/// is to end.
const SUCCEEDED_GRACE: Duration = Duration::from_secs(1);

/// One listener and all its connections. Dropping it cuts them; [`Server::shutdown`] lets them finish.
pub struct Server {
    name: String,
    /// What it was told to listen on.
    endpoint: String,
    address: SocketAddr,
    is_secured: bool,
    /// The accept loop's, as long as it accepts.
    source: Weak<TcpListener>,
    stage: watch::Sender<Stage>,
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
        let socket = Sockets::default().listen(name, endpoint)?;
        Self::bind_on(&Threads::default(), socket, handler, limits, connections, protection)
    }

    /// The same on a socket that listens, with connections that are served by `threads`.
    ///
    /// # Errors
    /// As [`Server::bind`].
    pub(crate) fn bind_on<H: Handler>(
        threads: &Threads,
        Socket { name, endpoint, listener, begun }: Socket,
        handler: Arc<H>,
        limits: Limits,
        connections: Connections,
        protection: Protection,
    ) -> Result<Self, StartError> {
        let failed = |cause: io::Error| StartError::listen(&name, &endpoint, &cause);
        let listener = Arc::new(TcpListener::from_std(listener).map_err(failed)?);
        let address = listener.local_addr().map_err(failed)?;
        let source = Arc::downgrade(&listener);
        let (stage, stopping) = watch::channel(Stage::Serving);
        let runtime = Handle::current();
        let is_secured = protection.tls.is_some();
        let counts = connections;
        let worker = counts.begin(&name);
        let shared =
            Arc::new(Shared { handler, limits, protection, counts, stage: stopping, runtime });
        let accept = Accept { source: listener, begun, threads: threads.clone(), shared };
        let task = tokio::spawn(async move {
            let _worker = worker;
            accept.run().await;
        });
        Ok(Self { name, endpoint, address, is_secured, source, stage, task })
    }

    /// Its socket, for the one that replaces it; nothing if it accepts no more.
    pub(crate) fn offer(&self) -> Option<Offer> {
        Offer::of((&self.name, &self.endpoint), &self.source, &self.stage)
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
    /// Connections that are still open after `deadline` are cut. Where another accepts from its socket, the idle ones
    /// have a second, and half of the deadline at most.
    pub async fn shutdown(mut self, deadline: Duration) {
        let end = Instant::now() + deadline;
        let is_succeeded = *self.stage.borrow() == Stage::Succeeded;
        if is_succeeded {
            let grace = SUCCEEDED_GRACE.min(deadline / 2);
            if time::timeout(grace, &mut self.task).await.is_ok() {
                return;
            }
        }
        self.stage.send_replace(Stage::Stopping);
        let _ = time::timeout_at(end, &mut self.task).await;
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

impl Source for Arc<TcpListener> {
    fn next(&self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> + Send {
        self.accept()
    }
}

/// The accept loop.
pub(super) struct Accept<S, H> {
    pub(super) source: S,
    /// Nobody is accepted before it is true.
    pub(super) begun: watch::Receiver<bool>,
    pub(super) threads: Threads,
    pub(super) shared: Arc<Shared<H>>,
}

impl<S: Source, H: Handler> Accept<S, H> {
    pub(super) async fn run(mut self) {
        let mut stage = self.shared.stage.clone();
        let has_begun = tokio::select! {
            begun = self.begun.wait_for(|begun| *begun) => begun.is_ok(),
            () = reached(Stage::Succeeded, &mut stage) => false,
        };
        if !has_begun {
            return;
        }
        let Shared { limits, counts, .. } = &*self.shared;
        let peers = Peers::new(limits.connections_per_peer);
        let mut open = JoinSet::new();
        let mut nth = 0_u64;
        loop {
            tokio::select! {
                // Whoever comes after its successor has begun is the successor's.
                biased;
                () = reached(Stage::Succeeded, &mut stage) => break,
                Some(_) = open.join_next() => {}
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
            }
        }
        // The port is free from here on, or its next owner's, while open requests are still answered.
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
