//! What an operator is told of a queue on disk, and how what nobody took gets out of it again.

use std::{fs, net::SocketAddr, path::Path, process::Command};

use inferometer_tests::{
    Certificates, Child, CollectorProcess, Ended, FakeBackend, TlsBackend, collector_program,
    faults::{Disk, Protocol, Setup},
    http, wait,
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use prost::Message;
use serde_json::Value;
use tempfile::TempDir;

const REQUESTS: usize = 5;

/// A collector over HTTP whose backend is at `backend`.
fn config(folder: &TempDir, backend: &str) -> String {
    let disk = Some(Disk { folder: folder.path(), fsync: false });
    Setup { protocol: Protocol::Http, disk, ..Setup::to(backend) }.yaml()
}

fn send(collector: SocketAddr, id: usize) {
    let span = Span {
        span_id: (id as u64).to_be_bytes().to_vec(),
        trace_id: vec![1; 16],
        ..Span::default()
    };
    let scope_spans = vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
    let request = ExportTraceServiceRequest { resource_spans };
    let headers = [("content-type", "application/x-protobuf")];
    let reply = http::post(collector, "/v1/traces", &headers, &request.encode_to_vec());
    assert_eq!(reply.expect("an answer").status, 200);
}

fn queue(arguments: &[&str], folder: &Path, more: &[&str]) -> Ended {
    let mut command = Command::new(collector_program());
    Child::spawn(command.arg("queue").args(arguments).arg(folder).args(more)).wait()
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout.join("\n"))
        .unwrap_or_else(|cause| panic!("{cause}: {ended:?}"))
}

fn spans(backend: &FakeBackend) -> usize {
    let requests = backend.traces();
    let scopes = requests.iter().flat_map(|it| &it.resource_spans).flat_map(|it| &it.scope_spans);
    scopes.map(|scope| scope.spans.len()).sum()
}

#[test]
fn what_a_backend_refuses_is_inspected_while_the_collector_runs_and_sent_elsewhere_after() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("otlphttp");
    // A server that has no such path is one that will never take it.
    let mut other = CollectorProcess::start();
    let refusing = other.address("metrics");
    let mut collector =
        CollectorProcess::with_config(&config(&folder, &format!("http://{refusing}")));
    let address = collector.address("OTLP over HTTP");
    (0..REQUESTS).for_each(|id| send(address, id));
    let seen = wait::until("dead letters", || {
        let seen = json(&queue(&["inspect"], &own, &["--json"]));
        let letters = seen["dead_letters"].as_array().map_or(0, Vec::len);
        if letters == REQUESTS { Ok(seen) } else { Err(format!("{letters} are there")) }
    });
    let first = &seen["dead_letters"][0];
    assert_eq!(first["signal"], "traces");
    assert_eq!(first["items"], 1);
    assert_eq!(first["reason"], "remote");
    assert!(first["said"].as_str().is_some_and(|said| said.contains("HTTP status 4")), "{first}");
    let scrape = collector.scrape();
    assert_eq!(scrape.sum("infer_collector_dead_letter_kept_total", &[]), (REQUESTS as f64, 1));
    let told = queue(&["inspect"], &own, &[]).stdout.join("\n");
    assert!(told.contains("dead letters: 5") && told.contains("HTTP status 4"), "{told}");
    let sound = queue(&["verify"], &own, &[]);
    assert_eq!(sound.code, Some(0), "{sound:?}");
    let backend = FakeBackend::start();
    let to = backend.endpoint();
    let held = queue(&["replay", "--dead", "--to", &to], &own, &[]);
    assert_eq!(held.code, Some(1));
    assert!(held.stderr.join("\n").contains("stop that one first"), "{held:?}");
    assert_eq!(collector.terminate().code, Some(0));
    let sent = queue(&["replay", "--dead", "--to", &to], &own, &[]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    assert_eq!(spans(&backend), REQUESTS);
    let again = queue(&["replay", "--dead", "--to", &to], &own, &[]);
    assert_eq!((again.code, spans(&backend)), (Some(0), REQUESTS), "nothing is left");
}

#[test]
fn the_queue_of_a_stopped_collector_is_sent_elsewhere_and_what_is_not_taken_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("otlphttp");
    let mut collector = CollectorProcess::with_config(&config(&folder, "http://127.0.0.1:9"));
    let address = collector.address("OTLP over HTTP");
    (0..REQUESTS).for_each(|id| send(address, id));
    assert_eq!(collector.terminate().code, Some(0));
    let mut other = CollectorProcess::start();
    let refusing = other.address("metrics");
    let refused = queue(
        &["replay", "--protocol", "http/protobuf", "--to", &format!("http://{refusing}")],
        &own,
        &[],
    );
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stdout.join("\n").contains("5 left: 5 refused"), "{refused:?}");
    let backend = FakeBackend::start();
    let sent = queue(&["replay", "--to", &backend.endpoint()], &own, &[]);
    assert_eq!((sent.code, spans(&backend)), (Some(0), REQUESTS), "{sent:?}");
    let seen = json(&queue(&["inspect"], &own, &["--json"]));
    assert_eq!(seen["waiting"]["traces"]["requests"], 0, "{seen}");
}

