//! What Jaeger's monitoring tab asks of Prometheus is there, with the numbers that counting spans gives, and leads back to
//! their traces.

use std::collections::BTreeMap;

use inferometer_tests::{
    CollectorProcess, FakeBackend, Scrape, Span as Shown, conserved, http,
    oracle::{self, Prometheus},
    wait,
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value},
    metrics::v1::{metric::Data, number_data_point},
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span, Status},
};
use prost::Message;
use rand::{RngExt, SeedableRng, rngs::SmallRng};

const CALLS: &str = "traces_span_metrics_calls_total";
const DURATION: &str = "traces_span_metrics_duration_milliseconds";
const ERROR: &str = "STATUS_CODE_ERROR";
const MILLI: u64 = 1_000_000;
const OPEN_METRICS: &str = "application/openmetrics-text;version=1.0.0";

const CONFIG: &str = r#"
receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}
processors:
  batch: {timeout: 10ms}
connectors:
  span_metrics:
    metrics_flush_interval: 100ms
    dimensions: [{name: model, default: none}]
exporters:
  prometheus: {endpoint: "127.0.0.1:0"}
  trace_ring: {endpoint: "127.0.0.1:0"}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [batch], exporters: [trace_ring, span_metrics]}
    metrics: {receivers: [otlp, span_metrics], exporters: [prometheus]}
"#;

/// A span as it is counted by hand.
#[derive(Debug, Clone)]
struct Made {
    service: &'static str,
    name: &'static str,
    /// 2 for a server's, 3 for a client's.
    kind: i32,
    is_error: bool,
    millis: u64,
    trace: u128,
}

fn made(spans: u32) -> Vec<Made> {
    let mut random = SmallRng::seed_from_u64(7);
    let one = |trace| Made {
        service: ["router", "engine"][random.random_range(0..2)],
        name: ["chat", "embed", "GET /models"][random.random_range(0..3)],
        kind: random.random_range(2..4),
        is_error: random.random_range(0..4) == 0,
        millis: random.random_range(1..4000),
        // Of 128 bits: Jaeger shows fewer by fewer digits.
        trace: (1 << 100) + u128::from(trace),
    };
    (0..spans).map(one).collect()
}

fn attribute(key: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(any_value::Value::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}

fn encoded(spans: &[Made]) -> Vec<u8> {
    let resource_spans = spans.iter().map(|made| {
        let span = Span {
            trace_id: made.trace.to_be_bytes().to_vec(),
            span_id: vec![7; 8],
            name: made.name.to_owned(),
            kind: made.kind,
            start_time_unix_nano: 1_700_000_000_000 * MILLI,
            end_time_unix_nano: (1_700_000_000_000 + made.millis) * MILLI,
            status: Some(Status { code: if made.is_error { 2 } else { 0 }, ..Status::default() }),
            ..Span::default()
        };
        let attributes = vec![attribute("service.name", made.service)];
        ResourceSpans {
            resource: Some(Resource { attributes, ..Resource::default() }),
            scope_spans: vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }],
            ..ResourceSpans::default()
        }
    });
    ExportTraceServiceRequest { resource_spans: resource_spans.collect() }.encode_to_vec()
}

fn send(collector: &mut CollectorProcess, spans: &[Made]) {
    let protobuf = [("content-type", "application/x-protobuf")];
    let address = collector.address("OTLP over HTTP");
    for request in spans.chunks(20) {
        let reply = http::post(address, "/v1/traces", &protobuf, &encoded(request));
        assert_eq!(reply.expect("an answer").status, 200);
    }
}

/// Calls and seconds by the labels that Jaeger knows.
type Counted = BTreeMap<(String, String, String, String), (u64, u64)>;

