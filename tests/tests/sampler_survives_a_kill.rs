//! What a tail sampler with a storage has acknowledged is decided on, however often the collector is killed meanwhile.

use std::{collections::BTreeSet, net::SocketAddr};

use inferometer_tests::{
    CollectorProcess, FakeBackend,
    faults::{Disk, Setup},
    http, wait,
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{ResourceSpans, ScopeSpans, Span, Status, status::StatusCode},
};
use prost::Message;
use tempfile::TempDir;

/// Times that the program is killed.
const KILLS: u64 = 4;
/// Traces that begin in each of its lives.
const TRACES: u64 = 30;

/// Traces that failed are kept; where nothing ends or fails, nothing is decided.
const SAMPLER: &str = "tail_sampling: {decision_wait: 10m, decision_wait_after_root_received: 100ms, storage: file_storage, \
policies: [{name: errors, type: status_code, status_code: {status_codes: [ERROR]}}]}";

fn config(folder: &TempDir, backend: &str) -> String {
    let disk = Some(Disk { folder: folder.path(), fsync: false });
    Setup { processor: SAMPLER, disk, queue: "on_full: refuse", ..Setup::to(backend) }.yaml()
}

/// A span of a trace; the one that is neither failed nor the root only begins it.
fn span(trace: u64, id: u64) -> Span {
    Span {
        trace_id: u128::from(trace + 1).to_be_bytes().to_vec(),
        span_id: (id + 1).to_be_bytes().to_vec(),
        parent_span_id: vec![9; 8],
        ..Span::default()
    }
}

fn failed(span: Span) -> Span {
    let status = Status { code: StatusCode::Error.into(), ..Status::default() };
    Span { status: Some(status), ..span }
}

fn root(span: Span) -> Span {
    Span { parent_span_id: Vec::new(), ..span }
}

/// Sends spans until they are acknowledged.
fn send(collector: SocketAddr, spans: Vec<Span>) {
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
    let request = ExportTraceServiceRequest { resource_spans };
    let headers = [("content-type", "application/x-protobuf")];
    let reply = http::post(collector, "/v1/traces", &headers, &request.encode_to_vec());
    assert_eq!(reply.expect("an answer").status, 200);
}

/// The spans that arrived, some perhaps twice.
fn arrived(backend: &FakeBackend) -> BTreeSet<u64> {
    let requests = backend.traces();
    let scopes = requests.iter().flat_map(|it| &it.resource_spans).flat_map(|it| &it.scope_spans);
    let id =
        |span: &Span| u64::from_be_bytes(span.span_id.as_slice().try_into().expect("ours")) - 1;
    scopes.flat_map(|scope| &scope.spans).map(id).collect()
}

#[test]
fn traces_that_began_in_lives_that_were_killed_are_kept_or_dropped_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let backend = FakeBackend::start();
    let config = config(&folder, &backend.endpoint());
    for life in 0..KILLS {
        let mut collector = CollectorProcess::with_config(&config);
        let address = collector.address("OTLP over HTTP");
        for trace in life * TRACES..(life + 1) * TRACES {
            send(address, vec![span(trace, 2 * trace)]);
        }
        // Dropping it is a SIGKILL.
        drop(collector);
    }
    assert_eq!(arrived(&backend), BTreeSet::new(), "nothing was decided yet");
    let mut last = CollectorProcess::with_config(&config);
    let address = last.address("OTLP over HTTP");
    // Every second trace fails, the others end well.
    let end = |trace| {
        let span = span(trace, 2 * trace + 1);
        if trace % 2 == 0 { failed(span) } else { root(span) }
    };
    send(address, (0..KILLS * TRACES).map(end).collect());
    let of_trace = |trace| [2 * trace, 2 * trace + 1];
    let expected: BTreeSet<u64> = (0..KILLS * TRACES).step_by(2).flat_map(of_trace).collect();
    wait::until("every span of the traces that failed", || {
        let missing = expected.difference(&arrived(&backend)).count();
        if missing == 0 { Ok(()) } else { Err(format!("{missing} are missing")) }
    });
    let ended = last.terminate();
    assert_eq!(ended.code, Some(0), "{:?}", ended.stderr);
    assert_eq!(arrived(&backend), expected, "nothing of the others arrived");
}
