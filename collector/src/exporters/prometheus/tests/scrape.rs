//! The component over a real socket.

use std::{
    io::{Read, Write},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
#[expect(clippy::disallowed_types, reason = "to read what was compressed here")]
use flate2::read::MultiGzDecoder;
use opentelemetry_proto::tonic::metrics::v1::NumberDataPoint;
use prost::Message;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep},
};

use super::{helpers::*, protobuf};
use crate::{
    config::{LabelLimitSettings, PrometheusSettings},
    exporters::prometheus::PrometheusExporter,
    pipeline::{Ack, Counts, Exporter, Item, Outcome, RejectReason, Signal, Tenant},
    self_metrics::{SelfCounter, SelfMetrics},
    series::Limits,
};

const DEADLINE: Duration = Duration::from_secs(10);
/// An expiration that no test lives to see.
const LONG: Duration = Duration::from_secs(300);

fn start(metric_expiration: Duration) -> (PrometheusExporter, Arc<SelfMetrics>) {
    let settings = PrometheusSettings {
        endpoint: "127.0.0.1:0".parse().unwrap(),
        metric_expiration,
        ..PrometheusSettings::default()
    };
    let metrics = Arc::new(SelfMetrics::default());
    let exporter = PrometheusExporter::start("prometheus", &settings, Arc::clone(&metrics));
    (exporter.unwrap(), metrics)
}

async fn send(
    exporter: &PrometheusExporter,
    signal: Signal,
    bytes: Vec<u8>,
    items: u64,
) -> Outcome {
    let (ack, outcome) = Ack::new();
    let (bytes, counts, tenant) = (Bytes::from(bytes), Counts { items }, Tenant::default());
    let item = Item { signal, bytes, counts, tenant, ack, traced: Default::default() };
    exporter.reserve(&item).unwrap().commit(item);
    outcome.outcome().await
}

async fn ask(address: SocketAddr, method: &str, path: &str) -> String {
    let (head, body) = ask_with(address, method, path, "").await;
    format!("{head}\r\n\r\n{}", String::from_utf8(body).unwrap())
}

/// The head of the answer and its body, without the frames of chunks.
async fn ask_with(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let body = answer.split_off(end + 4);
    let body = if head.contains("chunked") && method != "HEAD" { unchunked(&body) } else { body };
    (head, body)
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n").expect("a chunk's size");
        let size = std::str::from_utf8(&rest[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return body;
        }
        rest = &rest[end + 2..];
        body.extend_from_slice(&rest[..size]);
        rest = &rest[size + 2..];
    }
}

/// The header lines without those that say when, and how a connection carries the body.
fn description(head: &str) -> Vec<&str> {
    let mut lines: Vec<_> = head.lines().collect();
    lines.retain(|line| !line.starts_with("date:") && !line.starts_with("transfer-encoding:"));
    lines
}

#[tokio::test]
async fn what_was_committed_is_scraped() {
    let (exporter, metrics) = start(LONG);
    let points =
        vec![gauge("g", vec![int(7, &[])]), metric("d", "", sum(vec![int(-1, &[])], true, DELTA))];
    let outcome = send(&exporter, Signal::Metrics, request(points).encode_to_vec(), 2).await;
    assert_eq!(outcome.rejected, 1);
    assert!(outcome.message.unwrap_or_default().contains("metric `d`"));
    let answer = ask(exporter.address(), "GET", "/metrics").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(
        answer.contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"),
        "{answer}"
    );
    assert!(answer.contains("# TYPE g gauge\ng 7\n"), "{answer}");
    let counts: Vec<_> = metrics.counts().filter(|count| count.value > 0).collect();
    let seen: Vec<_> =
        counts.iter().map(|count| (count.counter, count.reason, count.value)).collect();
    let reason = Some(RejectReason::InvalidPoint.as_str());
    assert_eq!(seen, [(SelfCounter::Rejected, reason, 1), (SelfCounter::Exported, None, 1)]);
    exporter.shutdown(DEADLINE).await;
}

