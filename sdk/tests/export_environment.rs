//! What the program says wins over the process: a library that reads `OTEL_*` by itself changes nothing that is sent.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake_collector;

use std::{process::Command, time::Duration};

use fake_collector::{PATIENCE, Reply, WireCollector};
use inferometer_sdk::{Environment, Exporter, InMemory, Propagator, Protocol, Telemetry};
use opentelemetry::{
    KeyValue,
    trace::{Span, Tracer, TracerProvider},
};
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

#[test]
fn sampler_and_span_limits_are_the_programs_choice() {
    check(&[("OTEL_TRACES_SAMPLER", "always_off")]);
    check(&[("OTEL_TRACES_SAMPLER", "nonsense"), ("OTEL_TRACES_SAMPLER_ARG", "nonsense")]);
}

/// The spans that come out of a program with these variables, of two that it starts.
fn spans_with(variables: &[(&str, &str)]) -> Vec<opentelemetry_proto::tonic::trace::v1::Span> {
    let kept = InMemory::default();
    let telemetry = Telemetry::builder()
        .environment(&variables.iter().copied().collect::<Environment>())
        .exporter(Exporter::Memory(kept.clone()))
        .interval(NEVER)
        .build()
        .unwrap();
    let tracer = telemetry.tracer_provider().tracer("engine");
    for name in ["first", "second"] {
        let mut span = tracer.start(name);
        span.set_attribute(KeyValue::new("text", "h\u{e4}\u{df}lich"));
        span.set_attribute(KeyValue::new("another", "text"));
        span.add_event("event", vec![KeyValue::new("text", "longer")]);
        span.end();
    }
    telemetry.flush(PATIENCE).unwrap();
    let requests = kept.traces();
    let resources = requests.into_iter().flat_map(|request| request.resource_spans);
    resources.flat_map(|resource| resource.scope_spans).flat_map(|scope| scope.spans).collect()
}

#[test]
fn a_sampler_of_the_environment_decides_which_spans_there_are() {
    assert_eq!(spans_with(&[]).len(), 2);
    assert_eq!(spans_with(&[("OTEL_TRACES_SAMPLER", "always_off")]).len(), 0);
    let none = [("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0")];
    assert_eq!(spans_with(&none).len(), 0);
}

#[test]
fn limits_of_the_environment_hold_on_spans() {
    let spans = spans_with(&[
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "1"),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "3"),
    ]);
    for span in &spans {
        assert_eq!((span.attributes.len(), span.dropped_attributes_count), (1, 1), "{span:?}");
        let texts = format!("{:?} {:?}", span.attributes, span.events[0].attributes);
        assert!(texts.contains("\"h\u{e4}\u{df}\"") && texts.contains("\"lon\""), "{texts}");
    }
    assert_eq!(spans.len(), 2);
}

/// The fields that whoever asks the global propagator would send; there is one global for all tests, so one test has it.
#[test]
fn propagators_are_global_once_somebody_chose_them() {
    let fields = || {
        opentelemetry::global::get_text_map_propagator(|propagator| {
            let mut fields: Vec<String> = propagator.fields().map(str::to_owned).collect();
            fields.sort_unstable();
            fields
        })
    };
    let builder = || Telemetry::builder().exporter(Exporter::None).disabled(true);
    let telemetry = builder().build().unwrap();
    assert_eq!(fields(), [""; 0]);
    telemetry.install_global();
    assert_eq!(fields(), ["baggage", "traceparent", "tracestate"]);
    drop(builder().propagators([Propagator::Baggage]).build().unwrap());
    assert_eq!(fields(), ["baggage"]);
    // Disabled or not, as the specification has it.
    let chosen = [("OTEL_PROPAGATORS", "none"), ("OTEL_SDK_DISABLED", "true")];
    drop(builder().environment(&chosen.into_iter().collect()).build().unwrap());
    assert_eq!(fields(), [""; 0]);
}

#[test]
fn a_start_that_fails_waits_for_nobody() {
    let (tell, told) = std::sync::mpsc::sync_channel(1);
    std::thread::spawn(move || {
        let started = Telemetry::builder().endpoint("nowhere").build();
        let _ = tell.send(started.err().map(|error| format!("{error:?}")));
    });
    // What is dropped on the way out would wait for all of it, had it an export to wait for.
    let said = told.recv_timeout(inferometer_sdk::DROP_TIMEOUT / 2).expect("an error at once");
    assert!(said.as_ref().is_some_and(|said| said.contains("`nowhere`")), "{said:?}");
}
