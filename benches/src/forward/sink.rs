//! A backend that counts points and spans, and keeps nothing.

use std::{
    borrow::Cow,
    convert::Infallible,
    io::Read,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Request, Response,
    body::{Body, Incoming},
    header::{CONTENT_TYPE, HeaderValue},
    server::conn::http2,
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    net::TcpListener,
    runtime,
    sync::oneshot,
    time::{Duration, Instant},
};

use crate::{
    error::BenchError,
    load::{count_points, count_spans},
    pause::pause,
};

/// A subject must never wait for the sink's windows.
const WINDOW_BYTES: u32 = 16 << 20;
const FRAME_BYTES: u32 = 1 << 20;

/// Most bytes of a request.
const REQUEST_BYTES_MAX: usize = 64 << 20;

/// Bytes before a gRPC message: whether it is compressed, and its length.
const PREFIX_BYTES: usize = 5;

/// The call that brings spans; any other brings points.
const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// Bytes of an unreadable request that an error shows.
const SHOWN_BYTES: usize = 64;

/// How long nothing more arrives once all has.
const QUIET: Duration = Duration::from_secs(1);
const QUIET_STEP: Duration = Duration::from_millis(50);
const SETTLED_MAX: Duration = Duration::from_secs(60);

/// A backend on a thread of its own, which ends when this is dropped.
#[derive(Debug)]
pub(super) struct Sink {
    port: u16,
    counted: Arc<Counted>,
    _stop: oneshot::Sender<()>,
}

#[derive(Debug, Default)]
struct Counted {
    items: AtomicU64,
    /// What the first request began with that is no OTLP.
    unreadable: OnceLock<String>,
}

impl Sink {
    pub(super) fn start() -> Result<Self, BenchError> {
        Self::start_on(0)
    }

    /// The same on a port that a subject knows already.
    pub(super) fn start_on(port: u16) -> Result<Self, BenchError> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", port)))?;
        let port = listener.local_addr()?.port();
        let counted = Arc::new(Counted::default());
        let (stop, stopped) = oneshot::channel();
        let service = Arc::clone(&counted);
        thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = serve(listener, service) => {}
                    _ = stopped => {}
                }
            });
        });
        Ok(Self { port, counted, _stop: stop })
    }

    pub(super) const fn port(&self) -> u16 {
        self.port
    }

    /// Points and spans that have arrived.
    pub(super) fn items(&self) -> u64 {
        self.counted.items.load(Ordering::Relaxed)
    }

    /// Those that have arrived once no more come.
    pub(super) fn settled(&self) -> Result<u64, BenchError> {
        let (start, mut last, mut since) = (Instant::now(), self.items(), Instant::now());
        while since.elapsed() < QUIET && start.elapsed() < SETTLED_MAX {
            pause(QUIET_STEP)?;
            if self.items() != last {
                (last, since) = (self.items(), Instant::now());
            }
        }
        match self.counted.unreadable.get() {
            None => Ok(last),
            Some(request) => Err(BenchError::library("sink", format!("no OTLP: {request}"))),
        }
    }
}

async fn serve(listener: TcpListener, counted: Arc<Counted>) {
    while let Ok((stream, _)) = listener.accept().await {
        // Without it an answer may wait for the next; if it cannot be set, it may.
        let _ = stream.set_nodelay(true);
        let counted = Arc::clone(&counted);
        let service = service_fn(move |request| answer(request, Arc::clone(&counted)));
        let mut server = http2::Builder::new(TokioExecutor::new());
        server
            .initial_stream_window_size(WINDOW_BYTES)
            .initial_connection_window_size(WINDOW_BYTES)
            .max_frame_size(FRAME_BYTES);
        tokio::spawn(server.serve_connection(TokioIo::new(stream), service));
    }
}

/// The message of a frame; rotel's are gzip, whatever it is told.
fn message(frame: &[u8]) -> Option<Cow<'_, [u8]>> {
    let message = frame.get(PREFIX_BYTES..)?;
    if frame[0] == 0 {
        return Some(Cow::Borrowed(message));
    }
    #[expect(clippy::disallowed_types, reason = "capped by `take`")]
    let inflater = flate2::read::GzDecoder::new(message);
    let mut inflated = Vec::new();
    inflater.take(REQUEST_BYTES_MAX as u64).read_to_end(&mut inflated).ok()?;
    Some(Cow::Owned(inflated))
}

async fn answer(
    request: Request<Incoming>,
    counted: Arc<Counted>,
) -> Result<Response<impl Body<Data = Bytes, Error = Infallible>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = http_body_util::Limited::new(body, REQUEST_BYTES_MAX);
    let frame = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let count = if head.uri.path() == TRACES { count_spans } else { count_points };
    match message(&frame).and_then(|message| count(&message)) {
        Some(items) => {
            counted.items.fetch_add(items, Ordering::Relaxed);
        }
        None => {
            let begin = &frame[..frame.len().min(SHOWN_BYTES)];
            counted.unreadable.get_or_init(|| format!("{head:?}: {begin:?}"));
        }
    }
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    // An empty message: taken in full.
    let message = Full::new(Bytes::from_static(&[0; PREFIX_BYTES]));
    let mut response = Response::new(message.with_trailers(async { Some(Ok(trailers)) }));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    Ok(response)
}
