//! What a collector with a queue on disk has acknowledged reaches the backend, however often it is killed meanwhile.

use std::{
    collections::BTreeMap,
    net::{SocketAddr, TcpListener},
};

use inferometer_tests::{CollectorProcess, FakeBackend, http, wait};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use prost::Message;
use tempfile::TempDir;

/// Times that the program is killed.
const KILLS: u64 = 6;
/// Requests that each of its lives takes.
const REQUESTS: u64 = 40;

fn config(folder: &TempDir, backend: &str, fsync: bool) -> String {
    format!(
        "\
extensions:
  file_storage: {{directory: {:?}, fsync: {fsync}}}
receivers:
  otlp: {{protocols: {{http: {{endpoint: \"127.0.0.1:0\"}}}}}}
exporters:
  prometheus: {{endpoint: \"127.0.0.1:0\"}}
  otlp:
    endpoint: \"{backend}\"
    timeout: 1s
    retry_on_failure: {{initial_interval: 50ms, max_interval: 100ms}}
    sending_queue: {{storage: file_storage, on_full: refuse, num_consumers: 3}}
service:
  extensions: [file_storage]
  pipelines:
    traces: {{receivers: [otlp], exporters: [otlp]}}
    metrics: {{receivers: [otlp], exporters: [prometheus]}}
",
        folder.path()
    )
}

/// Sends a request with one span, whose id is its number; whether it was acknowledged.
fn send(collector: SocketAddr, id: u64) -> bool {
    let span =
        Span { span_id: id.to_be_bytes().to_vec(), trace_id: vec![1; 16], ..Span::default() };
    let scope_spans = vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
    let request = ExportTraceServiceRequest { resource_spans };
    let headers = [("content-type", "application/x-protobuf")];
    let reply = http::post(collector, "/v1/traces", &headers, &request.encode_to_vec());
    reply.expect("an answer").status == 200
}

/// How often each span arrived.
fn arrived(backend: &FakeBackend) -> BTreeMap<u64, usize> {
    let mut arrived = BTreeMap::new();
    let requests = backend.traces();
    let scopes = requests.iter().flat_map(|it| &it.resource_spans).flat_map(|it| &it.scope_spans);
    for span in scopes.flat_map(|scope| &scope.spans) {
        let id = u64::from_be_bytes(span.span_id.as_slice().try_into().expect("ours"));
        *arrived.entry(id).or_default() += 1;
    }
    arrived
}

/// An endpoint where nobody listens.
fn nowhere() -> String {
    let free =
        TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a free port");
    format!("http://{free}")
}

fn check(fsync: bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let backend = FakeBackend::start();
    let mut acknowledged = Vec::new();
    for life in 0..KILLS {
        // In every second of its lives the backend is away.
        let target = if life % 2 == 0 { nowhere() } else { backend.endpoint() };
        let mut collector = CollectorProcess::with_config(&config(&folder, &target, fsync));
        let address = collector.address("OTLP over HTTP");
        for nth in 0..REQUESTS {
            let id = life * REQUESTS + nth;
            assert!(send(address, id), "request {id}");
            acknowledged.push(id);
        }
        // Dropping it is a SIGKILL.
        drop(collector);
    }
    let mut last = CollectorProcess::with_config(&config(&folder, &backend.endpoint(), fsync));
    // It listens to signals by then, though there may be nothing left for it to send.
    let _ = last.address("OTLP over HTTP");
    wait::until("all that was acknowledged", || {
        let arrived = arrived(&backend);
        let missing = acknowledged.iter().filter(|id| !arrived.contains_key(id)).count();
        if missing == 0 { Ok(()) } else { Err(format!("{missing} are missing")) }
    });
    let ended = last.terminate();
    assert_eq!(ended.code, Some(0), "{:?}", ended.stderr);
    let arrived = arrived(&backend);
    // Some of it more than once: what was being sent when it was killed, and what no checkpoint knew of yet.
    assert_eq!(arrived.len(), acknowledged.len(), "nothing else arrived");
}

#[test]
fn nothing_acknowledged_is_lost_by_kills() {
    check(false);
}

#[test]
fn nor_with_fsync() {
    check(true);
}

#[test]
fn a_folder_that_another_process_has_is_an_error_with_a_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(&folder, &nowhere(), false);
    let mut first = CollectorProcess::with_config(&config);
    let _ = first.address("OTLP over HTTP");
    let ended = CollectorProcess::with_config(&config).wait();
    assert_eq!(ended.code, Some(1), "{:?}", ended.stderr);
    let said = ended.stderr.join("\n");
    assert!(said.contains("exporters.otlp") && said.contains("another process has it"), "{said}");
}