#[tokio::test]
async fn the_collectors_own_counters_are_shown_even_at_the_series_limit() {
    let settings = PrometheusSettings {
        endpoint: "127.0.0.1:0".parse().unwrap(),
        max_series: 1,
        ..PrometheusSettings::default()
    };
    let metrics = Arc::new(SelfMetrics::default());
    let exporter =
        PrometheusExporter::start("prometheus", &settings, Arc::clone(&metrics)).unwrap();
    let points = vec![gauge("g", vec![int(7, &[])]), gauge("h", vec![int(8, &[])])];
    let bytes = request(points).encode_to_vec();
    assert_eq!(send(&exporter, Signal::Metrics, bytes, 2).await.rejected, 1);
    let answer = ask(exporter.address(), "GET", "/metrics").await;
    assert!(answer.contains("\ng 7\n"), "{answer}");
    let rejected = answer.lines().find(|line| {
        line.starts_with("infer_collector_item_rejected_total{")
            && line.contains("infer_signal=\"metrics\"")
            && line.contains("reason=\"series_limit\"")
    });
    assert!(rejected.is_some_and(|line| line.ends_with(" 1")), "{answer}");
}

/// The value of a family's only series, by its name on the page.
fn value<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let line = page.lines().find(|line| line.starts_with(&format!("{name}{{")))?;
    assert!(line.contains("job=\"inferometer\"") && line.contains("instance=\""), "{line}");
    line.rsplit(' ').next()
}

#[tokio::test]
async fn the_store_and_the_scrapes_are_on_the_page() {
    let (exporter, metrics) = start(LONG);
    let first = ask(exporter.address(), "GET", "/metrics").await;
    let limit = metrics.series() + Limits::DEFAULT_MAX_SERIES;
    assert_eq!(value(&first, "infer_collector_series_limit"), Some(&*limit.to_string()));
    let usage = metrics.series().to_string();
    assert_eq!(value(&first, "infer_collector_series_usage"), Some(&*usage));
    let scrapes = "infer_collector_scrape_duration_seconds_count";
    assert_eq!(value(&first, scrapes), Some("0"), "{first}");
    let bytes = request(vec![gauge("g", vec![int(7, &[])])]).encode_to_vec();
    send(&exporter, Signal::Metrics, bytes, 1).await;
    // A scrape is counted behind its last byte, which its reader may have seen before.
    let until = Instant::now() + DEADLINE;
    let mut page = ask(exporter.address(), "GET", "/metrics").await;
    while value(&page, scrapes) == Some("0") {
        assert!(Instant::now() < until, "{page}");
        page = ask(exporter.address(), "GET", "/metrics").await;
    }
    let usage = (metrics.series() + 1).to_string();
    assert_eq!(value(&page, "infer_collector_series_usage"), Some(&*usage));
    let accepted = page.lines().find(|line| {
        line.starts_with("infer_collector_connection_accepted_total{")
            && line.contains("infer_collector_listener=\"metrics\"")
    });
    assert!(accepted.is_some_and(|line| !line.ends_with(" 0")), "{page}");
}

