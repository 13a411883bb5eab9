//! The program's exporters against TLS of other people: grpcio's and OpenSSL's servers, with certificates that OpenSSL
//! made. Who is to be trusted is delivered to; who is not is named in the log, with what to do about it.

use inferometer_tests::{Certificates, CollectorProcess, Delivered, TlsBackend, http, wait};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use prost::Message;

fn config(exporter: &str) -> String {
    let kind = exporter.split(':').next().expect("a name");
    format!(
        "\
receivers:
  otlp: {{protocols: {{http: {{endpoint: \"127.0.0.1:0\"}}}}}}
exporters:
  {exporter}
service:
  pipelines:
    traces: {{receivers: [otlp], exporters: [{kind}]}}
"
    )
}

/// Has a collector with the exporter take a request with spans.
fn send(exporter: &str, spans: usize) -> CollectorProcess {
    let mut collector = CollectorProcess::with_config(&config(exporter));
    let scope_spans = vec![ScopeSpans {
        spans: vec![Span { trace_id: vec![1; 16], span_id: vec![2; 8], ..Span::default() }; spans],
        ..ScopeSpans::default()
    }];
    let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
    let request = ExportTraceServiceRequest { resource_spans };
    let headers = [("content-type", "application/x-protobuf")];
    let address = collector.address("OTLP over HTTP");
    let reply = http::post(address, "/v1/traces", &headers, &request.encode_to_vec());
    assert_eq!(reply.expect("an answer").status, 200);
    collector
}

/// A `tls` block that trusts the authority, and shows the client's certificate.
fn mutual(certificates: &Certificates) -> String {
    let [ca, cert, key] =
        ["ca.pem", "client.pem", "client.key"].map(|name| certificates.path(name));
    format!("tls: {{ca_file: {ca:?}, cert_file: {cert:?}, key_file: {key:?}}}")
}

#[test]
fn both_exporters_deliver_by_mutual_tls() {
    let Some(certificates) = Certificates::make() else { return };
    let Some(backend) = TlsBackend::start(&certificates) else { return };
    let tls = mutual(&certificates);
    let [grpc, over_http] = ["grpc", "http"].map(|server| backend.address(server));
    let _first = send(&format!("otlp: {{endpoint: \"{grpc}\", {tls}}}"), 3);
    let _second = send(&format!("otlphttp: {{endpoint: \"https://{over_http}\", {tls}}}"), 5);
    let mut delivered = wait::until("both requests", || {
        let delivered = backend.delivered();
        if delivered.len() < 2 { Err(format!("{delivered:?}")) } else { Ok(delivered) }
    });
    delivered.sort();
    let expected = |over: &str, spans, version: Option<&str>| Delivered {
        over: over.to_owned(),
        spans,
        client: Some("collector".to_owned()),
        version: version.map(str::to_owned),
    };
    assert_eq!(delivered, [expected("grpc", 3, None), expected("http", 5, Some("TLSv1.3"))]);
}

/// The log must name the endpoint and the part; nothing may be delivered.
fn check_refused(backend: &TlsBackend, exporter: &str, endpoint: &str, part: &str) {
    let mut collector = send(exporter, 1);
    collector.says(part, |line| line.contains(endpoint) && line.contains(part));
    assert_eq!(backend.delivered(), [], "{exporter}");
}

#[test]
fn what_is_wrong_is_said_with_its_remedy() {
    let Some(certificates) = Certificates::make() else { return };
    let Some(other) = Certificates::make() else { return };
    let Some(backend) = TlsBackend::start(&certificates) else { return };
    let ca = |certificates: &Certificates| format!("ca_file: {:?}", certificates.path("ca.pem"));
    let (ca, other) = (ca(&certificates), ca(&other));
    let refused = |kind: &str, server: &str, tls: &str, part: &str| {
        let endpoint = format!("https://{}", backend.address(server));
        let exporter = format!("{kind}: {{endpoint: \"{endpoint}\", tls: {{{tls}}}}}");
        check_refused(&backend, &exporter, &endpoint, part);
    };
    let trust = "name the authority that did in tls.ca_file";
    refused("otlp", "grpc", &other, trust);
    refused("otlphttp", "http", &other, trust);
    let demanded = "set tls.cert_file and tls.key_file";
    refused("otlp", "grpc", &ca, demanded);
    refused("otlphttp", "http", &ca, demanded);
    let name = format!("{ca}, server_name_override: tempo.example");
    refused("otlp", "grpc", &name, "is for localhost, 127.0.0.1, not for tempo.example");
    refused("otlp", "old", &ca, "does not speak TLS 1.2 or 1.3");
    refused("otlp", "plain", &ca, "write http:// or set tls.insecure to true");
}
