//! Serves one connection: HTTP/1 or HTTP/2, whichever the peer speaks.

use std::{
    convert::Infallible,
    future::Future,
    io,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::watch,
    time,
};

use super::{body::Body, limits::Limits};

/// A request with a body that is still on the wire.
pub type Request = http::Request<Incoming>;

/// The answer to a request.
pub type Response = http::Response<Body>;

/// What a listener does with its requests.
///
/// It answers every request, errors included; a panic closes the connection that caused it and no other.
pub trait Handler: Send + Sync + 'static {
    /// Answers one request.
    fn handle(self: Arc<Self>, request: Request) -> impl Future<Output = Response> + Send;
}

/// What an HTTP/2 peer says first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(super) fn builder(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // It covers the wait for a head too; the first head has a shorter limit, in `serve`.
        .header_read_timeout(limits.idle_timeout.max(limits.header_timeout))
        .max_buf_size(limits.head_bytes);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(limits.header_list_bytes)
        .max_concurrent_streams(limits.streams)
        .max_local_error_reset_streams(limits.local_resets)
        .max_pending_accept_reset_streams(limits.pending_resets)
        .keep_alive_interval(limits.keep_alive_interval)
        .keep_alive_timeout(limits.keep_alive_timeout)
        .max_frame_size(limits.frame_bytes)
        .initial_stream_window_size(limits.window_bytes)
        .initial_connection_window_size(limits.window_bytes);
    builder
}

/// Serves until the peer is done; once `stopping` is true, or the connection is of this `age`, until its open requests
/// are answered.
pub(super) async fn serve<H: Handler>(
    stream: TcpStream,
    builder: auto::Builder<TokioExecutor>,
    limits: Limits,
    age: Option<Duration>,
    handler: Arc<H>,
    mut stopping: watch::Receiver<bool>,
) {
    let progress = Arc::new(Progress::default());
    let io = TokioIo::new(Watched { stream, progress: Arc::clone(&progress) });
    let service = service_fn(|request| {
        progress.has_requested.store(true, Ordering::Relaxed);
        let answer = Arc::clone(&handler).handle(request);
        async { Ok::<_, Infallible>(answer.await) }
    });
    let mut connection = pin!(builder.serve_connection(io, service));
    // While hyper finds out which protocol it is, none of its own time-outs runs; for the first head its own is too long.
    let mut first_words = pin!(time::sleep(limits.header_timeout));
    let mut aged = pin!(after(age));
    let grace = limits.connection_age_grace;
    let mut overstayed = pin!(after(age.zip(grace).map(|(age, grace)| age.saturating_add(grace))));
    let (mut is_new, mut stopped) = (true, false);
    loop {
        tokio::select! {
            // The peer's faults are its own: it sees them in its answer or in the connection's end.
            _ = connection.as_mut() => return,
            () = first_words.as_mut(), if is_new => {
                is_new = false;
                if !progress.has_begun() {
                    return;
                }
            }
            () = overstayed.as_mut() => return,
            () = either(self::stopped(&mut stopping), aged.as_mut()), if !stopped => {
                stopped = true;
                if !progress.has_begun() {
                    return;
                }
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// Resolves after this time; never if there is none.
async fn after(delay: Option<Duration>) {
    match delay {
        Some(delay) => time::sleep(delay).await,
        None => std::future::pending().await,
    }
}

/// Resolves when one of them does.
async fn either(one: impl Future<Output = ()>, other: impl Future<Output = ()>) {
    tokio::select! {
        () = one => {}
        () = other => {}
    }
}

/// Resolves when the server stops, or is gone.
pub(super) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// How far a connection has come.
#[derive(Debug, Default)]
struct Progress {
    bytes_read: AtomicUsize,
    /// Whether what was read differs from the HTTP/2 preface.
    is_http1: AtomicBool,
    has_requested: AtomicBool,
}

impl Progress {
    fn note(&self, read: &[u8]) {
        let before = self.bytes_read.fetch_add(read.len(), Ordering::Relaxed);
        let awaited = PREFACE.get(before..).unwrap_or_default();
        if awaited.iter().zip(read).any(|(awaited, read)| awaited != read) {
            self.is_http1.store(true, Ordering::Relaxed);
        }
    }

    /// Whether the peer has said what it wants: a whole head, or HTTP/2, which hyper watches over itself.
    fn has_begun(&self) -> bool {
        let is_http2 = self.bytes_read.load(Ordering::Relaxed) >= PREFACE.len()
            && !self.is_http1.load(Ordering::Relaxed);
        is_http2 || self.has_requested.load(Ordering::Relaxed)
    }
}

/// A socket that notes what its peer says first.
struct Watched {
    stream: TcpStream,
    progress: Arc<Progress>,
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.progress.note(&buffer.filled()[before..]);
        polled
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
