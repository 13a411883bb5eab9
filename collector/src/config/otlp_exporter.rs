//! The exporters `otlp` and `otlphttp`: where they send to, and how.

use std::time::Duration;

use super::{
    auth,
    authenticator::AuthSettings,
    backend,
    component::Read,
    headers,
    keep_alive::{self, KeepAliveSettings},
    problem::Problems,
    queue::{self, QueueSettings},
    resolved::ExporterSettings,
    retry::{self, RetrySettings},
    secret_text::Secret,
    section::Section,
    tls::{ClientTls, NeedsTls, TlsClientSettings},
};

/// Settings of the exporters `otlp` and `otlphttp`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtlpExporterSettings {
    /// What carries the requests.
    pub protocol: OtlpProtocol,
    /// The backend, as `http://HOST:PORT`, or `https://HOST:PORT` where TLS is spoken; over HTTP a path may follow, which
    /// `/v1/SIGNAL` is put behind.
    pub endpoint: String,
    /// TLS, if the endpoint asks for it.
    pub tls: TlsClientSettings,
    /// Sent with every request, over gRPC as metadata.
    pub headers: Vec<(String, Secret)>,
    /// Who the exporter is, with every request.
    pub auth: Option<AuthSettings>,
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
    /// The URL is none; the message says what was expected.
    pub fn to(url: &str) -> Result<Self, String> {
        // Without a scheme, a command line would not show whether it sends in the clear.
        let read = url.contains("://").then(|| backend::read(url, false)).flatten();
        read.map(|url| Self::new(OtlpProtocol::Grpc, &url)).ok_or_else(|| {
            format!(
                "{url:?}, expected http://HOST:PORT, such as http://127.0.0.1:14317, or \
                 https://HOST:PORT"
            )
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
            tls: TlsClientSettings::default(),
            headers: Vec::new(),
            auth: None,
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
    let tls = ClientTls::read(section, problems);
    let endpoint = read_backend(section, protocol, &tls, problems);
    let mut settings = OtlpExporterSettings::new(protocol, &endpoint);
    settings.tls = tls.settings;
    if let Some(timeout) = section.positive_duration("timeout", problems) {
        settings.timeout = timeout;
    }
    settings.headers = headers::read(section, problems);
    let name = auth::read(section, false, problems);
    settings.auth = name.map(|name| AuthSettings::named(name.id));
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

/// `endpoint`, as a URL whose scheme says whether TLS is spoken.
fn read_backend(
    section: &mut Section<'_>,
    protocol: OtlpProtocol,
    tls: &ClientTls,
    problems: &mut Problems,
) -> String {
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
        OtlpProtocol::Grpc => {
            // As the OpenTelemetry Collector has it: an authority says more than the flag.
            let insecure = tls.insecure.is_some_and(|(insecure, _)| insecure);
            backend::read(text, insecure && tls.settings.common.authorities.is_none())
        }
        OtlpProtocol::Http => backend::read_url(text),
    };
    let Some(url) = read else {
        let text = backend::shown(text);
        section.wrong("endpoint", &format!("is {text:?}, expected {expected}"), problems);
        return String::new();
    };
    if backend::leads_to_metadata(&url) {
        let what = "where a cloud tells this machine its secrets: name a backend";
        section.wrong("endpoint", &format!("is {text:?}, {what}"), problems);
        return String::new();
    }
    check_tls(section, (protocol, &url), tls, problems);
    url
}

/// Reports what `tls` says that the endpoint does not.
fn check_tls(
    section: &Section<'_>,
    (protocol, url): (OtlpProtocol, &str),
    tls: &ClientTls,
    problems: &mut Problems,
) {
    if !backend::is_tls(url) {
        return check_clear(section, protocol, tls, problems);
    }
    if let Some((true, at)) = tls.insecure {
        let what = "is true, but TLS is spoken, as the rest of the settings says: remove it";
        problems.warning(at, format!("{} {what}", section.path_of("tls.insecure")));
    }
    if let Some(at) = tls.unverified {
        let path = section.path_of("tls.insecure_skip_verify");
        problems.warning(
            at,
            format!(
                "{path} is true: whoever answers at the endpoint is believed and sees all that is sent; name its \
                 authority in ca_file instead"
            ),
        );
    }
}

/// Reports what `tls` says of an endpoint in the clear. The OpenTelemetry Collector passes over all of it, except that
/// over gRPC it speaks TLS to `http://` unless it is `insecure`: there is nothing here that may be sent in the clear
/// without a word.
fn check_clear(
    section: &Section<'_>,
    protocol: OtlpProtocol,
    tls: &ClientTls,
    problems: &mut Problems,
) {
    let insecure = section.path_of("tls.insecure");
    match (tls.insecure, protocol) {
        (Some((false, at)), OtlpProtocol::Grpc) => problems.error(
            at,
            format!(
                "{insecure} is false, but http:// asks for no TLS: write https://, or remove it"
            ),
        ),
        // As files for the OpenTelemetry Collector have it, which writes its defaults out in some charts.
        (Some((false, at)), OtlpProtocol::Http) => problems.warning(
            at,
            format!(
                "{insecure} is false, but http:// is sent to in the clear, where others may read along: write https://, \
                 or remove it"
            ),
        ),
        (Some((true, _)) | None, _) => {}
    }
    let remedy = match protocol {
        OtlpProtocol::Grpc => "write https://, or HOST:PORT without tls.insecure, or remove it",
        OtlpProtocol::Http => "write https://, or remove it",
    };
    let is_asked_for = matches!(tls.insecure, Some((true, _)));
    for NeedsTls { path, at, is_certificate } in &tls.needs_tls {
        let message = format!("{path} has no effect, as nothing is encrypted: {remedy}");
        if is_asked_for && !is_certificate {
            problems.warning(*at, message);
        } else {
            problems.error(*at, message);
        }
    }
}
