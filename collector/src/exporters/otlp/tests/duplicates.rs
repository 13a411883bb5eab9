//! A backend that takes a request and ends the connection before it says so: it gets the request twice, and it is counted
//! once.

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
};

use http_body_util::{BodyExt, Full};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;

use super::{over_http::over_http, *};

/// Takes every request, and fails to answer every third.
async fn forgetful() -> (Arc<Mutex<Vec<Bytes>>>, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let taken = Arc::new(Mutex::new(Vec::new()));
    let (seen, calls) = (Arc::clone(&taken), Arc::new(AtomicUsize::new(0)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (seen, calls) = (Arc::clone(&seen), Arc::clone(&calls));
            let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
                let (seen, calls) = (Arc::clone(&seen), Arc::clone(&calls));
                async move {
                    let body = request.into_body().collect().await.map_err(io::Error::other)?;
                    seen.lock().push(body.to_bytes());
                    if calls.fetch_add(1, Ordering::Relaxed) % 3 == 2 {
                        return Err(io::Error::other("gone before it answered"));
                    }
                    Ok(http::Response::new(Full::new(Bytes::new())))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    (taken, address)
}

#[tokio::test]
async fn what_was_taken_without_an_answer_arrives_twice_and_is_counted_once() {
    const REQUESTS: u8 = 100;
    let (taken, address) = forgetful().await;
    let mut settings = over_http(address);
    settings.queue = QueueSettings { consumers: 4, batch: ALONE, ..QueueSettings::default() };
    let bench = Bench::start(&settings);
    for nth in 0..REQUESTS {
        bench.offer(item_of(Bytes::from(vec![nth; 10]), 2)).expect("room");
    }
    bench.settled().await;
    let mut seen = taken.lock().clone();
    let arrived = seen.len();
    seen.sort();
    seen.dedup();
    let all: Vec<_> = (0..REQUESTS).map(|nth| Bytes::from(vec![nth; 10])).collect();
    assert_eq!(seen, all);
    assert!((130..=160).contains(&arrived), "{arrived}");
    Bench::check(&bench.metrics, 200, &[]);
}
