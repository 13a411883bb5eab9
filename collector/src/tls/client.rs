//! What a client's connections are made with.

use std::sync::Arc;

use rustls::{
    ClientConfig, ConfigBuilder, client::WantsClientCert, crypto::ring, sign::SingleCertAndKey,
};

use super::{identity, material::Material, roots, unverified::Unverified, versions::versions};
use crate::config::TlsClientSettings;

/// Checks everything that was read, and makes the configuration of it. `protocol` is the only one that is offered, by
/// its name in ALPN. Blocks while the system's roots are read.
///
/// # Errors
/// A certificate or a key cannot be used, or nobody is trusted; the message names file, line and remedy.
pub(crate) fn client_config(
    settings: &TlsClientSettings,
    material: &Material,
    protocol: &[u8],
) -> Result<ClientConfig, String> {
    let builder = trusting(settings, material)?;
    let mut config = match &material.identity {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let certified = identity::certified(certificate, key)?;
            builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(certified)))
        }
    };
    config.alpn_protocols = vec![protocol.to_vec()];
    Ok(config)
}

/// Whom the connections trust.
fn trusting(
    settings: &TlsClientSettings,
    material: &Material,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, String> {
    let common = &settings.common;
    let provider = Arc::new(ring::default_provider());
    let versions = versions(common.min_version, common.max_version);
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&versions)
        .map_err(|cause| format!("TLS cannot be set up: {cause}"))?;
    let given = material.authorities.as_ref();
    if settings.skips_verification {
        // A file that is named is checked all the same: it will be needed once somebody verifies again.
        given.map(|text| roots::roots(Some(text), false)).transpose()?;
        let unverified = Arc::new(Unverified::new(&provider));
        return Ok(builder.dangerous().with_custom_certificate_verifier(unverified));
    }
    Ok(builder.with_root_certificates(roots::roots(given, common.system_authorities)?))
}
