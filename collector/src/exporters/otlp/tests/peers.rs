//! Connections that end, hang or are gone: nothing is lost, and the next one is made at once.
//!
//! Waits between attempts are longer than these tests take, but where a test says so: what is delivered in time was
//! never waited for.

use std::sync::atomic::{AtomicUsize, Ordering};

use http::HeaderMap;
use http_body_util::{BodyExt, Full};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
};

use super::{over_http::over_http, *};

/// What a connection does. Those beyond the script serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Conduct {
    Serve,
    /// Answers so many requests, and asks the client to leave.
    LeaveAfter(usize),
    /// Asks the client to leave while its first request is open, which is answered when another one was.
    LeaveMeanwhile,
    /// Says with its first request that it took none.
    LeaveAtOnce,
    /// Takes requests and never answers.
    Mute,
    /// Does not even read.
    Frozen,
    /// Is reset once bytes have come.
    Reset,
}

/// A backend over HTTP/2 that is told what each of its connections does.
#[derive(Debug, Clone, Default)]
struct Peer {
    script: Vec<Conduct>,
    connections: Arc<AtomicUsize>,
    /// Requests that began to come.
    attempts: Arc<AtomicUsize>,
    /// The messages that were answered.
    delivered: Arc<Mutex<Vec<Bytes>>>,
    answered: Arc<Notify>,
}

impl Peer {
    async fn start(script: &[Conduct]) -> (Self, SocketAddr) {
        let peer = Self { script: script.to_vec(), ..Self::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let served = peer.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let nth = served.connections.fetch_add(1, Ordering::Relaxed);
                let conduct = served.script.get(nth).copied().unwrap_or(Conduct::Serve);
                tokio::spawn(served.clone().connection(stream, conduct));
            }
        });
        (peer, address)
    }

    async fn connection(self, mut stream: TcpStream, conduct: Conduct) {
        match conduct {
            Conduct::Frozen => std::future::pending().await,
            Conduct::Reset => {
                let _ = stream.read(&mut [0; 64]).await;
                stream.set_zero_linger().expect("an option");
                return;
            }
            _ => {}
        }
        let mut connection = h2::server::handshake(stream).await.expect("HTTP/2");
        let mut taken = 0;
        while let Some(Ok((request, respond))) = connection.accept().await {
            self.attempts.fetch_add(1, Ordering::Relaxed);
            taken += 1;
            match conduct {
                Conduct::LeaveAtOnce => {
                    connection.abrupt_shutdown(h2::Reason::NO_ERROR);
                    continue;
                }
                Conduct::LeaveAfter(requests) if taken == requests => {
                    connection.graceful_shutdown()
                }
                Conduct::LeaveMeanwhile => connection.graceful_shutdown(),
                _ => {}
            }
            tokio::spawn(self.clone().answer(request, respond, conduct));
        }
    }

    async fn answer(
        self,
        request: http::Request<h2::RecvStream>,
        mut respond: h2::server::SendResponse<Bytes>,
        conduct: Conduct,
    ) {
        let mut body = request.into_body();
        let mut message = Vec::new();
        while let Some(Ok(chunk)) = body.data().await {
            message.extend_from_slice(&chunk);
            let _ = body.flow_control().release_capacity(chunk.len());
        }
        match conduct {
            Conduct::Mute => std::future::pending().await,
            Conduct::LeaveMeanwhile => self.answered.notified().await,
            _ => {}
        }
        self.delivered.lock().push(Bytes::from(message).slice(5..));
        self.answered.notify_one();
        let head = http::Response::builder().header("content-type", "application/grpc");
        let head = head.body(()).expect("a head");
        let Ok(mut stream) = respond.send_response(head, false) else { return };
        let _ = stream.send_data(Bytes::from_static(&[0; 5]), false);
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", http::HeaderValue::from_static("0"));
        let _ = stream.send_trailers(trailers);
    }

    fn counts(&self) -> (usize, usize) {
        (self.connections.load(Ordering::Relaxed), self.attempts.load(Ordering::Relaxed))
    }

    fn delivered(&self) -> Vec<Bytes> {
        let mut delivered = self.delivered.lock().clone();
        delivered.sort();
        delivered
    }
}

