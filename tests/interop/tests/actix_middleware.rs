//! `opentelemetry-instrumentation-actix-web`, which knows only the OpenTelemetry API, over this SDK: a server of
//! actix-web, asked over TCP, and what the collector shows of it.

use std::{
    io,
    net::SocketAddr,
    sync::mpsc::{SyncSender, sync_channel},
    thread,
};

use actix_web::{App, HttpResponse, HttpServer, dev::ServerHandle, rt::System, web};
use inferometer_interop::{telemetry, totals};
use inferometer_tests::{
    CollectorProcess, Expected, Kind, Span, family, http, oracle::promtool_check, series, tree,
    wait,
};
use opentelemetry_instrumentation_actix_web::{RequestMetrics, RequestTracing};

/// The caller's trace and span.
const PARENT: (&str, &str) =
    ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
const PARENT_TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT_SPAN: &str = "b7ad6b7169203331";

/// Serves until the handle ends it; says where.
fn serve(started: &SyncSender<(SocketAddr, ServerHandle)>) -> io::Result<()> {
    System::new().block_on(async {
        let app = || {
            App::new()
                .wrap(RequestTracing::new())
                .wrap(RequestMetrics::default())
                .route("/items/{id}", web::get().to(|| async { "hello" }))
                .route("/upload", web::post().to(|body: String| async move { body }))
                .route("/broken", web::get().to(HttpResponse::InternalServerError))
        };
        let server = HttpServer::new(app).workers(1).disable_signals().bind("127.0.0.1:0")?;
        let address = server.addrs()[0];
        let server = server.run();
        started.send((address, server.handle())).expect("the test waits");
        server.await
    })
}

fn of(name: &str, address: SocketAddr, method: &str, route: &str) -> Expected {
    series(&format!("http_server_{name}"))
        .label("job", "shop")
        .label("otel_scope_name", "opentelemetry-instrumentation-actix-web")
        .label("http_request_method", method)
        .label("http_route", route)
        .label("network_protocol_version", "1.1")
        .label("server_address", "127.0.0.1")
        .label("server_port", address.port().to_string())
        .label("url_scheme", "http")
}

#[test]
fn metrics_and_spans_of_an_actix_server_go_through_this_sdk() {
    let mut collector = CollectorProcess::start();
    let telemetry = telemetry(&mut collector, &[("service.name", "shop")]);
    telemetry.install_global();
    let (started, wait_for_start) = sync_channel(1);
    let server = thread::spawn(move || serve(&started));
    let (address, handle) = wait_for_start.recv().expect("the server starts");
    let ask = |method: &str, path: &str, body: &[u8]| {
        http::send(address, method, path, &[PARENT], body).expect("an answer").status
    };
    assert_eq!(ask("GET", "/items/1", b""), 200);
    assert_eq!(ask("GET", "/items/2", b""), 200);
    assert_eq!(ask("POST", "/upload", b"0123456789"), 200);
    assert_eq!(ask("GET", "/broken", b""), 500);
    System::new().block_on(handle.stop(true));
    server.join().expect("no panic").expect("the server ends");
    telemetry.flush(wait::PATIENCE).expect("everything is delivered");

    let page = collector.scrape();
    promtool_check(&page.text);
    for (method, route, status, error, requests, sent, received) in [
        ("GET", "/items/{id}", "200", "", 2.0, 0.0, 10.0),
        ("POST", "/upload", "200", "", 1.0, 10.0, 10.0),
        ("GET", "/broken", "500", "500", 1.0, 0.0, 0.0),
    ] {
        let of = |name: &str| of(name, address, method, route);
        let ended = |name: &str| {
            of(name).label("http_response_status_code", status).label("error_type", error)
        };
        ended("request_duration_seconds_count").value(requests).expect_in(&page);
        let bound = ended("request_duration_seconds_bucket").label("le", "0.005");
        assert!(bound.expect_in(&page).value <= requests);
        ended("response_body_size_bytes_sum").value(received).expect_in(&page);
        of("request_body_size_bytes_sum").value(sent).expect_in(&page);
        of("active_requests").value(0.0).expect_in(&page);
    }
    assert_eq!(totals(&page, &["http_server_request_duration_seconds_count"]), [4.0]);
    let duration = "http_server_request_duration_seconds";
    family(&page, duration, Kind::Histogram, "Duration of HTTP server requests.");

    let spans = Span::of_jaeger(&collector.traces(10));
    let shown = tree(&spans, &["http.response.status_code", "url.path"]);
    let expected = [
        "GET /items/{id} [server] http.response.status_code=200 url.path=/items/1",
        "GET /items/{id} [server] http.response.status_code=200 url.path=/items/2",
        "POST /upload [server] http.response.status_code=200 url.path=/upload",
        "GET /broken [server] http.response.status_code=500 url.path=/broken",
    ];
    let shown: Vec<&str> = shown.lines().collect();
    assert_eq!(shown, expected.map(|line| format!("{line} (child of {PARENT_SPAN})")));
    assert!(spans.iter().all(|span| span.trace_id == PARENT_TRACE), "{spans:#?}");
}
