//! One collector feeds another, over gRPC and HTTP: what the second shows is what the first shows, and a file keeps what
//! was sent.

use std::{fs, path::Path};

use inferometer_collector::Serves;
use inferometer_tests::{CollectorUnderTest, LOOPBACK_CONFIG, Scrape, conserved, http, wait};
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
        trace::v1::ExportTraceServiceRequest,
    },
    common::v1::{AnyValue, KeyValue, any_value},
    logs::v1::{LogRecord, ResourceLogs, ScopeLogs},
    metrics::v1::{
        AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint,
        ResourceMetrics, ScopeMetrics, Sum, metric::Data, number_data_point,
    },
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use prost::Message;

/// Requests of each sender, and senders.
const ROUNDS: u64 = 20;
const SENDERS: u64 = 3;
/// Points of one request of metrics; spans and log records are one each.
const POINTS: u64 = 3;

fn attribute(key: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(any_value::Value::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}

fn resource(sender: u64) -> Option<Resource> {
    let attributes = vec![
        attribute("service.name", "engine"),
        attribute("service.instance.id", &sender.to_string()),
    ];
    Some(Resource { attributes, ..Resource::default() })
}

fn metrics(sender: u64, round: u64) -> ExportMetricsServiceRequest {
    let attributes = vec![attribute("infer.stage", "decode")];
    let time_unix_nano = 1_000 + round;
    let number = NumberDataPoint {
        attributes: attributes.clone(),
        start_time_unix_nano: 1,
        time_unix_nano,
        value: Some(number_data_point::Value::AsInt((round * 10 + sender).cast_signed())),
        ..NumberDataPoint::default()
    };
    let histogram = HistogramDataPoint {
        attributes,
        start_time_unix_nano: 1,
        time_unix_nano,
        count: round + 1,
        sum: Some(0.5),
        bucket_counts: vec![round, 1],
        explicit_bounds: vec![0.25],
        ..HistogramDataPoint::default()
    };
    let temporality = AggregationTemporality::Cumulative.into();
    let data = [
        (
            "tokens",
            Data::Sum(Sum {
                data_points: vec![number.clone()],
                aggregation_temporality: temporality,
                is_monotonic: true,
            }),
        ),
        ("queue.depth", Data::Gauge(Gauge { data_points: vec![number] })),
        (
            "latency",
            Data::Histogram(Histogram {
                data_points: vec![histogram],
                aggregation_temporality: temporality,
            }),
        ),
    ];
    let metrics = data.map(|(name, data)| Metric {
        name: name.to_owned(),
        data: Some(data),
        ..Metric::default()
    });
    let scope_metrics = vec![ScopeMetrics { metrics: metrics.into(), ..ScopeMetrics::default() }];
    let of_resource =
        ResourceMetrics { resource: resource(sender), scope_metrics, ..ResourceMetrics::default() };
    ExportMetricsServiceRequest { resource_metrics: vec![of_resource] }
}

fn traces(sender: u64, round: u64) -> ExportTraceServiceRequest {
    let number = u8::try_from(sender * ROUNDS + round + 1).expect("few enough");
    let span = Span {
        trace_id: vec![number; 16],
        span_id: vec![number; 8],
        name: "request".to_owned(),
        start_time_unix_nano: 1,
        end_time_unix_nano: 2,
        ..Span::default()
    };
    let scope_spans = vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }];
    let of_resource =
        ResourceSpans { resource: resource(sender), scope_spans, ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![of_resource] }
}

fn logs(sender: u64, round: u64) -> ExportLogsServiceRequest {
    let record = LogRecord { time_unix_nano: round + 1, ..LogRecord::default() };
    let scope_logs = vec![ScopeLogs { log_records: vec![record], ..ScopeLogs::default() }];
    let of_resource =
        ResourceLogs { resource: resource(sender), scope_logs, ..ResourceLogs::default() };
    ExportLogsServiceRequest { resource_logs: vec![of_resource] }
}

fn send(collector: &CollectorUnderTest, signal: &str, request: &impl Message) {
    let headers = [("content-type", "application/x-protobuf")];
    let path = format!("/v1/{signal}");
    let body = request.encode_to_vec();
    let reply = http::post(collector.address(Serves::OtlpHttp), &path, &headers, &body);
    assert_eq!(reply.expect("an answer").status, 200);
}

/// The page without the collector's own series, and without descriptions, which its own families have too.
fn received(page: &Scrape) -> Vec<&str> {
    let lines = page.text.lines();
    lines.filter(|line| !line.starts_with('#') && !line.contains("job=\"inferometer\"")).collect()
}

