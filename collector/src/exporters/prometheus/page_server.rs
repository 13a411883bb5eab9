//! The page's listener on a thread of its own.
//!
//! Scrapes so take at most one core from ingest, however many there are, and a scrape is answered also while every
//! thread of the pipelines has work without end.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use tokio::{runtime, sync::oneshot};

use super::scrape::Scrape;
use crate::{
    http::{Limits, Protection, Server, StartError},
    self_metrics::Connections,
};

/// A listener and the thread that serves all its connections. Dropping it cuts them.
#[derive(Debug)]
pub(super) struct PageServer {
    server: Server,
    /// Nothing is sent: the thread ends once this is dropped, which is after the server.
    _running: oneshot::Sender<Infallible>,
}

impl PageServer {
    /// Listens, on behalf of the component `name`.
    ///
    /// # Errors
    /// The endpoint cannot be listened on, or the thread not be started.
    pub(super) fn start(
        name: &str,
        endpoint: SocketAddr,
        scrape: Scrape,
        limits: Limits,
        connections: Connections,
        protection: Protection,
    ) -> Result<Self, StartError> {
        let failed = |cause: io::Error| {
            let message =
                format!("cannot start the thread of its page: {cause}; allow more threads");
            StartError::new(name, message)
        };
        let (component, endpoint) = (name.to_owned(), endpoint.to_string());
        let (running, until_dropped) = oneshot::channel();
        let (started, outcome) = mpsc::sync_channel(1);
        let serve = move || {
            let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(cause) => return drop(started.send(Err(Failure::Thread(cause)))),
            };
            let server = {
                let _entered = runtime.enter();
                Server::bind(
                    &component,
                    &endpoint,
                    Arc::new(scrape),
                    limits,
                    connections,
                    protection,
                )
            };
            let is_listening = server.is_ok();
            // Whoever starts it waits for this.
            if started.send(server.map_err(Failure::Listen)).is_ok() && is_listening {
                let _ = runtime.block_on(until_dropped);
            }
        };
        thread::Builder::new().name("metrics-page".to_owned()).spawn(serve).map_err(failed)?;
        match outcome.recv() {
            Ok(Ok(server)) => Ok(Self { server, _running: running }),
            Ok(Err(Failure::Listen(error))) => Err(error),
            Ok(Err(Failure::Thread(cause))) => Err(failed(cause)),
            Err(mpsc::RecvError) => Err(failed(io::ErrorKind::Other.into())),
        }
    }

    /// The address that it really listens on.
    pub(super) const fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Whether it speaks TLS.
    pub(super) const fn is_secured(&self) -> bool {
        self.server.is_secured()
    }

    /// Stops accepting, and waits until open scrapes are answered; those that are not by the deadline are cut.
    pub(super) async fn shutdown(self, deadline: Duration) {
        self.server.shutdown(deadline).await;
    }
}

/// Why the thread does not serve.
enum Failure {
    Thread(io::Error),
    Listen(StartError),
}
