//! Sockets that listen, which pass from one server to the next.
//!
//! A socket that two servers share has one queue of connections, each of which one of them accepts: from the first moment
//! of the new one to the last of the old, nobody is refused, and what is in the queue meanwhile waits.

use std::{
    io,
    net::{SocketAddr, TcpListener as StdListener},
    os::fd::AsFd,
    sync::Weak,
};

use parking_lot::Mutex;
use tokio::{net::TcpListener, sync::watch};

use super::{listener, stage::Stage, start_error::StartError};

/// Where servers get their sockets: from those that they replace, or new ones.
#[derive(Debug)]
pub struct Sockets {
    offers: Mutex<Vec<Offer>>,
    /// The servers whose sockets were taken.
    succeeded: Mutex<Vec<watch::Sender<Stage>>>,
    /// Whether those that have a socket from here accept.
    begun: watch::Sender<bool>,
}

impl Default for Sockets {
    /// New ones, of servers that accept at once.
    fn default() -> Self {
        Self::with(Vec::new(), true)
    }
}

impl Sockets {
    /// Those of servers that are about to be replaced, and new ones. Whoever gets one accepts after [`Sockets::begin`],
    /// and never if that is not called.
    pub(crate) fn of(offers: Vec<Offer>) -> Self {
        Self::with(offers, false)
    }

    fn with(offers: Vec<Offer>, has_begun: bool) -> Self {
        let (begun, _) = watch::channel(has_begun);
        Self { offers: Mutex::new(offers), succeeded: Mutex::default(), begun }
    }

    /// The socket of the server that listens on `endpoint`, or a new one; `name` is the listener's place in the file. Port
    /// 0 means the port that the listener of this place has got for it. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// It cannot be listened on; the message says why and what to do.
    pub(crate) fn listen(&self, name: &str, endpoint: &str) -> Result<Socket, StartError> {
        let failed = |cause: io::Error| StartError::listen(name, endpoint, &cause);
        let listener = match self.take(name, endpoint) {
            Some(listener) => listener,
            None => listener::listen(endpoint).and_then(TcpListener::into_std).map_err(failed)?,
        };
        let begun = self.begun.subscribe();
        Ok(Socket { name: name.to_owned(), endpoint: endpoint.to_owned(), listener, begun })
    }

    fn take(&self, name: &str, endpoint: &str) -> Option<StdListener> {
        let mut offers = self.offers.lock();
        let place = offers.iter().position(|offer| offer.is_for(name, endpoint))?;
        let Offer { listener, stage, .. } = offers.swap_remove(place);
        self.succeeded.lock().push(stage);
        Some(listener)
    }

    /// From now on those that had a socket accept no more, and those that got it do.
    pub(crate) fn begin(&self) {
        for stage in self.succeeded.lock().drain(..) {
            stage.send_if_modified(|now| {
                let is_new = *now < Stage::Succeeded;
                *now = Stage::Succeeded.max(*now);
                is_new
            });
        }
        self.begun.send_replace(true);
    }
}

/// A socket that a server accepts from.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(super) name: String,
    /// What was asked for.
    pub(super) endpoint: String,
    pub(super) listener: StdListener,
    /// Nobody is accepted before it is true.
    pub(super) begun: watch::Receiver<bool>,
}

/// The socket of a server, for the one that replaces it.
#[derive(Debug)]
pub(crate) struct Offer {
    name: String,
    endpoint: String,
    address: SocketAddr,
    listener: StdListener,
    /// The server's.
    stage: watch::Sender<Stage>,
}

impl Offer {
    /// Nothing if the server accepts no more, or the process has no descriptors left.
    pub(super) fn of(
        (name, endpoint): (&str, &str),
        source: &Weak<TcpListener>,
        stage: &watch::Sender<Stage>,
    ) -> Option<Self> {
        let source = source.upgrade()?;
        Some(Self {
            name: name.to_owned(),
            endpoint: endpoint.to_owned(),
            address: source.local_addr().ok()?,
            listener: source.as_fd().try_clone_to_owned().ok()?.into(),
            stage: stage.clone(),
        })
    }

    fn is_for(&self, name: &str, endpoint: &str) -> bool {
        match endpoint.parse::<SocketAddr>() {
            Ok(wanted) if wanted.port() != 0 => wanted == self.address,
            _ => self.name == name && self.endpoint == endpoint,
        }
    }
}
