//! Where an exporter sends to.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// What a backend's endpoint looks like, for error messages.
pub(super) const EXPECTED: &str = "HOST:PORT or http://HOST:PORT, such as 127.0.0.1:4317";
/// The same over HTTP.
pub(super) const EXPECTED_URL: &str = "http://HOST:PORT, such as http://127.0.0.1:4318";

/// Why an endpoint cannot be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It is no endpoint.
    Form,
    /// It asks for TLS.
    Tls,
}

impl Wrong {
    /// The rest of an error message; `expected` says what an endpoint looks like, `in_the_clear` how to do without TLS.
    pub(super) fn remedy(self, expected: &str, in_the_clear: &str) -> String {
        match self {
            Self::Form => format!("expected {expected}"),
            Self::Tls => {
                format!("which asks for TLS, and this exporter speaks none: {in_the_clear}")
            }
        }
    }
}

/// Reads an endpoint as `http://HOST:PORT`. Sending in the clear must be asked for, as in the OpenTelemetry Collector:
/// by the scheme, or by `insecure`.
pub(super) fn read(text: &str, insecure: bool) -> Result<String, Wrong> {
    let (scheme, authority) = text
        .split_once("://")
        .map_or((None, text), |(scheme, authority)| (Some(scheme), authority));
    let authority = authority.strip_suffix('/').unwrap_or(authority);
    if !matches!(scheme, None | Some("http" | "https")) || !is_authority(authority) {
        return Err(Wrong::Form);
    }
    match scheme {
        Some("http") => Ok(format!("http://{authority}")),
        None if insecure => Ok(format!("http://{authority}")),
        _ => Err(Wrong::Tls),
    }
}

/// Reads the base of a URL, `http://HOST:PORT` with or without a path.
pub(super) fn read_url(text: &str) -> Result<String, Wrong> {
    let (scheme, rest) = text.split_once("://").ok_or(Wrong::Form)?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let is_path = path.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#'));
    if !matches!(scheme, "http" | "https") || !is_authority(authority) || !is_path {
        return Err(Wrong::Form);
    }
    if scheme == "https" {
        return Err(Wrong::Tls);
    }
    Ok(format!("http://{authority}{}", path.trim_end_matches('/')))
}

/// `HOST:PORT` with a port that exists, without user or path.
fn is_authority(text: &str) -> bool {
    let Ok(authority) = text.parse::<http::uri::Authority>() else {
        return false;
    };
    let port = authority.port_u16().is_some_and(|port| port > 0);
    port && !authority.host().is_empty() && !text.contains('@')
}

/// Whether `http://HOST:PORT`, a path behind it or not, is where one of the listeners listens, as far as its text tells.
pub(super) fn is_one_of(url: &str, mut listeners: impl Iterator<Item = SocketAddr>) -> bool {
    let authority = url.strip_prefix("http://").unwrap_or(url);
    let authority = authority.split('/').next().unwrap_or(authority);
    let address = match authority.strip_prefix("localhost:") {
        Some(port) => {
            port.parse().ok().map(|port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
        }
        None => authority.parse().ok(),
    };
    address.is_some_and(|address: SocketAddr| {
        listeners.any(|listener| {
            let everywhere = listener.ip().is_unspecified() && address.ip().is_loopback();
            listener.port() == address.port() && (listener.ip() == address.ip() || everywhere)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, insecure: bool, expected: Result<&str, Wrong>) {
        assert_eq!(read(text, insecure).as_deref(), expected.as_ref().copied(), "{text}");
    }

    #[test]
    fn plaintext_needs_the_scheme_or_the_flag() {
        check("http://tempo:4317", false, Ok("http://tempo:4317"));
        check("http://tempo:4317/", false, Ok("http://tempo:4317"));
        check("tempo:4317", true, Ok("http://tempo:4317"));
        check("[::1]:4317", true, Ok("http://[::1]:4317"));
        check("tempo:4317", false, Err(Wrong::Tls));
        check("https://tempo:4317", true, Err(Wrong::Tls));
    }

    #[test]
    fn what_is_no_host_and_port_is_refused() {
        for text in [
            "tempo",
            "tempo:0",
            "tempo:99999",
            "http://tempo",
            "ftp://tempo:1",
            "a@tempo:1",
            "tempo:1/v1",
            ":1",
            "",
        ] {
            check(text, true, Err(Wrong::Form));
        }
    }

    fn check_url(text: &str, expected: Result<&str, Wrong>) {
        assert_eq!(read_url(text).as_deref(), expected.as_ref().copied(), "{text}");
    }

    #[test]
    fn a_url_may_have_a_path() {
        check_url("http://otel:4318", Ok("http://otel:4318"));
        check_url("http://otel:4318/", Ok("http://otel:4318"));
        check_url("http://otel:4318/api/otlp/", Ok("http://otel:4318/api/otlp"));
        check_url("https://otel:4318", Err(Wrong::Tls));
        for text in [
            "otel:4318",
            "http://otel",
            "http://a@otel:1",
            "http://otel:1/a b",
            "http://otel:1/?a",
            "",
        ] {
            check_url(text, Err(Wrong::Form));
        }
    }

    #[test]
    fn the_own_listener_is_known_by_its_text() {
        let listeners = || ["0.0.0.0:4317".parse().unwrap()].into_iter();
        assert!(is_one_of("http://localhost:4317", listeners()));
        assert!(is_one_of("http://127.0.0.1:4317", listeners()));
        assert!(is_one_of("http://127.0.0.1:4317/otlp", listeners()));
        assert!(!is_one_of("http://127.0.0.1:4318", listeners()));
        assert!(!is_one_of("http://tempo:4317", listeners()));
    }
}
