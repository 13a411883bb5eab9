//! How each subject is told what to do.

use std::{fs, io, path::Path, process::Command};

use super::Subject;

/// What a subject does with what it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// Shows metrics on a page. Rotel has none and drops them.
    Show,
    /// Sends them on by OTLP over gRPC.
    Forward(Forward),
}

/// Where to, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Forward {
    /// The backend's port.
    pub(crate) port: u16,
    /// The name of the signal's pipeline.
    pub(crate) signal: &'static str,
    /// What ours keeps of what waits.
    pub(crate) keep: Keep,
    /// Whether ours sends on one trace of a hundred alone.
    pub(crate) is_sampled: bool,
}

/// Where ours has its queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// In memory.
    Memory,
    /// In files.
    Disk,
    /// In files, synced before anything is acknowledged.
    Synced,
}

/// The ports that a subject listens on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ports {
    pub(super) otlp: u16,
    /// The page's; Rotel listens on it too, for OTLP over HTTP, which it cannot leave.
    pub(super) page: u16,
}

/// The command line of `subject`, whose files may be put into `folder`.
pub(super) fn command(
    subject: Subject,
    program: &Path,
    work: Work,
    ports: Ports,
    folder: &Path,
) -> io::Result<Command> {
    let mut command = Command::new(program);
    match subject {
        Subject::Inferometer => {
            let file = folder.join("collector.yaml");
            fs::write(&file, configuration(work, ports, folder))?;
            command.arg("--config").arg(file);
        }
        Subject::Yardstick => {
            let Ports { otlp, page } = ports;
            command.args(["ingest", "--probe", &format!("{}/{otlp}/{page}", subject.name())]);
        }
        Subject::Relay => {
            let Work::Forward(Forward { port, .. }) = work else {
                return Err(io::Error::other("a relay has no page"));
            };
            command.args([
                "forward",
                "--probe",
                &format!("{}/{}/{port}", subject.name(), ports.otlp),
            ]);
        }
        Subject::Rotel => rotel(&mut command, work, ports),
    }
    Ok(command)
}

/// As one would run it: every limit that it has, with room for what is sent.
fn configuration(work: Work, Ports { otlp, page }: Ports, folder: &Path) -> String {
    let (signal, exporter, settings) = match work {
        Work::Show => ("metrics", "prometheus", shown(page)),
        Work::Forward(forward) => (forward.signal, "otlp", forwarded(forward)),
    };
    let (fsync, extensions) = match work {
        Work::Forward(Forward { keep: Keep::Disk, .. }) => (false, "file_storage"),
        Work::Forward(Forward { keep: Keep::Synced, .. }) => (true, "file_storage"),
        _ => (false, ""),
    };
    let (sampling, sampled) = match work {
        Work::Forward(Forward { is_sampled: true, .. }) => (SAMPLING, ", tail_sampling"),
        _ => ("", ""),
    };
    let queue = folder.join("queue");
    let queue = queue.display();
    format!(
        "receivers:
  otlp:
    protocols:
      grpc:
        endpoint: 127.0.0.1:{otlp}
processors:
  memory_limiter:
    check_interval: 1s
    limit_mib: 2048
{sampling}
extensions:
  file_storage: {{directory: {queue}, fsync: {fsync}}}
exporters:
  {exporter}:
    {settings}
service:
  extensions: [{extensions}]
  pipelines:
    {signal}:
      receivers: [otlp]
      processors: [memory_limiter{sampled}]
      exporters: [{exporter}]
  telemetry:
    logs:
      level: error
"
    )
}

/// One trace of a hundred, chosen by its id.
const SAMPLING: &str = "  tail_sampling:
    decision_wait: 1s
    num_traces: 200000
    policies:
      - {name: one_of_a_hundred, type: probabilistic, probabilistic: {sampling_percentage: 1}}
";

fn shown(page: u16) -> String {
    format!("endpoint: 127.0.0.1:{page}\n    metric_expiration: 30m\n    max_series: 200000")
}

/// Tries again soon, so that a backend that is back need not be waited for.
fn forwarded(Forward { port, keep, .. }: Forward) -> String {
    let queue = match keep {
        Keep::Memory => "",
        Keep::Disk | Keep::Synced => {
            "\n    retry_on_failure: {initial_interval: 100ms, max_interval: 500ms}
    sending_queue: {storage: file_storage, sizer: bytes, queue_size: 4294967296}"
        }
    };
    format!("endpoint: 127.0.0.1:{port}\n    tls: {{insecure: true}}{queue}")
}

/// Its defaults, but for the size of requests and for compression, which nobody else does here.
fn rotel(command: &mut Command, work: Work, Ports { otlp, page }: Ports) {
    command
        .arg("start")
        .args(["--otlp-grpc-endpoint", &format!("127.0.0.1:{otlp}")])
        .args(["--otlp-http-endpoint", &format!("127.0.0.1:{page}")])
        .args(["--otlp-grpc-max-recv-msg-size-mib", "64"]);
    match work {
        Work::Show => command.args(["--exporter", "blackhole"]),
        Work::Forward(Forward { port, .. }) => command
            .args(["--exporter", "otlp", "--otlp-exporter-compression", "none"])
            .args(["--otlp-exporter-endpoint", &format!("http://127.0.0.1:{port}")]),
    };
}
