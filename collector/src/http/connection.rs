//! Serves one connection: HTTP/1 or HTTP/2, whichever the peer speaks.

use std::{convert::Infallible, future::Future, pin::pin, sync::Arc, time::Duration};

use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto,
};
use inferometer_semconv::attributes::CollectorConnectionCutReason as Cut;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    runtime::Handle,
    sync::watch,
    time::{self, Instant, MissedTickBehavior},
};

use super::{
    body::Body,
    fault,
    limits::Limits,
    progress::Progress,
    protection::Protection,
    stage::{Stage, reached},
    streams::{Requests, Streams},
    sweep::{Sweep, Verdict},
    watched::Watched,
};
use crate::{auth::Denial, self_metrics::Connections};

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

    /// Whether a request is answered that shows no credentials, where the listener asks for them.
    fn is_open(&self, _: &Request) -> bool {
        false
    }

    /// Answers a request without valid credentials, of which nothing but the head is read.
    fn deny(&self, _: &Request, denial: &Denial) -> Response {
        denial.response()
    }
}

/// Answers a request, if it may be asked.
async fn answer<H: Handler>(shared: Arc<Shared<H>>, request: Request) -> Response {
    let handler = Arc::clone(&shared.handler);
    let Some(guard) = shared.protection.guard.as_ref().filter(|_| !handler.is_open(&request))
    else {
        drop(shared);
        return handler.handle(request).await;
    };
    let presented = guard.presented(request.headers());
    match guard.check(presented).await {
        Ok(()) => handler.handle(request).await,
        Err(denial) => {
            shared.counts.denied(denial.failure());
            handler.deny(&request, &denial)
        }
    }
}

fn builder(limits: &Limits, requests: Requests) -> auto::Builder<Requests> {
    let mut builder = auto::Builder::new(requests);
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

/// What the connections of one listener share.
#[derive(Debug)]
pub(super) struct Shared<H> {
    pub(super) handler: Arc<H>,
    pub(super) limits: Limits,
    pub(super) protection: Protection,
    pub(super) counts: Connections,
    /// The server's; an error means that it is gone.
    pub(super) stage: watch::Receiver<Stage>,
    /// For requests that are open beside another on their connection.
    pub(super) runtime: Handle,
}

/// Serves until the peer is done; once the server stops, or the connection is of this `age`, until its open requests
/// are answered; and no longer than the limits allow, which is counted.
pub(super) async fn serve<S, H>(stream: S, shared: Arc<Shared<H>>, age: Option<Duration>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Handler,
{
    let Shared { limits, counts, stage, runtime, .. } = &*shared;
    let progress = Arc::new(Progress::default());
    let io = TokioIo::new(Watched::new(stream, Arc::clone(&progress), limits.control_frames));
    let service = service_fn(|request| {
        let exchange = progress.request();
        let answer = answer(Arc::clone(&shared), request);
        async {
            let mut answer = answer.await;
            exchange.finish(answer.headers_mut());
            Ok::<_, Infallible>(answer.map(|body| body.of(exchange)))
        }
    });
    let streams = Streams::new(runtime.clone());
    let builder = builder(limits, streams.requests());
    let mut connection = pin!(builder.serve_connection(io, service));
    let (mut until_succeeded, mut until_stopping) = (stage.clone(), stage.clone());
    let mut succeeded = pin!(reached(Stage::Succeeded, &mut until_succeeded));
    let mut stopping = pin!(reached(Stage::Stopping, &mut until_stopping));
    let mut end = End::new(limits, age);
    let mut sweep = Sweep::new(limits);
    let period = Sweep::period(limits);
    let mut ticks = time::interval_at(Instant::now() + period, period);
    // After a time without the processor, peers get what they would have had.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let leave = tokio::select! {
            // First, as a peer that never pauses could keep it from its turn.
            biased;
            now = ticks.tick() => match sweep.look(&progress) {
                Verdict::Cut(reason) => return counts.cut(reason),
                _ if end.is_over(now) => return counts.cut(Cut::Age),
                _ if end.is_left(now) && progress.exchanges().open == 0 => return,
                Verdict::Leave(reason) if !end.is_leaving => {
                    counts.cut(reason);
                    end.left_at = Some(now + limits.keep_alive_timeout);
                    true
                }
                // A peer that had not begun when its server was succeeded leaves at the next tick after it has.
                Verdict::Leave(_) | Verdict::Stay => {
                    end.leave_at.is_some_and(|at| at <= now) || progress.leaves_unasked()
                }
            },
            () = stopping.as_mut(), if !end.is_leaving => true,
            () = succeeded.as_mut(), if !progress.is_last() => {
                progress.answers_last();
                progress.leaves_unasked()
            }
            ended = streams.drive(connection.as_mut()) => {
                // The peer's other faults are its own: it sees them in its answer or in the connection's end.
                let cut = ended.err().and_then(|error| fault::cut_by(&*error, &progress));
                return cut.into_iter().for_each(|reason| counts.cut(reason));
            }
        };
        if leave && !end.is_leaving {
            end.is_leaving = true;
            if !progress.has_begun() {
                return;
            }
            connection.as_mut().graceful_shutdown();
        }
    }
}

/// When a connection has to end.
#[derive(Debug)]
struct End {
    leave_at: Option<Instant>,
    cut_at: Option<Instant>,
    /// When a peer that was asked to leave, and counted, has had its time, unless it has a request open.
    left_at: Option<Instant>,
    /// Whether it was asked to.
    is_leaving: bool,
}

impl End {
    fn new(limits: &Limits, age: Option<Duration>) -> Self {
        let leave_at = age.and_then(|age| Instant::now().checked_add(age));
        let grace = limits.connection_age_grace;
        let cut_at = leave_at.zip(grace).and_then(|(at, grace)| at.checked_add(grace));
        Self { leave_at, cut_at, left_at: None, is_leaving: false }
    }

    fn is_over(&self, now: Instant) -> bool {
        self.cut_at.is_some_and(|at| at <= now)
    }

    fn is_left(&self, now: Instant) -> bool {
        self.left_at.is_some_and(|at| at <= now)
    }
}
