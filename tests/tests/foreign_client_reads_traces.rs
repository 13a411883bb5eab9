//! A client of Jaeger's query API that others wrote finds in the ring what a backend of OTLP got of the same spans.

use std::collections::{BTreeMap, BTreeSet};

use inferometer_collector::Serves;
use inferometer_sdk::{Cached, Engine, FinishReason, Prompt, Request, Telemetry};
use inferometer_tests::{CollectorUnderTest, FakeBackend, Span, oracle::JaegerClient, wait};
use opentelemetry::{Context, trace::TraceContextExt};
use serde_json::{Value, json};

const MILLISECOND: u64 = 1_000_000;
const OPERATION: &str = "chat llama-3";

/// What was recorded, and who is asked about it.
struct Bench {
    client: JaegerClient,
    /// Everything that the backend got, by trace.
    sent: BTreeMap<String, Vec<Span>>,
    slow: String,
    failed: String,
    staged: String,
    _collector: CollectorUnderTest,
}

/// A request whose decode begins after 30 times `scale` nanoseconds.
fn begin(engine: &Engine, parent: &Context, tokens: u64, scale: u64) -> (Request, u64) {
    let arrived = engine.now();
    let mut request = engine.request_at(parent, Prompt { tokens, ..Prompt::default() }, arrived);
    request.scheduled_at(arrived + 10 * scale);
    request.prefilled_at(Cached::default(), arrived + 30 * scale);
    request.tokens_at(1, arrived + 40 * scale);
    (request, arrived)
}

fn trace_id(request: &Request) -> String {
    request.context().span().span_context().trace_id().to_string()
}

impl Bench {
    /// Nothing if the client is not installed.
    fn start() -> Option<Self> {
        let backend = FakeBackend::start();
        let collector = CollectorUnderTest::forwarding_traces_to(backend.address());
        let client = JaegerClient::of(collector.address(Serves::Traces))?;
        let telemetry = |service: &str| {
            let builder = Telemetry::builder().service_name(service.to_owned());
            builder.endpoint(collector.otlp_endpoint()).build().expect("telemetry starts")
        };
        let (prefill, decode) = (telemetry("prefill"), telemetry("decode"));
        let first = prefill.engine("llama-3").build();
        let second = decode.engine("llama-3").build();
        let root = Context::new();

        let (slow, arrived) = begin(&first, &root, 812, 10 * MILLISECOND);
        let slow_id = trace_id(&slow);
        slow.finish_at(FinishReason::Stop, arrived + 500 * MILLISECOND);
        let (failed, arrived) = begin(&first, &root, 12, MILLISECOND / 10);
        let failed_id = trace_id(&failed);
        failed.fail_at("timeout", arrived + 5 * MILLISECOND);
        let (staged, arrived) = begin(&first, &root, 13, MILLISECOND);
        let staged_id = trace_id(&staged);
        let (decoded, decode_arrived) = begin(&second, staged.context(), 13, MILLISECOND / 10);
        decoded.finish_at(FinishReason::Stop, decode_arrived + 5 * MILLISECOND);
        staged.finish_at(FinishReason::Length, arrived + 50 * MILLISECOND);
        for telemetry in [&prefill, &decode] {
            telemetry.flush(wait::PATIENCE).expect("everything is delivered");
        }

        // The ring has everything that is acknowledged; the backend gets it a little later.
        let kept = Span::of_jaeger(&collector.traces(10));
        let requests = kept.iter().filter(|span| span.name == OPERATION);
        assert_eq!(requests.count(), 4, "{kept:?}");
        let sent = backend.wait_for_spans(kept.len());
        let mut by_trace: BTreeMap<String, Vec<Span>> = BTreeMap::new();
        for span in sent {
            by_trace.entry(span.trace_id.clone()).or_default().push(span);
        }
        Some(Self {
            client,
            sent: by_trace,
            slow: slow_id,
            failed: failed_id,
            staged: staged_id,
            _collector: collector,
        })
    }

