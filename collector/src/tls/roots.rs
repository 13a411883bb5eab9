//! Who may sign the other end's certificate.

use rustls::RootCertStore;

use super::{material::Text, pem};

/// The authorities of the settings, and those of the system if there are none or they are wanted too.
pub(super) fn roots(given: Option<&Text>, with_system: bool) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    if let Some(text) = given {
        for (line, certificate) in pem::certificates(text)? {
            roots.add(certificate).map_err(|cause| {
                format!("{}, line {line}: CERTIFICATE is of no authority: {cause}", text.name)
            })?;
        }
    }
    if with_system || given.is_none() {
        let found = rustls_native_certs::load_native_certs();
        // Stores of systems hold what no connection needs and nobody can read: the rest is trusted.
        let (added, _) = roots.add_parsable_certificates(found.certs);
        if added == 0 && given.is_none() {
            let cause = found.errors.first().map_or(String::new(), |error| format!(" ({error})"));
            return Err(format!(
                "this system trusts no certificate authority{cause}: install its package ca-certificates, or name the \
                 one that signed the endpoint's certificate in tls.ca_file"
            ));
        }
    }
    Ok(roots)
}