fn counted(spans: &[Made]) -> Counted {
    let mut counted = Counted::new();
    for made in spans {
        let kind = if made.kind == 2 { "SPAN_KIND_SERVER" } else { "SPAN_KIND_CLIENT" };
        let status = if made.is_error { ERROR } else { "STATUS_CODE_UNSET" };
        let labels = [made.service, made.name, kind, status].map(str::to_owned);
        let (calls, millis) = counted.entry(labels.into()).or_default();
        *calls += 1;
        *millis += made.millis;
    }
    counted
}

/// The page once it has this many calls in all, and their durations, which come after them.
fn page(collector: &mut CollectorProcess, calls: usize) -> Scrape {
    wait::until("all calls on the page", || {
        let page = collector.scrape();
        let (seen, series) = page.sum(CALLS, &[]);
        let (timed, _) = page.sum(&format!("{DURATION}_count"), &[]);
        if [seen, timed] == [calls as f64; 2] {
            Ok(page)
        } else {
            Err(format!("{seen} calls of {series} series, {timed} with their duration"))
        }
    })
}

#[test]
fn the_page_has_jaegers_names_with_the_numbers_that_counting_gives() {
    let mut collector = CollectorProcess::with_config(CONFIG);
    let spans = made(400);
    send(&mut collector, &spans);
    let page = page(&mut collector, spans.len());
    let expected = counted(&spans);
    assert_eq!(page.sum(CALLS, &[]).1, expected.len());
    for ((service, name, kind, status), (calls, millis)) in &expected {
        let labels = [
            ("service_name", &**service),
            ("span_name", name),
            ("span_kind", kind),
            ("status_code", status),
            ("model", "none"),
        ];
        assert_eq!(page.sum(CALLS, &labels), (*calls as f64, 1), "{labels:?}");
        assert_eq!(page.sum(&format!("{DURATION}_count"), &labels), (*calls as f64, 1));
        let (sum, _) = page.sum(&format!("{DURATION}_sum"), &labels);
        assert!((sum - *millis as f64).abs() < 1e-6, "{sum} of {millis}");
        let infinite = [&labels[..], &[("le", "+Inf")]].concat();
        assert_eq!(page.sum(&format!("{DURATION}_bucket"), &infinite), (*calls as f64, 1));
    }
    // Every span is in one number of the page, and so is every point that was made of them.
    let traces = conserved(&page, "traces", "span_metrics");
    assert_eq!((traces.accepted, traces.exported), (400.0, 400.0));
    let points = wait::until("a page between two flushes", || {
        let page = collector.scrape();
        let total = |what| {
            page.sum(&format!("infer_collector_item_{what}_total"), &[("infer_signal", "metrics")])
                .0
        };
        let (accepted, exported) = (total("accepted"), total("exported"));
        assert_eq!(total("rejected"), 0.0);
        if accepted == exported {
            Ok(accepted)
        } else {
            Err(format!("{exported} of {accepted} points"))
        }
    });
    assert!(points >= 2.0 * expected.len() as f64, "{points}");

    let (_, open_metrics) = Scrape::page(collector.address("metrics"), OPEN_METRICS);
    if let Some(samples) = oracle::prometheus_client_open_metrics(&open_metrics) {
        let exemplars: Vec<_> =
            samples.iter().filter_map(|sample| sample.exemplar.as_ref()).collect();
        assert!(!exemplars.is_empty(), "a foreign parser reads exemplars:\n{open_metrics}");
    }
}

