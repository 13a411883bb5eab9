//! The server on the wire.

mod accept;
mod auth;
mod http2;
mod http2_limits;
mod peer;
mod succession;
mod tls;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use inferometer_semconv::{
    InstrumentDef,
    attributes::{
        CollectorConnectionCutReason as Cut, CollectorConnectionRefusalReason as ConnectionRefusal,
        CollectorListener,
    },
    metrics,
};
use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point::Value};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    time::{self, Instant},
};

use super::*;
use crate::self_metrics::SelfMetrics;

/// Long enough for any machine; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers by path, in the ways that a handler can.
#[derive(Debug)]
struct Paths;

impl Handler for Paths {
    async fn handle(self: Arc<Self>, request: Request) -> Response {
        match request.uri().path() {
            "/panic" => panic!("on request"),
            "/never" => std::future::pending().await,
            "/stream" => http::Response::new(stream(true)),
            "/broken" => http::Response::new(stream(false)),
            "/slow" => {
                time::sleep(Duration::from_secs(65)).await;
                http::Response::new(Body::full("late"))
            }
            "/drops" => http::Response::new(drops()),
            "/large" => http::Response::new(Body::full(vec![b'x'; 4 << 20])),
            _ => http::Response::new(Body::full("ok")),
        }
    }
}

/// Three pieces; with an end, if the maker does not give up.
fn stream(is_whole: bool) -> Body {
    let (sender, body) = Body::stream();
    tokio::spawn(async move {
        for piece in ["a", "b", "c"] {
            sender.send(piece).await.expect("the peer reads");
        }
        if is_whole {
            sender.finish().await.expect("the peer reads");
        }
    });
    body
}

/// A byte every ten seconds, twenty times.
fn drops() -> Body {
    let (sender, body) = Body::stream();
    tokio::spawn(async move {
        for _ in 0..20 {
            time::sleep(Duration::from_secs(10)).await;
            sender.send("x").await.expect("the peer reads");
        }
        sender.finish().await.expect("the peer reads");
    });
    body
}

fn server(limits: Limits) -> Server {
    server_of(&SelfMetrics::default(), limits)
}

fn server_of(metrics: &SelfMetrics, limits: Limits) -> Server {
    bind("page", "127.0.0.1:0", limits, metrics).expect("a free port")
}

fn bind(
    name: &str,
    endpoint: &str,
    limits: Limits,
    metrics: &SelfMetrics,
) -> Result<Server, StartError> {
    Server::bind(
        name,
        endpoint,
        Arc::new(Paths),
        limits,
        metrics.connections(CollectorListener::Metrics),
        Protection::default(),
    )
}

/// What all listeners counted, of one reason if there is one.
fn counted(metrics: &SelfMetrics, definition: &InstrumentDef, reason: Option<&str>) -> i64 {
    let mut total = 0;
    metrics.collect(|request| {
        let scopes = &request.resource_metrics[0].scope_metrics;
        let metrics = scopes.iter().flat_map(|scope| &scope.metrics);
        for metric in metrics.filter(|metric| metric.name == definition.name) {
            let Some(Data::Sum(sum)) = &metric.data else {
                panic!("{} is a counter", metric.name);
            };
            for point in &sum.data_points {
                let said = format!("{:?}", point.attributes);
                let is_asked = reason.is_none_or(|reason| said.contains(&format!("{reason:?}")));
                if let (Some(Value::AsInt(value)), true) = (point.value, is_asked) {
                    total += value;
                }
            }
        }
    });
    total
}

/// Waits until a connection was taken.
async fn accepted(metrics: &SelfMetrics) {
    let accepted = async {
        while counted(metrics, &metrics::INFER_COLLECTOR_CONNECTION_ACCEPTED, None) == 0 {
            time::sleep(Duration::from_millis(1)).await;
        }
    };
    time::timeout(PATIENCE, accepted).await.expect("accepted");
}

async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.expect("connected")
}

/// Sends a request on a connection of its own, and reads until the server closes it.
async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = connect(address).await;
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    read_to_end(&mut stream).await
}

