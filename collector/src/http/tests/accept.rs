//! Connections that are taken, and those that are not.

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
};

use tokio::{net::TcpListener, runtime::Handle};

use super::*;
use crate::http::{
    connection::Shared,
    server::{Accept, Source},
    threads::Threads,
};

/// Too many open files, as Unix systems number it.
const EMFILE: i32 = 24;

#[tokio::test]
async fn a_connection_above_the_limit_of_its_address_is_closed_and_counted() {
    let metrics = SelfMetrics::default();
    let server = server_of(&metrics, Limits { connections_per_peer: 1, ..Limits::default() });
    let mut first = connect(server.address()).await;
    get_and_stay(&mut first).await;
    let mut second = connect(server.address()).await;
    assert_eq!(read_to_end(&mut second).await, "");
    let refused = &metrics::INFER_COLLECTOR_CONNECTION_REFUSED;
    let over_limit = Some(ConnectionRefusal::OverPeerLimit.as_str());
    assert_eq!(counted(&metrics, refused, over_limit), 1);
    assert_eq!(counted(&metrics, refused, None), 1);
    drop(first);
    let again = async {
        // The place is free once the server has seen the end of the first connection.
        while !get(server.address(), "/").await.ends_with("ok") {}
    };
    time::timeout(PATIENCE, again).await.expect("there is a place again");
}

/// Has no descriptors for so many calls, and then takes connections.
struct OutOfFiles {
    listener: TcpListener,
    failures: AtomicUsize,
}

impl Source for Arc<OutOfFiles> {
    async fn next(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let take = |left: usize| left.checked_sub(1);
        match self.failures.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
            Ok(_) => Err(io::Error::from_raw_os_error(EMFILE)),
            Err(_) => self.listener.accept().await,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_descriptors_the_server_counts_pauses_and_goes_on() {
    const FAILURES: usize = 100;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let source = Arc::new(OutOfFiles { listener, failures: AtomicUsize::new(FAILURES) });
    let metrics = SelfMetrics::default();
    let (_stop, stage) = watch::channel(Stage::Serving);
    let (_begin, begun) = watch::channel(true);
    let shared = Arc::new(Shared {
        handler: Arc::new(Paths),
        limits: Limits::default(),
        protection: Protection::default(),
        counts: metrics.connections(CollectorListener::Metrics),
        stage,
        runtime: Handle::current(),
    });
    tokio::spawn(
        Accept { source: Arc::clone(&source), begun, threads: Threads::default(), shared }.run(),
    );
    let start = Instant::now();
    while source.failures.load(Ordering::Relaxed) > 0 {
        time::sleep(Duration::from_millis(1)).await;
    }
    let took = start.elapsed();
    assert!(took > Duration::from_secs(4), "{FAILURES} calls within {took:?} are a busy loop");
    let refused = &metrics::INFER_COLLECTOR_CONNECTION_REFUSED;
    let accept_error = Some(ConnectionRefusal::AcceptError.as_str());
    assert_eq!(counted(&metrics, refused, accept_error), 100);
    time::resume();
    assert!(get(address, "/").await.ends_with("ok"), "it goes on");
}
