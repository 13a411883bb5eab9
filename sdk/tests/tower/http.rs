//! An axum server.

use std::{convert::Infallible, io, time::Duration};

use axum::{
    Extension, Router,
    body::Body,
    extract::MatchedPath,
    response::{IntoResponse, Response},
    routing::{any, get},
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{Request, StatusCode, header::CONTENT_LENGTH};
use http_body_util::{BodyExt, Empty};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use inferometer_sdk::{
    Engine, ManualClock, Prompt,
    tower::{ServerLayer, TRACERESPONSE},
};
use opentelemetry::{Context, SpanId, trace::TraceContextExt};
use tokio::net::TcpStream;

use crate::rig::{Rig, listener};

const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";
const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// A server with one route of every kind, and a connection to it.
struct Server {
    rig: Rig,
    client: http1::SendRequest<Empty<Bytes>>,
}

impl Server {
    async fn start() -> Self {
        Self::with(|layer| layer).await
    }

    async fn with(set: impl FnOnce(ServerLayer) -> ServerLayer) -> Self {
        let rig = Rig::new();
        let layer = rig
            .layer()
            .route(|extensions| extensions.get::<MatchedPath>().map(MatchedPath::as_str));
        let (listener, address) = listener().await;
        let router = router(rig.engine(), rig.clock.clone()).layer(set(layer));
        tokio::spawn(async { axum::serve(listener, router).await });
        let stream = TcpStream::connect(address).await.expect("the server listens");
        let (client, connection) = http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
        tokio::spawn(connection);
        Self { rig, client }
    }

    async fn try_send(&mut self, method: &str, path: &str) -> hyper::Result<Response<Incoming>> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("traceparent", TRACEPARENT)
            .body(Empty::new());
        self.client.send_request(request.expect("a request")).await
    }

    async fn send(&mut self, method: &str, path: &str) -> Response<Incoming> {
        self.try_send(method, path).await.expect("a response")
    }

    /// Sends, and reads the whole response.
    async fn get(&mut self, path: &str) {
        let _ = self.send("GET", path).await.into_body().collect().await;
    }
}

fn router(engine: Engine, clock: ManualClock) -> Router {
    let advance = Duration::from_millis(10);
    let chat = move |Extension(context): Extension<Context>| async move {
        let mut request = engine.request(&context, Prompt::default());
        request.scheduled();
        let chunks = stream::iter(["one", "two", "three"]).map(move |chunk| {
            clock.advance(advance);
            request.tokens(1);
            Ok::<_, Infallible>(chunk)
        });
        Body::from_stream(chunks)
    };
    Router::new()
        .route("/chat/{user}", get(chat))
        .route("/forever", get(|| async { Body::from_stream(forever()) }))
        .route(
            "/broken",
            get(|| async { Body::from_stream(stream::iter([Ok("a"), Err(broken())])) }),
        )
        .route("/breaks-off", get(|| async { panicking() }))
        .route("/failed", get(|| async { StatusCode::BAD_GATEWAY }))
        .route("/empty", get(async || Body::from_stream(stream::iter([Ok::<_, Infallible>("")]))))
        .route("/promised", get(promised))
        .route(
            "/current",
            get(|| async { Context::current().span().span_context().trace_id().to_string() }),
        )
        .route("/nothing", any(|| async { StatusCode::NO_CONTENT }))
}

/// One chunk, and then nothing, without an end.
fn forever() -> impl futures_util::Stream<Item = Result<&'static str, Infallible>> {
    stream::iter([Ok("one")]).chain(stream::pending())
}

fn broken() -> io::Error {
    io::Error::other("out of ideas")
}

fn panicking() -> StatusCode {
    panic!("the handler broke")
}

/// As long as its head says, so that the server does not look for its end.
async fn promised() -> impl IntoResponse {
    (
        [(CONTENT_LENGTH, "3")],
        Body::from_stream(stream::iter([Ok::<_, Infallible>("abc")]).chain(stream::pending())),
    )
}

#[tokio::test]
async fn a_stream_ends_at_its_last_chunk_and_the_engines_request_is_a_child() {
    let mut server = Server::start().await;
    server.get("/chat/ada").await;
    let span = server
        .rig
        .check(
            "GET /chat/{user} {http.request.method=GET, http.response.status_code=200, http.route=/chat/{user}, \
             infer.response.end=complete, url.path=/chat/ada} \
             @10 infer.response.first_chunk @30 infer.response.last_chunk ..30",
        )
        .await;
    assert_eq!(span.span_context.trace_id().to_string(), TRACE_ID);
    assert_eq!(span.parent_span_id.to_string(), "b7ad6b7169203331");
    assert!(span.parent_span_is_remote);
    let inference = server.rig.inference().await;
    assert_eq!(inference.parent_span_id, span.span_context.span_id());
}

#[tokio::test]
async fn a_client_that_leaves_cancels_the_response_which_is_no_error() {
    let Server { mut rig, mut client } = Server::start().await;
    let request = Request::builder().uri("/forever").header("host", "localhost");
    let response = client.send_request(request.body(Empty::new()).expect("a request")).await;
    let mut body = response.expect("a response").into_body();
    assert_eq!(body.frame().await.expect("a chunk").expect("a chunk").data_ref().unwrap(), "one");
    drop((body, client));
    rig.check(
        "GET /forever {http.request.method=GET, http.response.status_code=200, http.route=/forever, \
         infer.response.end=cancelled, url.path=/forever} @0 infer.response.first_chunk ..0",
    )
    .await;
    rig.check_no_more();
}

