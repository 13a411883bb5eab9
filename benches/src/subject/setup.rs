//! How each subject is told what to do.

use std::{fs, io, path::Path, process::Command};

use super::Subject;

/// What a subject does with the metrics it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// Shows them on a page. Rotel has none and drops them.
    Show,
    /// Sends them by OTLP over gRPC to this port.
    Forward(u16),
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
            fs::write(&file, configuration(work, ports))?;
            command.arg("--config").arg(file);
        }
        Subject::Yardstick => {
            let Ports { otlp, page } = ports;
            command.args(["ingest", "--probe", &format!("{}/{otlp}/{page}", subject.name())]);
        }
        Subject::Rotel => rotel(&mut command, work, ports),
    }
    Ok(command)
}

/// As one would run it: every limit that it has, with room for what is sent.
fn configuration(work: Work, Ports { otlp, page }: Ports) -> String {
    let (exporter, settings) = match work {
        Work::Show => (
            "prometheus",
            format!(
                "endpoint: 127.0.0.1:{page}\n    metric_expiration: 30m\n    max_series: 200000"
            ),
        ),
        Work::Forward(port) => {
            ("otlp", format!("endpoint: 127.0.0.1:{port}\n    tls: {{insecure: true}}"))
        }
    };
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
exporters:
  {exporter}:
    {settings}
service:
  pipelines:
    metrics:
      receivers: [otlp]
      processors: [memory_limiter]
      exporters: [{exporter}]
  telemetry:
    logs:
      level: warn
"
    )
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
        Work::Forward(port) => command
            .args(["--exporter", "otlp", "--otlp-exporter-compression", "none"])
            .args(["--otlp-exporter-endpoint", &format!("http://127.0.0.1:{port}")]),
    };
}