fn feeding(exporter: &str, folder: &Path, next: &CollectorUnderTest) -> CollectorUnderTest {
    let serves = if exporter == "otlp" { Serves::OtlpGrpc } else { Serves::OtlpHttp };
    let file = |signal: &str| {
        let path = folder.join(signal);
        format!(
            "  file/{signal}: {{path: \"{}\", format: proto, flush_interval: 1ms}}\n",
            path.display()
        )
    };
    let exporters = format!(
        "exporters:\n  {exporter}: {{endpoint: \"http://{}\", compression: gzip}}\n{}{}{}",
        next.address(serves),
        file("metrics"),
        file("traces"),
        file("logs"),
    );
    let config = LOOPBACK_CONFIG
        .replace("exporters:\n", &exporters)
        .replace("[prometheus]", &format!("[prometheus, {exporter}, file/metrics]"))
        .replace("[trace_ring]", &format!("[trace_ring, {exporter}, file/traces]"));
    CollectorUnderTest::with_config(&format!(
        "{config}    logs: {{receivers: [otlp], exporters: [{exporter}, file/logs]}}\n"
    ))
}

/// The requests of a file, in its order.
fn read<M: Message + Default>(path: &Path) -> Vec<M> {
    let file = fs::read(path).expect("a file");
    let mut rest = file.as_slice();
    let mut requests = Vec::new();
    while let Some((length, tail)) = rest.split_first_chunk::<4>() {
        let (request, tail) = tail.split_at(u32::from_be_bytes(*length) as usize);
        requests.push(M::decode(request).expect("a whole request"));
        rest = tail;
    }
    requests
}

fn check(exporter: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let second = CollectorUnderTest::with_config(&format!(
        "{}    logs: {{receivers: [otlp], exporters: [debug]}}\n",
        LOOPBACK_CONFIG.replace(
            "exporters:\n",
            "exporters:\n  debug: {sampling_initial: 0, sampling_thereafter: 0}\n"
        )
    ));
    let first = feeding(exporter, folder.path(), &second);
    let (mut all_metrics, mut all_traces, mut all_logs) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        for sender in 0..SENDERS {
            all_metrics.push(metrics(sender, round));
            send(&first, "metrics", &all_metrics[all_metrics.len() - 1]);
            all_traces.push(traces(sender, round));
            send(&first, "traces", &all_traces[all_traces.len() - 1]);
            all_logs.push(logs(sender, round));
            send(&first, "logs", &all_logs[all_logs.len() - 1]);
        }
    }
    let requests = ROUNDS * SENDERS;
    // Each exporter of a pipeline counts what it kept: the page, the forwarder and the file; the ring counts what it gives up.
    for (signal, items, exporters) in [("metrics", POINTS, 3), ("traces", 1, 2), ("logs", 1, 2)] {
        let of = [("infer_signal", signal)];
        let expected = (requests * items * exporters) as f64;
        wait::until(&format!("{signal} leave the first collector"), || {
            let (seen, _) = first.scrape().sum("infer_collector_item_exported_total", &of);
            if seen == expected { Ok(()) } else { Err(format!("{seen} of {expected}")) }
        });
        let page = second.scrape();
        let expected = (requests * items) as f64;
        assert_eq!(page.sum("infer_collector_item_accepted_total", &of).0, expected, "{signal}");
        assert_eq!(page.sum("infer_collector_item_rejected_total", &of).0, 0.0, "{signal}");
    }
    let (page, other) = (first.scrape(), second.scrape());
    assert_eq!(received(&page).len() as u64, SENDERS * 6, "{}", page.text);
    assert_eq!(received(&page), received(&other));
    assert_eq!(conserved(&other, "metrics", "prometheus").accepted, (requests * POINTS) as f64);
    let shown = |collector: &CollectorUnderTest| {
        let traces = collector.traces(1000);
        traces["data"].as_array().expect("traces").len() as u64
    };
    assert_eq!((shown(&first), shown(&second)), (requests, requests));
    assert_eq!(read::<ExportMetricsServiceRequest>(&folder.path().join("metrics")), all_metrics);
    assert_eq!(read::<ExportTraceServiceRequest>(&folder.path().join("traces")), all_traces);
    assert_eq!(read::<ExportLogsServiceRequest>(&folder.path().join("logs")), all_logs);
}

#[test]
fn the_second_collector_shows_what_the_first_shows_over_grpc() {
    check("otlp");
}

#[test]
fn the_second_collector_shows_what_the_first_shows_over_http() {
    check("otlphttp");
}
