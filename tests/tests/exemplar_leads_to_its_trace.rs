//! From a slow bucket to the request that was slow: recorder, OTLP, collector, OpenMetrics or protobuf, Prometheus, trace;
//! in the collector's own ring, and in the trace backend behind it.

use std::net::SocketAddr;

use inferometer_sdk::{
    Cached, Engine, Exporter, FinishReason, HistogramAggregation, PrometheusCollector, Prompt,
    Telemetry,
};
use inferometer_tests::{
    CollectorProcess, LOOPBACK_CONFIG, Scrape, Span, http,
    oracle::{self, Answer, Prometheus, StoredExemplar},
    timed_tree, wait,
};
use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};

const SAMPLED: u128 = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c;
const EXPONENTIAL: u128 = 0x2af7_6519_16cd_43dd_8448_eb21_1c80_319c;
const UNSAMPLED: u128 = 0x1af7_6519_16cd_43dd_8448_eb21_1c80_319c;
const SECOND: u64 = 1_000_000_000;
const OPEN_METRICS: &str = "application/openmetrics-text;version=1.0.0";
const FIRST_TOKEN: &str = "gen_ai_server_time_to_first_token_seconds";

/// What a request feeds, with the bound of the bucket that the slow one falls into.
const FED: [(&str, &str); 9] = [
    (FIRST_TOKEN, "0.5"),
    ("gen_ai_server_request_duration_seconds", "0.64"),
    ("gen_ai_server_time_per_output_token_seconds", "0.1"),
    ("infer_request_queue_duration_seconds", "0.1"),
    ("infer_request_prefill_duration_seconds", "0.2"),
    ("infer_request_decode_duration_seconds", "0.2"),
    ("infer_request_time_between_tokens_seconds", "0.1"),
    ("infer_request_input_tokens", "1024"),
    ("infer_request_output_tokens", "4"),
];

/// What a caller sends along, whose decision to sample counts.
fn caller(trace: u128, flags: TraceFlags) -> Context {
    let span = SpanContext::new(
        TraceId::from_bytes(trace.to_be_bytes()),
        SpanId::from_bytes(0xb7ad_6b71_6920_3331_u64.to_be_bytes()),
        flags,
        true,
        TraceState::default(),
    );
    Context::new().with_remote_span_context(span)
}

/// A request of three tokens; `scale` nanoseconds are a hundredth of its time.
fn serve(engine: &Engine, parent: &Context, tokens: u64, scale: u64) {
    let arrived = engine.now();
    let mut request = engine.request_at(parent, Prompt { tokens, ..Prompt::default() }, arrived);
    request.scheduled_at(arrived + 10 * scale);
    request.prefilled_at(Cached { device: tokens / 2, ..Cached::default() }, arrived + 30 * scale);
    for step in 0..3 {
        request.tokens_at(1, arrived + (30 + 10 * step) * scale);
    }
    request.finish_at(FinishReason::Stop, arrived + 50 * scale);
}

/// The exemplar on a line of OpenMetrics: its labels as they stand there, and its value.
struct OnPage<'a> {
    series: &'a str,
    labels: &'a str,
    value: f64,
}

fn exemplars(page: &str) -> Vec<OnPage<'_>> {
    let on_line = |line| -> Option<OnPage<'_>> {
        let (sample, exemplar) = str::split_once(line, " # {")?;
        let (labels, rest) = exemplar.split_once("} ")?;
        let value = rest.split(' ').next()?.parse().ok()?;
        Some(OnPage { series: sample, labels, value })
    };
    page.lines().filter_map(on_line).collect()
}

fn served(collector: &mut CollectorProcess) -> Telemetry {
    served_with(HistogramAggregation::ExplicitBuckets, SAMPLED, collector)
}

/// A slow request in a sampled trace, and a fast one in another that is not.
fn served_with(
    histograms: HistogramAggregation,
    slow: u128,
    collector: &mut CollectorProcess,
) -> Telemetry {
    let telemetry = Telemetry::builder()
        .service_name("engine")
        .histograms(histograms)
        .endpoint(format!("http://{}", collector.address("OTLP over gRPC")))
        .build()
        .expect("telemetry starts");
    let engine = telemetry.engine("llama-3").build();
    // The fast one is recorded last, so it would take the slow one's place if it could.
    serve(&engine, &caller(slow, TraceFlags::SAMPLED), 812, SECOND / 100);
    serve(&engine, &caller(UNSAMPLED, TraceFlags::NOT_SAMPLED), 12, SECOND / 10_000);
    telemetry.flush(wait::PATIENCE).expect("everything is delivered");
    telemetry
}