#[test]
fn prometheus_answers_what_jaeger_asks_and_leads_to_a_trace() {
    let mut collector = CollectorProcess::with_config(CONFIG);
    let target = collector.address("metrics");
    let Some(prometheus) = Prometheus::with_features(target, &["exemplar-storage"]) else {
        return;
    };
    let spans = made(200);
    let server = r#"service_name =~ "router|engine", span_kind =~ "SPAN_KIND_SERVER""#;
    let mut rounds = 0;
    wait::until("a rate of calls", || {
        send(&mut collector, &spans);
        rounds += 1;
        let asked = format!("sum(rate({CALLS}{{{server}}}[1m])) by (service_name)");
        let rates = prometheus.query(&asked);
        let is_there = rates.len() == 2 && rates.iter().all(|(_, rate)| *rate > 0.0);
        if is_there { Ok(()) } else { Err(format!("{rates:?}")) }
    });
    let of_server = |made: &&Made| made.kind == 2;
    let calls = spans.iter().filter(of_server).count() * rounds;
    let total = format!("sum({CALLS}{{{server}}})");
    prometheus.wait_for_value(&total, |value| value == calls as f64);
    let errors = spans.iter().filter(of_server).filter(|made| made.is_error).count() * rounds;
    let error_rate = format!("sum({CALLS}{{{server}, status_code = \"{ERROR}\"}}) / {total}");
    let expected = errors as f64 / calls as f64;
    prometheus.wait_for_value(&error_rate, |value| (value - expected).abs() < 1e-9);

    // Buckets double, so that a quantile is right to a factor of two.
    let mut durations: Vec<u64> = spans.iter().filter(of_server).map(|made| made.millis).collect();
    durations.sort_unstable();
    let p95 = durations[durations.len() * 95 / 100] as f64;
    let asked =
        format!("histogram_quantile(0.95, sum(rate({DURATION}_bucket{{{server}}}[1m])) by (le))");
    prometheus.wait_for_value(&asked, |value| (p95 / 2.0..=p95 * 2.0).contains(&value));

    let exemplar = wait::until("an exemplar", || {
        let found = prometheus.exemplars(&format!("{DURATION}_bucket"));
        found.into_iter().next().ok_or_else(|| "prometheus keeps none".to_owned())
    });
    let trace = &exemplar.labels["trace_id"];
    let reply = http::get(collector.address("traces"), &format!("/api/traces/{trace}"));
    let reply = reply.expect("an answer");
    assert_eq!(reply.status, 200, "{trace}");
    let found = Shown::of_jaeger(&reply.json());
    assert!(!found.is_empty() && found.iter().all(|span| span.trace_id == *trace), "{found:?}");
    let of_trace = spans.iter().find(|made| format!("{:032x}", made.trace) == *trace);
    let of_trace = of_trace.expect("a span that was sent");
    assert_eq!(exemplar.value, of_trace.millis as f64);
    assert_eq!(exemplar.series["span_name"], of_trace.name);
    assert_eq!(exemplar.series["service_name"], of_trace.service);
    let bound: f64 = exemplar.series["le"].parse().expect("a bound");
    assert!(exemplar.value <= bound, "{exemplar:?}");
}

#[test]
fn the_last_totals_reach_a_backend_before_the_collector_ends() {
    let backend = FakeBackend::start();
    let config = CONFIG
        .replace("metrics_flush_interval: 100ms", "metrics_flush_interval: 1h")
        .replace("timeout: 10ms", "timeout: 1h")
        .replace(
            "exporters:\n",
            &format!("exporters:\n  otlp: {{endpoint: \"http://{}\"}}\n", backend.address()),
        )
        .replace("exporters: [prometheus]", "processors: [batch], exporters: [otlp]");
    let config = config.replace("  prometheus: {endpoint: \"127.0.0.1:0\"}\n", "");
    let mut collector = CollectorProcess::with_config(&config);
    let spans = made(50);
    send(&mut collector, &spans);
    let ended = collector.terminate();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let mut calls = 0;
    for request in backend.metrics() {
        let scopes = request.resource_metrics.iter().flat_map(|of| &of.scope_metrics);
        for metric in scopes.flat_map(|of| &of.metrics) {
            if let Some(Data::Sum(sum)) = &metric.data {
                assert_eq!(metric.name, "traces.span.metrics.calls");
                for point in &sum.data_points {
                    let Some(number_data_point::Value::AsInt(value)) = point.value else {
                        panic!("{point:?}");
                    };
                    calls += value;
                }
            }
        }
    }
    assert_eq!(
        calls, 50,
        "spans that waited in a batch are counted, and their metrics in another are sent"
    );
}
