//! `service.telemetry.traces`.

use std::time::Duration;

use super::*;
use crate::config::OwnTraceSettings;

const OTLP: &str = "protocol: grpc, endpoint: http://tempo:4317";

/// The sound file with these traces.
fn with(traces: &str) -> String {
    format!("{SOUND}  telemetry: {{traces: {{{traces}}}}}\n")
}

/// A batch with this exporter.
fn batch(otlp: &str) -> String {
    format!("processors: [{{batch: {{exporter: {{otlp: {{{otlp}}}}}}}}}]")
}

fn read(traces: &str) -> Option<OwnTraceSettings> {
    let text = with(traces);
    let config = Config::parse("c.yaml", &text);
    config.unwrap_or_else(|errors| panic!("{errors}\nin\n{text}")).resolved.own_traces
}

/// The one error, without its place.
fn error(traces: &str) -> String {
    let error = Config::parse("c.yaml", &with(traces)).expect_err("it is not sound").to_string();
    let (_, message) = error.trim_end().split_once(": error: ").expect("an error");
    message.to_owned()
}

#[test]
fn they_are_off_unless_a_backend_is_named() {
    assert_eq!(read(""), None);
    assert_eq!(read("processors: []"), None);
    assert_eq!(read(&format!("level: none, {}", batch(OTLP))), None);
    let default = OwnTraceSettings::new(OtlpProtocol::Grpc, "http://tempo:4317");
    assert_eq!(read(&batch(OTLP)), Some(default.clone()));
    assert_eq!(read(&format!("level: detailed, {}", batch(OTLP))), Some(default));
}

#[test]
fn every_key_is_read() {
    let otlp = "protocol: http/protobuf, endpoint: https://tempo/otlp/v1/traces, timeout: 500, compression: gzip, \
                certificate: ca.pem, client_certificate: c.pem, client_key: k.pem, \
                headers: [{name: x-scope-orgid, value: \"7\"}]";
    let traces = format!(
        "propagators: [tracecontext], sampler: {{parent_based: {{root: {{trace_id_ratio_based: {{ratio: 0.25}}}}}}}}, \
         processors: [{{batch: {{schedule_delay: 100, max_queue_size: 10, max_export_batch_size: 20, exporter: {{otlp: \
         {{{otlp}}}}}}}}}]"
    );
    let expected = OwnTraceSettings {
        headers: vec![("x-scope-orgid".to_owned(), crate::config::Secret::new("7"))],
        compression: Compression::Gzip,
        timeout: Duration::from_millis(500),
        authorities: Some("ca.pem".into()),
        identity: Some(("c.pem".into(), "k.pem".into())),
        delay: Duration::from_millis(100),
        queue_size: 10,
        // No more than may wait.
        batch_size: 10,
        ratio: 0.25,
        ..OwnTraceSettings::new(OtlpProtocol::Http, "https://tempo/otlp/v1/traces")
    };
    assert_eq!(read(&traces), Some(expected));
    let headers = |headers: &str| {
        read(&batch(&format!("{OTLP}, headers: {headers}"))).expect("a backend").headers
    };
    assert_eq!(headers("{a: b}"), headers("[{name: a, value: b}]"));
    for (root, ratio) in [("always_on", 1.0), ("always_off", 0.0)] {
        let sampler = format!("sampler: {{parent_based: {{root: {{{root}: }}}}}}");
        let settings = read(&format!("{sampler}, {}", batch(OTLP))).expect("a backend");
        assert_eq!(settings.ratio, ratio, "{root}");
    }
}

