//! gRPC: retries, partial success, the queue's bounds, shutdown.

use super::*;

#[tokio::test]
async fn a_request_is_retried_until_it_is_taken() {
    let busy = Status::with_error_details(
        Code::ResourceExhausted,
        "busy",
        ErrorDetails::with_retry_info(Some(Duration::from_millis(2))),
    );
    let failures = [Status::unavailable("down"), busy, Status::aborted("again")];
    let (backend, address) = Backend::start(failures.map(Err)).await;
    let bench = Bench::start(&settings(address));
    bench.offer(item(3)).expect("room");
    bench.settled().await;
    assert_eq!(*backend.0.received.lock(), [request(3)]);
    assert_eq!(*backend.0.calls.lock(), 4);
    Bench::check(&bench.metrics, 3, &[]);
}

#[tokio::test]
async fn a_request_that_is_refused_for_good_is_counted_and_the_next_is_sent() {
    let (backend, address) = Backend::start([Err(Status::invalid_argument("no"))]).await;
    let bench = Bench::start(&settings(address));
    bench.offer(item(3)).expect("room");
    bench.offer(item(2)).expect("room");
    bench.settled().await;
    assert_eq!(*backend.0.received.lock(), [request(2)]);
    Bench::check(&bench.metrics, 2, &[(RejectReason::Remote, 3)]);
}

#[tokio::test]
async fn what_the_backend_rejects_of_a_request_is_counted() {
    let partial = ExportTraceServiceResponse {
        partial_success: Some(ExportTracePartialSuccess {
            rejected_spans: 1,
            error_message: "one too many".to_owned(),
        }),
    };
    let (_, address) = Backend::start([Ok(partial)]).await;
    let bench = Bench::start(&settings(address));
    bench.offer(item(3)).expect("room");
    bench.settled().await;
    Bench::check(&bench.metrics, 2, &[(RejectReason::Remote, 1)]);
}

/// An address where nobody listens.
async fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener.local_addr().expect("bound")
}

#[tokio::test]
async fn a_backend_that_stays_away_is_given_up_after_a_while() {
    let mut settings = settings(nobody().await);
    settings.retry.max_elapsed_time = Duration::from_millis(50);
    let bench = Bench::start(&settings);
    bench.offer(item(3)).expect("room");
    bench.settled().await;
    Bench::check(&bench.metrics, 0, &[(RejectReason::Unreachable, 3)]);
}

#[tokio::test]
async fn a_backend_that_comes_late_gets_everything() {
    let address = nobody().await;
    let bench = Bench::start(&settings(address));
    bench.offer(item(3)).expect("room");
    let backend = Backend::default();
    let server = Server::builder().add_service(TraceServiceServer::new(backend.clone()));
    tokio::spawn(server.serve(address));
    bench.settled().await;
    assert_eq!(*backend.0.received.lock(), [request(3)]);
    Bench::check(&bench.metrics, 3, &[]);
}

#[tokio::test]
async fn a_full_queue_refuses_and_a_dropped_reservation_gives_its_room_back() {
    let bench = Bench::start(&settings(nobody().await));
    let exporter = bench.exporter.exporter();
    let (first, second) = (item(1), item(1));
    let places = [exporter.reserve(&first), exporter.reserve(&second)];
    assert!(places.iter().all(Result::is_ok));
    let refusal = bench.offer(item(1)).expect_err("two of two are reserved");
    assert_eq!(refusal.reason, RefusalReason::QueueFull);
    assert_eq!(
        refusal.message,
        "otlp/next: the queue holds its 2 requests; wait until the other side has caught up"
    );
    assert!(refusal.retry_after.is_some());
    drop(places);
    bench.offer(item(1)).expect("room again");
}

#[tokio::test]
async fn bytes_in_the_queue_are_bounded() {
    let bench = Bench::start(&settings(nobody().await));
    let large = Bytes::from(vec![0; 40 << 20]);
    bench.offer(item_of(large.clone(), 1)).expect("room");
    let refusal = bench.offer(item_of(large, 1)).expect_err("80 of 64 MiB");
    assert_eq!(refusal.reason, RefusalReason::QueueFull);
    assert!(refusal.message.contains("41943040 of 67108864 bytes"));
}

#[tokio::test]
async fn a_shutdown_sends_what_waits() {
    let (backend, address) = Backend::start([Err(Status::unavailable("down"))]).await;
    let bench = Bench::start(&settings(address));
    bench.offer(item(1)).expect("room");
    bench.offer(item(2)).expect("room");
    bench.exporter.shutdown(PATIENCE).await;
    assert_eq!(*backend.0.received.lock(), [request(1), request(2)]);
    Bench::check(&bench.metrics, 3, &[]);
}

#[tokio::test]
async fn what_is_left_at_the_deadline_of_a_shutdown_is_counted() {
    let bench = Bench::start(&settings(nobody().await));
    let exporter = bench.exporter.exporter();
    bench.offer(item(1)).expect("room");
    bench.offer(item(2)).expect("room");
    bench.exporter.shutdown(Duration::from_millis(20)).await;
    Bench::check(&bench.metrics, 0, &[(RejectReason::Unreachable, 3)]);
    let refusal = exporter.reserve(&item(1)).map(|_| ());
    assert_eq!(refusal.map_err(|refusal| refusal.reason), Err(RefusalReason::Stopping));
}

#[tokio::test]
async fn a_compressed_request_is_understood() {
    for compression in [Compression::Gzip, Compression::Zstd] {
        let (backend, address) = Backend::start([]).await;
        let bench = Bench::start(&OtlpExporterSettings { compression, ..settings(address) });
        bench.offer(item(300)).expect("room");
        bench.settled().await;
        assert_eq!(*backend.0.received.lock(), [request(300)], "{compression:?}");
        Bench::check(&bench.metrics, 300, &[]);
    }
}

#[tokio::test]
async fn a_delay_that_the_backend_asks_for_is_waited_out() {
    let asked = Duration::from_millis(300);
    let busy = ErrorDetails::with_retry_info(Some(asked));
    let busy = Status::with_error_details(Code::Unavailable, "busy", busy);
    let (backend, address) = Backend::start([Err(busy)]).await;
    let bench = Bench::start(&settings(address));
    let before = time::Instant::now();
    bench.offer(item(1)).expect("room");
    bench.settled().await;
    assert_eq!(*backend.0.calls.lock(), 2);
    assert!(before.elapsed() >= asked);
}

#[tokio::test]
async fn a_request_larger_than_the_whole_queue_is_refused_for_good() {
    let bench = Bench::start(&settings(nobody().await));
    let refusal = bench.offer(item_of(vec![0; 65 << 20].into(), 1)).expect_err("65 of 64 MiB");
    assert_eq!(refusal.reason, RefusalReason::TooLarge);
    assert_eq!(
        refusal.message,
        "otlp/next: this request has 68157440 bytes and its whole queue holds 67108864; send smaller requests"
    );
    assert_eq!(refusal.retry_after, None);
}
