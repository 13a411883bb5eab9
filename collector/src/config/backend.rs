//! Where an exporter sends to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What a backend's endpoint looks like over gRPC, for error messages.
pub(super) const EXPECTED: &str =
    "HOST:PORT, https://HOST:PORT or http://HOST:PORT, such as 127.0.0.1:4317";
/// The same over HTTP.
pub(super) const EXPECTED_URL: &str =
    "https://HOST or http://HOST:PORT, such as http://127.0.0.1:4318";

/// Where clouds tell a machine its secrets: nobody there takes telemetry, and what is sent may be a request for more.
const METADATA: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];
const METADATA_NAMES: [&str; 2] = ["metadata.google.internal", "metadata.goog"];

/// Whether this is where a cloud tells a machine its secrets.
pub(crate) fn is_metadata(address: IpAddr) -> bool {
    METADATA.contains(&address.to_canonical())
}

/// The same of a URL, as far as its text tells.
pub(super) fn leads_to_metadata(url: &str) -> bool {
    let host =
        url.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_ascii_lowercase));
    host.is_some_and(|host| {
        let address = host.trim_matches(['[', ']']).parse();
        METADATA_NAMES.contains(&host.trim_end_matches('.')) || address.is_ok_and(is_metadata)
    })
}

/// An endpoint as messages show it: without the name and the password that may stand before its host.
pub(crate) fn shown(endpoint: &str) -> String {
    let (scheme, rest) = match endpoint.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), endpoint),
    };
    match rest.rsplit_once('@') {
        Some((_, rest)) => format!("{scheme}...@{rest}"),
        None => endpoint.to_owned(),
    }
}

/// Whether a URL asks for TLS.
pub(super) fn is_tls(url: &str) -> bool {
    url.starts_with("https://")
}

/// Reads an endpoint as `http://HOST:PORT` or `https://HOST:PORT`. Sending in the clear must be asked for, as in the
/// OpenTelemetry Collector: by the scheme, or without one by `in_the_clear`.
pub(super) fn read(text: &str, in_the_clear: bool) -> Option<String> {
    let unnamed = if in_the_clear { "http" } else { "https" };
    let (scheme, authority) = text.split_once("://").unwrap_or((unnamed, text));
    let authority = authority.strip_suffix('/').unwrap_or(authority);
    let is_sound = matches!(scheme, "http" | "https") && is_authority(authority, true);
    is_sound.then(|| format!("{scheme}://{authority}"))
}

/// Reads the base of a URL, `http://HOST:PORT` or `https://HOST` with or without a port, and with or without a path.
pub(super) fn read_url(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let is_path = path.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#'));
    // In the clear, whoever names no port has forgotten it: none listens for OTLP on 80.
    let is_sound = match scheme {
        "http" => is_authority(authority, true),
        "https" => is_authority(authority, false),
        _ => false,
    };
    (is_sound && is_path).then(|| format!("{scheme}://{authority}{}", path.trim_end_matches('/')))
}

/// `HOST:PORT` with a port that exists, without user or path; or, unless it is needed, without the port.
fn is_authority(text: &str, needs_port: bool) -> bool {
    let Ok(authority) = text.parse::<http::uri::Authority>() else {
        return false;
    };
    let port = match authority.port_u16() {
        Some(port) => port > 0,
        // What stands where a port should is none.
        None => !needs_port && authority.host() == text,
    };
    port && !authority.host().is_empty() && !text.contains('@')
}

/// Whether a URL, a path behind it or not, is where one of the listeners listens, as far as its text tells.
pub(super) fn is_one_of(url: &str, mut listeners: impl Iterator<Item = SocketAddr>) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, authority)| authority);
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

    fn check(text: &str, in_the_clear: bool, expected: Option<&str>) {
        assert_eq!(read(text, in_the_clear).as_deref(), expected, "{text}");
    }

    #[test]
    fn plaintext_needs_the_scheme_or_the_flag() {
        check("http://tempo:4317", false, Some("http://tempo:4317"));
        check("http://tempo:4317/", false, Some("http://tempo:4317"));
        check("tempo:4317", true, Some("http://tempo:4317"));
        check("[::1]:4317", true, Some("http://[::1]:4317"));
        check("tempo:4317", false, Some("https://tempo:4317"));
        check("https://tempo:4317", true, Some("https://tempo:4317"));
    }

    #[test]
    fn what_is_no_host_and_port_is_refused() {
        for text in [
            "tempo",
            "tempo:0",
            "tempo:99999",
            "http://tempo",
            "https://tempo",
            "ftp://tempo:1",
            "a@tempo:1",
            "tempo:1/v1",
            ":1",
            "",
        ] {
            check(text, true, None);
        }
    }

    fn check_url(text: &str, expected: Option<&str>) {
        assert_eq!(read_url(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn a_url_may_have_a_path() {
        check_url("http://otel:4318", Some("http://otel:4318"));
        check_url("http://otel:4318/", Some("http://otel:4318"));
        check_url("http://otel:4318/api/otlp/", Some("http://otel:4318/api/otlp"));
        check_url("https://otel:4318", Some("https://otel:4318"));
        for text in
            ["otel:4318", "http://otel", "http://a@otel:1", "http://otel:1/a b", "http://otel:1/?a"]
        {
            check_url(text, None);
        }
    }

    #[test]
    fn the_port_of_https_goes_without_saying_over_http() {
        check_url("https://otlp.example/otlp", Some("https://otlp.example/otlp"));
        check_url("https://[::1]", Some("https://[::1]"));
        for text in ["https://", "https://a@otel", "https://otel:", "https://otel:0", ""] {
            check_url(text, None);
        }
    }

    #[test]
    fn a_password_before_a_host_is_not_shown() {
        for (endpoint, expected) in [
            ("http://ann:secret@next:1", "http://...@next:1"),
            ("ann:s@cret@next:1/a", "...@next:1/a"),
            ("next:1", "next:1"),
        ] {
            assert_eq!(shown(endpoint), expected);
        }
    }

    #[test]
    fn what_tells_machines_their_secrets_is_known_in_every_spelling() {
        for url in [
            "http://169.254.169.254:80",
            "http://[::ffff:169.254.169.254]:80",
            "http://[fd00:ec2::254]:80",
            "https://Metadata.Google.Internal:4317",
            "https://metadata.google.internal.:4317",
        ] {
            assert!(leads_to_metadata(url), "{url}");
        }
        for url in ["http://169.254.169.253:80", "http://metadata:80", "http://[fe80::1]:80"] {
            assert!(!leads_to_metadata(url), "{url}");
        }
    }

    #[test]
    fn the_own_listener_is_known_by_its_text() {
        let listeners = || ["0.0.0.0:4317".parse().unwrap()].into_iter();
        assert!(is_one_of("http://localhost:4317", listeners()));
        assert!(is_one_of("http://127.0.0.1:4317", listeners()));
        assert!(is_one_of("http://127.0.0.1:4317/otlp", listeners()));
        assert!(is_one_of("https://127.0.0.1:4317", listeners()));
        assert!(!is_one_of("http://127.0.0.1:4318", listeners()));
        assert!(!is_one_of("http://tempo:4317", listeners()));
    }
}
