//! The collector's own traces: a span of each request and of each attempt to send it on, in the trace of the request's
//! sender, at a backend that other people's types read. They never tell of their own way, and nobody waits for them.

use std::{
    collections::BTreeSet,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, OnceLock},
    thread,
};

use inferometer_tests::{CollectorProcess, FakeBackend, Span, UnusedPort, http, tree, wait};
use opentelemetry_proto::tonic::{
    collector::trace::v1::{ExportTraceServiceRequest, trace_service_client::TraceServiceClient},
    trace::v1::{self as otlp, ResourceSpans, ScopeSpans, status::StatusCode},
};
use prost::Message;
use tonic::Request;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";
const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");
/// What spans say of themselves here; ports differ from run to run.
const SHOWN: [&str; 10] = [
    "receiver",
    "transport",
    "accepted_spans",
    "refused_spans",
    "exporter",
    "server.address",
    "items.sent",
    "items.failed",
    "retry_num",
    "error.type",
];

/// A collector that forwards traces, and sends its own elsewhere.
fn config(data: &str, traces: &str) -> String {
    format!(
        "\
receivers:
  otlp:
    protocols:
      grpc: {{endpoint: \"127.0.0.1:0\"}}
      http: {{endpoint: \"127.0.0.1:0\"}}
processors:
  batch: {{send_batch_size: 2, timeout: 1h}}
exporters:
  prometheus: {{endpoint: \"127.0.0.1:0\"}}
  otlp:
    endpoint: \"{data}\"
    retry_on_failure: {{initial_interval: 10ms, max_interval: 20ms}}
    sending_queue: {{batch: {{flush_timeout: 0s}}}}
service:
  telemetry: {{traces: {traces}}}
  pipelines:
    traces: {{receivers: [otlp], exporters: [otlp]}}
    metrics: {{receivers: [otlp], exporters: [prometheus]}}
"
    )
}

/// `service.telemetry.traces` with a backend for them, over gRPC.
fn to(endpoint: &str) -> String {
    of_exporter(&format!("protocol: grpc, endpoint: \"{endpoint}\""))
}

fn of_exporter(otlp: &str) -> String {
    format!("{{processors: [{{batch: {{schedule_delay: 10, exporter: {{otlp: {{{otlp}}}}}}}}}]}}")
}

fn request(name: &str) -> ExportTraceServiceRequest {
    let span = otlp::Span {
        name: name.to_owned(),
        trace_id: vec![7; 16],
        span_id: vec![7; 8],
        ..otlp::Span::default()
    };
    let scope_spans = vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }];
    let resource = ResourceSpans { scope_spans, ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![resource] }
}

fn traceparent(span: &str, flags: &str) -> String {
    format!("00-{TRACE}-{span}-{flags}")
}

/// Sends a request over HTTP, and says how it was answered.
fn post(collector: &mut CollectorProcess, traceparent: &str, body: &[u8]) -> u16 {
    let address = collector.address("OTLP over HTTP");
    let headers = [PROTOBUF, ("traceparent", traceparent)];
    http::post(address, "/v1/traces", &headers, body).expect("an answer").status
}

fn send(collector: &mut CollectorProcess, traceparent: &str, name: &str) {
    assert_eq!(post(collector, traceparent, &request(name).encode_to_vec()), 200);
}

/// Sends a request with a client of gRPC that other people have made.
fn call(collector: &mut CollectorProcess, traceparent: &str, name: &str) {
    let address = collector.address("OTLP over gRPC");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let client = TraceServiceClient::connect(format!("http://{address}")).await;
        let mut request = Request::new(request(name));
        let value = traceparent.parse().expect("a header");
        request.metadata_mut().insert("traceparent", value);
        client.expect("a connection").export(request).await.expect("it is taken");
    });
}

fn without_ports(spans: &[Span]) -> String {
    tree(spans, &SHOWN)
}

/// A collector and the one that it sends to, which both send their own spans to `own`.
fn two(data: &FakeBackend, own: &FakeBackend) -> (CollectorProcess, CollectorProcess) {
    let mut second = CollectorProcess::with_config(&config(&data.endpoint(), &to(&own.endpoint())));
    let behind = format!("http://{}", second.address("OTLP over gRPC"));
    (CollectorProcess::with_config(&config(&behind, &to(&own.endpoint()))), second)
}

/// The way of a request with one span through both.
fn through_two(transport: &str) -> String {
    format!(
        "\
receiver/otlp/TraceDataReceived [server] receiver=otlp transport={transport} accepted_spans=1 refused_spans=0 (child of \
b7ad6b7169203331)
`- exporter/otlp/traces [client] exporter=otlp server.address=127.0.0.1 items.sent=1 items.failed=0 retry_num=0
   `- receiver/otlp/TraceDataReceived [server] receiver=otlp transport=grpc accepted_spans=1 refused_spans=0
      `- exporter/otlp/traces [client] exporter=otlp server.address=127.0.0.1 items.sent=1 items.failed=0 retry_num=0
"
    )
}

#[test]
fn a_request_is_one_trace_through_two_collectors() {
    let (data, own) = (FakeBackend::start(), FakeBackend::start());
    let (mut first, _second) = two(&data, &own);
    send(&mut first, &traceparent(PARENT, "01"), "of the sender");
    let spans = own.wait_for_spans(4);
    assert_eq!(without_ports(&spans), through_two("http"));
    assert!(spans.iter().all(|span| span.trace_id == TRACE && span.service == "inferometer"));
    let port = data.address().port().to_string();
    assert!(spans.iter().any(|span| span.attributes.get("server.port") == Some(&port)));
    let forwarded = data.wait_for_spans(1);
    assert_eq!(forwarded.iter().map(|span| &*span.name).collect::<Vec<_>>(), ["of the sender"]);
    let told = own.traces();
    let resources = told.iter().flat_map(|request| &request.resource_spans);
    let resources = resources.filter_map(|spans| spans.resource.as_ref());
    let keys: BTreeSet<_> =
        resources.flat_map(|it| &it.attributes).map(|pair| pair.key.as_str()).collect();
    for key in ["service.instance.id", "service.version", "telemetry.sdk.language"] {
        assert!(keys.contains(key), "{key} is not among {keys:?}");
    }
}

#[test]
fn what_a_sender_does_not_trace_is_not_traced_by_the_next_either() {
    let (data, own) = (FakeBackend::start(), FakeBackend::start());
    let (mut collector, _second) = two(&data, &own);
    send(&mut collector, &traceparent("00f067aa0ba902b7", "00"), "quiet");
    call(&mut collector, &traceparent("00f067aa0ba902b8", "00"), "quiet too");
    let _ = data.wait_for_spans(2);
    call(&mut collector, &traceparent(PARENT, "01"), "traced");
    let spans = own.wait_for_spans(4);
    assert_eq!(without_ports(&spans), through_two("grpc"));
}

#[test]
fn the_ratio_is_for_requests_whose_sender_says_nothing() {
    let (data, own) = (FakeBackend::start(), FakeBackend::start());
    let none = "sampler: {parent_based: {root: {trace_id_ratio_based: {ratio: 0}}}}, ";
    let traces = to(&own.endpoint()).replacen('{', &format!("{{{none}"), 1);
    let mut collector = CollectorProcess::with_config(&config(&data.endpoint(), &traces));
    send(&mut collector, "", "of nobody's trace");
    send(&mut collector, &traceparent(PARENT, "01"), "traced");
    let spans = own.wait_for_spans(2);
    assert!(spans.iter().all(|span| span.trace_id == TRACE), "{spans:?}");
    assert_eq!(spans.len(), 2, "{spans:?}");
}

#[test]
fn a_refused_request_is_a_span_that_failed() {
    let (data, own) = (FakeBackend::start(), FakeBackend::start());
    let mut collector =
        CollectorProcess::with_config(&config(&data.endpoint(), &to(&own.endpoint())));
    assert_eq!(post(&mut collector, &traceparent(PARENT, "01"), b"\xff\xff"), 400);
    let spans = own.wait_for_spans(1);
    assert_eq!(
        without_ports(&spans),
        "receiver/otlp/TraceDataReceived [server] receiver=otlp transport=http accepted_spans=0 refused_spans=0 \
         error.type=malformed (child of b7ad6b7169203331)\n"
    );
    let requests = own.traces();
    let all = requests.iter().flat_map(|request| &request.resource_spans);
    let mut all = all.flat_map(|spans| &spans.scope_spans).flat_map(|scope| &scope.spans);
    let status = all.next().and_then(|span| span.status.clone()).expect("a status");
    assert_eq!(status.code(), StatusCode::Error);
    assert!(!status.message.is_empty());
}

#[test]
fn each_attempt_of_an_exporter_is_a_span() {
    let own = FakeBackend::start();
    let nowhere = UnusedPort::claim();
    let mut collector =
        CollectorProcess::with_config(&config(&nowhere.endpoint(), &to(&own.endpoint())));
    send(&mut collector, &traceparent(PARENT, "01"), "goes nowhere");
    let spans = own.wait_for_spans(3);
    let mut attempts: Vec<_> = spans.iter().filter(|span| span.kind == "client").collect();
    attempts.sort_by_key(|span| span.start_nanos);
    for (nth, attempt) in attempts.iter().enumerate() {
        let has = |key: &str| attempt.attributes.get(key).map(String::as_str);
        assert_eq!(has("retry_num"), Some(&*nth.to_string()), "{attempt:?}");
        assert_eq!(has("error.type"), Some("unavailable"), "{attempt:?}");
        assert_eq!((has("items.sent"), has("items.failed")), (Some("0"), Some("1")));
    }
}

#[test]
fn what_leaves_joined_leads_to_all_that_is_in_it() {
    let (data, own) = (FakeBackend::start(), FakeBackend::start());
    let yaml = config(&data.endpoint(), &to(&own.endpoint()));
    let yaml =
        yaml.replace("[otlp], exporters: [otlp]", "[otlp], processors: [batch], exporters: [otlp]");
    let mut collector = CollectorProcess::with_config(&yaml);
    send(&mut collector, &traceparent(PARENT, "01"), "first");
    send(&mut collector, &traceparent("00f067aa0ba902b7", "01"), "second");
    let spans = own.wait_for_spans(3);
    let of = |parent: &str| {
        let found = spans.iter().find(|span| span.parent_id == parent);
        found.unwrap_or_else(|| panic!("no child of {parent} in {spans:?}"))
    };
    let (first, second) = (of(PARENT), of("00f067aa0ba902b7"));
    let attempt = of(&first.id);
    assert_eq!(attempt.attributes.get("items.sent").map(String::as_str), Some("2"));
    let requests = own.traces();
    let all = requests.iter().flat_map(|request| &request.resource_spans);
    let mut all = all.flat_map(|spans| &spans.scope_spans).flat_map(|scope| &scope.spans);
    let found = all.find(|span| !span.links.is_empty()).expect("a span with links");
    let hex = |id: &[u8]| id.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let links: Vec<_> = found.links.iter().map(|link| hex(&link.span_id)).collect();
    assert_eq!((hex(&found.span_id), links), (attempt.id.clone(), vec![second.id.clone()]));
}

/// Hands connections on to an address that is known later.
#[derive(Debug)]
struct Relay {
    address: SocketAddr,
    target: Arc<OnceLock<SocketAddr>>,
}

impl Relay {
    fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let target = Arc::new(OnceLock::<SocketAddr>::new());
        let known = Arc::clone(&target);
        thread::spawn(move || {
            for from in listener.incoming().map_while(Result::ok) {
                let Ok(to) = TcpStream::connect(known.wait()) else { continue };
                let back = (to.try_clone().expect("a socket"), from.try_clone().expect("a socket"));
                for (mut from, mut to) in [(from, to), back] {
                    thread::spawn(move || io::copy(&mut from, &mut to));
                }
            }
        });
        Self { address, target }
    }
}

#[test]
fn spans_that_come_back_to_their_collector_make_no_more() {
    let data = FakeBackend::start();
    let relay = Relay::start();
    let own = to(&format!("http://{}", relay.address));
    let mut collector = CollectorProcess::with_config(&config(&data.endpoint(), &own));
    relay.target.set(collector.address("OTLP over gRPC")).expect("it is set once");
    let all = ["exporter/otlp/traces", "receiver/otlp/TraceDataReceived", "of the sender"];
    for sent in 1..=3 {
        // Of no trace, so that all are sampled.
        send(&mut collector, "", "of the sender");
        let spans = data.wait_for_spans(sent * all.len());
        // A span about the way of those before would have ended before these.
        for name in all {
            let seen = spans.iter().filter(|span| span.name == name).count();
            assert_eq!(seen, sent, "{name}: {spans:?}");
        }
    }
}

#[test]
fn a_backend_that_is_away_holds_up_nobody_and_the_loss_is_counted() {
    let data = FakeBackend::start();
    let nowhere = UnusedPort::claim();
    let own =
        format!("protocol: http/protobuf, endpoint: \"{}\", timeout: 100", nowhere.endpoint());
    let mut collector =
        CollectorProcess::with_config(&config(&data.endpoint(), &of_exporter(&own)));
    for _ in 0..20 {
        send(&mut collector, &traceparent(PARENT, "01"), "of the sender");
    }
    let _ = data.wait_for_spans(20);
    // One for each request, and at least one for what left joined.
    wait::until("all spans to be lost", || {
        let page = collector.scrape();
        let total = "otel_sdk_exporter_span_exported_total";
        let lost = |why| page.sum(total, &[("error_type", why)]).0;
        let lost = lost("retries_exhausted") + lost("deadline_exceeded");
        let (sent, _) = page.sum(total, &[("error_type", "")]);
        assert_eq!(sent, 0.0);
        if lost > 20.0 { Ok(()) } else { Err(format!("{lost} are")) }
    });
    let ended = collector.terminate();
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn spans_that_wait_are_sent_before_the_end() {
    let (data, own) = (FakeBackend::start(), FakeBackend::start());
    let late = to(&own.endpoint()).replace("schedule_delay: 10,", "schedule_delay: 3600000,");
    let mut collector = CollectorProcess::with_config(&config(&data.endpoint(), &late));
    send(&mut collector, &traceparent(PARENT, "01"), "of the sender");
    let _ = data.wait_for_spans(1);
    assert_eq!(own.traces(), []);
    let ended = collector.terminate();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(own.wait_for_spans(2).len(), 2);
}

#[test]
fn a_reload_is_a_span_and_another_backend_needs_a_restart() {
    let (data, own) = (FakeBackend::start(), FakeBackend::start());
    let yaml = config(&data.endpoint(), &to(&own.endpoint()));
    let mut collector = CollectorProcess::with_config(&yaml);
    let _ = collector.address("OTLP over HTTP");
    let nowhere = UnusedPort::claim();
    collector.reload(&config(&data.endpoint(), &to(&nowhere.endpoint())));
    collector.says("what needs a restart", |line| {
        line.contains("service.telemetry.traces: what changes in it needs a restart")
    });
    let spans = own.wait_for_spans(1);
    assert_eq!(without_ports(&spans), "reload\n");
}

#[test]
fn nothing_is_recorded_unless_it_is_asked_for() {
    let data = FakeBackend::start();
    let nowhere = UnusedPort::claim();
    for traces in ["", &to(&nowhere.endpoint()).replacen('{', "{level: none, ", 1)] {
        let mut collector = CollectorProcess::with_config(&config(&data.endpoint(), traces));
        send(&mut collector, &traceparent(PARENT, "01"), "of the sender");
        let page = collector.scrape();
        assert!(!page.text.contains("otel_sdk_"), "{}", page.text);
    }
}
