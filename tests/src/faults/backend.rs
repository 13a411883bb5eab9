//! A backend that takes OTLP over gRPC and HTTP on one port, and fails as it is told to.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    runtime::Runtime,
    sync::{Notify, watch},
    time,
};

use super::{
    arrived::Arrived,
    numbered::numbered,
    reply::{self, PREFIX, Reply},
    script::Script,
};
use crate::UnusedPort;

/// Ports that are tried before it gives up.
const CLAIMS: usize = 100;
/// Connections that wait to be accepted.
const BACKLOG: u32 = 1024;

/// A backend. Dropping it closes it.
#[derive(Debug)]
pub struct ScriptedBackend {
    address: SocketAddr,
    script: watch::Sender<Script>,
    shared: Arc<Shared>,
    // Has the port while nobody listens there, so that nobody else can.
    _port: TcpSocket,
    _runtime: Runtime,
}

#[derive(Debug, Default)]
struct Shared {
    arrived: Mutex<Arrived>,
    connections: AtomicU64,
    requests: AtomicU64,
    lost_answers: AtomicU64,
    rejected: AtomicU64,
}

impl ScriptedBackend {
    /// Listens on a free port, and keeps everything.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn start() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let (address, port) = claim();
        let (script, scripted) = watch::channel(Script::Keeps);
        let shared = Arc::new(Shared::default());
        let listener = {
            let _entered = runtime.enter();
            listen(address)
        };
        runtime.spawn(accept(address, listener, scripted, Arc::clone(&shared)));
        Self { address, script, shared, _port: port, _runtime: runtime }
    }

    /// What it does from now on.
    pub fn set(&self, script: Script) {
        self.script.send_replace(script);
    }

    /// The URL for a sender.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it has kept.
    #[must_use]
    pub fn arrived(&self) -> Arrived {
        lock(&self.shared.arrived).clone()
    }

    /// Connections that were made to it.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// Requests whose head came.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }

    /// Requests that were kept and whose senders were not told.
    #[must_use]
    pub fn lost_answers(&self) -> u64 {
        self.shared.lost_answers.load(Ordering::Relaxed)
    }

    /// Spans that senders were told were not kept.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.shared.rejected.load(Ordering::Relaxed)
    }
}

/// A port that nobody has, kept for ourselves.
///
/// One that is shared may be given to several who ask for any, so that it is first asked for alone. In between somebody
/// else may take it, or a child still have it that another test is starting; but no other backend, which would share it.
fn claim() -> (SocketAddr, TcpSocket) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = lock(&ONE_AT_A_TIME);
    for _ in 0..CLAIMS {
        let alone = UnusedPort::claim();
        let address = alone.address();
        drop(alone);
        if let Ok(port) = bound(address) {
            return (address, port);
        }
    }
    panic!("each of {CLAIMS} free ports was taken by somebody else");
}

fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Without `SO_REUSEADDR`: while nobody listens there, it would let others have the port.
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Listens on a port that is kept.
fn listen(address: SocketAddr) -> TcpListener {
    bound(address).and_then(|socket| socket.listen(BACKLOG)).expect("the port is ours")
}

async fn accept(
    address: SocketAddr,
    first: TcpListener,
    mut script: watch::Receiver<Script>,
    shared: Arc<Shared>,
) {
    let mut listener = Some(first);
    loop {
        if *script.borrow_and_update() == Script::RefusesConnections {
            listener = None;
            if script.changed().await.is_err() {
                return;
            }
            continue;
        }
        let source = listener.get_or_insert_with(|| listen(address));
        tokio::select! {
            changed = script.changed() => if changed.is_err() { return },
            accepted = source.accept() => if let Ok((stream, _)) = accepted {
                shared.connections.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(serve(stream, script.clone(), Arc::clone(&shared)));
            },
        }
    }
}

async fn serve(stream: TcpStream, mut script: watch::Receiver<Script>, shared: Arc<Shared>) {
    let first = *script.borrow_and_update();
    match first {
        Script::ResetsConnections => {
            // Dropped, it is reset.
            let _ = stream.set_zero_linger();
            return;
        }
        Script::Hangs => {
            let _ = script.wait_for(|now| *now != Script::Hangs).await;
            return;
        }
        _ => {}
    }
    let cut = Arc::new(Notify::new());
    let service = {
        let (script, cut) = (script.clone(), Arc::clone(&cut));
        service_fn(move |request| {
            answer(request, script.clone(), Arc::clone(&shared), Arc::clone(&cut))
        })
    };
    let server = auto::Builder::new(TokioExecutor::new());
    let connection = server.serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // How it ends is the other side's affair.
        _ = connection => {}
        () = cut.notified() => {}
        _ = script.wait_for(|now| now.ends_connections()) => {}
    }
}

async fn answer(
    request: Request<Incoming>,
    mut script: watch::Receiver<Script>,
    shared: Arc<Shared>,
    cut: Arc<Notify>,
) -> Result<Reply, Infallible> {
    let nth = shared.requests.fetch_add(1, Ordering::Relaxed) + 1;
    let is_grpc = request
        .headers()
        .get("content-type")
        .is_some_and(|it| it.as_bytes().starts_with(b"application/grpc"));
    let now = *script.borrow_and_update();
    if now == Script::Hangs {
        let _ = script.wait_for(|now| *now != Script::Hangs).await;
        return Ok(cut_off(&cut).await);
    }
    let Some(body) = read(request.into_body(), now).await else { return Ok(reply::broken()) };
    let keep = || shared.keep(is_grpc, &body);
    Ok(match now {
        Script::IsUnavailable => reply::unavailable(is_grpc),
        Script::IsExhausted(delay) => reply::exhausted(is_grpc, delay),
        Script::RefusesAbove(bytes) if body.len() > bytes => reply::too_large(is_grpc),
        Script::LosesAnswers(every) if nth.is_multiple_of(every) => {
            keep();
            shared.lost_answers.fetch_add(1, Ordering::Relaxed);
            cut_off(&cut).await
        }
        Script::KeepsAfter(delay) => {
            keep();
            time::sleep(delay).await;
            reply::kept(is_grpc, 0)
        }
        Script::KeepsPart(rejected) => {
            keep();
            shared.rejected.fetch_add(rejected.unsigned_abs(), Ordering::Relaxed);
            reply::kept(is_grpc, rejected)
        }
        _ => {
            keep();
            reply::kept(is_grpc, 0)
        }
    })
}

/// Ends the connection: what would be answered on it is never sent.
async fn cut_off(cut: &Notify) -> Reply {
    cut.notify_one();
    std::future::pending().await
}

/// A body; nothing if it was broken off.
async fn read(mut body: Incoming, script: Script) -> Option<Bytes> {
    let mut all = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else { continue };
        if let Script::ReadsSlowly(bytes) = script {
            let share = data.len() as f64 / f64::from(bytes);
            time::sleep(Duration::from_secs_f64(share)).await;
        }
        all.extend_from_slice(&data);
    }
    Some(all.into())
}

impl Shared {
    fn keep(&self, is_grpc: bool, body: &Bytes) {
        let message = if is_grpc { body.slice(PREFIX.min(body.len())..) } else { body.clone() };
        let request = ExportTraceServiceRequest::decode(message).expect("a request");
        let spans = numbered(&request);
        lock(&self.arrived).add(spans);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
