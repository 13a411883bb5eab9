//! The connections to the other side: in the clear or by TLS, made when they are first needed and again when they broke.

mod connector;
mod remedy;
mod renewal;
mod stream;

use http::{Request, Uri, uri::Scheme};
use hyper_util::client::legacy;

use self::{
    connector::Connector,
    renewal::{Recipe, Renewal},
};
use super::chunks::Chunks;
use crate::{
    config::{OtlpExporterSettings, OtlpProtocol},
    tls::Material,
};

type Pool = legacy::Client<Connector, Chunks>;

/// Where requests find a connection.
#[derive(Debug)]
pub(super) enum Connections {
    /// One pool for the life of the exporter.
    Kept(Box<Pool>),
    /// One that is replaced when the files behind it change.
    Renewed(Renewal),
}

impl Connections {
    /// Pools as `builder` has them, to an `http://` or `https://` endpoint. Reads the files of TLS; must be called within
    /// a Tokio runtime.
    ///
    /// # Errors
    /// A file of TLS cannot be used; the message names it and the remedy.
    pub(super) fn new(
        builder: &legacy::Builder,
        endpoint: &Uri,
        settings: &OtlpExporterSettings,
    ) -> Result<Self, String> {
        if !is_tls(endpoint) {
            let connector = Connector::plain(endpoint, settings.timeout);
            return Ok(Self::Kept(Box::new(builder.build(connector))));
        }
        let material = Material::read(&settings.tls.common)?;
        let recipe = Recipe::new(builder, endpoint, settings);
        let pool = recipe.pool(&material)?;
        Ok(match settings.tls.common.reload_interval {
            Some(interval) => Self::Renewed(Renewal::start(interval, recipe, material, pool)),
            None => Self::Kept(Box::new(pool)),
        })
    }

    /// Sends a request once there is a connection.
    pub(super) fn request(&self, request: Request<Chunks>) -> legacy::ResponseFuture {
        match self {
            Self::Kept(pool) => pool.request(request),
            Self::Renewed(renewal) => renewal.request(request),
        }
    }
}

/// The endpoint as requests name it. Over gRPC the name that the certificate must have replaces host and port, as in the
/// OpenTelemetry Collector: proxies that serve several names choose by it.
///
/// # Errors
/// The name is no host.
pub(super) fn addressed(endpoint: &Uri, settings: &OtlpExporterSettings) -> Result<Uri, String> {
    let name = settings.tls.server_name.as_ref();
    let Some(name) = name.filter(|_| settings.protocol == OtlpProtocol::Grpc && is_tls(endpoint))
    else {
        return Ok(endpoint.clone());
    };
    let authority = if name.contains(':') { format!("[{name}]") } else { name.clone() };
    let mut parts = endpoint.clone().into_parts();
    let wrong = |cause: &dyn std::fmt::Display| {
        format!("tls.server_name_override {name:?} is no host: {cause}")
    };
    parts.authority = Some(authority.parse().map_err(|cause| wrong(&cause))?);
    Uri::from_parts(parts).map_err(|cause| wrong(&cause))
}

fn is_tls(endpoint: &Uri) -> bool {
    endpoint.scheme() == Some(&Scheme::HTTPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(protocol: OtlpProtocol, endpoint: &str, name: Option<&str>, expected: &str) {
        let mut settings = OtlpExporterSettings::new(protocol, endpoint);
        settings.tls.server_name = name.map(str::to_owned);
        let seen = addressed(&endpoint.parse().unwrap(), &settings).unwrap();
        assert_eq!(seen, expected.parse::<Uri>().unwrap(), "for {endpoint}");
    }

    #[test]
    fn a_call_names_the_host_that_the_certificate_must_have() {
        check(OtlpProtocol::Grpc, "https://10.0.0.1:4317", None, "https://10.0.0.1:4317");
        check(OtlpProtocol::Grpc, "https://10.0.0.1:4317", Some("tempo"), "https://tempo");
        check(OtlpProtocol::Grpc, "https://10.0.0.1:4317", Some("::1"), "https://[::1]");
        check(OtlpProtocol::Grpc, "http://10.0.0.1:4317", Some("tempo"), "http://10.0.0.1:4317");
        let base = "https://10.0.0.1/otlp";
        check(OtlpProtocol::Http, base, Some("tempo"), base);
    }
}