#[tokio::test]
async fn how_series_were_found_and_why_they_ended_is_on_the_page() {
    let (exporter, _) = start(LONG);
    let two = |time| [("x", "1"), ("x", "2")].map(|pair| at_of(time, &[pair]));
    let gone = NumberDataPoint { flags: GONE, value: None, ..at_of(40, &[("x", "1")]) };
    let orders = [two(10).to_vec(), two(20).to_vec(), two(30).into_iter().rev().collect()];
    for points in orders.into_iter().chain([vec![gone]]) {
        let items = points.len() as u64;
        let bytes = request(vec![gauge("g", points)]).encode_to_vec();
        assert_eq!(send(&exporter, Signal::Metrics, bytes, items).await.rejected, 0);
    }
    let first = ask(exporter.address(), "GET", "/metrics").await;
    let of = |page: &str, name: &str, label: &str| -> f64 {
        let found = page.lines().find(|line| line.starts_with(name) && line.contains(label));
        let value = found.and_then(|line| line.rsplit(' ').next()).expect(page);
        value.parse().expect("a number")
    };
    let found = |result: &str| {
        let label = format!("result=\"{result}\"");
        of(&first, "infer_collector_point_lookup_total{", &label)
    };
    assert_eq!(found("new"), 2.0);
    assert_eq!(found("expected") + found("known") + found("respelled"), 4.0, "{first}");
    assert!(found("expected") >= 1.0 && found("respelled") == 0.0, "{first}");
    let ended = "infer_collector_series_ended_total{";
    assert_eq!(of(&first, ended, "reason=\"stale\""), 1.0);
    assert_eq!(of(&first, ended, "reason=\"expired\""), 0.0);
    let held = exporter.store().stats().bytes as f64;
    assert_eq!(of(&first, "infer_collector_series_memory_usage_bytes{", ""), held);
    let limit = of(&first, "infer_collector_series_memory_limit_bytes{", "");
    assert_eq!(limit, Limits::DEFAULT_MAX_BYTES as f64);
    // A scrape is counted behind its last byte, which its reader may have seen before.
    let until = Instant::now() + DEADLINE;
    let sent = "infer_collector_scrape_io_bytes_total{";
    let mut page = ask(exporter.address(), "GET", "/metrics").await;
    while of(&page, sent, "coding=\"identity\"") < first.len() as f64 / 2.0 {
        assert!(Instant::now() < until, "{page}");
        page = ask(exporter.address(), "GET", "/metrics").await;
    }
    assert_eq!(of(&page, sent, "coding=\"gzip\""), 0.0);
}

fn at_of(time: u64, pairs: &[(&str, &str)]) -> NumberDataPoint {
    NumberDataPoint { time_unix_nano: time, ..int(1, pairs) }
}

#[tokio::test]
async fn a_target_info_without_room_is_counted() {
    let settings = PrometheusSettings {
        endpoint: "127.0.0.1:0".parse().unwrap(),
        max_series: 1,
        ..PrometheusSettings::default()
    };
    let metrics = Arc::new(SelfMetrics::default());
    let exporter = PrometheusExporter::start("prometheus", &settings, metrics).unwrap();
    let resource = [("service.name", "s"), ("host.name", "h")];
    let points = vec![of_scope(None, vec![gauge("g", vec![int(7, &[])])])];
    let bytes = of_resource(&resource, points).encode_to_vec();
    assert_eq!(send(&exporter, Signal::Metrics, bytes, 1).await.rejected, 0);
    let page = ask(exporter.address(), "GET", "/metrics").await;
    assert_eq!(value(&page, "infer_collector_target_info_rejected_total"), Some("1"), "{page}");
}

#[tokio::test]
async fn values_beyond_a_limit_are_counted_and_their_keys_reported() {
    let label_limits = LabelLimitSettings {
        attributes: vec![("user.id".to_owned(), 2)],
        ..LabelLimitSettings::default()
    };
    let settings = PrometheusSettings {
        endpoint: "127.0.0.1:0".parse().unwrap(),
        label_limits,
        ..PrometheusSettings::default()
    };
    let exporter = PrometheusExporter::start("prometheus", &settings, Arc::default()).unwrap();
    let points = ["a", "b", "c"].map(|user| int(1, &[("user.id", user)]));
    let bytes = request(vec![gauge("g", points.to_vec())]).encode_to_vec();
    assert_eq!(send(&exporter, Signal::Metrics, bytes, 3).await.rejected, 0);
    let page = ask(exporter.address(), "GET", "/metrics").await;
    for user in ["a", "b", "other"] {
        assert!(page.contains(&format!("\ng{{user_id=\"{user}\"}} 1\n")), "{page}");
    }
    assert_eq!(value(&page, "infer_collector_attribute_folded_total"), Some("1"), "{page}");
    assert_eq!(exporter.label_values_replaced(), 1);
    let offenders = exporter.label_offenders(5);
    let seen: Vec<_> = offenders.iter().map(|it| (&*it.key, it.limit, it.distinct)).collect();
    assert_eq!(seen, [("user.id", 2, 1)]);
}

#[tokio::test]
async fn what_it_cannot_read_is_rejected_whole() {
    let (exporter, _) = start(LONG);
    let garbled = send(&exporter, Signal::Metrics, vec![0x0a, 5], 3).await;
    assert_eq!(garbled.rejected, 3);
    let spans = send(&exporter, Signal::Traces, Vec::new(), 4).await;
    assert_eq!(spans.rejected, 4);
    assert!(spans.message.unwrap_or_default().contains("only metrics"));
}

