//! A whole collector on free ports of loopback, reached as others reach it.

use std::time::Duration;

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    metrics::v1::{
        Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, metric, number_data_point,
    },
};
use prost::Message;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::Instant,
};

use super::*;
use crate::config::Config;

const DEADLINE: Duration = Duration::from_secs(10);

const ALL: &str = "\
receivers:
  otlp: {protocols: {grpc: {endpoint: \"127.0.0.1:0\"}, http: {endpoint: \"127.0.0.1:0\"}}}
processors:
  memory_limiter: {limit_mib: 65536}
exporters:
  prometheus: {endpoint: \"127.0.0.1:0\"}
  trace_ring: {endpoint: \"127.0.0.1:0\"}
  otlp: {endpoint: \"http://127.0.0.1:9\"}
service:
  pipelines:
    metrics: {receivers: [otlp], processors: [memory_limiter], exporters: [prometheus]}
    traces: {receivers: [otlp], processors: [memory_limiter], exporters: [trace_ring, otlp]}
";

fn start(yaml: &str) -> Result<Collector, StartError> {
    Collector::start(Config::parse("test.yaml", yaml).unwrap().resolved)
}

/// The real address of a listener.
fn address(collector: &Collector, serves: Serves) -> String {
    let found = collector.addresses().iter().find(|listening| listening.serves == serves);
    found.unwrap().address.to_string()
}

async fn ask(address: &str, head: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "{head} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-protobuf\r\n"
    );
    let head = format!("{head}content-length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn one_gauge() -> Vec<u8> {
    let point = NumberDataPoint {
        time_unix_nano: 1,
        value: Some(number_data_point::Value::AsInt(7)),
        ..Default::default()
    };
    let metric = Metric {
        name: "queue.depth".to_owned(),
        data: Some(metric::Data::Gauge(Gauge { data_points: vec![point] })),
        ..Default::default()
    };
    let scope_metrics = vec![ScopeMetrics { metrics: vec![metric], ..Default::default() }];
    let resource_metrics = vec![ResourceMetrics { scope_metrics, ..Default::default() }];
    ExportMetricsServiceRequest { resource_metrics }.encode_to_vec()
}

#[tokio::test]
async fn what_is_sent_is_scraped_and_counted() {
    let collector = start(ALL).unwrap();
    let answer =
        ask(&address(&collector, Serves::OtlpHttp), "POST /v1/metrics", &one_gauge()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let page = ask(&address(&collector, Serves::Metrics), "GET /metrics", b"").await;
    assert!(page.contains("\nqueue_depth 7\n"), "{page}");
    let accepted = page.lines().find(|line| {
        line.starts_with("infer_collector_item_accepted_total{")
            && line.contains("infer_collector_listener=\"otlp_http\"")
            && line.contains("infer_signal=\"metrics\"")
    });
    assert!(accepted.is_some_and(|line| line.ends_with(" 1")), "{page}");
    collector.shutdown(DEADLINE).await;
}

#[tokio::test]
async fn every_listener_is_told_with_its_real_port() {
    let collector = start(ALL).unwrap();
    let seen: Vec<_> = collector
        .addresses()
        .iter()
        .map(|listening| (listening.component.as_str(), listening.serves))
        .collect();
    let expected = [
        ("exporters.prometheus", Serves::Metrics),
        ("exporters.trace_ring", Serves::Traces),
        ("receivers.otlp", Serves::OtlpGrpc),
        ("receivers.otlp", Serves::OtlpHttp),
    ];
    assert_eq!(seen, expected);
    assert!(collector.addresses().iter().all(|listening| listening.address.port() != 0));
    collector.shutdown(DEADLINE).await;
}

#[tokio::test]
async fn a_backend_is_told_in_the_columns_of_the_listeners() {
    let collector = start(ALL).unwrap();
    let seen: Vec<String> = collector.forwarding().map(|it| it.to_string()).collect();
    let url = "http://127.0.0.1:9";
    assert_eq!(seen, [format!("forwarded to    {url:<45} (exporters.otlp)")]);
    collector.shutdown(DEADLINE).await;
}

#[tokio::test]
async fn a_taken_port_is_named_with_component_address_cause_and_remedy() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = start(&ALL.replacen("127.0.0.1:0", &address, 1)).unwrap_err().to_string();
    assert_eq!(
        error,
        format!(
            "receivers.otlp.protocols.grpc: cannot listen on {address}: Address already in use (os error 98); another \
             process listens there; stop it, or name another address in the configuration or by --set \
             receivers.otlp.protocols.grpc.endpoint=HOST:PORT"
        )
    );
}

#[tokio::test]
async fn a_port_is_free_again_after_the_shutdown() {
    let collector = start(ALL).unwrap();
    let ports: Vec<_> = collector.addresses().iter().map(|listening| listening.address).collect();
    let stopped = tokio::time::timeout(DEADLINE, collector.shutdown(DEADLINE)).await;
    assert!(stopped.is_ok(), "the shutdown outlasted its deadline");
    for port in ports {
        assert!(TcpStream::connect(port).await.is_err(), "{port} still listens");
    }
}

/// A way to an address on which everything takes its time.
async fn late(to: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let (mut from, _) = listener.accept().await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let mut to = TcpStream::connect(to).await.unwrap();
        // Its end is that of either side.
        let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
    });
    address
}

#[tokio::test]
async fn a_slow_upload_takes_no_time_from_the_batches_behind_it() {
    const SHORT: Duration = Duration::from_secs(3);
    let backend = start(ALL).unwrap();
    let late = late(address(&backend, Serves::OtlpHttp)).await;
    let yaml = format!(
        "\
receivers:
  otlp: {{protocols: {{http: {{endpoint: \"127.0.0.1:0\"}}}}}}
processors:
  batch: {{timeout: 1h}}
exporters:
  otlphttp: {{endpoint: \"http://{late}\"}}
service:
  pipelines:
    metrics: {{receivers: [otlp], processors: [batch], exporters: [otlphttp]}}
"
    );
    let collector = start(&yaml).unwrap();
    let receiver = address(&collector, Serves::OtlpHttp);
    let answer = ask(&receiver, "POST /v1/metrics", &one_gauge()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let mut slow = TcpStream::connect(&receiver).await.unwrap();
    let head = "POST /v1/metrics HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\n";
    let head = format!("{head}content-length: 1000\r\nexpect: 100-continue\r\n\r\n");
    slow.write_all(head.as_bytes()).await.unwrap();
    // By now its body is waited for.
    let mut told = [0; 12];
    slow.read_exact(&mut told).await.unwrap();
    assert_eq!(&told, b"HTTP/1.1 100");
    let (before, metrics) = (Instant::now(), Arc::clone(collector.metrics()));
    collector.shutdown(SHORT).await;
    assert!(before.elapsed() >= SHORT / 2, "the upload was waited for");
    assert_eq!(unreachable(&metrics), 0, "what the batch held was delivered");
    let page = ask(&address(&backend, Serves::Metrics), "GET /metrics", b"").await;
    assert!(page.contains("\nqueue_depth 7\n"), "{page}");
    backend.shutdown(DEADLINE).await;
}

/// What a reload of this collector is about.
const RELOADED: &str = "\
receivers:
  otlp: {protocols: {http: {endpoint: \"127.0.0.1:0\"}}}
processors:
  batch: {timeout: 1h}
exporters:
  prometheus: {endpoint: \"127.0.0.1:0\"}
service:
  pipelines:
    metrics: {receivers: [otlp], processors: [batch], exporters: [prometheus]}
";

fn resolved(yaml: &str) -> Resolved {
    Config::parse("test.yaml", yaml).unwrap().resolved
}

async fn page(collector: &Collector) -> String {
    ask(&address(collector, Serves::Metrics), "GET /metrics", b"").await
}

/// The value of the collector's own only series of a name.
fn value(page: &str, name: &str) -> f64 {
    let line = page.lines().find(|line| line.starts_with(&format!("{name}{{")));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or_else(|| panic!("{page}"))
}

#[tokio::test]
async fn a_reload_keeps_listeners_and_series_and_empties_what_it_replaces() {
    let mut collector = start(RELOADED).unwrap();
    let before = collector.addresses().to_vec();
    let receiver = address(&collector, Serves::OtlpHttp);
    let answer = ask(&receiver, "POST /v1/metrics", &one_gauge()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let held = page(&collector).await;
    assert!(!held.contains("\nqueue_depth "), "it waits in the batch");
    collector.reload(resolved(&RELOADED.replace("1h", "2h"))).await.unwrap();
    assert_eq!(collector.addresses(), before);
    // Returns once what was replaced has sent what it held.
    collector.reload(resolved(RELOADED)).await.unwrap();
    let shown = page(&collector).await;
    assert!(shown.contains("\nqueue_depth 7\n"), "{shown}");
    let counted = "infer_collector_item_accepted_total{";
    let count = |page: &str| {
        let lines = page.lines().filter(|line| line.starts_with(counted));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum::<u64>()
    };
    assert_eq!((count(&held), count(&shown)), (1, 1), "counts go on");
    collector.shutdown(DEADLINE).await;
}

#[tokio::test]
async fn a_reload_that_cannot_start_something_changes_nothing() {
    let mut collector = start(RELOADED).unwrap();
    let before = collector.addresses().to_vec();
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let other = format!("otlp/2: {{protocols: {{http: {{endpoint: \"{taken}\"}}}}}}\n  otlp:");
    let other = RELOADED.replace("otlp:", &other).replace("[otlp]", "[otlp, otlp/2]");
    let error = collector.reload(resolved(&other.replace("1h", "0s"))).await.unwrap_err();
    assert!(
        error.to_string().contains("receivers.otlp/2.protocols.http: cannot listen"),
        "{error}"
    );
    assert_eq!(collector.addresses(), before);
    let receiver = address(&collector, Serves::OtlpHttp);
    let answer = ask(&receiver, "POST /v1/metrics", &one_gauge()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(!page(&collector).await.contains("\nqueue_depth "), "the batch is the old one");
    collector.shutdown(DEADLINE).await;
}

#[tokio::test]
async fn stores_and_receivers_that_are_gone_are_not_counted_any_more() {
    let two = RELOADED
        .replace("  prometheus:", "  prometheus/2: {endpoint: \"127.0.0.1:0\"}\n  prometheus:")
        .replace("[prometheus]", "[prometheus, prometheus/2]")
        .replace("  otlp:", "  otlp/2: {protocols: {http: {endpoint: \"127.0.0.1:0\"}}}\n  otlp:")
        .replace("[otlp]", "[otlp, otlp/2]");
    const NAMES: [&str; 2] =
        ["infer_collector_series_memory_limit_bytes", "infer_collector_request_memory_limit_bytes"];
    let limits = |page: &str| NAMES.map(|name| value(page, name));
    let mut collector = start(RELOADED).unwrap();
    let one = limits(&page(&collector).await);
    collector.reload(resolved(&two)).await.unwrap();
    let both = {
        let mut pages = collector.addresses().iter().filter(|it| it.serves == Serves::Metrics);
        let address = pages.next_back().unwrap().address.to_string();
        limits(&ask(&address, "GET /metrics", b"").await)
    };
    assert_eq!(both, one.map(|limit| 2.0 * limit));
    collector.reload(resolved(RELOADED)).await.unwrap();
    collector.reload(resolved(RELOADED)).await.unwrap();
    assert_eq!(limits(&page(&collector).await), one);
    collector.shutdown(DEADLINE).await;
}
