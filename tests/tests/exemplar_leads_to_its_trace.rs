//! From a slow bucket to the request that was slow: recorder, OTLP, collector, OpenMetrics, Prometheus, trace.

use std::{collections::BTreeMap, net::SocketAddr};

use inferometer_sdk::{
    Cached, Engine, Exporter, FinishReason, HistogramAggregation, PrometheusCollector, Prompt,
    Telemetry,
};
use inferometer_tests::{
    CollectorProcess, Scrape, Span, http,
    oracle::{self, Prometheus},
    wait,
};
use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};

const SAMPLED: u128 = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c;
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
    let telemetry = Telemetry::builder()
        .service_name("engine")
        .endpoint(format!("http://{}", collector.address("OTLP over gRPC")))
        .build()
        .expect("telemetry starts");
    let engine = telemetry.engine("llama-3").build();
    // The fast one is recorded last, so it would take the slow one's place if it could.
    serve(&engine, &caller(SAMPLED, TraceFlags::SAMPLED), 812, SECOND / 100);
    serve(&engine, &caller(UNSAMPLED, TraceFlags::NOT_SAMPLED), 12, SECOND / 10_000);
    telemetry.flush(wait::PATIENCE).expect("everything is delivered");
    telemetry
}

fn get_trace(traces: SocketAddr, trace: u128) -> (u16, Vec<Span>) {
    let reply = http::get(traces, &format!("/api/traces/{trace:032x}")).expect("an answer");
    let spans = if reply.status == 200 { Span::of_jaeger(&reply.json()) } else { Vec::new() };
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

#[test]
fn prometheus_answers_a_query_for_exemplars_with_the_trace() {
    let mut collector = CollectorProcess::start();
    let target = collector.address("metrics");
    let Some(prometheus) = Prometheus::with_features(target, &["exemplar-storage"]) else {
        return;
    };
    let _telemetry = served(&mut collector);
    let trace = wait::until("the exemplar", || {
        let found = prometheus.exemplars(&format!("{FIRST_TOKEN}_bucket"));
        let by_bound: BTreeMap<_, _> = found
            .iter()
            .map(|one| (one.series["le"].clone(), one.labels["trace_id"].clone()))
            .collect();
        match by_bound.iter().next() {
            Some((bound, trace)) if by_bound.len() == 1 && bound == "0.5" => Ok(trace.clone()),
            _ => Err(format!("prometheus keeps {found:?}")),
        }
    });
    assert_eq!(trace, format!("{SAMPLED:032x}"));
    let (status, spans) = get_trace(collector.address("traces"), SAMPLED);
    assert_eq!(status, 200);
    assert!(spans.iter().all(|span| span.trace_id == trace), "{spans:?}");
}
