//! The exporter against backends of others: generated servers over gRPC, a scripted one over HTTP, one that hangs.

mod duplicates;
mod given_up;
mod hung;
mod joined;
mod order;
mod outage;
mod over_grpc;
mod over_http;
mod peers;
mod terminator;
mod tls;
mod tls_files;

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
    codec::CompressionEncoding,
    transport::{Server, server::TcpIncoming},
};
use tonic_types::{ErrorDetails, StatusExt};

use super::OtlpExporter;
use crate::{
    config::{
        Compression, KeepAliveSettings, OtlpExporterSettings, OtlpProtocol, QueueBatchSettings,
        QueueSettings, RetrySettings, Sizer,
    },
    pipeline::{Ack, Counts, Item, Refusal, RefusalReason, RejectReason, Signal, Tenant},
    self_metrics::{SelfCounter, SelfMetrics},
};

/// Long enough for any machine; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Each request leaves by itself.
const ALONE: QueueBatchSettings = QueueBatchSettings {
    flush_timeout: Duration::ZERO,
    min_size: 0,
    max_size: 0,
    sizer: Sizer::Bytes,
};

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
        // As some servers do, it compresses what it answers whatever it was sent.
        let service = TraceServiceServer::new(backend.clone())
            .accept_compressed(CompressionEncoding::Gzip)
            .accept_compressed(CompressionEncoding::Zstd)
            .send_compressed(CompressionEncoding::Gzip);
        let server = Server::builder().add_service(service);
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
        queue: QueueSettings { size: 2, consumers: 1, batch: ALONE, ..QueueSettings::default() },
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
        let exporter = OtlpExporter::start("otlp/next", settings, &metrics);
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
        traced: Default::default(),
    }
}

fn item(spans: usize) -> Item {
    item_of(request(spans).encode_to_vec().into(), spans as u64)
}
