//! A collector that forwards traces and shows its own page.

use std::path::Path;

/// What differs from scenario to scenario.
#[derive(Debug, Clone, Copy)]
pub struct Setup<'a> {
    /// Where traces go.
    pub endpoint: &'a str,
    /// How they go there.
    pub protocol: Protocol,
    /// Where they wait; in memory if nowhere.
    pub disk: Option<Disk<'a>>,
    /// Settings of the queue besides, such as `queue_size: 5, on_full: refuse`.
    pub queue: &'a str,
    /// Time for one attempt.
    pub timeout: &'a str,
    /// What traces go through, by its id and settings, such as `memory_limiter: {limit_mib: 100}`; nothing if empty.
    pub processor: &'a str,
}

/// A queue on disk.
#[derive(Debug, Clone, Copy)]
pub struct Disk<'a> {
    /// Its folder.
    pub folder: &'a Path,
    /// Whether what is acknowledged survives a loss of power.
    pub fsync: bool,
}

/// A way to forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// The exporter `otlp`.
    Grpc,
    /// The exporter `otlphttp`.
    Http,
}

impl Protocol {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Grpc, Self::Http];

    /// The exporter's id.
    #[must_use]
    pub const fn exporter(self) -> &'static str {
        match self {
            Self::Grpc => "otlp",
            Self::Http => "otlphttp",
        }
    }
}

impl<'a> Setup<'a> {
    /// A queue in memory, over gRPC, to an endpoint that always answers in time.
    #[must_use]
    pub const fn to(endpoint: &'a str) -> Self {
        let (protocol, timeout) = (Protocol::Grpc, "10s");
        Self { endpoint, protocol, disk: None, queue: "", timeout, processor: "" }
    }

    /// The file.
    #[must_use]
    pub fn yaml(&self) -> String {
        let Self { endpoint, protocol, disk, queue, timeout, processor } = *self;
        let exporter = protocol.exporter();
        let (extensions, service, storage) = match disk {
            Some(Disk { folder, fsync }) => (
                format!("extensions:\n  file_storage: {{directory: {folder:?}, fsync: {fsync}}}\n"),
                "  extensions: [file_storage]\n",
                "storage: file_storage, ",
            ),
            None => (String::new(), "", ""),
        };
        let (processors, through) = match processor.split_once(':') {
            Some((id, _)) => {
                (format!("processors:\n  {processor}\n"), format!("processors: [{id}], "))
            }
            None => Default::default(),
        };
        format!(
            "\
{extensions}{processors}receivers:
  otlp:
    protocols:
      grpc: {{endpoint: \"127.0.0.1:0\"}}
      http: {{endpoint: \"127.0.0.1:0\"}}
exporters:
  prometheus: {{endpoint: \"127.0.0.1:0\"}}
  {exporter}:
    endpoint: \"{endpoint}\"
    timeout: {timeout}
    retry_on_failure: {{initial_interval: 100ms, max_interval: 200ms, max_elapsed_time: 0}}
    sending_queue: {{{storage}{queue}}}
service:
{service}  pipelines:
    traces: {{receivers: [otlp], {through}exporters: [{exporter}]}}
    metrics: {{receivers: [otlp], exporters: [prometheus]}}
"
        )
    }
}
