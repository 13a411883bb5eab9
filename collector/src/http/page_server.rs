//! A page's listener on a thread of its own.
//!
//! Scrapes so take at most one core from ingest, however many there are, and a page is answered also while every thread
//! of the pipelines has work without end, or hangs.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use tokio::{runtime, sync::oneshot};

use super::{
    connection::Handler,
    limits::Limits,
    protection::Protection,
    server::Server,
    sockets::{Offer, Socket},
    start_error::StartError,
    threads::Threads,
};
use crate::self_metrics::Connections;

/// A listener and the thread that serves all its connections. Dropping it cuts them.
#[derive(Debug)]
pub(crate) struct PageServer {
    server: Server,
    /// Nothing is sent: the thread ends once this is dropped, which is after the server.
    _running: oneshot::Sender<Infallible>,
}

impl PageServer {
    /// Accepts from a socket, on a thread that is called `thread`.
    ///
    /// # Errors
    /// The socket cannot be used, or the thread not be started.
    pub(crate) fn start<H: Handler>(
        thread: &str,
        socket: Socket,
        handler: Arc<H>,
        limits: Limits,
        connections: Connections,
        protection: Protection,
    ) -> Result<Self, StartError> {
        let name = socket.name.clone();
        let failed = |cause: io::Error| {
            let message =
                format!("cannot start the thread of its page: {cause}; allow more threads");
            StartError::new(&name, message)
        };
        let (running, until_dropped) = oneshot::channel();
        let (started, outcome) = mpsc::sync_channel(1);
        let serve = move || {
            let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(cause) => return drop(started.send(Err(Failure::Thread(cause)))),
            };
            let server = {
                let _entered = runtime.enter();
                let here = Threads::default();
                Server::bind_on(&here, socket, handler, limits, connections, protection)
            };
            let is_listening = server.is_ok();
            // Whoever starts it waits for this.
            if started.send(server.map_err(Failure::Listen)).is_ok() && is_listening {
                let _ = runtime.block_on(until_dropped);
            }
        };
        thread::Builder::new().name(thread.to_owned()).spawn(serve).map_err(failed)?;
        match outcome.recv() {
            Ok(Ok(server)) => Ok(Self { server, _running: running }),
            Ok(Err(Failure::Listen(error))) => Err(error),
            Ok(Err(Failure::Thread(cause))) => Err(failed(cause)),
            Err(mpsc::RecvError) => Err(failed(io::ErrorKind::Other.into())),
        }
    }

    /// The address that it really listens on.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Whether it speaks TLS.
    pub(crate) const fn is_secured(&self) -> bool {
        self.server.is_secured()
    }

    /// As [`Server::offer`].
    pub(crate) fn offer(&self) -> Option<Offer> {
        self.server.offer()
    }

    /// Stops accepting, and waits until open requests are answered; those that are not by the deadline are cut.
    pub(crate) async fn shutdown(self, deadline: Duration) {
        self.server.shutdown(deadline).await;
    }
}

/// Why the thread does not serve.
enum Failure {
    Thread(io::Error),
    Listen(StartError),
}
