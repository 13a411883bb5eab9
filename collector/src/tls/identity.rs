//! Who this end is: its certificate, with those that lead to its authority, and its key.

use rustls::{Error, InconsistentKeys, crypto::ring, sign::CertifiedKey};

use super::{material::Text, pem};

/// A certificate and a key that were issued together.
///
/// # Errors
/// One of them cannot be used, or they do not belong together; the message names file, line and remedy.
pub(super) fn certified(certificate: &Text, key: &Text) -> Result<CertifiedKey, String> {
    let chain = pem::certificates(certificate)?.into_iter().map(|(_, der)| der).collect();
    let certified = CertifiedKey::from_der(chain, pem::key(key)?, &ring::default_provider());
    certified.map_err(|cause| match cause {
        Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => format!(
            "{} is not the key of the first certificate of {}: name the two that were issued together",
            key.name, certificate.name
        ),
        cause => format!("{} cannot be used: {cause}", key.name),
    })
}