#[tokio::test]
async fn other_paths_and_methods_are_told_what_there_is() {
    let (exporter, _) = start(LONG);
    let cases = [
        ("GET", "/", "HTTP/1.1 404", "/metrics"),
        ("POST", "/metrics", "HTTP/1.1 405", "allow: GET, HEAD"),
        ("HEAD", "/metrics", "HTTP/1.1 200", "version=0.0.4"),
        ("GET", "/metrics?name[]=x", "HTTP/1.1 200", "version=0.0.4"),
    ];
    for (method, path, status, text) in cases {
        let answer = ask(exporter.address(), method, path).await;
        assert!(answer.starts_with(status) && answer.contains(text), "{method} {path}: {answer}");
    }
}

#[tokio::test]
async fn the_page_is_compressed_for_who_asks_for_it() {
    let (exporter, _) = start(LONG);
    let bytes = request(vec![gauge("g", vec![int(7, &[])])]).encode_to_vec();
    send(&exporter, Signal::Metrics, bytes, 1).await;
    let gzip = "Accept-Encoding: deflate, gzip;q=0.5\r\n";
    let (head, body) = ask_with(exporter.address(), "GET", "/metrics", gzip).await;
    assert!(head.contains("\r\ncontent-encoding: gzip"), "{head}");
    let mut page = String::new();
    #[expect(clippy::disallowed_types, reason = "what was compressed here is no bomb")]
    MultiGzDecoder::new(&*body).read_to_string(&mut page).unwrap();
    assert!(page.contains("# TYPE g gauge\ng 7\n"), "{page}");

    let (head, body) = ask_with(exporter.address(), "GET", "/metrics", "").await;
    assert!(!head.contains("content-encoding"), "{head}");
    assert!(String::from_utf8(body).unwrap().contains("# TYPE g gauge\ng 7\n"));

    let zstd = "Accept-Encoding: gzip, zstd\r\n";
    let (head, body) = ask_with(exporter.address(), "GET", "/metrics", zstd).await;
    assert!(head.contains("\r\ncontent-encoding: zstd"), "{head}");
    let page = String::from_utf8(zstd::decode_all(&*body).unwrap()).unwrap();
    assert!(page.contains("# TYPE g gauge\ng 7\n"), "{page}");

    let never = "Accept-Encoding: *;q=0\r\n";
    let (head, body) = ask_with(exporter.address(), "GET", "/metrics", never).await;
    assert!(head.starts_with("HTTP/1.1 406"), "{head}");
    assert!(String::from_utf8(body).unwrap().contains("gzip"));
}

#[tokio::test]
async fn a_reader_gets_the_format_that_it_asks_for() {
    let (exporter, _) = start(LONG);
    let bytes = request(vec![counter("c", vec![int(7, &[])])]).encode_to_vec();
    send(&exporter, Signal::Metrics, bytes, 1).await;
    let cases = [
        ("", "text/plain; version=0.0.4; charset=utf-8", "# TYPE c_total counter\n"),
        (
            "Accept: application/openmetrics-text;version=1.0.0,*/*;q=0.1\r\n",
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
            "# TYPE c counter\n",
        ),
    ];
    for (accept, content_type, expected) in cases {
        let (head, body) = ask_with(exporter.address(), "GET", "/metrics", accept).await;
        assert!(head.contains(&format!("\r\ncontent-type: {content_type}\r\n")), "{head}");
        let page = String::from_utf8(body).unwrap();
        assert!(page.contains(expected) && page.contains("\nc_total 7\n"), "{page}");
        assert_eq!(page.ends_with("\n# EOF\n"), !accept.is_empty(), "{page}");
    }
}

