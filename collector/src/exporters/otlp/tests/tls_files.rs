//! Files of TLS that cannot be used stop the start, by a message that names component, key, file, line and remedy.

use std::path::Path;

use super::{terminator::Authority, *};
use crate::config::{Pem, TlsClientSettings, TlsIdentity, TlsSettings};

fn started(tls: TlsClientSettings) -> Result<(), String> {
    let settings = OtlpExporterSettings {
        tls,
        ..OtlpExporterSettings::to("https://tempo.example:4317").expect("a backend")
    };
    let started = OtlpExporter::start("otlp/tempo", &settings, &SelfMetrics::default());
    started.map(drop).map_err(|error| error.to_string())
}

fn trusting(authorities: Pem) -> TlsClientSettings {
    let common = TlsSettings { authorities: Some(authorities), ..TlsSettings::default() };
    TlsClientSettings { common, ..TlsClientSettings::default() }
}

fn check(tls: TlsClientSettings, expected: &str) {
    assert_eq!(started(tls), Err(format!("otlp/tempo: {expected}")));
}

#[tokio::test]
async fn authorities_are_read_from_a_file_or_the_settings() {
    let authority = Authority::new();
    assert_eq!(started(authority.trusted()), Ok(()));
    let pem = std::fs::read_to_string(authority.path("ca.pem")).expect("a file");
    assert_eq!(started(trusting(Pem::Text(pem))), Ok(()));
    check(
        trusting(Pem::Text("none".to_owned())),
        "tls.ca_pem holds no certificate, expected PEM, which begins with -----BEGIN",
    );
}

#[tokio::test]
async fn a_file_that_is_not_there_or_too_large_is_named() {
    let authority = Authority::new();
    let missing = authority.path("missing.pem");
    check(
        trusting(Pem::File(missing.clone())),
        &format!(
            "tls.ca_file {} cannot be read: No such file or directory (os error 2): put it there, or name another one",
            missing.display()
        ),
    );
    let large = authority.write("large.pem", &"x".repeat((1 << 20) + 1));
    check(
        trusting(Pem::File(large.clone())),
        &format!("tls.ca_file {} cannot be read: it is larger than 1048576 bytes", large.display()),
    );
    // A file that nobody needs now is checked as well.
    let mut unverified = trusting(Pem::File(large));
    unverified.skips_verification = true;
    assert!(started(unverified).is_err());
}

#[tokio::test]
async fn a_key_of_another_certificate_is_refused_with_both_files() {
    let authority = Authority::new();
    let (identity, _) = authority.write_identity();
    let with = |identity| {
        let mut tls = authority.trusted();
        tls.common.identity = Some(identity);
        tls
    };
    assert_eq!(started(with(identity.clone())), Ok(()));
    let (_, other) = authority.sign(|_| ());
    let key = authority.write("other.pem", &other.serialize_pem());
    check(
        with(TlsIdentity { key: Pem::File(key.clone()), ..identity.clone() }),
        &format!(
            "tls.key_file {} is not the key of the first certificate of tls.cert_file {}: name the two that were \
             issued together",
            key.display(),
            authority.path("cert.pem").display()
        ),
    );
    // Told by what it is, never by what it holds.
    let swapped = TlsIdentity { certificate: identity.key.clone(), key: identity.certificate };
    let certificate = Path::new(&authority.path("key.pem")).display().to_string();
    check(
        with(swapped),
        &format!("tls.cert_file {certificate} holds no certificate, but PRIVATE KEY"),
    );
}
