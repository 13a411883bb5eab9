//! `https://` endpoints: trusted by a given authority, distrusted without, and with a certificate of our own.

#![cfg(feature = "tls")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake_collector;

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use fake_collector::{PATIENCE, WireCollector};
use inferometer_sdk::{ExportFailure, Protocol, Telemetry, TlsFiles};
use inferometer_semconv::metrics::INFER_TOKEN_OUTPUT;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
};
use tempfile::TempDir;

const PROTOCOLS: [Protocol; 2] = [Protocol::Grpc, Protocol::HttpProtobuf];

/// An authority, and certificates that it signed, as files.
struct Certified {
    directory: TempDir,
    authority: CertifiedIssuer<'static, KeyPair>,
}

impl Certified {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let certified = Self { directory: tempfile::tempdir().unwrap(), authority };
        certified.write("ca.pem", &certified.authority.pem());
        certified
    }

    fn write(&self, name: &str, contents: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, contents).unwrap();
        path
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn sign(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.authority).unwrap(), key)
    }

    /// A collector that `localhost` is certified for.
    fn collector(&self, asks_for_certificate: bool) -> WireCollector {
        let (certificate, key) = self.sign("localhost");
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if asks_for_certificate {
            let mut roots = RootCertStore::empty();
            roots.add(self.authority.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = builder.with_single_cert(vec![certificate.der().clone()], key).unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        WireCollector::start_tls(config)
    }

    fn trusting(&self) -> TlsFiles {
        TlsFiles { certificate: Some(self.path("ca.pem")), ..TlsFiles::default() }
    }
}

#[track_caller]
fn check(collector: &WireCollector, files: &TlsFiles, delivered: bool) {
    for protocol in PROTOCOLS {
        let telemetry = Telemetry::builder()
            .endpoint(collector.url())
            .protocol(protocol)
            .tls_files(files)
            .interval(Duration::from_secs(3600))
            .traces(false)
            .self_metrics(false)
            .build()
            .unwrap();
        let tokens = telemetry.meter_provider().scope("engine");
        tokens.counter::<u64>(&INFER_TOKEN_OUTPUT, &[]).add(1);
        let flushed = telemetry.flush(PATIENCE);
        assert_eq!(flushed.is_ok(), delivered, "{protocol:?}: {flushed:?}");
        let stats = telemetry.stats().metrics;
        let lost = stats.failed(ExportFailure::RetriesExhausted);
        assert_eq!((stats.exported, lost), (delivered.into(), (!delivered).into()), "{stats:?}");
    }
}

#[test]
fn a_collector_that_the_given_authority_certifies_is_trusted() {
    let certified = Certified::new();
    check(&certified.collector(false), &certified.trusting(), true);
}

#[test]
fn a_collector_that_another_authority_certifies_is_not() {
    let certified = Certified::new();
    check(&certified.collector(false), &Certified::new().trusting(), false);
}

#[test]
fn a_collector_that_asks_for_a_certificate_gets_ours() {
    let certified = Certified::new();
    let collector = certified.collector(true);
    check(&collector, &certified.trusting(), false);
    let (certificate, key) = certified.sign("engine");
    let files = TlsFiles {
        client_certificate: Some(certified.write("client.pem", &certificate.pem())),
        client_key: Some(certified.write("key.pem", &key.serialize_pem())),
        ..certified.trusting()
    };
    check(&collector, &files, true);
}

#[test]
fn an_unusable_file_stops_the_start_and_is_named() {
    let certified = Certified::new();
    let empty = certified.write("empty.pem", "");
    let large = certified.write("large.pem", &"x".repeat(2 * 1024 * 1024));
    let missing = certified.path("missing.pem");
    for path in [empty, large, missing] {
        let files = TlsFiles { certificate: Some(path.clone()), ..TlsFiles::default() };
        let error = Telemetry::builder()
            .endpoint("https://localhost:1")
            .tls_files(&files)
            .build()
            .unwrap_err()
            .to_string();
        assert!(error.contains(path.to_str().unwrap()), "{error}");
    }
    let half = TlsFiles { client_key: Some(certified.path("ca.pem")), ..certified.trusting() };
    let built = Telemetry::builder().endpoint("https://localhost:1").tls_files(&half).build();
    assert!(built.unwrap_err().to_string().contains("both files"));
}