#[tokio::test]
async fn protobuf_is_sent_to_who_asks_for_it_compressed_if_wanted() {
    const PROTOBUF: &str = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; \
                            encoding=delimited";
    let (exporter, _) = start(LONG);
    let bytes = request(vec![counter("c", vec![int(7, &[])])]).encode_to_vec();
    send(&exporter, Signal::Metrics, bytes, 1).await;
    for encoding in ["identity", "gzip"] {
        let headers = format!("Accept: {PROTOBUF}\r\nAccept-Encoding: {encoding}\r\n");
        let (head, mut body) = ask_with(exporter.address(), "GET", "/metrics", &headers).await;
        assert!(
            head.contains(&format!("\r\ncontent-type: {PROTOBUF}; escaping=underscores")),
            "{head}"
        );
        if encoding == "gzip" {
            assert!(head.contains("\r\ncontent-encoding: gzip"), "{head}");
            let mut page = Vec::new();
            #[expect(clippy::disallowed_types, reason = "what was compressed here is no bomb")]
            MultiGzDecoder::new(&*body).read_to_end(&mut page).unwrap();
            body = page;
        }
        let families = protobuf::families(&body);
        let counter = families.iter().find(|family| family.name() == "c_total").unwrap();
        assert_eq!(counter.metric[0].counter.as_ref().unwrap().value(), 7.0);
        assert!(families.iter().any(|family| family.name().starts_with("infer_collector_")));
    }
}

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let (exporter, _) = start(LONG);
    for headers in ["", "Accept-Encoding: gzip\r\n", "Accept-Encoding: identity;q=0\r\n"] {
        let (head, body) = ask_with(exporter.address(), "HEAD", "/metrics", headers).await;
        assert!(body.is_empty(), "{} bytes", body.len());
        let (expected, _) = ask_with(exporter.address(), "GET", "/metrics", headers).await;
        assert_eq!(description(&head), description(&expected));
        assert!(head.contains("vary: accept, accept-encoding"), "{head}");
    }
}

#[tokio::test]
async fn a_scrape_is_answered_while_the_pipelines_threads_are_busy() {
    let (exporter, _) = start(LONG);
    // This is the only thread of the test's runtime, and it does not wait in a way that lets others run.
    let mut stream = std::net::TcpStream::connect(exporter.address()).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("\r\n0\r\n\r\n"), "{answer}");
}

#[tokio::test]
async fn an_exporter_that_is_gone_listens_no_more() {
    let (exporter, _) = start(LONG);
    let address = exporter.address();
    drop(exporter);
    let until = Instant::now() + DEADLINE;
    while TcpStream::connect(address).await.is_ok() {
        assert!(Instant::now() < until, "it still listens");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn timestamps_are_shown_if_the_settings_say_so() {
    for (send_timestamps, expected) in [(true, "\ng 7 1700000000123\n"), (false, "\ng 7\n")] {
        let settings = PrometheusSettings {
            endpoint: "127.0.0.1:0".parse().unwrap(),
            send_timestamps,
            ..PrometheusSettings::default()
        };
        let metrics = Arc::new(SelfMetrics::default());
        let exporter = PrometheusExporter::start("prometheus", &settings, metrics).unwrap();
        let point = at(1, 1_700_000_000_123_999_999, 7);
        let bytes = request(vec![gauge("g", vec![point])]).encode_to_vec();
        send(&exporter, Signal::Metrics, bytes, 1).await;
        let page = ask(exporter.address(), "GET", "/metrics").await;
        assert!(page.contains(expected), "{page}");
    }
}

#[tokio::test]
async fn series_expire_although_nobody_scrapes() {
    let (exporter, metrics) = start(Duration::from_millis(1));
    let bytes = request(vec![gauge("g", vec![int(7, &[])])]).encode_to_vec();
    send(&exporter, Signal::Metrics, bytes, 1).await;
    let until = Instant::now() + DEADLINE;
    while exporter.store().stats().series > metrics.series() {
        assert!(Instant::now() < until, "the series is still there");
        sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_taken_port_is_named_with_its_remedy() {
    let (exporter, metrics) = start(LONG);
    let settings =
        PrometheusSettings { endpoint: exporter.address(), ..PrometheusSettings::default() };
    let error =
        PrometheusExporter::start("prometheus/2", &settings, metrics).unwrap_err().to_string();
    assert!(
        error.contains("prometheus/2") && error.contains(&exporter.address().to_string()),
        "{error}"
    );
}
