//! Connections of attackers: from addresses of their own, so that what an address may do concerns them alone.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use tokio::{
    net::{TcpSocket, TcpStream},
    runtime::Runtime,
};

/// Addresses that attackers have; the bystander has `127.0.0.1`.
const ATTACKERS: u8 = 200;

/// The address of the `nth` attacker, all of them on loopback.
#[must_use]
pub fn attacker(nth: usize) -> Ipv4Addr {
    let last = u8::try_from(nth % usize::from(ATTACKERS)).unwrap_or(0);
    Ipv4Addr::new(127, 0, 0, 2 + last)
}

/// Connects from an address.
///
/// # Errors
/// The connection was refused.
pub async fn connect(source: Ipv4Addr, target: SocketAddr) -> io::Result<TcpStream> {
    open(source, target, false).await
}

/// As [`connect`], but dropping it resets the connection instead of ending it in order.
///
/// # Errors
/// As [`connect`].
pub async fn connect_to_reset(source: Ipv4Addr, target: SocketAddr) -> io::Result<TcpStream> {
    open(source, target, true).await
}

async fn open(source: Ipv4Addr, target: SocketAddr, resets: bool) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if resets {
        socket.set_zero_linger()?;
    }
    socket.bind(SocketAddr::new(IpAddr::V4(source), 0))?;
    let stream = socket.connect(target).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// A runtime on the calling thread.
///
/// # Panics
/// If it cannot be made.
#[must_use]
pub fn runtime() -> Runtime {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.expect("a runtime")
}