    #[track_caller]
    fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        self.client.call(tool, arguments).unwrap_or_else(|error| panic!("{tool}: {error}"))
    }

    /// The traces that a search of the service `prefill` finds, in their order.
    #[track_caller]
    fn search(&mut self, mut arguments: Value) -> Vec<String> {
        arguments["service"] = "prefill".into();
        let found = self.call("search_traces", &arguments);
        let traces = found["traces"].as_array().expect("traces");
        traces.iter().map(|trace| text(&trace["trace_id"])).collect()
    }

    fn of_service(&self, service: &str) -> BTreeSet<String> {
        let spans = self.sent.values().flatten().filter(|span| span.service == service);
        spans.map(|span| span.name.clone()).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn texts(values: &Value) -> BTreeSet<String> {
    values.as_array().expect("a list").iter().map(text).collect()
}

#[test]
fn services_and_operations_are_those_that_were_sent() {
    let Some(mut bench) = Bench::start() else { return };
    let services = bench.call("jaeger_list_services", &json!({}));
    assert_eq!(services["services"], json!(["decode", "prefill"]));
    for service in ["decode", "prefill"] {
        let found = bench.call("jaeger_list_operations", &json!({ "service": service }));
        assert_eq!(texts(&found["operations"]), bench.of_service(service));
    }
}

#[test]
fn searches_find_what_they_ask_for_and_nothing_else() {
    let Some(mut bench) = Bench::start() else { return };
    let (slow, failed, staged) = (bench.slow.clone(), bench.failed.clone(), bench.staged.clone());
    let started = |id: &str| {
        let spans = bench.sent[id].iter();
        spans.map(|span| span.start_nanos / 1000).min().expect("a span")
    };
    let staged_start = started(&staged);
    let of = |ids: &[&String]| ids.iter().map(|id| (*id).clone()).collect::<BTreeSet<_>>();
    for (arguments, expected) in [
        (json!({}), of(&[&slow, &failed, &staged])),
        (json!({ "operation": OPERATION, "min_duration": "100ms" }), of(&[&slow])),
        (json!({ "operation": OPERATION, "max_duration": "50ms" }), of(&[&failed, &staged])),
        (
            json!({ "operation": OPERATION, "min_duration": "0.02s", "max_duration": "60000us" }),
            of(&[&staged]),
        ),
        (json!({ "tags": { "gen_ai.usage.input_tokens": "812" } }), of(&[&slow])),
        (json!({ "tags": { "error": "true" } }), of(&[&failed])),
        (json!({ "tags": { "error.type": "timeout" } }), of(&[&failed])),
        (json!({ "tags": { "span.kind": "server" } }), of(&[&slow, &failed, &staged])),
        (json!({ "tags": { "service.name": "prefill", "error.type": "x" } }), of(&[])),
        (json!({ "time_from": staged_start, "operation": OPERATION }), of(&[&staged])),
        (json!({ "time_to": staged_start - 1, "operation": OPERATION }), of(&[&slow, &failed])),
    ] {
        let found = bench.search(arguments.clone());
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected, "{arguments}");
    }
    assert_eq!(bench.search(json!({ "limit": 1 })), bench.search(json!({}))[..1]);
}

#[test]
fn a_trace_is_what_a_backend_of_otlp_got() {
    let Some(mut bench) = Bench::start() else { return };
    for id in [bench.slow.clone(), bench.failed.clone(), bench.staged.clone()] {
        let trace = bench.call("jaeger_get_trace", &json!({ "trace_id": id }));
        let spans = trace["spans"].as_array().expect("spans");
        let sent = &bench.sent[&id];
        assert_eq!(spans.len(), sent.len());
        for span in sent {
            let read = spans.iter().find(|read| read["span_id"] == json!(span.id));
            check(read.unwrap_or_else(|| panic!("{span:?} in {trace}")), span);
        }
        let children = |node: &Value| (text(&node["span_id"]), texts(&node["children"]));
        let tree: BTreeMap<_, _> =
            trace["execution_tree"].as_array().expect("nodes").iter().map(children).collect();
        for span in sent {
            let below = sent.iter().filter(|child| child.parent_id == span.id);
            let below: BTreeSet<_> = below.map(|child| child.id.clone()).collect();
            assert_eq!(tree[&span.id], below, "below {span:?}");
        }
        assert_eq!(trace["root_operation"], json!(OPERATION));
        assert_eq!(trace["root_service"], json!("prefill"));
        assert_eq!(trace["errors_count"] != json!(0), id == bench.failed, "{trace}");
    }
}

/// Compares a span as the client read it with what the backend got.
fn check(read: &Value, span: &Span) {
    assert_eq!(read["operation_name"], json!(span.name));
    assert_eq!(read["service"], json!(span.service));
    assert_eq!(read["start_time_us"], json!(span.start_nanos / 1000));
    assert_eq!(read["duration_us"], json!(span.duration_nanos / 1000));
    let parent = Some(&span.parent_id).filter(|id| !id.is_empty());
    assert_eq!(read["parent_span_id"], json!(parent));
    for (key, value) in &span.attributes {
        assert_eq!(read["tags"][key], json!(value), "{key} of {span:?}");
    }
    assert_eq!(read["tags"]["span.kind"], json!(span.kind));
}

#[test]
fn calls_between_services_are_counted_and_an_unknown_trace_is_an_error() {
    let Some(mut bench) = Bench::start() else { return };
    let found = bench.call("jaeger_get_dependencies", &json!({}));
    let edges = found["edges"].as_array().expect("edges");
    let across = json!({ "parent": "prefill", "child": "decode", "call_count": 1 });
    assert!(edges.contains(&across), "{found}");
    let unknown =
        bench.client.call("jaeger_get_trace", &json!({ "trace_id": "0".repeat(31) + "1" }));
    let error = unknown.expect_err("there is no such trace");
    assert!(error.contains("HTTP 404"), "{error}");
}
