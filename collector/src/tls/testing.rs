//! Certificates for tests: an authority, and a folder with what it signed.

use std::{fs, path::PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::CertificateDer;
use tempfile::TempDir;

use crate::config::{Pem, TlsIdentity, TlsServerSettings, TlsVersion};

/// An authority, and a folder with its certificate and those that it signed.
pub(crate) struct Authority {
    folder: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("an authority");
        let authority = Self { folder: tempfile::tempdir().expect("a folder"), issuer };
        authority.write("ca.pem", &authority.issuer.pem());
        authority
    }

    /// Its own certificate.
    pub(crate) fn der(&self) -> CertificateDer<'static> {
        self.issuer.der().clone()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("a file");
        path
    }

    /// A certificate for this machine, with the changes that a test needs.
    pub(crate) fn sign(
        &self,
        change: impl FnOnce(&mut CertificateParams),
    ) -> (rcgen::Certificate, KeyPair) {
        let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        (params.signed_by(&key, &self.issuer).expect("a certificate"), key)
    }

    /// Writes a new certificate and its key over the ones that were there.
    pub(crate) fn write_identity(&self) -> (TlsIdentity, CertificateDer<'static>) {
        self.write_changed_identity(|_| ())
    }

    /// The same with the changes that a test needs.
    pub(crate) fn write_changed_identity(
        &self,
        change: impl FnOnce(&mut CertificateParams),
    ) -> (TlsIdentity, CertificateDer<'static>) {
        let (certificate, key) = self.sign(change);
        let identity = TlsIdentity {
            certificate: Pem::File(self.write("cert.pem", &certificate.pem())),
            key: Pem::File(self.write("key.pem", &key.serialize_pem())),
        };
        (identity, certificate.der().clone())
    }

    /// TLS of a listener that shows a certificate of this authority, and asks for none.
    pub(crate) fn listener(&self) -> TlsServerSettings {
        TlsServerSettings {
            identity: self.write_identity().0,
            client_authorities: None,
            reloads_client_authorities: false,
            min_version: TlsVersion::V1_2,
            max_version: None,
            reload_interval: None,
        }
    }
}