#[test]
fn what_is_left_is_sent_by_mutual_tls_and_what_is_wrong_with_it_names_the_option() {
    let Some(certificates) = Certificates::make() else { return };
    let Some(backend) = TlsBackend::start(&certificates) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("otlphttp");
    let mut collector = CollectorProcess::with_config(&config(&folder, "http://127.0.0.1:9"));
    let address = collector.address("OTLP over HTTP");
    (0..REQUESTS).for_each(|id| send(address, id));
    assert_eq!(collector.terminate().code, Some(0));
    let [ca, cert, key] = ["ca.pem", "client.pem", "client.key"]
        .map(|name| certificates.path(name).display().to_string());
    let clear = queue(&["replay", "--to", "http://127.0.0.1:9", "--ca-file", &ca], &own, &[]);
    assert_eq!(clear.code, Some(2), "{clear:?}");
    assert!(clear.stderr.join("\n").contains("--ca-file has no effect"), "{clear:?}");
    let to = format!("https://{}", backend.address("grpc"));
    let swapped = queue(&["replay", "--to", &to, "--ca-file", &key], &own, &[]);
    assert_eq!(swapped.code, Some(1), "{swapped:?}");
    let said = format!("--ca-file {key} holds no certificate, but");
    assert!(swapped.stderr.join("\n").contains(&said), "{swapped:?}");
    let tls = ["--ca-file", &ca, "--cert-file", &cert, "--key-file", &key];
    let sent = queue(&[&["replay", "--to", &to][..], &tls].concat(), &own, &[]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let delivered = backend.delivered();
    assert_eq!(delivered.len(), REQUESTS);
    assert!(delivered.iter().all(|it| it.client.as_deref() == Some("collector")), "{delivered:?}");
}

#[test]
fn damage_is_told_with_its_file_and_place_and_is_what_the_collector_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("otlphttp");
    let nowhere = config(&folder, "http://127.0.0.1:9");
    let mut collector = CollectorProcess::with_config(&nowhere);
    let address = collector.address("OTLP over HTTP");
    (0..REQUESTS).for_each(|id| send(address, id));
    assert_eq!(collector.terminate().code, Some(0));
    let names = fs::read_dir(&own).expect("a folder").map(|it| it.expect("an entry").path());
    let file = names.into_iter().find(|it| it.extension().is_some_and(|it| it == "segment"));
    let file = file.expect("a file of requests");
    let mut bytes = fs::read(&file).expect("it can be read");
    let length = bytes.len() / REQUESTS;
    // The header of the second, and the content of the third.
    bytes[length + 20] ^= 1;
    bytes[3 * length - 1] ^= 1;
    fs::write(&file, bytes).expect("it can be written");
    let told = queue(&["verify"], &own, &[]);
    assert_eq!(told.code, Some(1));
    let text = told.stdout.join("\n");
    let name = file.display().to_string();
    assert!(
        text.contains(&format!("{name}: at {length}: {length} bytes are of no request")),
        "{text}"
    );
    assert!(
        text.contains(&format!("{name}: at {}: the content of request 3", 2 * length)),
        "{text}"
    );
    let seen = json(&queue(&["verify"], &own, &["--json"]));
    let told = &seen["queue"];
    assert_eq!(told["damaged_bytes"], length);
    let mut collector = CollectorProcess::with_config(&nowhere);
    wait::until("the collector has read it", || {
        let scrape = collector.scrape();
        let (lost, _) = scrape.sum("infer_collector_queue_lost_total", &[]);
        let reason = [("infer_collector_rejection_reason", "corrupt")];
        let (corrupt, _) = scrape.sum("infer_collector_item_rejected_total", &reason);
        let told = ["requests_missing", "items_corrupt"].map(|key| told[key].as_f64());
        if told == [Some(lost), Some(corrupt)] && told == [Some(1.0), Some(1.0)] {
            return Ok(());
        }
        Err(format!("{lost} are lost and {corrupt} corrupt, {told:?} were told"))
    });
}

#[test]
fn a_folder_without_a_queue_is_an_error_with_a_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut collector = CollectorProcess::with_config(&config(&folder, "http://127.0.0.1:9"));
    let _ = collector.address("OTLP over HTTP");
    for command in ["inspect", "verify"] {
        let told = queue(&[command], folder.path(), &[]);
        assert_eq!(told.code, Some(1));
        let own = folder.path().join("otlphttp").display().to_string();
        assert!(
            told.stderr.join("\n").contains(&format!("holds no queue: name one of {own}")),
            "{told:?}"
        );
        let told = queue(&[command], &folder.path().join("not there"), &[]);
        assert!(
            told.stderr.join("\n").contains("name the folder of an exporter's queue"),
            "{told:?}"
        );
    }
}
