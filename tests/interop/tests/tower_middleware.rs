//! `opentelemetry-instrumentation-tower`, which knows only the OpenTelemetry API, over this SDK: a server of axum, asked
//! over TCP, and what the collector shows of it.

use std::net::SocketAddr;

use axum::{
    Router,
    http::StatusCode,
    routing::{get, post},
};
use inferometer_interop::{telemetry, totals};
use inferometer_sdk::{Engine, FinishReason, Prompt, Telemetry};
use inferometer_tests::{
    CollectorProcess, Expected, Kind, Scrape, Span, family, http, oracle::promtool_check, series,
    tree, wait,
};
use opentelemetry::Context;
use opentelemetry_instrumentation_tower::http::server::Layer;
use tokio::{net::TcpListener, runtime::Runtime};

/// The caller's trace and span.
const PARENT: (&str, &str) =
    ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
const PARENT_TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT_SPAN: &str = "b7ad6b7169203331";

/// The format with exemplars, from a duration to its trace.
const OPEN_METRICS: &str = "application/openmetrics-text;version=1.0.0";

/// A server whose handler asks an engine, until the runtime is dropped.
fn serve(telemetry: &Telemetry, runtime: &Runtime) -> SocketAddr {
    let engine = telemetry.engine("llama-3-70b").build();
    let chat = move || {
        let answer = answer(&engine);
        async move { answer }
    };
    let router = Router::new()
        .route("/chat/{id}", get(chat))
        .route("/upload", post(|body: String| async move { (StatusCode::CREATED, body) }))
        .route("/broken", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
        .layer(Layer::new());
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
    let address = listener.local_addr().expect("a bound address");
    runtime.spawn(async { axum::serve(listener, router).await });
    address
}

/// A request of the engine, within the span that is current.
fn answer(engine: &Engine) -> &'static str {
    let mut request = engine.request(&Context::current(), Prompt::text(5));
    request.tokens(1);
    request.finish(FinishReason::Stop);
    "hello"
}

fn of(name: &str, method: &str) -> Expected {
    series(name)
        .label("job", "shop")
        .label("otel_scope_name", "opentelemetry-instrumentation-tower")
        .label("http_request_method", method)
        .label("url_scheme", "") // a request's line names none, and the middleware takes no other word for it
}

#[test]
fn metrics_and_spans_of_an_axum_server_go_through_this_sdk() {
    let mut collector = CollectorProcess::start();
    let telemetry = telemetry(&mut collector, &[("service.name", "shop")]);
    telemetry.install_global();
    let runtime = Runtime::new().expect("a runtime");
    let address = serve(&telemetry, &runtime);
    let ask = |method: &str, path: &str, body: &[u8]| {
        http::send(address, method, path, &[PARENT], body).expect("an answer").status
    };
    assert_eq!(ask("GET", "/chat/1", b""), 200);
    assert_eq!(ask("GET", "/chat/2", b""), 200);
    assert_eq!(ask("POST", "/upload", b"0123456789"), 201);
    assert_eq!(ask("GET", "/broken", b""), 500);
    assert_eq!(ask("GET", "/nowhere", b""), 404);
    telemetry.flush(wait::PATIENCE).expect("everything is delivered");

    let page = collector.scrape();
    promtool_check(&page.text);
    for (method, route, status, requests, sent, received) in [
        ("GET", "/chat/{id}", "200", 2.0, 0.0, 10.0),
        ("POST", "/upload", "201", 1.0, 10.0, 10.0),
        ("GET", "/broken", "500", 1.0, 0.0, 0.0),
        ("GET", "", "404", 1.0, 0.0, 0.0),
    ] {
        let of = |name: &str| {
            of(&format!("http_server_{name}"), method)
                .label("http_route", route)
                .label("http_response_status_code", status)
                .label("network_protocol_name", "http")
                .label("network_protocol_version", "1.1")
        };
        of("request_duration_seconds_count").value(requests).expect_in(&page);
        let bound = of("request_duration_seconds_bucket").label("le", "0.005");
        assert!(bound.expect_in(&page).value <= requests);
        assert!(of("request_duration_seconds_sum").expect_in(&page).value > 0.0);
        of("request_body_size_bytes_sum").value(sent).expect_in(&page);
        of("response_body_size_bytes_sum").value(received).expect_in(&page);
    }
    for method in ["GET", "POST"] {
        of("http_server_active_requests", method).value(0.0).expect_in(&page);
    }
    let counts = ["http_server_request_duration_seconds_count", "infer_request_finished_total"];
    assert_eq!(totals(&page, &counts), [5.0, 2.0]);
    let duration = "http_server_request_duration_seconds";
    family(&page, duration, Kind::Histogram, "Duration of HTTP server requests.");

    let spans = Span::of_jaeger(&collector.traces(10));
    let shown = tree(&spans, &["http.response.status_code", "url.path"]);
    let child_of = format!("(child of {PARENT_SPAN})");
    let expected = format!(
        "\
GET /chat/{{id}} [server] http.response.status_code=200 url.path=/chat/1 {child_of}
`- chat llama-3-70b [server]
GET /chat/{{id}} [server] http.response.status_code=200 url.path=/chat/2 {child_of}
`- chat llama-3-70b [server]
POST /upload [server] http.response.status_code=201 url.path=/upload {child_of}
GET /broken [server] http.response.status_code=500 url.path=/broken {child_of}
GET [server] http.response.status_code=404 url.path=/nowhere {child_of}
"
    );
    assert_eq!(shown, expected);
    assert!(spans.iter().all(|span| span.trace_id == PARENT_TRACE), "{spans:#?}");

    assert_eq!(ask("GET", "/chat/3", b""), 200);
    telemetry.flush(wait::PATIENCE).expect("everything is delivered");
    let (_, page) = Scrape::page(collector.address("metrics"), OPEN_METRICS);
    let mut buckets = page.lines().filter(|line| {
        line.starts_with("http_server_request_duration_seconds_bucket") && line.contains("/chat/")
    });
    let trace = format!("trace_id=\"{PARENT_TRACE}\"");
    let leads_to_trace =
        |line: &str| line.split(" # ").nth(1).is_some_and(|it| it.contains(&trace));
    assert!(buckets.any(leads_to_trace), "no exemplar with {trace} in\n{page}");
}
