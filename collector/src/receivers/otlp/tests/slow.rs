//! Bodies that do not come. Time stands still but for the timers that a test waits for.

use ::http::Method;
use bytes::Bytes;
use inferometer_semconv::attributes::CollectorListener;
use prost::Message;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::Instant,
};

use super::{
    grpc_wire::{GRPC, TRACES, call, framed},
    http::{PROTOBUF, Reply},
    *,
};
use crate::{
    http::{Handler, Limits, Stage, in_memory},
    own_traces::{Listener, OwnTraces},
    receivers::otlp::{door::Door, grpc::Grpc, grpc_health::GrpcHealth, http::Http},
};

/// One connection to a listener of the receiver, and what it counts.
struct Line {
    metrics: SelfMetrics,
    budget: Arc<InFlight>,
    stream: tokio::io::DuplexStream,
    /// The server stops when it goes.
    _stop: tokio::sync::watch::Sender<Stage>,
}

impl Line {
    fn open<H: Handler>(pace: Pace, handler: impl FnOnce(Arc<Door>) -> H) -> Self {
        let metrics = SelfMetrics::default();
        let budget = InFlight::new(InFlight::DEFAULT_LIMIT);
        let counters = metrics.receiver("otlp", CollectorListener::OtlpGrpc);
        let intake = Arc::new(Pipelines::default());
        let listener = OtlpListenerSettings { pace, ..OtlpListenerSettings::GRPC_DEFAULT };
        let traces = Listener::new(OwnTraces::default(), "otlp", "http");
        let door = Arc::new(Door::new(intake, Arc::clone(&budget), &listener, counters, traces));
        let (stream, stop) = in_memory::connect(handler(door), Limits::DEFAULT, &metrics);
        Self { metrics, budget, stream, _stop: stop }
    }

    fn http(pace: Pace) -> Self {
        Self::open(pace, |door| Http::new(door, REQUEST_BYTES_MAX, &CorsSettings::NONE))
    }

    #[track_caller]
    fn check(&self, accepted: u64, too_slow: u64) {
        let count = |counter, reason: Option<&str>| {
            let counts = self.metrics.counts();
            let of_it = counts.filter(|it| {
                (it.counter, it.signal, it.reason) == (counter, Signal::Traces, reason)
            });
            of_it.map(|count| count.value).sum::<u64>()
        };
        let reason = Some(RefusalReason::TooSlow.as_str());
        let seen =
            (count(SelfCounter::Accepted, None), count(SelfCounter::RefusedRequests, reason));
        assert_eq!(seen, (accepted, too_slow));
        assert_eq!(self.budget.used(), 0);
    }

    /// Sends the start of a request, and reads what is said until the connection is closed.
    async fn send_half(&mut self, content_length: usize, half: &str) -> (Duration, Reply) {
        let start = Instant::now();
        let head = format!(
            "POST /v1/traces HTTP/1.1\r\nhost: x\r\n{PROTOBUF}content-length: {content_length}\r\n\r\n{half}"
        );
        self.stream.write_all(head.as_bytes()).await.expect("sent");
        let mut answer = Vec::new();
        self.stream.read_to_end(&mut answer).await.expect("a whole answer");
        (start.elapsed(), Reply::parse(&answer))
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_comes_too_slowly_is_refused_and_the_others_of_its_connection_are_not() {
    let mut line = Line::open(Pace::DEFAULT, |door| {
        let health = GrpcHealth::new(Arc::default(), Pace::DEFAULT);
        Grpc::new(door, REQUEST_BYTES_MAX, health)
    });
    let (unused, _) = tokio::io::duplex(1);
    let stream = std::mem::replace(&mut line.stream, unused);
    let (client, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
    tokio::spawn(connection);
    let whole = framed(0, &trace_request("a").encode_to_vec());
    let request = ::http::Request::post(format!("http://x{TRACES}")).header(GRPC.0, GRPC.1);
    let mut slow = client.clone().ready().await.expect("a stream");
    let (answer, mut body) =
        slow.send_request(request.body(()).expect("a request"), false).expect("sent");
    let dripping = async {
        let start = Instant::now();
        while body.send_data(Bytes::from_static(b"\0"), false).is_ok() {
            time::sleep(Duration::from_secs(1)).await;
        }
        start.elapsed()
    };
    let others = async {
        for _ in 0..10 {
            let reply = call(&client, Method::POST, &[GRPC], &[&whole]).await;
            assert_eq!(reply.grpc("grpc-status"), Some("0"));
            time::sleep(Duration::from_secs(1)).await;
        }
    };
    let (answer, took, ()) = tokio::join!(answer, dripping, others);
    let answer = answer.expect("an answer");
    assert_eq!(answer.headers()["grpc-status"], "4", "DEADLINE_EXCEEDED");
    let message = answer.headers()["grpc-message"].to_str().expect("text");
    assert!(message.contains("came%20too%20slowly"), "{message}");
    assert!((5..8).contains(&took.as_secs()), "{took:?}");
    line.check(10, 1);
}

#[tokio::test(start_paused = true)]
async fn a_body_over_http_that_does_not_come_is_answered_with_408() {
    let mut line = Line::http(Pace::DEFAULT);
    let (took, answer) = line.send_half(1000, "x").await;
    assert_eq!((answer.status, took.as_secs()), (408, 5));
    assert!(answer.message().contains("1 bytes of it"), "{}", answer.message());
    line.check(0, 1);
}

#[tokio::test(start_paused = true)]
async fn a_body_of_any_rate_has_until_its_deadline() {
    let pace = Pace { deadline: Duration::from_secs(7), rate: 0, ..Pace::DEFAULT };
    let (took, answer) = Line::http(pace).send_half(9, "").await;
    assert_eq!((answer.status, took.as_secs()), (408, 7));
}
