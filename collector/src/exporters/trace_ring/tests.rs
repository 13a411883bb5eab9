//! The component with its page, over HTTP.

use std::{net::SocketAddr, sync::Arc};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value},
    resource::v1::Resource,
    trace::v1::{
        ResourceSpans, ScopeSpans, Span, Status,
        span::{Event, Link, SpanKind},
        status::StatusCode,
    },
};
use prost::Message;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::TraceRing;
use crate::{
    config::TraceRingSettings,
    pipeline::{Ack, Counts, Item, Outcome, RejectReason, Signal, Tenant},
    self_metrics::{SelfCounter, SelfMetrics},
};

struct Bench {
    ring: TraceRing,
    metrics: Arc<SelfMetrics>,
}

impl Bench {
    fn start(max_traces: u64) -> Self {
        let settings = TraceRingSettings {
            endpoint: SocketAddr::from(([127, 0, 0, 1], 0)),
            max_traces,
            ..TraceRingSettings::default()
        };
        let metrics = Arc::new(SelfMetrics::default());
        let ring = TraceRing::start("trace_ring", &settings, &metrics);
        Self { ring: ring.expect("a free port"), metrics }
    }

    async fn keep(&self, service: &str, spans: Vec<Span>) -> Outcome {
        let items = spans.len() as u64;
        let (ack, acknowledged) = Ack::new();
        let item = Item {
            signal: Signal::Traces,
            bytes: request(service, spans).encode_to_vec().into(),
            counts: Counts { items },
            tenant: Tenant::default(),
            ack,
            traced: Default::default(),
        };
        let exporter = self.ring.exporter();
        exporter.reserve(&item).expect("always room").commit(item);
        acknowledged.outcome().await
    }

