//! Serves one connection: HTTP/1 or HTTP/2, whichever the peer speaks.

use std::{
    convert::Infallible,
    future::Future,
    io,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
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

/// Bytes after which hyper knows the protocol: the length of the HTTP/2 preface.
const PREFACE_BYTES: usize = 24;

pub(super) fn builder(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
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

/// Serves until the peer is done; once `stopping` is true, until its open requests are answered.
pub(super) async fn serve<H: Handler>(
    stream: TcpStream,
    builder: auto::Builder<TokioExecutor>,
    limits: Limits,
    handler: Arc<H>,
    mut stopping: watch::Receiver<bool>,
) {
    let progress = Arc::new(Progress::default());
    let io = TokioIo::new(Watched { stream, progress: Arc::clone(&progress) });
    let service = service_fn(|request| {
        progress.requests.fetch_add(1, Ordering::Relaxed);
        let answer = Arc::clone(&handler).handle(request);
        async { Ok::<_, Infallible>(answer.await) }
    });
    let mut connection = pin!(builder.serve_connection(io, service));
    // While hyper finds out which protocol it is, none of its own time-outs runs.
    let mut first_words = pin!(time::sleep(limits.header_timeout));
    let (mut undecided, mut stopped) = (true, false);
    loop {
        tokio::select! {
            // The peer's faults are its own: it sees them in its answer or in the connection's end.
            _ = connection.as_mut() => return,
            () = first_words.as_mut(), if undecided => {
                undecided = false;
                if progress.is_silent() {
                    return;
                }
            }
            () = self::stopped(&mut stopping), if !stopped => {
                stopped = true;
                if progress.is_silent() {
                    return;
                }
                connection.as_mut().graceful_shutdown();
            }
        }
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
    requests: AtomicUsize,
}

impl Progress {
    /// Whether the peer has said too little for its protocol to be known.
    fn is_silent(&self) -> bool {
        self.bytes_read.load(Ordering::Relaxed) < PREFACE_BYTES
            && self.requests.load(Ordering::Relaxed) == 0
    }
}

/// A socket that notes how much was read from it.
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
        let read = buffer.filled().len() - before;
        self.progress.bytes_read.fetch_add(read, Ordering::Relaxed);
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
