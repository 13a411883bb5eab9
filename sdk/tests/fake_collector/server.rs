//! A collector on the bare wire, over HTTP/1.1 and HTTP/2, plain or with TLS, that answers as told, also badly.

use std::{
    collections::VecDeque,
    convert::Infallible,
    net::{SocketAddr, TcpListener},
    pin::Pin,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    thread,
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::{
    body::{Body, Frame, Incoming},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use rustls::ServerConfig;
use tokio::time::{Interval, interval};

use super::PATIENCE;

/// What it says to one request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Takes it; over gRPC with an empty message.
    Accept,
    /// Answers with a status and headers, and this body.
    Plain(u16, Vec<(&'static str, String)>, Bytes),
    /// Takes the request and never says a word.
    Hang,
    /// One byte a second, for ever.
    Trickle,
    /// As many bytes as are taken, for ever.
    Endless,
    /// Half an answer, then the connection or the stream breaks.
    Reset,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Debug, Default)]
struct State {
    seen: Vec<Seen>,
    replies: VecDeque<Reply>,
}

#[derive(Clone, Default)]
struct Shared {
    state: Arc<(Mutex<State>, Condvar)>,
    /// Bytes of endless answers that were handed out.
    poured: Arc<AtomicUsize>,
}

/// Listens on a free port of 127.0.0.1 until it is dropped.
pub(crate) struct WireCollector {
    shared: Shared,
    address: SocketAddr,
    scheme: &'static str,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl WireCollector {
    /// Gives these replies to the first requests, and accepts all others.
    pub(crate) fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::listen(replies, None)
    }

    pub(crate) fn start_tls(config: ServerConfig) -> Self {
        Self::listen([], Some(config))
    }

    fn listen(replies: impl IntoIterator<Item = Reply>, tls: Option<ServerConfig>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Shared::default();
        shared.state.0.lock().unwrap().replies.extend(replies);
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let serving = shared.clone();
        let thread = thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = serve(listener, tls, serving) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { shared, address, scheme, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://localhost:{}", self.scheme, self.address.port())
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.state.0.lock().unwrap().seen.clone()
    }

    /// Waits for this many requests.
    #[track_caller]
    pub(crate) fn until_seen(&self, requests: usize) {
        let (state, changed) = &*self.shared.state;
        let (state, waited) = changed
            .wait_timeout_while(state.lock().unwrap(), PATIENCE, |state| {
                state.seen.len() < requests
            })
            .unwrap();
        assert!(!waited.timed_out(), "{} of {requests} requests came", state.seen.len());
    }

    pub(crate) fn poured(&self) -> usize {
        self.shared.poured.load(Relaxed)
    }
}

impl Drop for WireCollector {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

async fn serve(listener: tokio::net::TcpListener, tls: Option<ServerConfig>, shared: Shared) {
    let acceptor = tls.map(|config| tokio_rustls::TlsAcceptor::from(Arc::new(config)));
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (acceptor, shared) = (acceptor.clone(), shared.clone());
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(shared.clone(), request));
            let builder = auto::Builder::new(TokioExecutor::new());
            // A client that goes away, or that we cannot agree with, is part of the tests.
            let _ = match acceptor {
                None => builder.serve_connection(TokioIo::new(stream), service).await,
                Some(acceptor) => match acceptor.accept(stream).await {
                    Ok(stream) => builder.serve_connection(TokioIo::new(stream), service).await,
                    Err(_) => return,
                },
            };
        });
    }
}

async fn answer(
    shared: Shared,
    request: Request<Incoming>,
) -> Result<Response<Answer>, Infallible> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return Ok(Response::new(Answer::Silent));
    };
    let reply = {
        let (state, changed) = &*shared.state;
        let mut state = state.lock().unwrap();
        state.seen.push(Seen {
            path: head.uri.path().to_owned(),
            headers: head.headers.clone(),
            body: body.to_bytes(),
        });
        changed.notify_all();
        state.replies.pop_front().unwrap_or(Reply::Accept)
    };
    let grpc = head.uri.path().starts_with("/opentelemetry");
    let mut response = Response::new(Answer::Silent);
    let kind = if grpc { "application/grpc" } else { "application/x-protobuf" };
    response.headers_mut().insert("content-type", kind.parse().unwrap());
    match reply {
        Reply::Hang => std::future::pending().await,
        Reply::Accept if grpc => *response.body_mut() = Answer::parts(&[0; 5], true),
        Reply::Accept => *response.body_mut() = Answer::parts(&[], false),
        Reply::Plain(status, headers, body) => {
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            response.headers_mut().clear();
            for (name, value) in headers {
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            *response.body_mut() = Answer::parts(&body, false);
        }
        Reply::Trickle => {
            *response.body_mut() = Answer::Trickle(interval(Duration::from_secs(1)));
        }
        Reply::Endless => *response.body_mut() = Answer::Endless(shared.poured),
        Reply::Reset => *response.body_mut() = Answer::Reset(false),
    }
    Ok(response)
}

/// The body of an answer.
enum Answer {
    Silent,
    /// A piece, and then trailers.
    Parts(Option<Bytes>, Option<HeaderMap>),
    Trickle(Interval),
    Endless(Arc<AtomicUsize>),
    /// Whether its first half is out.
    Reset(bool),
}

impl Answer {
    fn parts(body: &[u8], ok: bool) -> Self {
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", "0".parse().unwrap());
        Self::Parts(
            (!body.is_empty()).then(|| Bytes::copy_from_slice(body)),
            ok.then_some(trailers),
        )
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let piece = |size| Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![0; size])))));
        match &mut *self {
            Self::Silent => Poll::Ready(None),
            Self::Parts(body, trailers) => Poll::Ready(
                body.take()
                    .map(Frame::data)
                    .or_else(|| trailers.take().map(Frame::trailers))
                    .map(Ok),
            ),
            Self::Trickle(interval) => {
                ready!(interval.poll_tick(context));
                piece(1)
            }
            Self::Endless(poured) => {
                const PIECE: usize = 64 * 1024;
                poured.fetch_add(PIECE, Relaxed);
                piece(PIECE)
            }
            Self::Reset(false) => {
                *self = Self::Reset(true);
                piece(3)
            }
            Self::Reset(true) => Poll::Ready(Some(Err(std::io::Error::other("as told")))),
        }
    }
}