fn get_trace(traces: SocketAddr, trace: u128) -> (u16, Vec<Span>) {
    let reply = http::get(traces, &format!("/api/traces/{trace:032x}")).expect("an answer");
    let mut spans = if reply.status == 200 { Span::of_jaeger(&reply.json()) } else { Vec::new() };
    // Spans that began together are in the order of their arrival, which says nothing.
    spans.sort_by(|one, other| one.id.cmp(&other.id));
    (reply.status, spans)
}

#[test]
fn a_slow_bucket_leads_to_the_trace_of_the_request_that_was_slow() {
    let mut collector = CollectorProcess::start();
    let _telemetry = served(&mut collector);

    // The trace that the id on the page leads to.
    let (status, spans) = get_trace(collector.address("traces"), SAMPLED);
    assert_eq!(status, 200);
    let request = spans.iter().find(|span| span.kind == "server").expect("the request's span");
    let expected = format!("span_id=\"{}\",trace_id=\"{SAMPLED:032x}\"", request.id);
    let swapped = format!("trace_id=\"{SAMPLED:032x}\",span_id=\"{}\"", request.id);

    let page = Scrape::page(collector.address("metrics"), OPEN_METRICS).1;
    let exemplars = exemplars(&page);
    for (name, bound) in FED {
        let of_metric: Vec<_> = exemplars
            .iter()
            .filter(|one| one.series.starts_with(&format!("{name}_bucket")))
            .collect();
        let [one] = &of_metric[..] else {
            panic!("{name} has {} exemplars:\n{page}", of_metric.len())
        };
        assert!(one.labels == expected || one.labels == swapped, "{name}: {}", one.labels);
        let le = one.series.split_once("le=\"").and_then(|(_, rest)| rest.split_once('"'));
        let le: f64 = le.and_then(|(bound, _)| bound.parse().ok()).expect("a bound");
        assert!(one.value <= le, "{name}: {} in the bucket up to {le}", one.value);
        assert_eq!(Ok(le), bound.parse::<f64>(), "{name}: {}", one.series);
    }
    assert!(!page.contains(&format!("{UNSAMPLED:032x}")), "it has no trace to lead to");
    assert_eq!(get_trace(collector.address("traces"), UNSAMPLED).1, []);
    check_python(&page, exemplars.len());
}

fn check_python(page: &str, expected: usize) {
    if let Some(samples) = oracle::prometheus_client_open_metrics(page) {
        let read = samples.iter().filter(|sample| sample.exemplar.is_some()).count();
        assert_eq!(read, expected, "a foreign parser reads them all");
    }
}

/// What an application serves of its own registry's provider, without a collector.
#[test]
fn a_foreign_parser_reads_the_exemplars_of_the_registry_collectors_page() {
    for histograms in [
        HistogramAggregation::ExplicitBuckets,
        HistogramAggregation::Exponential { scale: HistogramAggregation::DEFAULT_SCALE },
    ] {
        let telemetry = Telemetry::builder()
            .histograms(histograms)
            .metrics_exporter(Exporter::None)
            .build()
            .expect("telemetry starts");
        let engine = telemetry.engine("llama-3").build();
        serve(&engine, &caller(SAMPLED, TraceFlags::SAMPLED), 812, SECOND / 100);
        let page = PrometheusCollector::new(telemetry.meter_provider().clone()).open_metrics();
        let exemplars = exemplars(&page);
        let is_linked = |one: &OnPage<'_>| one.labels.contains(&format!("{SAMPLED:032x}"));
        assert!(exemplars.len() >= FED.len() && exemplars.iter().all(is_linked), "{page}");
        check_python(&page, exemplars.len());
    }
}

/// A collector that keeps traces and forwards them, and shows native histograms with the buckets in which the Prometheus of
/// the tests looks for their exemplars.
fn forwarding_to(backend: SocketAddr) -> CollectorProcess {
    let forward = format!("otlp: {{endpoint: \"http://{backend}\"}}");
    let config = LOOPBACK_CONFIG
        .replace("prometheus: {", "prometheus: {always_classic_histograms: true, ")
        .replace("exporters:\n", &format!("exporters:\n  {forward}\n"))
        .replace("[trace_ring]", "[trace_ring, otlp]");
    CollectorProcess::with_config(&config)
}