/// Nothing is sent again after a wait, as nothing waits so long.
fn impatient(settings: OtlpExporterSettings) -> OtlpExporterSettings {
    let forever = PATIENCE * 100;
    OtlpExporterSettings {
        queue: QueueSettings { consumers: 2, batch: ALONE, ..QueueSettings::default() },
        retry: RetrySettings {
            initial_interval: forever,
            max_interval: forever,
            max_elapsed_time: Duration::ZERO,
            ..RetrySettings::default()
        },
        timeout: forever,
        ..settings
    }
}

fn message(nth: u8) -> Bytes {
    Bytes::from(vec![nth; 100])
}

fn messages(of: std::ops::Range<u8>) -> Vec<Bytes> {
    of.map(message).collect()
}

#[tokio::test]
async fn a_goaway_loses_nothing_of_what_is_under_way_and_the_next_request_leaves_at_once() {
    let (peer, address) = Peer::start(&[Conduct::LeaveMeanwhile]).await;
    let bench = Bench::start(&impatient(settings(address)));
    bench.offer(item_of(message(0), 1)).expect("room");
    let begun = async {
        while peer.counts().1 < 1 {
            time::sleep(Duration::from_millis(1)).await;
        }
    };
    time::timeout(PATIENCE, begun).await.expect("it is sent");
    // The first is answered once this one was, over the second connection.
    bench.offer(item_of(message(1), 1)).expect("room");
    bench.settled().await;
    assert_eq!(peer.delivered(), messages(0..2));
    assert_eq!(peer.counts(), (2, 2));
    Bench::check(&bench.metrics, 2, &[]);
}

#[tokio::test]
async fn a_goaway_that_leaves_a_request_out_has_it_sent_again_at_once() {
    let (peer, address) = Peer::start(&[Conduct::LeaveAtOnce]).await;
    let bench = Bench::start(&impatient(settings(address)));
    bench.offer(item_of(message(0), 1)).expect("room");
    bench.settled().await;
    assert_eq!(peer.delivered(), messages(0..1));
    assert_eq!(peer.counts(), (2, 2));
}

#[tokio::test]
async fn a_backend_that_leaves_after_a_few_requests_gets_all_of_them() {
    let (peer, address) = Peer::start(&[Conduct::LeaveAfter(3); 20]).await;
    let bench = Bench::start(&impatient(settings(address)));
    for nth in 0..30 {
        bench.offer(item_of(message(nth), 1)).expect("room");
        if nth % 7 == 0 {
            bench.settled().await;
        }
    }
    bench.settled().await;
    let mut delivered = peer.delivered();
    delivered.dedup();
    assert_eq!(delivered, messages(0..30));
    let (connections, attempts) = peer.counts();
    assert!(connections >= 7, "{connections}");
    assert!(attempts <= 60, "{attempts}");
    Bench::check(&bench.metrics, 30, &[]);
}

#[tokio::test]
async fn a_connection_that_is_reset_is_followed_by_another_at_once() {
    let (peer, address) = Peer::start(&[Conduct::Reset]).await;
    let bench = Bench::start(&impatient(settings(address)));
    bench.offer(item_of(message(0), 1)).expect("room");
    bench.settled().await;
    assert_eq!(peer.delivered(), messages(0..1));
    assert_eq!(peer.counts().0, 2);
}

#[tokio::test]
async fn one_that_resets_every_connection_is_not_asked_without_end() {
    let (peer, address) = Peer::start(&[Conduct::Reset; 100]).await;
    let mut settings = impatient(settings(address));
    settings.retry.max_elapsed_time = Duration::from_millis(100);
    let bench = Bench::start(&settings);
    bench.offer(item_of(message(0), 1)).expect("room");
    bench.settled().await;
    assert_eq!(peer.counts().0, 2, "the first and one more");
    Bench::check(&bench.metrics, 0, &[(RejectReason::Unreachable, 1)]);
}

#[tokio::test]
async fn a_backend_that_never_answers_costs_one_attempt_and_its_connection() {
    for conduct in [Conduct::Mute, Conduct::Frozen] {
        let (peer, address) = Peer::start(&[conduct]).await;
        let retry = settings(address).retry;
        let timeout = Duration::from_millis(500);
        let settings = OtlpExporterSettings { timeout, retry, ..impatient(settings(address)) };
        let bench = Bench::start(&settings);
        bench.offer(item_of(message(0), 1)).expect("room");
        bench.settled().await;
        assert_eq!(peer.delivered(), messages(0..1), "{conduct:?}");
        assert_eq!(peer.counts().0, 2, "{conduct:?}");
        Bench::check(&bench.metrics, 1, &[]);
    }
}

