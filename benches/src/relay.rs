//! A plain relay: the least that forwarding costs. It has no limits, reads nothing, and answers what the backend does.

use bytes::Bytes;
use http_body_util::{BodyExt, Collected, Full};
use hyper::{
    Request, Response, Uri,
    body::{Body, Incoming},
    server::conn::http2,
    service::service_fn,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo, TokioTimer},
};
use tokio::{net::TcpListener, runtime};

use crate::error::BenchError;

/// Neither side waits for the other's windows.
const WINDOW_BYTES: u32 = 16 << 20;

type Backend = Client<HttpConnector, Full<Bytes>>;

/// Runs the relay until the process is killed. `probe` is `relay/OTLP_PORT/BACKEND_PORT`.
pub(crate) fn serve(probe: &str) -> Result<(), BenchError> {
    let unknown = || BenchError::UnknownProbe(probe.to_owned());
    let ports = probe.strip_prefix("relay/").and_then(|ports| ports.split_once('/'));
    let (otlp, backend) = ports.ok_or_else(unknown)?;
    let port = |text: &str| text.parse::<u16>().map_err(|_| unknown());
    let (otlp, backend) = (port(otlp)?, port(backend)?);
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .http2_only(true)
            .build(connector);
        let listener = TcpListener::bind(("127.0.0.1", otlp)).await?;
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true)?;
            let client = client.clone();
            let service = service_fn(move |request| relay(request, client.clone(), backend));
            let mut server = http2::Builder::new(TokioExecutor::new());
            server
                .initial_stream_window_size(WINDOW_BYTES)
                .initial_connection_window_size(WINDOW_BYTES);
            tokio::spawn(server.serve_connection(TokioIo::new(stream), service));
        }
        Ok(())
    })
}

async fn relay(
    request: Request<Incoming>,
    client: Backend,
    port: u16,
) -> Result<Response<impl Body<Data = Bytes, Error = hyper::Error>>, BenchError> {
    let failed = |cause: &dyn std::fmt::Display| BenchError::library("relay", cause);
    let (mut head, body) = request.into_parts();
    let body = body.collect().await.map(Collected::to_bytes).map_err(|cause| failed(&cause))?;
    let target = format!("http://127.0.0.1:{port}{}", head.uri.path()).parse::<Uri>();
    head.uri = target.map_err(|cause| failed(&cause))?;
    let answer = client.request(Request::from_parts(head, Full::new(body))).await;
    answer.map_err(|cause| failed(&cause))
}
