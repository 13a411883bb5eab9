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
    open(source, target, |_| Ok(())).await
}

/// As [`connect`], but dropping it resets the connection instead of ending it in order.
///
/// # Errors
/// As [`connect`].
pub async fn connect_to_reset(source: Ipv4Addr, target: SocketAddr) -> io::Result<TcpStream> {
    open(source, target, TcpSocket::set_zero_linger).await
}

/// As [`connect`], but the kernel reads as little ahead as it can be told to.
///
/// # Errors
/// As [`connect`].
pub async fn connect_with_little_room(
    source: Ipv4Addr,
    target: SocketAddr,
) -> io::Result<TcpStream> {
    open(source, target, |socket| socket.set_recv_buffer_size(1)).await
}

async fn open(
    source: Ipv4Addr,
    target: SocketAddr,
    set: impl FnOnce(&TcpSocket) -> io::Result<()>,
) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    set(&socket)?;
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
