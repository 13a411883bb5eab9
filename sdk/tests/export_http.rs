//! OTLP over HTTP: what is sent, and what each kind of answer means.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake_collector;

use std::{io::Read, time::Duration};

use bytes::Bytes;
use fake_collector::{PATIENCE, Reply, WireCollector, render};
use inferometer_sdk::{Compression, Environment, ExportFailure, Protocol, Telemetry};
use inferometer_semconv::metrics::INFER_TOKEN_OUTPUT;
use opentelemetry::{
    KeyValue,
    trace::{Span, Tracer, TracerProvider},
};
use opentelemetry_proto::tonic::collector::{
    metrics::v1::{
        ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
    },
    trace::v1::{ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse},
};
use prost::Message;

const NEVER: Duration = Duration::from_secs(3600);
const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");

fn telemetry(collector: &WireCollector) -> inferometer_sdk::TelemetryBuilder {
    Telemetry::builder()
        .endpoint(collector.url())
        .protocol(Protocol::HttpProtobuf)
        .interval(NEVER)
        .span_delay(NEVER)
        .self_metrics(false)
}

fn record_tokens(telemetry: &Telemetry, tokens: u64) {
    telemetry.meter_provider().scope("engine").counter::<u64>(&INFER_TOKEN_OUTPUT, &[]).add(tokens);
}

fn plain(status: u16, headers: &[(&'static str, &str)], body: impl Into<Bytes>) -> Reply {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Reply::Plain(status, headers, body.into())
}

fn lines(body: &[u8]) -> Vec<String> {
    render(&ExportMetricsServiceRequest::decode(body).unwrap())
}

const LINE: [&str; 1] = ["engine/infer.token.output{} {token} 7"];

#[test]
fn metrics_and_spans_arrive_at_their_paths_with_their_headers() {
    let collector = WireCollector::start([]);
    let environment: Environment = [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("{}/base/", collector.url())),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &format!("{}/own", collector.url())),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20secret"),
    ]
    .into_iter()
    .collect();
    let telemetry =
        Telemetry::builder().environment(&environment).self_metrics(false).build().unwrap();
    record_tokens(&telemetry, 7);
    telemetry.tracer_provider().tracer("engine").start("request").end();
    telemetry.flush(PATIENCE).unwrap();

    let seen = collector.seen();
    let of = |path| seen.iter().find(|seen| seen.path == path).unwrap();
    let (metrics, traces) = (of("/base/v1/metrics"), of("/own"));
    assert_eq!(lines(&metrics.body), LINE);
    let spans = ExportTraceServiceRequest::decode(traces.body.clone()).unwrap();
    assert_eq!(spans.resource_spans[0].scope_spans[0].spans[0].name, "request");
    for request in [metrics, traces] {
        assert_eq!(request.headers["content-type"], "application/x-protobuf");
        assert_eq!(request.headers["authorization"], "Bearer secret");
        let agent = request.headers["user-agent"].to_str().unwrap();
        assert!(agent.contains(" OTel-OTLP-Exporter-Rust/"), "{agent}");
    }
}

#[test]
fn a_compressed_request_says_so_and_inflates_to_what_was_recorded() {
    type Inflate = fn(&[u8]) -> Vec<u8>;
    #[expect(clippy::disallowed_types, reason = "these bytes are our own")]
    let gunzip: Inflate = |body| {
        let mut inflated = Vec::new();
        flate2::read::GzDecoder::new(body).read_to_end(&mut inflated).unwrap();
        inflated
    };
    let cases: &[(Compression, &str, Inflate)] = &[
        (Compression::Gzip, "gzip", gunzip),
        #[cfg(feature = "zstd")]
        (Compression::Zstd, "zstd", |body| zstd::decode_all(body).unwrap()),
    ];
    for (compression, word, inflate) in cases {
        let collector = WireCollector::start([]);
        let telemetry = telemetry(&collector).compression(*compression).build().unwrap();
        record_tokens(&telemetry, 7);
        telemetry.flush(PATIENCE).unwrap();
        let seen = &collector.seen()[0];
        assert_eq!(seen.headers["content-encoding"], *word);
        assert_eq!(lines(&inflate(&seen.body)), LINE);
    }
}

#[test]
fn a_request_of_megabytes_arrives_whole() {
    const SERIES: u32 = 1500;
    let collector = WireCollector::start([]);
    let telemetry = telemetry(&collector).build().unwrap();
    let scope = telemetry.meter_provider().scope("engine");
    for series in 0..SERIES {
        let stage = KeyValue::new("infer.stage", format!("{series:02000}"));
        scope.counter::<u64>(&INFER_TOKEN_OUTPUT, &[stage]).add(1);
    }
    telemetry.flush(PATIENCE).unwrap();
    let body = &collector.seen()[0].body;
    assert!(body.len() > 3_000_000, "{}", body.len());
    assert_eq!(lines(body).len(), SERIES as usize);
}

