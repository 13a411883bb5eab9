//! The yardstick's two listeners.

use std::{convert::Infallible, sync::Arc};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    header::{ACCEPT_ENCODING, CONTENT_ENCODING},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
    metrics_service_server::{MetricsService, MetricsServiceServer},
};
use parking_lot::Mutex;
use tokio::{net::TcpListener, runtime};
use tonic::{Status, transport::Server};

use super::{
    page::{compress, render},
    points::{Points, keep},
};
use crate::error::BenchError;

/// As much as the others take.
const REQUEST_BYTES_MAX: usize = 64 << 20;

#[derive(Debug, Clone, Default)]
struct Yardstick {
    points: Arc<Mutex<Points>>,
}

/// Runs the yardstick until the process is killed. `probe` is `yardstick/OTLP_PORT/PAGE_PORT`.
pub(crate) fn serve(probe: &str) -> Result<(), BenchError> {
    let unknown = || BenchError::UnknownProbe(probe.to_owned());
    let ports = probe.strip_prefix("yardstick/").and_then(|ports| ports.split_once('/'));
    let (otlp, page) = ports.ok_or_else(unknown)?;
    let port = |text: &str| text.parse::<u16>().map_err(|_| unknown());
    let (otlp, page) = (port(otlp)?, port(page)?);
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let yardstick = Yardstick::default();
        let listener = TcpListener::bind(("127.0.0.1", page)).await?;
        tokio::spawn(show(listener, yardstick.clone()));
        let service =
            MetricsServiceServer::new(yardstick).max_decoding_message_size(REQUEST_BYTES_MAX);
        let server = Server::builder().add_service(service).serve(([127, 0, 0, 1], otlp).into());
        server.await.map_err(|cause| BenchError::library("yardstick", cause))
    })
}

#[tonic::async_trait]
impl MetricsService for Yardstick {
    async fn export(
        &self,
        request: tonic::Request<ExportMetricsServiceRequest>,
    ) -> Result<tonic::Response<ExportMetricsServiceResponse>, Status> {
        keep(&mut self.points.lock(), request.into_inner());
        Ok(tonic::Response::new(ExportMetricsServiceResponse::default()))
    }
}

/// Serves the page, whatever the path.
async fn show(listener: TcpListener, yardstick: Yardstick) {
    while let Ok((stream, _)) = listener.accept().await {
        let yardstick = yardstick.clone();
        let service = service_fn(move |request| {
            let page = yardstick.page(&request);
            async { Ok::<_, Infallible>(page) }
        });
        // A scrape that is given up concerns nobody else.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

impl Yardstick {
    fn page(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let accepted = request.headers().get(ACCEPT_ENCODING);
        let is_gzip = accepted.is_some_and(|accepted| accepted.as_bytes() == b"gzip");
        let Ok(page) = render(&self.points.lock()) else {
            return failure();
        };
        if !is_gzip {
            return Response::new(Full::new(page.into()));
        }
        let Ok(compressed) = compress(&page) else {
            return failure();
        };
        let mut response = Response::new(Full::new(compressed.into()));
        let gzip = hyper::header::HeaderValue::from_static("gzip");
        response.headers_mut().insert(CONTENT_ENCODING, gzip);
        response
    }
}

fn failure() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
