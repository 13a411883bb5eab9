//! The `tls` block of a listener.

use std::time::Duration;

use super::*;
use crate::config::{
    ExporterSettings, Pem, ReceiverSettings, TlsIdentity, TlsServerSettings, TlsVersion,
};

#[test]
fn every_key_of_a_listener_s_tls_is_read_on_every_listener() {
    let tls = "tls: {cert_file: a.pem, key_pem: secret, client_ca_file: peers.pem, client_ca_file_reload: true, \
               min_version: 1.2, max_version: \"1.3\", reload_interval: 24h}";
    let text = SOUND
        .replacen("      grpc:", &format!("      grpc: {{{tls}}}"), 1)
        .replacen("      http:", &format!("      http: {{{tls}}}"), 1)
        .replacen("  prometheus:", &format!("  prometheus: {{{tls}}}"), 1)
        .replacen("  trace_ring:", &format!("  trace_ring: {{{tls}}}"), 1);
    check(&text, &[]);
    let expected = TlsServerSettings {
        identity: TlsIdentity {
            certificate: Pem::File("a.pem".into()),
            key: Pem::Text("secret".to_owned()),
        },
        client_authorities: Some(Pem::File("peers.pem".into())),
        reloads_client_authorities: true,
        min_version: TlsVersion::V1_2,
        max_version: Some(TlsVersion::V1_3),
        reload_interval: Some(Duration::from_secs(86_400)),
    };
    let resolved = Config::parse("c.yaml", &text).unwrap().resolved;
    let ReceiverSettings::Otlp(otlp) = &resolved.receivers[0].settings;
    let mut seen = vec![&otlp.grpc.as_ref().unwrap().protection];
    seen.push(&otlp.http.as_ref().unwrap().protection);
    for exporter in &resolved.exporters {
        match &exporter.settings {
            ExporterSettings::Prometheus(settings) => seen.push(&settings.protection),
            ExporterSettings::TraceRing(settings) => seen.push(&settings.protection),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(seen.len(), 4);
    for protection in seen {
        assert_eq!(protection.tls.as_ref(), Some(&expected));
        assert!(!format!("{protection:?}").contains("secret"));
    }
}

#[test]
fn a_listener_needs_a_certificate_with_its_key() {
    let missing = "expected the certificate that peers are shown";
    check_with(
        "      grpc:",
        "      grpc: {tls: }",
        &[&format!(
            "c.yaml:4:14: error: receivers.otlp.protocols.grpc.tls.cert_file is missing, {missing}"
        )],
    );
    check_with(
        "      grpc:",
        "      grpc: {tls: {cert_file: a}}",
        &[
            "c.yaml:4:14: error: receivers.otlp.protocols.grpc.tls.key_file is missing, expected the private key of the \
             certificate",
        ],
    );
}

#[test]
fn what_is_wrong_with_a_listener_s_tls_is_said_with_its_place() {
    check_with(
        "      grpc:",
        "      grpc: {tls: {cert_file: a, key_file: b, ca_file: c, min_version: 1.1, insecure: true}}",
        &[
            "c.yaml:4:47: error: receivers.otlp.protocols.grpc.tls.ca_file is not supported, as it says whom a client \
             trusts: name the authority of the peers in client_ca_file",
            "c.yaml:4:72: error: receivers.otlp.protocols.grpc.tls.min_version is 1.1, expected 1.2 or 1.3, as versions \
             before are broken and not spoken",
            "c.yaml:4:77: error: receivers.otlp.protocols.grpc.tls.insecure is not supported, as a listener without TLS \
             has no tls: remove it, or all of tls",
        ],
    );
    check_with(
        "      http:",
        "      http: {tls: {cert_pem: a, key_pem: b, client_ca_file_reload: true, reload_interval: 1h}}",
        &[
            "c.yaml:5:68: warning: receivers.otlp.protocols.http.tls.client_ca_file_reload has no effect without \
             client_ca_file",
            "c.yaml:5:91: warning: receivers.otlp.protocols.http.tls.reload_interval has no effect, as no file is named",
        ],
    );
}

#[test]
fn a_listener_beyond_loopback_is_warned_of_by_what_it_lacks() {
    let with = |tls: &str| format!("      grpc: {{endpoint: \"0.0.0.0:4317\"{tls}}}");
    let place = "c.yaml:4:24: warning: receivers.otlp.protocols.grpc.endpoint is 0.0.0.0:4317, which other machines may \
                 reach without";
    let rest = "or use 127.0.0.1 unless the network is trusted";
    check_with(
        "      grpc:",
        &with(", tls: {cert_file: a, key_file: b}"),
        &[&format!("{place} a password: set auth or tls.client_ca_file, {rest}")],
    );
    let mutual = ", tls: {cert_file: a, key_file: b, client_ca_file: c}";
    check_with("      grpc:", &with(mutual), &[]);
}
