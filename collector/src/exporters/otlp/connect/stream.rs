//! A connection as hyper reads and writes it.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::{
    client::legacy::connect::{Connected, Connection},
    rt::TokioIo,
};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::remedy::Side;

/// In the clear, or by TLS.
#[derive(Debug)]
pub(in crate::exporters::otlp) enum Stream {
    Plain(TokioIo<TcpStream>),
    Secured(Box<Secured>),
}

/// By TLS, with what is needed to explain why it ended.
#[derive(Debug)]
pub(in crate::exporters::otlp) struct Secured {
    io: TokioIo<TlsStream<TcpStream>>,
    side: Arc<Side>,
    /// Whether anything was read.
    heard: bool,
}

impl Stream {
    pub(super) fn secured(stream: TlsStream<TcpStream>, side: Arc<Side>) -> Self {
        Self::Secured(Box::new(Secured { io: TokioIo::new(stream), side, heard: false }))
    }
}

impl Secured {
    /// Reading or writing, whichever comes first, shows that a connection has ended.
    fn ended(&self, cause: io::Error) -> io::Error {
        self.side.ended(cause, self.heard)
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        match self {
            Self::Plain(io) => io.connected(),
            Self::Secured(secured) => {
                let (tcp, session) = secured.io.inner().get_ref();
                let connected = tcp.connected();
                let is_http2 = session.alpn_protocol() == Some(b"h2");
                if is_http2 { connected.negotiated_h2() } else { connected }
            }
        }
    }
}

impl Read for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(io) => Pin::new(io).poll_read(cx, buffer),
            Self::Secured(secured) => {
                let read = Pin::new(&mut secured.io).poll_read(cx, buffer);
                secured.heard |= matches!(read, Poll::Ready(Ok(())));
                read.map_err(|cause| secured.ended(cause))
            }
        }
    }
}

impl Write for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(io) => Pin::new(io).poll_write(cx, bytes),
            Self::Secured(secured) => {
                let written = Pin::new(&mut secured.io).poll_write(cx, bytes);
                written.map_err(|cause| secured.ended(cause))
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(io) => Pin::new(io).poll_flush(cx),
            Self::Secured(secured) => {
                let flushed = Pin::new(&mut secured.io).poll_flush(cx);
                flushed.map_err(|cause| secured.ended(cause))
            }
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(io) => Pin::new(io).poll_shutdown(cx),
            Self::Secured(secured) => Pin::new(&mut secured.io).poll_shutdown(cx),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(io) => io.is_write_vectored(),
            Self::Secured(secured) => secured.io.is_write_vectored(),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(io) => Pin::new(io).poll_write_vectored(cx, slices),
            Self::Secured(secured) => {
                let written = Pin::new(&mut secured.io).poll_write_vectored(cx, slices);
                written.map_err(|cause| secured.ended(cause))
            }
        }
    }
}
