//! Connections to a collector: plain, or TLS where the feature `tls` is on.

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;

use super::protocol::{Protocol, TlsFiles};
use crate::error::StartError;

#[cfg(feature = "tls")]
pub(super) type Connector = hyper_rustls::HttpsConnector<HttpConnector>;

#[cfg(not(feature = "tls"))]
pub(super) type Connector = HttpConnector;

/// Connects when first used. Trust is decided here, so that a bad file stops the start.
#[cfg(feature = "tls")]
pub(super) fn connector(
    uri: &Uri,
    protocol: Protocol,
    files: &TlsFiles,
) -> Result<Connector, StartError> {
    let config = if is_tls(uri) {
        super::tls::client_config(files)?
    } else {
        super::tls::no_trust()? // never used: the scheme decides
    };
    let builder =
        hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(config).https_or_http();
    Ok(match protocol {
        Protocol::Grpc => builder.enable_http2().wrap_connector(tcp()),
        Protocol::HttpProtobuf => builder.enable_http1().wrap_connector(tcp()),
    })
}

/// Connects when first used.
#[cfg(not(feature = "tls"))]
pub(super) fn connector(
    uri: &Uri,
    _protocol: Protocol,
    _files: &TlsFiles,
) -> Result<Connector, StartError> {
    if is_tls(uri) {
        return Err(StartError::new(format!(
            "endpoint `{uri}` asks for TLS, which this build lacks: turn on the cargo feature `tls` of inferometer-sdk"
        )));
    }
    Ok(tcp())
}

fn tcp() -> HttpConnector {
    let mut tcp = HttpConnector::new();
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    tcp
}

fn is_tls(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https")
}