/// A format of the page, the Prometheus that asks for it, and what it is asked.
struct Way<'a> {
    exposition: &'a str,
    prometheus: &'a Prometheus,
    series: String,
    trace: u128,
    /// Where the collector that it scrapes shows its traces.
    ring: SocketAddr,
}

impl Way<'_> {
    /// The one exemplar that Prometheus keeps for the series.
    fn exemplar(&self) -> StoredExemplar {
        wait::until(self.exposition, || {
            let mut found = self.prometheus.exemplars(&self.series);
            match (found.pop(), found.is_empty()) {
                (Some(one), true) => Ok(one),
                (last, _) => Err(format!("prometheus keeps {last:?} and {found:?}")),
            }
        })
    }

    /// Walks from the exemplar to the same spans in both places; the path, for people.
    fn walk(&self, backend: SocketAddr) -> String {
        let ring = self.ring;
        let exemplar = self.exemplar();
        let id = &exemplar.labels["trace_id"];
        assert_eq!(*id, format!("{:032x}", self.trace), "{}", self.exposition);
        let (status, spans) = get_trace(ring, self.trace);
        assert_eq!(status, 200);
        assert!(spans.iter().all(|span| span.trace_id == *id), "{spans:?}");
        let observed = spans.iter().find(|span| span.id == exemplar.labels["span_id"]);
        let observed = observed.expect("the span in which it was observed");
        assert!(exemplar.value <= observed.duration_nanos as f64 / 1e9, "{exemplar:?}");
        wait::until("the trace in the backend", || {
            let seen = get_trace(backend, self.trace);
            if seen == (200, spans.clone()) { Ok(()) } else { Err(format!("{seen:?}")) }
        });
        let le = exemplar.series.get("le").map(|le| format!(", le={le}")).unwrap_or_default();
        format!(
            "{}: query_exemplars({})\n  -> {} s{le}, trace_id={id}, span_id={}\n  \
             -> GET http://{ring}/api/traces/{id}, and the same of the backend http://{backend}\n{}",
            self.exposition,
            self.series,
            exemplar.value,
            observed.id,
            timed_tree(&spans, &["gen_ai.usage.input_tokens"]),
        )
    }
}

#[test]
fn prometheus_answers_a_query_for_exemplars_with_the_trace_whatever_format_it_reads() {
    let mut backend = CollectorProcess::start();
    let behind = backend.address("OTLP over gRPC");
    let (mut explicit, mut exponential) = (forwarding_to(behind), forwarding_to(behind));
    // With this feature it asks for protobuf.
    let protobuf = ["exemplar-storage", "native-histograms"];
    let target = explicit.address("metrics");
    let Some(text) = Prometheus::with_features(target, &protobuf[..1]) else { return };
    let classic = Prometheus::with_features(target, &protobuf).expect("it is installed");
    let target = exponential.address("metrics");
    let native = Prometheus::with_features(target, &protobuf).expect("it is installed");
    let aggregation =
        HistogramAggregation::Exponential { scale: HistogramAggregation::DEFAULT_SCALE };
    let _telemetry =
        [served(&mut explicit), served_with(aggregation, EXPONENTIAL, &mut exponential)];
    let buckets = format!("{FIRST_TOKEN}_bucket");
    let (of_explicit, of_exponential) = (explicit.address("traces"), exponential.address("traces"));
    for (exposition, prometheus, series, trace, ring) in [
        ("OpenMetrics", &text, &*buckets, SAMPLED, of_explicit),
        ("protobuf", &classic, &buckets, SAMPLED, of_explicit),
        ("protobuf, native", &native, FIRST_TOKEN, EXPONENTIAL, of_exponential),
    ] {
        let way = Way { exposition, prometheus, series: series.to_owned(), trace, ring };
        println!("{}", way.walk(backend.address("traces")));
    }
    // Text has no native histograms: what keeps one has read protobuf.
    let kept = native.vector(FIRST_TOKEN);
    assert!(matches!(kept[..], [oracle::Answered { value: Answer::Histogram(_), .. }]), "{kept:?}");
    for prometheus in [text, classic] {
        let bound = prometheus.exemplars(&buckets).pop();
        assert_eq!(bound.expect("an exemplar").series["le"], "0.5");
    }
}