/// What the server sends until it closes the connection, in whatever way.
async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let read = time::timeout(PATIENCE, stream.read_to_end(&mut answer));
    // A reset is an end too.
    let _ = read.await.expect("the server closes the connection");
    String::from_utf8(answer).expect("text")
}

#[tokio::test]
async fn a_port_in_use_is_named_with_its_component_and_the_remedy() {
    let first = server(Limits::default());
    let endpoint = first.address().to_string();
    let second = bind(
        "receivers.otlp.protocols.grpc",
        &endpoint,
        Limits::default(),
        &SelfMetrics::default(),
    );
    let message = second.expect_err("the port is taken").to_string();
    assert!(
        message
            .starts_with(&format!("receivers.otlp.protocols.grpc: cannot listen on {endpoint}: "))
            && message.contains("by --set receivers.otlp.protocols.grpc.endpoint=HOST:PORT"),
        "{message}"
    );
}

#[tokio::test]
async fn an_endpoint_that_is_none_is_a_start_error() {
    let server = bind("page", "nowhere", Limits::default(), &SelfMetrics::default());
    let message = server.expect_err("no port").to_string();
    assert!(message.contains("set the endpoint to HOST:PORT"), "{message}");
}

#[tokio::test]
async fn a_connection_above_the_limit_is_closed_and_counted() {
    let metrics = SelfMetrics::default();
    let server = server_of(&metrics, Limits { connections: 1, ..Limits::default() });
    let mut first = connect(server.address()).await;
    accepted(&metrics).await;
    let mut second = connect(server.address()).await;
    assert_eq!(read_to_end(&mut second).await, "");
    let over_limit = Some(ConnectionRefusal::OverLimit.as_str());
    let refused = &metrics::INFER_COLLECTOR_CONNECTION_REFUSED;
    assert_eq!(counted(&metrics, refused, over_limit), 1);
    assert_eq!(counted(&metrics, refused, None), 1);
    let request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    first.write_all(request).await.expect("sent");
    assert!(read_to_end(&mut first).await.ends_with("ok"));
}

#[tokio::test]
async fn a_peer_that_says_too_little_is_not_waited_for() {
    let metrics = SelfMetrics::default();
    let limits = Limits { header_timeout: Duration::from_millis(50), ..Limits::default() };
    let server = server_of(&metrics, limits);
    // Nothing; a start that may become HTTP/2; half a head.
    for words in ["", "PRI * HT", "GET / HTTP/1.1\r\nhost: a-rather-long-name\r\n"] {
        let mut stream = connect(server.address()).await;
        stream.write_all(words.as_bytes()).await.expect("sent");
        read_to_end(&mut stream).await;
    }
    check_cut(&metrics, Cut::NoHead, 3);
    assert!(get(server.address(), "/").await.ends_with("ok"));
}

/// What was cut, all for this reason.
#[track_caller]
fn check_cut(metrics: &SelfMetrics, reason: Cut, expected: i64) {
    let cut = &metrics::INFER_COLLECTOR_CONNECTION_CUT;
    let seen = (counted(metrics, cut, Some(reason.as_str())), counted(metrics, cut, None));
    assert_eq!(seen, (expected, expected), "{reason:?}");
}

/// Sends a request and reads its answer; the connection stays open.
async fn get_and_stay(stream: &mut TcpStream) {
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok") {
        let read = time::timeout(PATIENCE, stream.read_buf(&mut answer));
        let read = read.await.expect("an answer in time").expect("an answer");
        assert!(read > 0, "closed after {:?}", String::from_utf8_lossy(&answer));
    }
}

#[tokio::test]
async fn a_connection_that_has_asked_before_may_wait_longer_than_a_new_one() {
    let server = server(Limits { header_timeout: Duration::from_millis(50), ..Limits::default() });
    let mut kept = connect(server.address()).await;
    get_and_stay(&mut kept).await;
    // The silent connection is the clock: it opens later, and is closed when its time for a head is over.
    let mut silent = connect(server.address()).await;
    read_to_end(&mut silent).await;
    get_and_stay(&mut kept).await;
}

