//! Requests that wait leave as one, and each keeps its own end.

use super::{
    over_http::{Web, answer, over_http},
    *,
};

/// One consumer, and what waits joins.
fn joining(settings: OtlpExporterSettings) -> OtlpExporterSettings {
    let queue = QueueSettings { consumers: 1, ..QueueSettings::default() };
    OtlpExporterSettings { queue, ..settings }
}

fn spans(request: &ExportTraceServiceRequest) -> Vec<usize> {
    request.resource_spans.iter().map(|of| of.scope_spans[0].spans.len()).collect()
}

/// A backend that takes so many spans at a time; counts of the spans of every request that came.
#[derive(Debug, Clone, Default)]
struct Narrow {
    spans_max: usize,
    refusal: Option<Code>,
    message: &'static str,
    calls: Arc<Mutex<Vec<Vec<usize>>>>,
}

#[tonic::async_trait]
impl TraceService for Narrow {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let spans = spans(request.get_ref());
        let sum: usize = spans.iter().sum();
        self.calls.lock().push(spans);
        match self.refusal.filter(|_| sum > self.spans_max) {
            Some(code) => Err(Status::new(code, self.message)),
            None => Ok(Response::new(ExportTraceServiceResponse::default())),
        }
    }
}

impl Narrow {
    async fn start(self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let server = Server::builder().add_service(TraceServiceServer::new(self));
        tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        address
    }
}

#[tokio::test]
async fn requests_that_wait_leave_as_one_over_grpc() {
    for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
        let (backend, address) = Backend::start([]).await;
        let settings = OtlpExporterSettings { compression, ..joining(settings(address)) };
        let bench = Bench::start(&settings);
        for count in [3, 200, 0, 5] {
            bench.offer(item(count)).expect("room");
        }
        bench.settled().await;
        let received = backend.0.received.lock();
        assert_eq!(received.iter().map(spans).collect::<Vec<_>>(), [[3, 200, 0, 5]]);
        Bench::check(&bench.metrics, 208, &[]);
    }
}

#[tokio::test]
async fn requests_that_wait_leave_as_one_over_http_and_signals_apart() {
    let (web, address) = Web::start([]).await;
    let bench = Bench::start(&joining(over_http(address)));
    for (signal, bytes) in [
        (Signal::Traces, "a"),
        (Signal::Logs, "1"),
        (Signal::Traces, "b"),
        (Signal::Logs, "2"),
        (Signal::Traces, "c"),
    ] {
        bench.offer(Item { signal, ..item_of(Bytes::from(bytes), 1) }).expect("room");
    }
    bench.settled().await;
    let bodies: Vec<_> = web.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(bodies, ["abc", "12"]);
}

#[tokio::test]
async fn requests_of_two_tenants_never_leave_as_one() {
    let (web, address) = Web::start([]).await;
    let bench = Bench::start(&joining(over_http(address)));
    for (tenant, bytes) in [("x", "a"), ("y", "1"), ("x", "b"), ("y", "2")] {
        let tenant = Tenant::named(tenant);
        bench.offer(Item { tenant, ..item_of(Bytes::from(bytes), 1) }).expect("room");
    }
    bench.settled().await;
    let bodies: Vec<_> = web.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(bodies, ["ab", "12"]);
}

#[tokio::test]
async fn no_more_is_joined_than_the_settings_say() {
    let (web, address) = Web::start([]).await;
    let mut settings = joining(over_http(address));
    settings.queue.batch.max_size = 5;
    settings.queue.batch.min_size = 5;
    let bench = Bench::start(&settings);
    for bytes in ["aa", "bb", "cc", "ddddddd", "e", "f"] {
        bench.offer(item_of(Bytes::from(bytes), 1)).expect("room");
    }
    bench.settled().await;
    let bodies: Vec<_> = web.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(bodies, ["aabb", "cc", "ddddddd", "ef"]);
}

