//! A server that takes over the socket of another.

use super::*;
use crate::http::threads::Threads;

/// Says which server it is.
#[derive(Debug)]
struct Says(&'static str);

impl Handler for Says {
    async fn handle(self: Arc<Self>, _: Request) -> Response {
        http::Response::new(Body::full(self.0))
    }
}

/// A server, and what it counts.
struct Bench {
    metrics: SelfMetrics,
    server: Server,
}

impl Bench {
    fn start(sockets: &Sockets, endpoint: &str, says: &'static str) -> Result<Self, StartError> {
        let metrics = SelfMetrics::default();
        let server = Server::bind_on(
            &Threads::default(),
            sockets.listen("page", endpoint)?,
            Arc::new(Says(says)),
            Limits::default(),
            metrics.connections(CollectorListener::Metrics),
            Protection::default(),
        )?;
        Ok(Self { metrics, server })
    }

    fn old() -> Self {
        Self::start(&Sockets::default(), "127.0.0.1:0", "old").expect("a free port")
    }

    /// Where a server may take its socket over.
    fn offered(&self) -> Sockets {
        Sockets::of(self.server.offer().into_iter().collect())
    }
}

/// One request of a connection that may stay, and its answer, of which `until` is the end.
async fn ask(stream: &mut TcpStream, until: &str) -> String {
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    let mut answer = Vec::new();
    while !answer.ends_with(until.as_bytes()) {
        let read = time::timeout(PATIENCE, stream.read_buf(&mut answer));
        let read = read.await.expect("an answer in time").expect("an answer");
        assert!(read > 0, "closed after {:?}", String::from_utf8_lossy(&answer));
    }
    String::from_utf8(answer).expect("text")
}

#[tokio::test]
async fn a_successor_takes_every_connection_and_those_before_it_are_answered_once_more() {
    let old = Bench::old();
    let address = old.server.address();
    let mut silent = connect(address).await;
    let mut kept = connect(address).await;
    ask(&mut kept, "old").await;
    assert_eq!(counted(&old.metrics, &metrics::INFER_COLLECTOR_CONNECTION_ACCEPTED, None), 2);
    let sockets = old.offered();
    let new = Bench::start(&sockets, "127.0.0.1:0", "new").expect("the same socket");
    assert_eq!(new.server.address(), address);
    assert!(get(address, "/").await.ends_with("old"), "the new one has not begun");
    sockets.begin();
    // It is told at once, but the loop may take what came before it looks.
    let taken = async { while !get(address, "/").await.ends_with("new") {} };
    time::timeout(PATIENCE, taken).await.expect("the new one accepts");
    for _ in 0..20 {
        assert!(get(address, "/").await.ends_with("new"));
    }
    for stream in [&mut silent, &mut kept] {
        let answer = ask(stream, "old").await;
        assert!(answer.contains("connection: close"), "{answer}");
        assert_eq!(read_to_end(stream).await, "");
    }
    old.server.shutdown(PATIENCE).await;
    assert!(get(address, "/").await.ends_with("new"), "its end is not the socket's");
}

#[tokio::test]
async fn an_idle_connection_has_its_grace_and_no_more() {
    let old = Bench::old();
    let mut kept = connect(old.server.address()).await;
    ask(&mut kept, "old").await;
    let sockets = old.offered();
    let _new = Bench::start(&sockets, "127.0.0.1:0", "new").expect("the same socket");
    sockets.begin();
    time::pause();
    let start = Instant::now();
    old.server.shutdown(Duration::from_secs(30)).await;
    let took = start.elapsed();
    time::resume();
    assert!((1..3).contains(&took.as_secs()), "{took:?}");
    assert_eq!(read_to_end(&mut kept).await, "");
}

#[tokio::test]
async fn without_a_beginning_the_one_before_goes_on_alone() {
    let old = Bench::old();
    let address = old.server.address();
    let sockets = old.offered();
    let new = Bench::start(&sockets, &address.to_string(), "new").expect("the same socket");
    drop(sockets);
    new.server.shutdown(PATIENCE).await;
    for _ in 0..20 {
        assert!(get(address, "/").await.ends_with("old"));
    }
}

#[tokio::test]
async fn a_socket_is_taken_by_its_address_and_only_once() {
    let old = Bench::old();
    let (address, sockets) = (old.server.address(), old.offered());
    let other = sockets.listen("another", "127.0.0.1:0").expect("a free port");
    assert_ne!(other.listener.local_addr().expect("an address"), address, "the place differs");
    let address = address.to_string();
    sockets.listen("another", &address).expect("the address is the same");
    let error = sockets.listen("page", &address).expect_err("somebody has it");
    assert!(error.to_string().contains("Address already in use"), "{error}");
}
