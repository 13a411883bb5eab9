//! Where there is no room, a sender is told so in terms that it understands, and when to come back: a queue in memory or on
//! disk that is full, a process that has no memory, a disk that has no room. Judged by Google's and OpenTelemetry's own
//! Python packages. Meanwhile the page is served, and a sender that comes back loses nothing.

use std::{net::SocketAddr, process::Command, sync::OnceLock, time::Duration};

use inferometer_tests::{
    Child, CollectorProcess, conserved,
    faults::{Account, Answer, Disk, Script, ScriptedBackend, Setup, SmallDisk, say},
    oracle, wait, workspace_root,
};
use serde::Deserialize;

/// What the foreign program says of one answer.
#[derive(Debug, Deserialize)]
struct Told {
    protocol: String,
    code: String,
    seconds: Option<f64>,
    status: i32,
}

/// What it says of an official exporter.
#[derive(Debug, Deserialize)]
struct Reported {
    exporter: String,
    result: String,
}

/// For a foreign program, several of which import all that they need at once.
const PATIENCE: Duration = Duration::from_secs(120);
/// `UNAVAILABLE`.
const UNAVAILABLE: i32 = 14;

struct Foreign(String);

impl Foreign {
    /// The program, if it works here.
    fn find() -> Option<Self> {
        let script = workspace_root().join("tests/foreign/python/come_back.py");
        let script = script.display().to_string();
        // Once for all tests: what it imports takes its time.
        static RUNS: OnceLock<bool> = OnceLock::new();
        RUNS.get_or_init(|| oracle::python_runs(&script)).then_some(Self(script))
    }

    fn start(&self, mode: &str, grpc: SocketAddr, http: SocketAddr) -> Child {
        let endpoints = [grpc, http].map(|address| format!("http://{address}"));
        let mut python = Command::new(oracle::python_program());
        Child::spawn(python.arg(&self.0).arg(mode).args(endpoints))
    }

    fn ask(&self, grpc: SocketAddr, http: SocketAddr) -> Vec<Told> {
        let ended = self.start("ask", grpc, http).wait_within(PATIENCE);
        assert_eq!(ended.code, Some(0), "{:?}", ended.stderr);
        ended.stdout.iter().map(|line| serde_json::from_str(line).expect("an answer")).collect()
    }
}

/// Fills a collector until it refuses; what senders are told then, by `http_status`, and that the page counts `reason`.
#[track_caller]
fn check(mut collector: CollectorProcess, account: &Account, reason: &str, http_status: &str) {
    let Some(foreign) = Foreign::find() else { return };
    let [grpc, http] = ["OTLP over gRPC", "OTLP over HTTP"].map(|title| collector.address(title));
    wait::until("a refusal", || match account.send(http) {
        Answer::Refused(_) => Ok(()),
        other => Err(format!("{other:?}")),
    });
    let told = foreign.ask(grpc, http);
    let shown: Vec<String> = told
        .iter()
        .map(|told| {
            format!("{} {} after {} s", told.protocol, told.code, told.seconds.unwrap_or(-1.0))
        })
        .collect();
    say(format_args!("no room, {reason}: {}", shown.join(", ")));
    for (told, code) in told.iter().zip(["UNAVAILABLE", http_status, http_status]) {
        assert_eq!((&*told.code, told.status), (code, UNAVAILABLE), "{told:?}");
        assert!(told.seconds.is_some_and(|seconds| seconds > 0.0), "{told:?}");
    }
    assert_eq!(told.len(), 3);
    let page = collector.scrape();
    let labels = [("infer_signal", "traces"), ("infer_collector_refusal_reason", reason)];
    let refused = page.sum("infer_collector_request_refused_total", &labels).0;
    assert!(refused >= 4.0, "{reason}: {refused}");
    let _ = conserved(&page, "traces", "otlp");
}

/// A backend that takes nothing.
fn hung() -> ScriptedBackend {
    let backend = ScriptedBackend::start();
    backend.set(Script::Hangs);
    backend
}