#[tokio::test]
async fn a_body_that_breaks_is_an_error_of_its_type() {
    let mut server = Server::start().await;
    // Whether the head gets out before the body breaks is a matter of luck.
    if let Ok(response) = server.try_send("GET", "/broken").await {
        assert!(response.into_body().collect().await.is_err());
    }
    server
        .rig
        .check(
            "GET /broken {error.type=axum_core::error::Error, http.request.method=GET, \
             http.response.status_code=200, http.route=/broken, infer.response.end=failed, url.path=/broken} ! \
             @0 infer.response.first_chunk ..0",
        )
        .await;
}

#[tokio::test]
async fn a_handler_that_panics_is_an_error() {
    let mut server = Server::start().await;
    let sent = server.try_send("GET", "/breaks-off").await;
    assert!(sent.is_err(), "axum breaks the connection off");
    server
        .rig
        .check(
            "GET /breaks-off {error.type=panic, http.request.method=GET, http.route=/breaks-off, \
             infer.response.end=failed, url.path=/breaks-off} ! ..0",
        )
        .await;
    server.rig.check_no_more();
}

#[tokio::test]
async fn a_status_of_5xx_is_an_error_and_one_of_4xx_is_not() {
    let mut server = Server::start().await;
    server.get("/failed").await;
    server
        .rig
        .check(
            "GET /failed {error.type=502, http.request.method=GET, http.response.status_code=502, \
             http.route=/failed, infer.response.end=complete, url.path=/failed} ! ..0",
        )
        .await;
    server.get("/a/path/that/nobody/serves").await;
    server
        .rig
        .check(
            "GET {http.request.method=GET, http.response.status_code=404, infer.response.end=complete, \
             url.path=/a/path/that/nobody/serves} ..0",
        )
        .await;
}

#[tokio::test]
async fn a_body_that_the_server_does_not_ask_for_its_end_is_complete() {
    let mut server = Server::start().await;
    server.get("/promised").await;
    let expected = "GET /promised {http.request.method=GET, http.response.status_code=200, http.route=/promised, \
                    infer.response.end=complete, url.path=/promised} @0 infer.response.first_chunk ..0";
    server.rig.check(expected).await;
    for method in ["HEAD", "DELETE"] {
        let path = if method == "HEAD" { "/promised" } else { "/nothing" };
        let _ = server.send(method, path).await.into_body().collect().await;
        let status = if method == "HEAD" { 200 } else { 204 };
        let expected = format!(
            "{method} {path} {{http.request.method={method}, http.response.status_code={status}, \
             http.route={path}, infer.response.end=complete, url.path={path}}} ..0"
        );
        server.rig.check(&expected).await;
    }
}

#[tokio::test]
async fn an_empty_chunk_is_none() {
    let mut server = Server::start().await;
    server.get("/empty").await;
    let expected = "GET /empty {http.request.method=GET, http.response.status_code=200, \
                    http.route=/empty, infer.response.end=complete, url.path=/empty} ..0";
    server.rig.check(expected).await;
}

#[tokio::test]
async fn what_clients_invent_names_no_span() {
    let mut server = Server::with(|layer| layer.route(|_| None)).await;
    let _ = server.send("BREW", "/nothing").await;
    server
        .rig
        .check(
            "HTTP {http.request.method=_OTHER, http.request.method_original=BREW, http.response.status_code=204, \
             infer.response.end=complete, url.path=/nothing} ..0",
        )
        .await;
}

#[tokio::test]
async fn the_span_is_current_in_the_handler() {
    let mut server = Server::start().await;
    let response = server.send("GET", "/current").await;
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    assert_eq!(body, TRACE_ID);
}

#[tokio::test]
async fn the_response_names_the_span_if_that_is_wanted() {
    let mut server = Server::start().await;
    let response = server.send("GET", "/nothing").await;
    assert_eq!(response.headers().get(TRACERESPONSE), None);
    let mut server = Server::with(ServerLayer::trace_response).await;
    let response = server.send("GET", "/nothing").await;
    let header = response.headers()[TRACERESPONSE].to_str().expect("text").to_owned();
    let span = server.rig.next_server().await;
    assert_eq!(header, format!("00-{TRACE_ID}-{}-01", span.span_context.span_id()));
}

#[tokio::test]
async fn without_sound_headers_a_trace_starts() {
    let Server { mut rig, mut client } = Server::start().await;
    for traceparent in
        ["", "00-nonsense", "00-00000000000000000000000000000000-b7ad6b7169203331-01"]
    {
        let request = Request::builder().uri("/nothing").header("host", "localhost");
        let request = request.header("traceparent", traceparent).body(Empty::new());
        let _ = client.send_request(request.expect("a request")).await.expect("a response");
        let span = rig.next_server().await;
        assert_eq!(span.parent_span_id, SpanId::INVALID, "{traceparent}");
        assert!(span.span_context.is_valid());
    }
}
