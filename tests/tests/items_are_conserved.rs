//! Every item that came in is in one number of the page, for every exporter: one that keeps it, one whose backend never
//! answers, and one behind a batch that is not yet full.

use std::net::TcpListener;

use inferometer_collector::Serves;
use inferometer_tests::{CollectorUnderTest, Conserved, conserved, http};
use opentelemetry_proto::tonic::{
    collector::{metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest},
    metrics::v1::{
        Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, metric::Data,
        number_data_point,
    },
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use prost::Message;

fn start(hung: &TcpListener) -> CollectorUnderTest {
    let backend = hung.local_addr().expect("a bound address");
    CollectorUnderTest::with_config(&format!(
        r#"
receivers:
  otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:0"}}}}}}
processors:
  filter: {{metrics: {{exclude: {{match_type: strict, metric_names: [noise]}}}}}}
  batch: {{timeout: 1h, send_batch_size: 1000}}
exporters:
  prometheus: {{endpoint: "127.0.0.1:0"}}
  trace_ring: {{endpoint: "127.0.0.1:0"}}
  otlp/hung:
    endpoint: "http://{backend}"
    sending_queue: {{queue_size: 2, num_consumers: 1, on_full: evict_oldest}}
service:
  pipelines:
    metrics: {{receivers: [otlp], processors: [filter], exporters: [prometheus, otlp/hung]}}
    traces: {{receivers: [otlp], processors: [batch], exporters: [trace_ring, otlp/hung]}}
"#
    ))
}

fn gauge(name: &str, time_unix_nano: u64) -> Metric {
    let point = NumberDataPoint {
        time_unix_nano,
        value: Some(number_data_point::Value::AsInt(1)),
        ..NumberDataPoint::default()
    };
    let data = Some(Data::Gauge(Gauge { data_points: vec![point] }));
    Metric { name: name.to_owned(), data, ..Metric::default() }
}

/// Two points that stay and one that a filter drops.
fn points(time: u64) -> Vec<u8> {
    let metrics = vec![gauge("depth", time), gauge("noise", time), gauge("users", time)];
    let scope_metrics = vec![ScopeMetrics { metrics, ..ScopeMetrics::default() }];
    let of = ResourceMetrics { scope_metrics, ..ResourceMetrics::default() };
    ExportMetricsServiceRequest { resource_metrics: vec![of] }.encode_to_vec()
}

fn spans(number: u8) -> Vec<u8> {
    let span = Span { trace_id: vec![number; 16], span_id: vec![number; 8], ..Span::default() };
    let scope_spans = vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }];
    let of = ResourceSpans { scope_spans, ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![of] }.encode_to_vec()
}

fn send(collector: &CollectorUnderTest, signal: &str, body: &[u8]) {
    let headers = [("content-type", "application/x-protobuf")];
    let path = format!("/v1/{signal}");
    let reply = http::post(collector.address(Serves::OtlpHttp), &path, &headers, body);
    assert_eq!(reply.expect("an answer").status, 200);
}

#[test]
fn every_item_is_in_one_number_of_the_page_while_a_backend_hangs() {
    let hung = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let collector = start(&hung);
    // The last one comes too late to be shown.
    for time in [1, 2, 3, 4, 5, 6, 7, 1] {
        send(&collector, "metrics", &points(time));
    }
    (1..=5).for_each(|number| send(&collector, "traces", &spans(number)));
    let page = collector.scrape();

    let shown = conserved(&page, "metrics", "prometheus");
    let expected =
        Conserved { accepted: 24.0, recovered: 0.0, exported: 14.0, rejected: 10.0, queued: 0.0 };
    assert_eq!(shown, expected);
    let rejected = |exporter, reason| {
        let labels = [
            ("infer_signal", "metrics"),
            ("infer_collector_exporter", exporter),
            ("infer_collector_rejection_reason", reason),
        ];
        page.sum("infer_collector_item_rejected_total", &labels)
    };
    assert_eq!(rejected("prometheus", "filtered"), (8.0, 1));
    assert_eq!(rejected("prometheus", "out_of_order"), (2.0, 1));

    let stuck = conserved(&page, "metrics", "otlp/hung");
    assert_eq!(rejected("otlp/hung", "filtered"), (8.0, 1));
    // Two requests wait, and a third is being sent once it has been looked at.
    assert!([4.0, 6.0].contains(&stuck.queued) && stuck.exported == 0.0, "{stuck:?}");
    assert_eq!(rejected("otlp/hung", "evicted"), (16.0 - stuck.queued, 1));

    let otelcol =
        |name: &str, label, id| page.sum(&format!("otelcol_{name}"), &[label, ("job", id)]);
    let own = "inferometer";
    let transport = ("transport", "http");
    assert_eq!(otelcol("receiver_accepted_metric_points_total", transport, own), (24.0, 1));
    assert_eq!(otelcol("receiver_accepted_spans_total", ("receiver", "otlp"), own), (5.0, 1));
    assert_eq!(otelcol("receiver_refused_metric_points_total", transport, own), (0.0, 1));
    let exporter = ("exporter", "prometheus");
    assert_eq!(otelcol("exporter_sent_metric_points_total", exporter, own), (14.0, 1));
    assert_eq!(otelcol("exporter_send_failed_metric_points_total", exporter, own), (2.0, 1));
    let hung = ("exporter", "otlp/hung");
    assert_eq!(otelcol("exporter_send_failed_metric_points_total", hung, own), (0.0, 1));
    assert_eq!(otelcol("exporter_queue_capacity", hung, own), (2.0, 1));
    let (size, _) = otelcol("exporter_queue_size", hung, own);
    assert!((1.0..=2.0).contains(&size), "{size}");
    for name in ["memory_rss_bytes", "cpu_seconds_total", "uptime_seconds_total"] {
        let (value, series) = page.sum(&format!("otelcol_process_{name}"), &[]);
        assert!(series == 1 && value >= 0.0, "{name}: {value}");
    }

    for exporter in ["trace_ring", "otlp/hung"] {
        let batched = conserved(&page, "traces", exporter);
        assert_eq!(batched.queued, 5.0, "{exporter}: {batched:?}");
    }
    assert_eq!(conserved(&page, "logs", "otlp/hung").accepted, 0.0);
}
