//! Where one signal goes, checked before anything starts.

use std::borrow::Cow;

use http::{HeaderMap, Uri, uri::PathAndQuery};

use super::{
    connect::{Connector, connector},
    protocol::{Compression, Protocol},
    signal::Signal,
};
use crate::{
    error::StartError,
    telemetry::{Endpoint, OtlpSettings},
};

/// The port that collectors have for OTLP over HTTP.
const HTTP_PORT: u16 = 4318;

const DEFAULT_GRPC: &str = "http://localhost:4317";
const DEFAULT_HTTP: &str = "http://localhost:4318";

/// A collector, and how to speak to it about one signal.
#[derive(Debug, Clone)]
pub(crate) struct Destination {
    pub(super) protocol: Protocol,
    /// Of the requests themselves, path included.
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) compression: Compression,
    pub(super) connector: Connector,
}

impl Destination {
    /// # Errors
    /// If the URL is no `http://` or `https://` URL with a host, or the files for TLS are unusable.
    pub(crate) fn new(signal: Signal, settings: &OtlpSettings) -> Result<Self, StartError> {
        let (protocol, uri) = resolve(signal, settings)?;
        Ok(Self {
            protocol,
            connector: connector(&uri, protocol, &settings.tls)?,
            uri,
            headers: settings.headers.clone(),
            compression: settings.compression,
        })
    }

    /// Host and port, for attributes.
    pub(crate) fn server(&self) -> (&str, u16) {
        let port = self.uri.port_u16().unwrap_or(match self.uri.scheme_str() {
            Some("https") => 443,
            _ => 80,
        });
        (self.uri.host().unwrap_or_default(), port)
    }

    pub(crate) const fn protocol(&self) -> Protocol {
        self.protocol
    }
}

/// Protocol and full address. Where nobody chose a protocol, a path or the port for HTTP says that it is HTTP.
fn resolve(signal: Signal, settings: &OtlpSettings) -> Result<(Protocol, Uri), StartError> {
    let Some(endpoint) = &settings.endpoint else {
        let protocol = settings.protocol.unwrap_or(Protocol::Grpc);
        let base = match protocol {
            Protocol::Grpc => DEFAULT_GRPC,
            Protocol::HttpProtobuf => DEFAULT_HTTP,
        };
        let path = path(signal, protocol, &Endpoint::Base(base.to_owned()), "");
        return Ok((protocol, with_path(base, &parse(base)?, &path)?));
    };
    let url = &*with_scheme(endpoint.url(), settings);
    let uri = parse(url)?;
    let protocol = settings.protocol.unwrap_or_else(|| {
        if uri.port_u16() == Some(HTTP_PORT) || uri.path().len() > 1 {
            Protocol::HttpProtobuf
        } else {
            Protocol::Grpc
        }
    });
    let given = uri.path_and_query().map_or("", PathAndQuery::as_str);
    let path = path(signal, protocol, endpoint, given);
    let uri = with_path(url, &uri, &path)?;
    Ok((protocol, uri))
}

/// For gRPC, `HOST:PORT` is enough where somebody said whether it is to be trusted as it is.
fn with_scheme<'a>(url: &'a str, settings: &OtlpSettings) -> Cow<'a, str> {
    match settings.insecure {
        Some(insecure)
            if !url.contains("://") && settings.protocol != Some(Protocol::HttpProtobuf) =>
        {
            let scheme = if insecure { "http" } else { "https" };
            format!("{scheme}://{url}").into()
        }
        _ => url.into(),
    }
}

/// A signal's own URL is used as it is; the general one is the base of the signals' paths.
fn path(signal: Signal, protocol: Protocol, endpoint: &Endpoint, given: &str) -> String {
    match (protocol, endpoint) {
        (Protocol::Grpc, _) => signal.grpc_path().to_owned(),
        (Protocol::HttpProtobuf, Endpoint::Exact(_)) => given.to_owned(),
        (Protocol::HttpProtobuf, Endpoint::Base(_)) => {
            format!("{}/{}", given.trim_end_matches('/'), signal.http_path())
        }
    }
}

