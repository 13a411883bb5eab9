//! A port that nobody listens on.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpSocket;

/// A port of loopback that is ours and refuses connections, until this is dropped. One whose listener was closed is
/// anybody's: a test beside this one may be given it.
pub(crate) struct UnusedPort {
    address: SocketAddr,
    _socket: TcpSocket,
}

impl UnusedPort {
    pub(crate) fn claim() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        // Without `SO_REUSEADDR`, which would let others have it too.
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        Self { address: socket.local_addr().unwrap(), _socket: socket }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}
