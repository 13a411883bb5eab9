//! The exporters `otlp` and `otlphttp`: where they send to, and how.

use std::time::Duration;

use super::{
    backend,
    component::Read,
    keep_alive::{self, KeepAliveSettings},
    problem::Problems,
    queue::{self, QueueSettings},
    resolved::ExporterSettings,
    retry::{self, RetrySettings},
    section::Section,
};

/// Settings of the exporters `otlp` and `otlphttp`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtlpExporterSettings {
    /// What carries the requests.
    pub protocol: OtlpProtocol,
    /// The backend, as `http://HOST:PORT`; over HTTP a path may follow, which `/v1/SIGNAL` is put behind.
    pub endpoint: String,
    /// Sent with every request, over gRPC as metadata.
    pub headers: Vec<(String, String)>,
    /// How long one attempt may take; default 5 s over gRPC and 30 s over HTTP, as the Collector has them.
    pub timeout: Duration,
    /// How requests are compressed; default [`Compression::None`].
    pub compression: Compression,
    /// How a dead connection is found out; over gRPC.
    pub keep_alive: KeepAliveSettings,
    /// What waits for the backend.
    pub queue: QueueSettings,
    /// What follows a failed attempt.
    pub retry: RetrySettings,
}

/// What carries OTLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtlpProtocol {
    /// Unary calls over HTTP/2: the exporter `otlp`.
    Grpc,
    /// Protobuf in a POST over HTTP/1.1: the exporter `otlphttp`.
    Http,
}

/// How requests are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// Not at all: bytes that are forwarded as they came cost so little that any compression would cost several times
    /// as much. The Collector's default is gzip.
    #[default]
    None,
    /// `gzip`, which every OTLP server understands.
    Gzip,
    /// `zstd`, which takes less time than gzip.
    Zstd,
}

impl Compression {
    const WORDS: [(&str, Self); 3] =
        [("none", Self::None), ("gzip", Self::Gzip), ("zstd", Self::Zstd)];

    /// Its name in files and headers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

impl OtlpExporterSettings {
    /// The defaults over gRPC, with the URL checked at once.
    ///
    /// # Errors
    /// The URL is none, or asks for TLS; the message says what was expected.
    pub fn to(url: &str) -> Result<Self, String> {
        // Without a scheme, a command line that sends in the clear would not show it.
        let read = backend::read(url, false);
        read.map(|url| Self::new(OtlpProtocol::Grpc, &url)).map_err(|wrong| match wrong {
            backend::Wrong::Form => {
                format!("{url:?}, expected http://HOST:PORT, such as http://127.0.0.1:14317")
            }
            backend::Wrong::Tls => {
                format!(
                    "{url:?}, {}",
                    wrong.remedy(backend::EXPECTED, "write http://HOST:PORT to send in the clear")
                )
            }
        })
    }

    /// The defaults for an endpoint, which is checked when the exporter starts.
    #[must_use]
    pub fn new(protocol: OtlpProtocol, endpoint: &str) -> Self {
        let timeout = match protocol {
            OtlpProtocol::Grpc => 5,
            OtlpProtocol::Http => 30,
        };
        Self {
            protocol,
            endpoint: endpoint.to_owned(),
            headers: Vec::new(),
            timeout: Duration::from_secs(timeout),
            compression: Compression::default(),
            keep_alive: KeepAliveSettings::default(),
            queue: QueueSettings::default(),
            retry: RetrySettings::default(),
        }
    }
}

pub(super) fn read_otlp(
    section: &mut Section<'_>,
    problems: &mut Problems,
) -> Read<ExporterSettings> {
    read(section, OtlpProtocol::Grpc, problems)
}

pub(super) fn read_otlp_http(
    section: &mut Section<'_>,
    problems: &mut Problems,
) -> Read<ExporterSettings> {
    read(section, OtlpProtocol::Http, problems)
}

fn read(
    section: &mut Section<'_>,
    protocol: OtlpProtocol,
    problems: &mut Problems,
) -> Read<ExporterSettings> {
    let endpoint = read_backend(section, protocol, problems);
    let mut settings = OtlpExporterSettings::new(protocol, &endpoint);
    if let Some(timeout) = section.positive_duration("timeout", problems) {
        settings.timeout = timeout;
    }
    for (name, value) in section.texts("headers", problems) {
        settings.headers.push((name.name.clone(), value));
    }
    if let Some(compression) = section.word("compression", &Compression::WORDS, problems) {
        settings.compression = compression;
    }
    if protocol == OtlpProtocol::Grpc {
        settings.keep_alive = keep_alive::read(section, problems);
    }
    settings.queue = queue::read(section, problems);
    settings.retry = retry::read(section, problems, settings.queue.storage.is_some());
    Read { settings: ExporterSettings::Otlp(settings), listeners: Vec::new() }
}

/// `endpoint` and `tls.insecure`, as `http://HOST:PORT`.
fn read_backend(
    section: &mut Section<'_>,
    protocol: OtlpProtocol,
    problems: &mut Problems,
) -> String {
    let insecure = section.section("tls", problems).is_some_and(|mut tls| {
        let insecure = tls.flag("insecure", problems);
        tls.close(problems);
        insecure.unwrap_or(false)
    });
    let expected = match protocol {
        OtlpProtocol::Grpc => backend::EXPECTED,
        OtlpProtocol::Http => backend::EXPECTED_URL,
    };
    if section.node("endpoint").is_none() {
        section.missing("endpoint", expected, problems);
    }
    let Some(text) = section.text("endpoint", expected, problems) else {
        return String::new();
    };
    let read = match protocol {
        OtlpProtocol::Grpc => backend::read(text, insecure),
        OtlpProtocol::Http => backend::read_url(text),
    };
    match read {
        Ok(url) => url,
        Err(wrong) => {
            let at = section.node("endpoint").map_or(section.at(), |node| node.at);
            let in_the_clear = match protocol {
                OtlpProtocol::Grpc => "set tls.insecure to true to send in the clear",
                OtlpProtocol::Http => "write http:// to send in the clear",
            };
            let remedy = wrong.remedy(expected, in_the_clear);
            problems.error(at, format!("{} is {text:?}, {remedy}", section.path_of("endpoint")));
            String::new()
        }
    }
}