#[test]
fn a_full_queue_in_memory_is_told() {
    let backend = hung();
    let endpoint = backend.endpoint();
    let queue = "queue_size: 2, num_consumers: 1, on_full: refuse";
    let setup = Setup { queue, ..Setup::to(&endpoint) };
    let collector = CollectorProcess::with_config(&setup.yaml());
    check(collector, &Account::of_requests(1, 100), "queue_full", "429");
}

#[test]
fn a_full_queue_on_disk_is_told() {
    let backend = hung();
    let folder = tempfile::tempdir().expect("a folder");
    let endpoint = backend.endpoint();
    let disk = Some(Disk { folder: folder.path(), fsync: false });
    let queue = "queue_size: 5, num_consumers: 1, on_full: refuse";
    let setup = Setup { queue, disk, ..Setup::to(&endpoint) };
    let collector = CollectorProcess::with_config(&setup.yaml());
    check(collector, &Account::of_requests(1, 100), "queue_full", "429");
}

#[test]
fn a_full_disk_is_told() {
    let Some(small) = SmallDisk::of_bytes(1 << 20) else { return };
    let backend = hung();
    let endpoint = backend.endpoint();
    let disk = Some(Disk { folder: small.path(), fsync: false });
    let setup = Setup { disk, queue: "on_full: refuse", ..Setup::to(&endpoint) };
    let mut collector = CollectorProcess::with_command(small.collector(), &setup.yaml());
    let _ = collector.address("OTLP over HTTP");
    small.fill();
    check(collector, &Account::of_requests(1, 100), "storage_failed", "503");
}

#[test]
fn a_process_without_memory_is_told() {
    let backend = hung();
    let endpoint = backend.endpoint();
    // Less than any process has.
    let processor = "memory_limiter: {limit_mib: 1, check_interval: 100ms}";
    let setup = Setup { processor, ..Setup::to(&endpoint) };
    let collector = CollectorProcess::with_config(&setup.yaml());
    check(collector, &Account::of_requests(1, 100), "memory", "503");
}

#[test]
fn official_exporters_come_back_and_lose_nothing() {
    let Some(foreign) = Foreign::find() else { return };
    let backend = hung();
    let endpoint = backend.endpoint();
    let queue = "queue_size: 1, num_consumers: 1, on_full: refuse";
    let setup = Setup { queue, ..Setup::to(&endpoint) };
    let mut collector = CollectorProcess::with_config(&setup.yaml());
    let [grpc, http] = ["OTLP over gRPC", "OTLP over HTTP"].map(|title| collector.address(title));
    let account = Account::of_requests(1, 100);
    wait::until("a refusal", || match account.send(http) {
        Answer::Refused(_) => Ok(()),
        other => Err(format!("{other:?}")),
    });
    let exporters = foreign.start("deliver", grpc, http);
    wait::until("both to be refused", || {
        let page = collector.scrape();
        let refused = |listener| {
            let labels = [("infer_signal", "traces"), ("infer_collector_listener", listener)];
            page.sum("infer_collector_request_refused_total", &labels).0
        };
        // The request above is one of those over HTTP.
        let refused = [refused("otlp_grpc"), refused("otlp_http") - 1.0];
        if refused.iter().all(|refused| *refused >= 1.0) {
            Ok(())
        } else {
            Err(format!("{refused:?}"))
        }
    });
    backend.set(Script::Keeps);
    let ended = exporters.wait_within(PATIENCE);
    assert_eq!(ended.code, Some(0), "{:?}", ended.stderr);
    let reported: Vec<Reported> =
        ended.stdout.iter().map(|line| serde_json::from_str(line).expect("a report")).collect();
    assert_eq!(reported.len(), 2);
    for Reported { exporter, result } in &reported {
        assert_eq!(result, "SUCCESS", "{exporter}");
    }
    let expected = usize::try_from(account.acknowledged()).expect("few") + reported.len();
    wait::until("all spans", || {
        let arrived = backend.arrived().order().len();
        if arrived == expected { Ok(()) } else { Err(format!("{arrived} of {expected}")) }
    });
    say(format_args!("official exporters refused, come back and deliver: {reported:?}, lost 0"));
}