#[tokio::test]
async fn a_connection_that_asks_no_more_is_closed() {
    let short = Duration::from_millis(50);
    let metrics = SelfMetrics::default();
    let limits = Limits { header_timeout: short, idle_timeout: short, ..Limits::default() };
    let server = server_of(&metrics, limits);
    for rest in ["", "GET / HTTP/1.1\r\nhost: a-rather-long-name\r\n"] {
        let mut stream = connect(server.address()).await;
        get_and_stay(&mut stream).await;
        stream.write_all(rest.as_bytes()).await.expect("sent");
        read_to_end(&mut stream).await;
    }
    check_cut(&metrics, Cut::Idle, 2);
}

#[tokio::test]
async fn a_connection_of_the_configured_age_is_asked_to_leave_and_its_request_is_answered() {
    let age = Some(Duration::from_millis(50));
    let server = server(Limits { connection_age: age, ..Limits::default() });
    let mut kept = connect(server.address()).await;
    get_and_stay(&mut kept).await;
    read_to_end(&mut kept).await;
    let mut stuck = connect(server.address()).await;
    stuck.write_all(b"GET /never HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    let waited = time::timeout(4 * Duration::from_millis(50), stuck.read_u8()).await;
    assert!(waited.is_err(), "an open request is waited for");
}

#[tokio::test]
async fn a_connection_that_outstays_its_grace_is_cut() {
    let short = Some(Duration::from_millis(50));
    let limits = Limits { connection_age: short, connection_age_grace: short, ..Limits::default() };
    let metrics = SelfMetrics::default();
    let server = server_of(&metrics, limits);
    assert_eq!(get(server.address(), "/never").await, "");
    check_cut(&metrics, Cut::Age, 1);
}

#[tokio::test]
async fn a_head_above_the_limit_is_refused() {
    let metrics = SelfMetrics::default();
    let server = server_of(&metrics, Limits { head_bytes: 8 << 10, ..Limits::default() });
    let path = format!("/{}", "x".repeat(16 << 10));
    let answer = get(server.address(), &path).await;
    check_cut(&metrics, Cut::Protocol, 1);
    assert!(answer.starts_with("HTTP/1.1 431") || answer.starts_with("HTTP/1.1 414"), "{answer}");
}

#[tokio::test]
async fn a_panic_in_a_handler_closes_its_own_connection_only() {
    let server = server(Limits::default());
    assert_eq!(get(server.address(), "/panic").await, "");
    assert!(get(server.address(), "/").await.ends_with("ok"));
}

#[tokio::test]
async fn half_a_page_is_never_taken_for_a_whole_one() {
    let server = server(Limits::default());
    let whole = get(server.address(), "/stream").await;
    assert!(whole.ends_with("0\r\n\r\n"), "the last chunk ends it: {whole}");
    let broken = get(server.address(), "/broken").await;
    assert!(!broken.ends_with("0\r\n\r\n"), "{broken}");
}

#[tokio::test]
async fn a_shutdown_cuts_what_is_open_at_its_deadline() {
    let metrics = SelfMetrics::default();
    let server = server_of(&metrics, Limits::default());
    let address = server.address();
    let stuck = tokio::spawn(async move { get(address, "/never").await });
    accepted(&metrics).await;
    time::timeout(PATIENCE, server.shutdown(Duration::from_millis(20)))
        .await
        .expect("the deadline holds");
    assert_eq!(stuck.await.expect("no panic"), "");
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_idle_connections() {
    let server = server(Limits::default());
    let mut idle = connect(server.address()).await;
    let request = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    idle.write_all(request).await.expect("sent");
    let mut answer = [0; 8];
    idle.read_exact(&mut answer).await.expect("an answer");
    let mut silent = connect(server.address()).await;
    time::timeout(PATIENCE, server.shutdown(2 * PATIENCE)).await.expect("long before the deadline");
    read_to_end(&mut idle).await;
    read_to_end(&mut silent).await;
}
