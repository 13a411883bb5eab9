//! The exporter against a generated trace server.

use std::{collections::VecDeque, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use parking_lot::Mutex;
use prost::Message;
use tokio::{net::TcpListener, time};
use tonic::{
    Code, Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};
use tonic_types::{ErrorDetails, StatusExt};

use super::OtlpExporter;
use crate::{
    config::{OtlpExporterSettings, RetrySettings},
    pipeline::{Ack, Counts, Item, Refusal, RefusalReason, RejectReason, Signal, Tenant},
    self_metrics::{SelfCounter, SelfMetrics},
};

/// Long enough for any machine; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// A backend that fails as often as it is told, and then accepts.
#[derive(Debug, Clone, Default)]
struct Backend(Arc<Script>);

#[derive(Debug, Default)]
struct Script {
    answers: Mutex<VecDeque<Result<ExportTraceServiceResponse, Status>>>,
    received: Mutex<Vec<ExportTraceServiceRequest>>,
    calls: Mutex<u64>,
}

#[tonic::async_trait]
impl TraceService for Backend {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        *self.0.calls.lock() += 1;
        let answer = self.0.answers.lock().pop_front();
        let answer = answer.unwrap_or_else(|| Ok(ExportTraceServiceResponse::default()))?;
        self.0.received.lock().push(request.into_inner());
        Ok(Response::new(answer))
    }
}

impl Backend {
    async fn start(
        answers: impl IntoIterator<Item = Result<ExportTraceServiceResponse, Status>>,
    ) -> (Self, SocketAddr) {
        let backend = Self::default();
        backend.0.answers.lock().extend(answers);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let server = Server::builder().add_service(TraceServiceServer::new(backend.clone()));
        tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        (backend, address)
    }
}

/// An exporter with waits of milliseconds.
struct Bench {
    exporter: OtlpExporter,
    metrics: Arc<SelfMetrics>,
}

fn settings(address: SocketAddr) -> OtlpExporterSettings {
    OtlpExporterSettings {
        queue_size: 2,
        retry: RetrySettings {
            initial_interval: Duration::from_millis(1),
            max_interval: Duration::from_millis(5),
            max_elapsed_time: PATIENCE,
            ..RetrySettings::default()
        },
        ..OtlpExporterSettings::to(&format!("http://{address}")).expect("a backend")
    }
}

impl Bench {
    fn start(settings: &OtlpExporterSettings) -> Self {
        let metrics = Arc::new(SelfMetrics::default());
        let exporter = OtlpExporter::start("otlp/next", settings, Arc::clone(&metrics));
        Self { exporter: exporter.expect("valid settings"), metrics }
    }

    fn offer(&self, item: Item) -> Result<(), Refusal> {
        let exporter = self.exporter.exporter();
        let place = exporter.reserve(&item)?;
        place.commit(item);
        Ok(())
    }

    /// Waits until nothing is queued.
    async fn settled(&self) {
        let settled = async {
            while self.exporter.queued().any(|(_, items)| items > 0) {
                time::sleep(Duration::from_millis(1)).await;
            }
        };
        time::timeout(PATIENCE, settled).await.expect("the queue empties");
    }

    fn check(metrics: &SelfMetrics, exported: u64, rejected: &[(RejectReason, u64)]) {
        let counts = metrics.counts().filter(|count| count.value > 0);
        let seen: Vec<_> = counts.map(|count| (count.counter, count.reason, count.value)).collect();
        let mut expected: Vec<_> = rejected
            .iter()
            .map(|(reason, items)| (SelfCounter::Rejected, Some(reason.as_str()), *items))
            .collect();
        if exported > 0 {
            expected.push((SelfCounter::Exported, None, exported));
        }
        assert_eq!(seen, expected);
    }
}

fn request(spans: usize) -> ExportTraceServiceRequest {
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            scope_spans: vec![ScopeSpans {
                spans: vec![Span::default(); spans],
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    }
}

fn item_of(bytes: Bytes, items: u64) -> Item {
    Item {
        signal: Signal::Traces,
        bytes,
        counts: Counts { items },
        tenant: Tenant::default(),
        ack: Ack::ignored(),
    }
}

fn item(spans: usize) -> Item {
    item_of(request(spans).encode_to_vec().into(), spans as u64)
}

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
async fn an_https_endpoint_is_a_start_error_that_names_the_component() {
    let plain = OtlpExporterSettings::to("http://tempo:4317").expect("a backend");
    let settings = OtlpExporterSettings { endpoint: "https://tempo:4317".to_owned(), ..plain };
    let error = OtlpExporter::start("otlp/tempo", &settings, Arc::default());
    assert_eq!(
        error.expect_err("no TLS").to_string(),
        "otlp/tempo: endpoint https://tempo:4317: https is not supported by this exporter; use http://"
    );
}