/// Records one point, and compares what became of it after this reply.
#[track_caller]
fn check_lost(reply: &Reply, reason: ExportFailure, says: &str) {
    let collector = WireCollector::start([reply.clone()]);
    let telemetry = telemetry(&collector).build().unwrap();
    record_tokens(&telemetry, 7);
    let error = telemetry.flush(PATIENCE).unwrap_err().to_string();
    assert!(error.contains(says), "{error}");
    let lost = telemetry.stats().metrics;
    assert_eq!((lost.failed(reason), lost.failed_total(), lost.retries), (1, 1, 0), "{lost:?}");
    assert_eq!(collector.seen().len(), 1);

    telemetry.flush(PATIENCE).unwrap();
    assert_eq!(lines(&collector.seen()[1].body), LINE, "a lost point loses no value");
}

#[test]
fn a_refusal_is_final_and_says_why() {
    let refused = ExportFailure::Refused;
    check_lost(&plain(400, &[], "no such\nfield"), refused, "400 Bad Request: no such\\nfield");
    // google.rpc.Status { message: "bad" }
    check_lost(&plain(400, &[PROTOBUF], b"\x12\x03bad".to_vec()), refused, "Request: bad");
    check_lost(&plain(404, &[], ""), refused, "404");
    check_lost(&plain(413, &[], ""), refused, "413");
    check_lost(&plain(500, &[], ""), refused, "500");
    check_lost(&plain(200, &[PROTOBUF], b"\xff\xff".to_vec()), refused, "no OTLP response");
}

#[test]
fn a_redirect_is_refused_and_credentials_stay_here() {
    let elsewhere = WireCollector::start([]);
    for status in [301, 302, 307, 308] {
        let location = format!("{}/v1/metrics", elsewhere.url());
        let reply = plain(status, &[("location", &location)], "");
        check_lost(&reply, ExportFailure::Refused, &status.to_string());
    }
    assert_eq!(elsewhere.seen().len(), 0);
}

#[test]
fn an_answer_over_the_limit_is_not_read_to_its_end() {
    let reply = plain(200, &[PROTOBUF], vec![0; 5 * 1024 * 1024]);
    check_lost(&reply, ExportFailure::ResponseTooLarge, "4194304");
}

#[test]
fn a_collector_that_is_away_for_a_moment_is_asked_again() {
    for status in [429, 502, 503, 504] {
        let collector = WireCollector::start([plain(status, &[], "")]);
        let telemetry = telemetry(&collector).build().unwrap();
        record_tokens(&telemetry, 7);
        telemetry.flush(PATIENCE).unwrap();
        let stats = telemetry.stats().metrics;
        assert_eq!((stats.exported, stats.retries, stats.failed_total()), (1, 1, 0), "{status}");
    }
}

#[test]
fn retry_after_is_waited_for() {
    let collector = WireCollector::start([plain(503, &[("retry-after", "1")], "")]);
    let telemetry = telemetry(&collector).build().unwrap();
    record_tokens(&telemetry, 7);
    let started = tokio::time::Instant::now();
    telemetry.flush(PATIENCE).unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
}

#[test]
fn a_wait_that_is_longer_than_the_deadline_is_not_begun() {
    let wait = plain(503, &[("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT")], "");
    check_lost(&wait, ExportFailure::RetriesExhausted, "503");
}

#[test]
fn rejected_items_of_both_signals_are_counted_apart() {
    let metrics = ExportMetricsServiceResponse {
        partial_success: Some(ExportMetricsPartialSuccess {
            rejected_data_points: 1,
            error_message: "too old".to_owned(),
        }),
    };
    let spans = ExportTraceServiceResponse {
        partial_success: Some(ExportTracePartialSuccess {
            rejected_spans: 1,
            error_message: String::new(),
        }),
    };
    let collector = WireCollector::start([plain(200, &[PROTOBUF], metrics.encode_to_vec())]);
    let telemetry = telemetry(&collector).build().unwrap();
    record_tokens(&telemetry, 7);
    assert!(telemetry.flush(PATIENCE).is_err());
    assert_eq!(telemetry.stats().metrics.rejected, 1);
    drop(telemetry);

    let collector = WireCollector::start([plain(200, &[PROTOBUF], spans.encode_to_vec())]);
    let telemetry = self::telemetry(&collector).build().unwrap();
    for _ in 0..3 {
        telemetry.tracer_provider().tracer("engine").start("request").end();
    }
    assert!(telemetry.flush(PATIENCE).is_err());
    let stats = telemetry.stats().spans;
    assert_eq!((stats.exported, stats.rejected), (2, 1), "{stats:?}");
}

#[test]
fn an_empty_or_foreign_success_is_a_success() {
    for reply in [plain(200, &[], ""), plain(204, &[], ""), plain(200, &[], "{}")] {
        let collector = WireCollector::start([reply]);
        let telemetry = telemetry(&collector).build().unwrap();
        record_tokens(&telemetry, 7);
        telemetry.flush(PATIENCE).unwrap();
        assert_eq!(telemetry.stats().metrics.exported, 1);
    }
}