fn with_path(url: &str, uri: &Uri, path: &str) -> Result<Uri, StartError> {
    let mut parts = uri.clone().into_parts();
    let invalid = |error: &dyn std::fmt::Display| {
        StartError::new(format!(
            "endpoint `{url}` gives the path `{path}` ({error}): use http://HOST:PORT/PATH"
        ))
    };
    parts.path_and_query = Some(path.parse().map_err(|error| invalid(&error))?);
    Uri::from_parts(parts).map_err(|error| invalid(&error))
}

fn parse(url: &str) -> Result<Uri, StartError> {
    let uri: Uri = url.parse().map_err(|error| {
        StartError::new(format!("endpoint `{url}` is no URL ({error}): use http://HOST:PORT"))
    })?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(_)) => Ok(uri),
        _ => Err(StartError::new(format!(
            "endpoint `{url}` is no http:// or https:// URL: use http://HOST:PORT, or for gRPC set \
             OTEL_EXPORTER_OTLP_INSECURE"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRPC: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

    #[track_caller]
    fn check(endpoint: Option<Endpoint>, protocol: Option<Protocol>, expected: &str) {
        let shown = format!("{endpoint:?} {protocol:?}");
        let settings = OtlpSettings { endpoint, protocol, ..OtlpSettings::default() };
        let (_, uri) = resolve(Signal::Metrics, &settings).unwrap();
        assert_eq!(uri.to_string(), expected, "{shown}");
    }

    fn base(url: &str) -> Option<Endpoint> {
        Some(Endpoint::Base(url.to_owned()))
    }

    fn exact(url: &str) -> Option<Endpoint> {
        Some(Endpoint::Exact(url.to_owned()))
    }

    #[test]
    fn a_general_url_is_a_base_and_a_signals_own_is_taken_as_it_is() {
        let http = Some(Protocol::HttpProtobuf);
        check(base("http://c:1"), http, "http://c:1/v1/metrics");
        check(base("http://c:1/otlp/"), http, "http://c:1/otlp/v1/metrics");
        check(exact("http://c:1"), http, "http://c:1/");
        check(exact("http://c:1/own?key=1"), http, "http://c:1/own?key=1");
        check(exact("http://c:1/own"), Some(Protocol::Grpc), &format!("http://c:1{GRPC}"));
    }

    #[test]
    fn where_nobody_chose_the_endpoint_tells_the_protocol() {
        check(None, None, &format!("http://localhost:4317{GRPC}"));
        check(None, Some(Protocol::HttpProtobuf), "http://localhost:4318/v1/metrics");
        check(base("http://c:9999"), None, &format!("http://c:9999{GRPC}"));
        check(base("http://c:4318"), None, "http://c:4318/v1/metrics");
        check(base("https://c/otlp"), None, "https://c/otlp/v1/metrics");
        check(base("http://c:4318"), Some(Protocol::Grpc), &format!("http://c:4318{GRPC}"));
    }

    #[test]
    fn a_host_and_port_are_enough_for_grpc_where_its_security_is_said() {
        let resolved = |insecure, protocol| {
            let endpoint = base("c:4317");
            let settings = OtlpSettings { endpoint, insecure, protocol, ..OtlpSettings::default() };
            resolve(Signal::Metrics, &settings).ok().map(|(_, uri)| uri.to_string())
        };
        assert_eq!(resolved(Some(true), None), Some(format!("http://c:4317{GRPC}")));
        assert_eq!(resolved(Some(false), None), Some(format!("https://c:4317{GRPC}")));
        assert_eq!(resolved(None, None), None);
        assert_eq!(resolved(Some(true), Some(Protocol::HttpProtobuf)), None);
    }

    #[test]
    fn an_endpoint_is_an_http_url_with_a_host() {
        assert!(parse("http://[::1]:4317/").is_ok());
        for url in ["localhost:4317", "unix:///tmp/socket", "http://bad host", ""] {
            let error = parse(url).unwrap_err().to_string();
            assert!(
                error.contains("use http://HOST:PORT") && error.contains(&format!("`{url}`")),
                "{url}: {error}"
            );
        }
    }
}
