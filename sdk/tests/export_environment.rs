//! What the program says wins over the process: a library that reads `OTEL_*` by itself changes nothing that is sent.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake_collector;

use std::{process::Command, time::Duration};

use fake_collector::{PATIENCE, Reply, WireCollector};
use inferometer_sdk::{Protocol, Telemetry};
use opentelemetry::trace::{Span, Tracer, TracerProvider};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

const NEVER: Duration = Duration::from_secs(3600);

/// A flag, and the length.
const GRPC_PREFIX: usize = 5;

/// Holds without any variable, and is what the others run once more with some.
#[test]
fn a_span_is_sent_as_the_program_says() {
    let grpc = ["content-length", "content-type", "te", "user-agent"];
    let http = ["content-length", "content-type", "host", "user-agent"];
    for (protocol, prefix, names) in
        [(Protocol::Grpc, GRPC_PREFIX, grpc), (Protocol::HttpProtobuf, 0, http)]
    {
        // Broken off once: the second attempt is another library's business no more than the first.
        let collector = WireCollector::start([Reply::Reset]);
        let telemetry = Telemetry::builder()
            .endpoint(collector.url())
            .protocol(protocol)
            .interval(NEVER)
            .span_delay(NEVER)
            .self_metrics(false)
            .build()
            .unwrap();
        telemetry.tracer_provider().tracer("engine").start("request").end();
        telemetry.flush(PATIENCE).unwrap();

        let stats = telemetry.stats().spans;
        assert_eq!((stats.exported, stats.retries, stats.failed_total()), (1, 1, 0), "{stats:?}");
        let seen = collector.seen();
        let of_spans = seen.iter().filter(|seen| seen.path.to_lowercase().contains("trace"));
        let sent = of_spans.last().unwrap();
        let mut received: Vec<_> = sent.headers.keys().map(http::HeaderName::as_str).collect();
        received.sort_unstable();
        assert_eq!(received, names, "{protocol:?}");
        let request = ExportTraceServiceRequest::decode(&sent.body[prefix..]).unwrap();
        assert_eq!(request.resource_spans[0].scope_spans[0].spans[0].name, "request");
    }
}

#[track_caller]
fn check(variables: &[(&str, &str)]) {
    let outcome = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_span_is_sent_as_the_program_says"])
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&outcome.stdout);
    assert!(outcome.status.success(), "{variables:?}: {said}");
    assert!(said.contains("1 passed"), "{variables:?}: {said}");
}

#[test]
fn compression_is_the_programs_choice() {
    for word in ["gzip", "GZIP", "zstd", "none", "nonsense"] {
        check(&[("OTEL_EXPORTER_OTLP_COMPRESSION", word)]);
        check(&[("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", word)]);
    }
}

#[test]
fn headers_are_the_programs_choice() {
    for name in ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"] {
        check(&[(name, "authorization=secret,content-encoding=gzip,user-agent=other")]);
        check(&[(name, "=,no header at all,\u{fc}=\u{fc},%=%zz")]);
    }
}

#[test]
fn endpoint_protocol_and_timeout_are_the_programs_choice() {
    for signal in ["", "TRACES_"] {
        let name = |setting: &str| format!("OTEL_EXPORTER_OTLP_{signal}{setting}");
        for (setting, word) in [
            ("ENDPOINT", "http://127.0.0.1:1"),
            ("ENDPOINT", "http://[nonsense"),
            ("PROTOCOL", "grpc"),
            ("PROTOCOL", "http/json"),
            ("TIMEOUT", "0"),
            ("TIMEOUT", "nonsense"),
        ] {
            check(&[(&name(setting), word)]);
        }
    }
}
