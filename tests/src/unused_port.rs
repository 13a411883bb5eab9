//! A port that nobody listens on.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpSocket;

/// A port of loopback that is ours and refuses connections, until this is dropped.
///
/// A port whose listener was closed is anybody's: a test beside this one may be given it, and listen there.
#[derive(Debug)]
pub struct UnusedPort {
    address: SocketAddr,
    _socket: TcpSocket,
}

impl UnusedPort {
    /// Takes one.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn claim() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        // Without `SO_REUSEADDR`, which would let others have it too. The standard library's listeners set it.
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port");
        Self { address: socket.local_addr().expect("a bound address"), _socket: socket }
    }

    /// Where nobody listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL for a sender.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}
