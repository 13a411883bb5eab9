//! Whom an `https://` endpoint may be, and who we are to it.

use std::{fs::File, io::Read, path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use super::protocol::TlsFiles;
use crate::error::StartError;

/// The largest PEM file that is read; the roots of a whole system are a quarter of it.
const MAX_PEM_BYTES: u64 = 1024 * 1024;

/// # Errors
/// If a file cannot be read or used, or only one of the client's two files is given.
pub(super) fn client_config(files: &TlsFiles) -> Result<ClientConfig, StartError> {
    let roots = match &files.certificate {
        Some(path) => given_roots(path)?,
        None => system_roots()?,
    };
    let builder = builder(roots)?;
    match (&files.client_certificate, &files.client_key) {
        (None, None) => Ok(builder.with_no_client_auth()),
        (Some(certificate), Some(key)) => {
            let private = PrivateKeyDer::from_pem_slice(&read(key)?)
                .map_err(|error| unusable(key, &error))?;
            builder
                .with_client_auth_cert(certificates(certificate)?, private)
                .map_err(|error| unusable(certificate, &error))
        }
        _ => Err(StartError::new(
            "TLS with a client certificate needs its certificate and its key: give both files or none",
        )),
    }
}

/// For a connection that never speaks TLS.
pub(super) fn no_trust() -> Result<ClientConfig, StartError> {
    Ok(builder(RootCertStore::empty())?.with_no_client_auth())
}

fn builder(
    roots: RootCertStore,
) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>, StartError> {
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| StartError::new(format!("TLS cannot be set up: {error}")))?
        .with_root_certificates(roots))
}

fn given_roots(path: &Path) -> Result<RootCertStore, StartError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).map_err(|error| unusable(path, &error))?;
    }
    Ok(roots)
}

fn system_roots() -> Result<RootCertStore, StartError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (added, _unusable) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        return Err(StartError::new(format!(
            "the system trusts no certificate authority ({:?}): install its ca-certificates, or name a file by \
             OTEL_EXPORTER_OTLP_CERTIFICATE",
            found.errors
        )));
    }
    Ok(roots)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, StartError> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&read(path)?)
        .collect::<Result<_, _>>()
        .map_err(|error| unusable(path, &error))?;
    if certificates.is_empty() {
        return Err(unusable(path, &"it holds no certificate"));
    }
    Ok(certificates)
}

fn read(path: &Path) -> Result<Vec<u8>, StartError> {
    let mut contents = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_PEM_BYTES + 1).read_to_end(&mut contents))
        .map_err(|error| unusable(path, &error))?;
    if contents.len() as u64 > MAX_PEM_BYTES {
        return Err(unusable(path, &format!("it is larger than {MAX_PEM_BYTES} bytes")));
    }
    Ok(contents)
}

fn unusable(path: &Path, why: &dyn std::fmt::Display) -> StartError {
    StartError::new(format!("the TLS file `{}` is unusable ({why}): use PEM", path.display()))
}