#[tokio::test]
async fn what_is_rejected_of_a_joined_request_is_counted_once_whatever_the_answer_says() {
    for (rejected, counted) in [(1, 1), (4, 4), (6, 6), (100, 6)] {
        let partial = ExportTraceServiceResponse {
            partial_success: Some(ExportTracePartialSuccess {
                rejected_spans: rejected,
                error_message: "no".to_owned(),
            }),
        };
        let (_, address) = Backend::start([Ok(partial)]).await;
        let bench = Bench::start(&joining(settings(address)));
        for count in [1, 2, 3] {
            bench.offer(item(count)).expect("room");
        }
        bench.settled().await;
        Bench::check(&bench.metrics, 6 - counted, &[(RejectReason::Remote, counted)]);
    }
}

#[tokio::test]
async fn a_joined_request_that_is_too_large_is_sent_in_parts_down_to_the_original_ones() {
    let too_long = "Error, decoded message length too large: found 9 bytes, the limit is: 4 bytes";
    for (code, message) in [
        (Code::ResourceExhausted, "grpc: received message larger than max (9 vs. 4)"),
        (Code::OutOfRange, too_long),
        (Code::InvalidArgument, "one of them is bad"),
    ] {
        let narrow = Narrow { spans_max: 10, refusal: Some(code), message, ..Narrow::default() };
        let address = narrow.clone().start().await;
        let bench = Bench::start(&joining(settings(address)));
        for count in [4, 4, 20, 3, 6] {
            bench.offer(item(count)).expect("room");
        }
        bench.settled().await;
        let calls = std::mem::take(&mut *narrow.calls.lock());
        let expected: [&[usize]; 5] = [&[4, 4, 20, 3, 6], &[4, 4], &[20, 3, 6], &[20], &[3, 6]];
        assert_eq!(calls, expected, "{code:?}");
        Bench::check(&bench.metrics, 17, &[(RejectReason::Remote, 20)]);
    }
}

#[tokio::test]
async fn a_413_is_sent_in_parts_too_and_less_is_joined_afterwards() {
    let too_large = || answer(413, "");
    let (web, address) = Web::start([too_large(), answer(200, ""), answer(200, "")]).await;
    let bench = Bench::start(&joining(over_http(address)));
    let request = |byte: u8| item_of(Bytes::from(vec![byte; 20 << 10]), 1);
    for round in 0..2 {
        for byte in 0..4 {
            bench.offer(request(byte)).expect("room");
        }
        bench.settled().await;
        let sizes: Vec<_> = web.seen().iter().map(|seen| seen.body.len() >> 10).collect();
        let expected: &[usize] = if round == 0 { &[80, 40, 40] } else { &[80, 40, 40, 40, 40] };
        assert_eq!(sizes, expected);
    }
    Bench::check(&bench.metrics, 8, &[]);
}

#[tokio::test]
async fn whom_no_request_is_welcome_is_asked_once() {
    let (web, address) = Web::start([answer(401, "")]).await;
    let bench = Bench::start(&joining(over_http(address)));
    for _ in 0..3 {
        bench.offer(item(1)).expect("room");
    }
    bench.settled().await;
    assert_eq!(web.seen().len(), 1);
    Bench::check(&bench.metrics, 0, &[(RejectReason::Remote, 3)]);
}

#[tokio::test]
async fn a_request_waits_for_company_if_it_is_told_to_and_leaves_when_there_is_enough() {
    let (web, address) = Web::start([]).await;
    let mut settings = joining(over_http(address));
    settings.queue.batch = QueueBatchSettings {
        flush_timeout: PATIENCE * 100,
        min_size: 4,
        max_size: 0,
        sizer: Sizer::Items,
    };
    let bench = Bench::start(&settings);
    for bytes in ["a", "b"] {
        bench.offer(item_of(Bytes::from(bytes), 1)).expect("room");
        tokio::task::yield_now().await;
    }
    assert!(web.seen().is_empty());
    bench.offer(item_of(Bytes::from("c"), 2)).expect("room");
    bench.settled().await;
    assert_eq!(web.seen().remove(0).body, "abc");
    // What still waits when the collector stops waits no longer.
    bench.offer(item_of(Bytes::from("d"), 1)).expect("room");
    bench.exporter.shutdown(PATIENCE).await;
    assert_eq!(web.seen().remove(1).body, "d");
    Bench::check(&bench.metrics, 5, &[]);
}
