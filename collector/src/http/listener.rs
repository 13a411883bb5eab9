//! A socket that listens, with room for a burst of peers.

use std::{
    io,
    net::{SocketAddr, ToSocketAddrs},
};

use tokio::net::{TcpListener, TcpSocket};

/// Connections that the kernel keeps ready until they are accepted.
///
/// With the standard library's 128, a fleet that connects at once overflows the queue while the accept loop is busy, and
/// each peer that is left out asks again only after a second, then after two and four. The kernel cuts this at
/// `net.core.somaxconn`, which is 4096 on Linux.
const BACKLOG: u32 = 4096;

/// Listens on the first address of `endpoint` (`HOST:PORT`) that can be had.
pub(super) fn listen(endpoint: &str) -> io::Result<TcpListener> {
    let mut last = io::Error::new(io::ErrorKind::InvalidInput, "the host has no address");
    for address in endpoint.to_socket_addrs()? {
        match listen_on(address) {
            Ok(listener) => return Ok(listener),
            Err(cause) => last = cause,
        }
    }
    Err(last)
}

fn listen_on(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A collector that starts anew must not wait for the connections of the one before; on Windows the option means
    // that two may listen.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

#[cfg(test)]
mod tests {
    use std::{fs, net::TcpStream, time::Duration};

    use super::*;

    /// More than the standard library's queue holds.
    const BURST: usize = 400;

    /// Sooner than the kernel asks a second time for a connection that it was not given.
    const AT_ONCE: Duration = Duration::from_millis(900);

    #[tokio::test]
    async fn a_burst_of_connections_waits_to_be_accepted() {
        let kernel = fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap_or_default();
        let kernel = kernel.trim().parse().unwrap_or(BURST);
        let listener = listen("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let waiting: Vec<_> = (0..BURST.min(kernel))
            .map(|nth| (nth, TcpStream::connect_timeout(&address, AT_ONCE)))
            .map(|(nth, stream)| stream.unwrap_or_else(|error| panic!("the {nth}th: {error}")))
            .collect();
        for _ in &waiting {
            listener.accept().await.expect("one of those that wait");
        }
    }

    #[tokio::test]
    async fn an_endpoint_that_is_none_is_an_error() {
        for endpoint in ["127.0.0.1", "127.0.0.1:x", "", "999.0.0.1:0"] {
            assert!(listen(endpoint).is_err(), "{endpoint}");
        }
    }
}
