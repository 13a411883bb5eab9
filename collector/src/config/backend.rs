//! Where an exporter sends to.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// What a backend's endpoint looks like, for error messages.
pub(super) const EXPECTED: &str = "HOST:PORT or http://HOST:PORT, such as 127.0.0.1:4317";

/// Why an endpoint cannot be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It is no endpoint.
    Form,
    /// It asks for TLS.
    Tls,
}

impl Wrong {
    /// The rest of an error message; `in_the_clear` says how to do without TLS.
    pub(super) fn remedy(self, in_the_clear: &str) -> String {
        match self {
            Self::Form => format!("expected {EXPECTED}"),
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

/// `HOST:PORT` with a port that exists, without user or path.
fn is_authority(text: &str) -> bool {
    let Ok(authority) = text.parse::<http::uri::Authority>() else {
        return false;
    };
    let port = authority.port_u16().is_some_and(|port| port > 0);
    port && !authority.host().is_empty() && !text.contains('@')
}

/// Whether `http://HOST:PORT` is where one of the listeners listens, as far as its text tells.
pub(super) fn is_one_of(url: &str, mut listeners: impl Iterator<Item = SocketAddr>) -> bool {
    let authority = url.strip_prefix("http://").unwrap_or(url);
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

    #[test]
    fn the_own_listener_is_known_by_its_text() {
        let listeners = || ["0.0.0.0:4317".parse().unwrap()].into_iter();
        assert!(is_one_of("http://localhost:4317", listeners()));
        assert!(is_one_of("http://127.0.0.1:4317", listeners()));
        assert!(!is_one_of("http://127.0.0.1:4318", listeners()));
        assert!(!is_one_of("http://tempo:4317", listeners()));
    }
}
