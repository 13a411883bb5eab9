//! A backend that takes OTLP over gRPC and keeps it, on the server that opentelemetry-proto generates.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use opentelemetry_proto::tonic::collector::{
    metrics::v1::{
        ExportMetricsServiceRequest, ExportMetricsServiceResponse,
        metrics_service_server::{MetricsService, MetricsServiceServer},
    },
    trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
};
use tokio::runtime::Runtime;
use tonic::{
    Request, Response, Status, async_trait,
    transport::{Server, server::TcpIncoming},
};

use crate::{Span, span_tree, wait};

/// A backend that accepts everything. Dropping it closes it.
#[derive(Debug)]
pub struct FakeBackend {
    address: SocketAddr,
    kept: Kept,
    _runtime: Runtime,
}

#[derive(Debug, Clone, Default)]
struct Kept {
    traces: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
    metrics: Arc<Mutex<Vec<ExportMetricsServiceRequest>>>,
}

impl FakeBackend {
    /// Listens on a free port.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn start() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let kept = Kept::default();
        let incoming = {
            let _entered = runtime.enter();
            TcpIncoming::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port")
        };
        let address = incoming.local_addr().expect("a bound address");
        let server = Server::builder()
            .add_service(TraceServiceServer::new(kept.clone()))
            .add_service(MetricsServiceServer::new(kept.clone()));
        runtime.spawn(server.serve_with_incoming(incoming));
        Self { address, kept, _runtime: runtime }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL for a sender.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests with metrics, in the order of their arrival.
    #[must_use]
    pub fn metrics(&self) -> Vec<ExportMetricsServiceRequest> {
        copy(&self.kept.metrics)
    }

    /// The requests with traces, in the order of their arrival.
    #[must_use]
    pub fn traces(&self) -> Vec<ExportTraceServiceRequest> {
        copy(&self.kept.traces)
    }

    /// All spans, once there are at least `count`.
    ///
    /// # Panics
    /// If they do not come in time.
    #[must_use]
    #[track_caller]
    pub fn wait_for_spans(&self, count: usize) -> Vec<Span> {
        wait::until("spans at the backend", || {
            let spans: Vec<Span> = self.traces().iter().flat_map(span_tree::of_request).collect();
            if spans.len() >= count {
                return Ok(spans);
            }
            Err(format!("{} of {count} are there", spans.len()))
        })
    }
}

fn copy<T: Clone>(kept: &Mutex<Vec<T>>) -> Vec<T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn keep<T>(kept: &Mutex<Vec<T>>, request: Request<T>) {
    kept.lock().unwrap_or_else(PoisonError::into_inner).push(request.into_inner());
}

#[async_trait]
impl TraceService for Kept {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        keep(&self.traces, request);
        Ok(Response::new(Default::default()))
    }
}

#[async_trait]
impl MetricsService for Kept {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        keep(&self.metrics, request);
        Ok(Response::new(Default::default()))
    }
}