    async fn get(&self, target: &str) -> (u16, serde_json::Value) {
        let mut stream = TcpStream::connect(self.ring.address()).await.expect("the page answers");
        // HTTP/1.0, so that the body comes without chunks.
        let request = format!("GET {target} HTTP/1.0\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("whole");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head[9..12].parse().expect("a status");
        (status, serde_json::from_str(body).expect("JSON"))
    }

    /// Trace ids that a query shows, by their first two digits.
    async fn ids(&self, target: &str) -> Vec<String> {
        let (status, page) = self.get(target).await;
        assert_eq!(status, 200, "{page}");
        let traces = page["data"].as_array().expect("an array");
        let ids = traces.iter().map(|trace| trace["traceID"].as_str().expect("a string"));
        ids.map(|id| id[..2].to_owned()).collect()
    }

    fn rejected(&self, reason: RejectReason) -> u64 {
        let mut counts = self.metrics.counts();
        counts
            .find(|count| {
                count.counter == SelfCounter::Rejected
                    && count.signal == Signal::Traces
                    && count.reason == Some(reason.as_str())
            })
            .map_or(0, |count| count.value)
    }
}

fn request(service: &str, spans: Vec<Span>) -> ExportTraceServiceRequest {
    let attributes = vec![
        attribute("service.name", Value::StringValue(service.to_owned())),
        attribute("host.name", Value::StringValue("gpu-1".to_owned())),
    ];
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource { attributes, ..Resource::default() }),
            scope_spans: vec![ScopeSpans {
                scope: Some(InstrumentationScope {
                    name: "inferometer".to_owned(),
                    version: "0.1.0".to_owned(),
                    ..InstrumentationScope::default()
                }),
                spans,
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    }
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

fn span(trace: u8, name: &str) -> Span {
    Span {
        trace_id: vec![trace; 16],
        span_id: vec![trace; 8],
        name: name.to_owned(),
        start_time_unix_nano: u64::from(trace) * 1_000_000,
        end_time_unix_nano: u64::from(trace) * 1_000_000 + 2_500,
        ..Span::default()
    }
}

#[tokio::test]
async fn a_trace_has_the_shape_of_jaegers_query_api() {
    let bench = Bench::start(10);
    let root = Span {
        kind: SpanKind::Server as i32,
        status: Some(Status {
            code: StatusCode::Error as i32,
            message: "out of blocks".to_owned(),
        }),
        attributes: vec![
            attribute("tokens", Value::IntValue(12)),
            attribute("share", Value::DoubleValue(0.5)),
            attribute("cached", Value::BoolValue(true)),
            attribute("key", Value::BytesValue(vec![1, 2])),
        ],
        events: vec![Event {
            time_unix_nano: 1_001_000,
            name: "first token".to_owned(),
            ..Event::default()
        }],
        ..span(1, "chat llama")
    };
    let child = Span {
        span_id: vec![2; 8],
        parent_span_id: vec![1; 8],
        start_time_unix_nano: 1_001_000,
        links: vec![Link { trace_id: vec![9; 16], span_id: vec![8; 8], ..Link::default() }],
        ..span(1, "queue")
    };
    assert_eq!(bench.keep("engine", vec![child, root]).await, Outcome::default());
    let id = "01".repeat(16);
    let (status, page) = bench.get(&format!("/api/traces/{id}")).await;
    let expected: serde_json::Value =
        serde_json::from_str(include_str!("jaeger_trace.json")).expect("JSON");
    assert_eq!((status, page), (200, expected));
}

#[tokio::test]
async fn the_latest_traces_come_first_and_searches_narrow_them() {
    let bench = Bench::start(100);
    for trace in 1..=30 {
        let service = if trace % 2 == 0 { "even one" } else { "odd" };
        let name = if trace > 25 { "decode" } else { "prefill" };
        bench.keep(service, vec![span(trace, name)]).await;
    }
    assert_eq!(bench.ids("/api/traces").await.len(), 20);
    assert_eq!(bench.ids("/api/traces?limit=2").await, ["1e", "1d"]);
    assert_eq!(
        bench.ids("/api/traces?service=even%20one&operation=decode").await,
        ["1e", "1c", "1a"]
    );
    assert_eq!(bench.ids("/api/traces?start=2000&end=4000&lookback=1h").await, ["04", "03", "02"]);
    assert!(bench.ids("/api/traces?service=none").await.is_empty());
}

#[tokio::test]
async fn traces_with_a_root_come_before_fragments() {
    let bench = Bench::start(100);
    for trace in 1..=4 {
        let child = Span { parent_span_id: vec![9; 8], ..span(trace, "queue") };
        bench.keep("engine", vec![child]).await;
    }
    for trace in 1..=2 {
        bench.keep("engine", vec![Span { span_id: vec![9; 8], ..span(trace, "chat") }]).await;
    }
    assert_eq!(bench.ids("/api/traces").await, ["02", "01", "04", "03"]);
    assert_eq!(bench.ids("/api/traces?limit=3").await, ["02", "01", "04"]);
}

#[tokio::test]
async fn services_and_their_operations_are_listed() {
    let bench = Bench::start(100);
    bench.keep("even one", vec![span(2, "prefill"), span(4, "decode")]).await;
    bench.keep("odd", vec![span(1, "queue")]).await;
    let (_, services) = bench.get("/api/services").await;
    assert_eq!(services["data"], json!(["even one", "odd"]));
    assert_eq!(services["total"], 2);
    let (_, operations) = bench.get("/api/services/even%20one/operations").await;
    assert_eq!(operations["data"], json!(["decode", "prefill"]));
}

#[tokio::test]
async fn operations_have_their_kinds() {
    let bench = Bench::start(100);
    let kind = |kind: SpanKind, name| Span { kind: kind as i32, ..span(1, name) };
    let spans = vec![
        kind(SpanKind::Server, "chat"),
        kind(SpanKind::Client, "chat"),
        kind(SpanKind::Server, "chat"),
        span(1, "queue"),
    ];
    bench.keep("engine", spans).await;
    let (_, all) = bench.get("/api/operations?service=engine").await;
    let client = json!({ "name": "chat", "spanKind": "client" });
    let server = json!({ "name": "chat", "spanKind": "server" });
    let queue = json!({ "name": "queue", "spanKind": "" });
    assert_eq!((&all["data"], &all["total"]), (&json!([client, server, queue]), &json!(3)));
    let (_, servers) = bench.get("/api/operations?service=engine&spanKind=server").await;
    assert_eq!(servers["data"], json!([server]));
}

#[tokio::test]
async fn searches_narrow_by_tags_and_by_duration() {
    let bench = Bench::start(100);
    for trace in 1..=4 {
        let attributes = vec![
            attribute("parity", Value::StringValue(["even", "odd"][usize::from(trace % 2)].into())),
            attribute("tokens", Value::IntValue(i64::from(trace))),
        ];
        let code = if trace > 2 { StatusCode::Error } else { StatusCode::Unset };
        let root = span(trace, "chat");
        let root = Span {
            attributes,
            status: Some(Status { code: code as i32, ..Status::default() }),
            end_time_unix_nano: root.start_time_unix_nano + u64::from(trace) * 100_000_000,
            ..root
        };
        bench.keep("engine", vec![root]).await;
    }
    for (query, expected) in [
        ("tag=parity:odd", &["03", "01"][..]),
        ("tags={%22parity%22:%22odd%22,%22tokens%22:%223%22}", &["03"]),
        ("tags={%22tokens%22:3}", &["03"]),
        ("tag=parity:odd&tag=tokens:2", &[]),
        ("tags={%22error%22:%22true%22}", &["04", "03"]),
        ("tags={%22error%22:%22false%22}", &["02", "01"]),
        ("tag=host.name:gpu-1&limit=1", &["04"]),
        ("minDuration=200ms&maxDuration=0.3s", &["03", "02"]),
        ("minDuration=400000us", &["04"]),
        ("minDuration=401ms", &[]),
    ] {
        assert_eq!(bench.ids(&format!("/api/traces?{query}")).await, expected, "{query}");
    }
}

#[tokio::test]
async fn one_span_has_to_match_in_every_respect() {
    let bench = Bench::start(100);
    let named = |name: &str, tag: &str| Span {
        attributes: vec![attribute(tag, Value::BoolValue(true))],
        ..span(1, name)
    };
    bench.keep("engine", vec![named("queue", "a"), named("decode", "b")]).await;
    assert_eq!(bench.ids("/api/traces?operation=queue&tag=a:true").await, ["01"]);
    assert!(bench.ids("/api/traces?operation=queue&tag=b:true").await.is_empty());
}

#[tokio::test]
async fn several_traces_are_asked_for_by_their_ids_and_what_is_missing_is_said() {
    let bench = Bench::start(100);
    for trace in 1..=3 {
        bench.keep("engine", vec![span(trace, "chat")]).await;
    }
    let (first, third) = ("01".repeat(16), "03".repeat(16));
    let (status, page) =
        bench.get(&format!("/api/traces?traceID={third}&traceID=ab&traceID={first}")).await;
    let ids: Vec<_> = page["data"].as_array().expect("an array").iter().collect();
    assert_eq!((status, ids.len()), (200, 2));
    assert_eq!((&ids[0]["traceID"], &ids[1]["traceID"]), (&json!(third), &json!(first)));
    let missing = json!([{ "msg": "trace not found", "traceID": "00000000000000ab" }]);
    assert_eq!(page["errors"], missing);
}

#[tokio::test]
async fn a_trace_id_of_64_bits_is_shown_and_found_by_16_digits() {
    let bench = Bench::start(100);
    let trace_id = [[0; 8], [7; 8]].concat();
    bench.keep("engine", vec![Span { trace_id, ..span(7, "chat") }]).await;
    let short = "07".repeat(8);
    for id in [short.clone(), format!("{short:0>32}")] {
        let (status, page) = bench.get(&format!("/api/traces/{id}")).await;
        assert_eq!((status, &page["data"][0]["traceID"]), (200, &json!(short)));
        assert_eq!(page["data"][0]["spans"][0]["traceID"], json!(short));
    }
}

#[tokio::test]
async fn calls_between_services_are_counted() {
    let bench = Bench::start(100);
    for trace in 1..=3 {
        let root = span(trace, "route");
        let parent = root.span_id.clone();
        let child = |id: u8| Span {
            span_id: vec![id; 8],
            parent_span_id: parent.clone(),
            ..span(trace, "chat")
        };
        bench.keep("engine", vec![child(100), child(101)]).await;
        bench.keep("gateway", vec![root]).await;
    }
    let link = |count: u64| json!([{ "parent": "gateway", "child": "engine", "callCount": count }]);
    for (query, expected) in [
        ("endTs=3&lookback=3", link(6)),
        ("endTs=2&lookback=0", link(2)),
        ("endTs=3&service=engine", link(6)),
        ("endTs=3&service=other", json!([])),
        ("", json!([])),
    ] {
        let (status, page) = bench.get(&format!("/api/dependencies?{query}")).await;
        assert_eq!((status, &page["data"]), (200, &expected), "{query}");
    }
}

#[tokio::test]
async fn a_number_that_javascript_cannot_hold_is_shown_as_text() {
    let bench = Bench::start(100);
    let attributes = vec![
        attribute("safe", Value::IntValue((1 << 53) - 1)),
        attribute("large", Value::IntValue(-(1 << 53))),
    ];
    bench.keep("engine", vec![Span { attributes, ..span(1, "chat") }]).await;
    let (_, page) = bench.get("/api/traces").await;
    let tags = page["data"][0]["spans"][0]["tags"].as_array().expect("tags");
    let shown: Vec<_> = tags.iter().filter(|tag| tag["type"] == "int64").collect();
    assert_eq!(shown[0]["value"], json!(9_007_199_254_740_991_u64));
    assert_eq!(shown[1]["value"], json!("-9007199254740992"));
}

#[tokio::test]
async fn a_bad_query_is_answered_with_jaegers_errors() {
    let bench = Bench::start(10);
    let id = format!("/api/traces/{}", "0".repeat(33));
    for (target, status, message) in [
        (
            "/api/traces?limit=many",
            400,
            "parameter limit is \"many\"; give a number from 1 to 1500",
        ),
        ("/api/traces/1", 404, "trace not found"),
        ("/api/traces/x", 400, "trace id \"x\" is not valid; give up to 32 hexadecimal digits"),
        (
            &id,
            400,
            "trace id \"000000000000000000000000000000000\" is not valid; give up to 32 hexadecimal digits",
        ),
        (
            "/traces",
            404,
            "unknown path /traces; use /api/traces, /api/traces/{traceID}, /api/services, \
             /api/services/{service}/operations, /api/operations or /api/dependencies",
        ),
        ("/api/operations", 400, "parameter service is missing; give one of /api/services"),
        (
            "/api/operations?service=a&spanKind=b",
            400,
            "parameter spanKind is \"b\"; give server, client, producer, consumer or internal",
        ),
        ("/api/dependencies?endTs=now", 400, "parameter endTs is \"now\"; give milliseconds"),
    ] {
        let (seen, page) = bench.get(target).await;
        assert_eq!((seen, &page["errors"]), (status, &json!([{ "code": status, "msg": message }])));
        assert_eq!(page["data"], json!(null));
    }
}

#[tokio::test]
async fn evicted_spans_are_counted_and_what_was_sent_is_what_is_left_and_what_went() {
    let bench = Bench::start(3);
    for trace in 1..=10 {
        let spans = vec![span(trace, "a"), span(trace, "b")];
        let outcome = bench.keep("engine", spans).await;
        assert_eq!(outcome, Outcome::default(), "the sender's own were kept");
    }
    assert_eq!(bench.rejected(RejectReason::Evicted), 14);
    assert_eq!(bench.ring.spans(), 6);
    assert_eq!(bench.ids("/api/traces").await, ["0a", "09", "08"]);
}

#[tokio::test]
async fn spans_without_valid_ids_are_rejected_and_the_rest_is_kept() {
    let bench = Bench::start(10);
    let short = Span { trace_id: vec![1; 15], ..span(1, "short") };
    let outcome = bench.keep("engine", vec![short, span(0, "zero"), span(2, "good")]).await;
    assert_eq!(outcome.rejected, 2);
    assert!(outcome.message.is_some_and(|text| text.contains("16 bytes")));
    assert_eq!(bench.rejected(RejectReason::InvalidPoint), 2);
    assert_eq!(bench.ring.spans(), 1);
}