#[test]
fn what_is_wrong_has_its_place_and_a_remedy() {
    check(
        &with(&format!("propagators: [b3], levl: none, {}", batch(OTLP))),
        &[
            "c.yaml:17:38: error: service.telemetry.traces.propagators names \"b3\", expected tracecontext alone",
            "c.yaml:17:43: error: unknown key \"levl\" in service.telemetry.traces, did you mean \"level\"?",
        ],
    );
    check(
        &with(&batch("protocol: http/json, insecure: true")),
        &[
            "c.yaml:17:57: error: service.telemetry.traces.processors[0].batch.exporter.otlp.endpoint is missing, expected \
             https://HOST or http://HOST:PORT, such as http://127.0.0.1:4318",
            "c.yaml:17:74: error: service.telemetry.traces.processors[0].batch.exporter.otlp.protocol is \"http/json\", \
             expected one of: grpc, http/protobuf",
            "c.yaml:17:85: error: service.telemetry.traces.processors[0].batch.exporter.otlp.insecure is not supported, as \
             http:// or https:// in endpoint says it: remove it",
        ],
    );
}

#[test]
fn what_other_collectors_take_is_refused_with_what_to_do() {
    let traces = "service.telemetry.traces";
    let otlp = "service.telemetry.traces.processors[0].batch.exporter.otlp";
    for (text, expected) in [
        (
            "sampler: {always_on: }".to_owned(),
            format!(
                "{traces}.sampler.always_on is not supported, as a request is traced if its sender traces it: put this \
                     under sampler.parent_based.root, for requests whose sender says nothing"
            ),
        ),
        (
            "sampler: {parent_based: {root: {always_on: , always_off: }}}".to_owned(),
            format!("{traces}.sampler.parent_based.root names several samplers, expected one"),
        ),
        (
            "sampler: {parent_based: {root: {trace_id_ratio_based: {ratio: 2}}}}".to_owned(),
            format!(
                "{traces}.sampler.parent_based.root.trace_id_ratio_based.ratio is 2, expected a number from 0 to 1"
            ),
        ),
        (
            format!(
                "processors: [{{batch: {{exporter: {{otlp: {{{OTLP}}}}}}}}}, {{batch: {{exporter: {{otlp: {{{OTLP}}}}}}}}}]"
            ),
            format!("{traces}.processors names several, expected one: keep one batch"),
        ),
        (
            batch("protocol: grpc, endpoint: tempo:4317"),
            format!(
                "{otlp}.endpoint is \"tempo:4317\", expected http://HOST:PORT or https://HOST:PORT, such as \
                     http://127.0.0.1:4317"
            ),
        ),
        (
            batch("protocol: grpc, endpoint: http://169.254.169.254:80"),
            format!(
                "{otlp}.endpoint is \"http://169.254.169.254:80\", where a cloud tells this machine its secrets: name a \
                     backend"
            ),
        ),
        (
            batch(&format!("{OTLP}, certificate: ca.pem")),
            format!(
                "{otlp}.certificate has no effect, as nothing is encrypted: write https://, or remove it"
            ),
        ),
        (
            batch("protocol: grpc, endpoint: https://tempo:4317, client_key: k.pem"),
            format!("{otlp}.client_key needs client_certificate"),
        ),
    ] {
        assert_eq!(error(&text), expected, "{text}");
    }
}

#[test]
fn a_header_is_not_shown() {
    let text = with(&batch(&format!("{OTLP}, headers: [{{name: authorization, value: s3cret}}]")));
    let config = Config::parse("c.yaml", &text).expect("it is sound");
    assert!(!format!("{config:?}").contains("s3cret"));
    let text =
        with(&batch(&format!("{OTLP}, headers: [{{name: authorization, value: [s3cret]}}]")));
    let error = Config::parse("c.yaml", &text).expect_err("it is not sound").to_string();
    assert!(!error.contains("s3cret"), "{error}");
}

#[test]
fn a_header_that_cannot_be_sent_is_told_without_its_value() {
    let of = |headers: &str| error(&batch(&format!("{OTLP}, headers: {headers}")));
    let name = "header name \"a b\" is not valid, expected letters, digits and -";
    assert_eq!(of("{a b: x}"), name);
    assert_eq!(of("[{name: a b, value: x}]"), name);
    let value = "the value of header \"a\" is not valid, expected printable characters in one line";
    assert_eq!(of("{a: \"s3cret\\n\"}"), value);
    assert_eq!(of("[{name: a, value: \"s3cret\\n\"}]"), value);
}