#[tokio::test]
async fn a_connection_whose_other_end_is_gone_is_found_out_by_a_ping() {
    let (peer, address) = Peer::start(&[Conduct::Frozen]).await;
    let keep_alive = KeepAliveSettings {
        time: Duration::from_millis(20),
        timeout: Duration::from_millis(20),
        permit_without_stream: false,
    };
    let settings = OtlpExporterSettings { keep_alive, ..impatient(settings(address)) };
    let bench = Bench::start(&settings);
    bench.offer(item_of(message(0), 1)).expect("room");
    bench.settled().await;
    assert_eq!(peer.delivered(), messages(0..1));
    assert_eq!(peer.counts().0, 2);
}

#[tokio::test]
async fn a_request_that_as_one_gets_no_answer_is_sent_in_parts() {
    let (_, address) = Peer::start(&[Conduct::Mute, Conduct::Serve]).await;
    let (timeout, retry) = (Duration::from_millis(100), settings(address).retry);
    let mut settings = OtlpExporterSettings { timeout, retry, ..impatient(settings(address)) };
    settings.queue.batch = QueueBatchSettings::default();
    let bench = Bench::start(&settings);
    for nth in 0..4 {
        bench.offer(item_of(message(nth), 1)).expect("room");
    }
    bench.settled().await;
    Bench::check(&bench.metrics, 4, &[]);
}

/// A backend over HTTP/1.1 that answers one request over each connection and closes it, told or untold.
async fn one_by_one(says_so: bool) -> (Arc<Mutex<Vec<Bytes>>>, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let taken = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&taken);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let seen = Arc::clone(&seen);
            tokio::spawn(async move {
                let answered = Arc::new(Notify::new());
                let of_service = Arc::clone(&answered);
                let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
                    let (seen, answered) = (Arc::clone(&seen), Arc::clone(&of_service));
                    async move {
                        let body = request.into_body().collect().await?.to_bytes();
                        seen.lock().push(body);
                        answered.notify_one();
                        Ok::<_, hyper::Error>(http::Response::new(Full::new(Bytes::new())))
                    }
                });
                let connection = http1::Builder::new()
                    .keep_alive(!says_so)
                    .serve_connection(TokioIo::new(stream), service);
                let mut connection = std::pin::pin!(connection);
                tokio::select! {
                    _ = connection.as_mut() => return,
                    () = answered.notified() => {}
                }
                // As a server does whose patience with a silent connection is at an end.
                let _ = time::timeout(Duration::from_millis(1), connection).await;
            });
        }
    });
    (taken, address)
}

#[tokio::test]
async fn a_connection_of_http_1_that_is_closed_between_requests_is_followed_by_another() {
    for says_so in [true, false] {
        let (taken, address) = one_by_one(says_so).await;
        let bench = Bench::start(&impatient(over_http(address)));
        for nth in 0..20 {
            bench.offer(item_of(message(nth), 1)).expect("room");
            bench.settled().await;
        }
        let mut seen = taken.lock().clone();
        seen.dedup();
        assert_eq!(seen, messages(0..20), "says so: {says_so}");
        Bench::check(&bench.metrics, 20, &[]);
    }
}

#[tokio::test]
async fn one_of_http_1_that_is_cut_within_an_answer_is_followed_by_another() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let answers = ["HTTP/1.1 200 OK\r\ncontent-le", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"];
    let server = tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut seen = Vec::new();
            while !seen.ends_with(&message(7)) {
                assert_ne!(stream.read_buf(&mut seen).await.expect("a request"), 0);
            }
            stream.write_all(answer.as_bytes()).await.expect("sent");
        }
    });
    let bench = Bench::start(&impatient(over_http(address)));
    bench.offer(item_of(message(7), 1)).expect("room");
    bench.settled().await;
    server.await.expect("two connections");
    Bench::check(&bench.metrics, 1, &[]);
}
