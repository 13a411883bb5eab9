//! `tls` of the exporters: when TLS is spoken, and every key of the block.

use std::time::Duration;

use super::*;
use crate::config::{Pem, TlsClientSettings, TlsIdentity, TlsSettings, TlsVersion};

/// The sound file with an exporter of a kind.
fn with(kind: &str, settings: &str) -> String {
    SOUND.replace("trace_ring:", &format!("{kind}: {settings}")).replace("trace_ring", kind)
}

fn read(kind: &str, settings: &str) -> OtlpExporterSettings {
    let config = Config::parse("c.yaml", &with(kind, settings));
    let resolved = config.unwrap_or_else(|error| panic!("{error}")).resolved;
    match &resolved.exporters[1].settings {
        ExporterSettings::Otlp(settings) => settings.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn plaintext_over_grpc_must_be_asked_for() {
    for (settings, expected) in [
        ("{endpoint: \"tempo.example:4317\"}", "https://tempo.example:4317"),
        ("{endpoint: \"tempo.example:4317\", tls: }", "https://tempo.example:4317"),
        (
            "{endpoint: \"tempo.example:4317\", tls: {insecure: false}}",
            "https://tempo.example:4317",
        ),
        ("{endpoint: \"tempo.example:4317\", tls: {insecure: true}}", "http://tempo.example:4317"),
        ("{endpoint: \"http://tempo.example:4317\"}", "http://tempo.example:4317"),
        ("{endpoint: \"https://tempo.example:4317\"}", "https://tempo.example:4317"),
    ] {
        assert_eq!(read("otlp", settings).endpoint, expected, "{settings}");
        check(&with("otlp", settings), &[]);
    }
}

#[test]
fn the_scheme_decides_over_http() {
    for settings in [
        "{endpoint: \"https://otlp.example/otlp\"}",
        "{endpoint: \"https://otlp.example/otlp\", tls: {ca_file: ca.pem}}",
        "{endpoint: \"http://127.0.0.1:9\", tls: {insecure: true}}",
    ] {
        check(&with("otlphttp", settings), &[]);
    }
    let plain = "{endpoint: \"http://127.0.0.1:9\", tls: {ca_file: ca.pem}}";
    check(
        &with("otlphttp", plain),
        &[
            "c.yaml:8:52: error: exporters.otlphttp.tls.ca_file has no effect, as nothing is encrypted: write https://, \
             or remove it",
        ],
    );
}

#[test]
fn the_whole_block_is_read() {
    let read = read(
        "otlp",
        "{endpoint: \"tempo:4317\", tls: {ca_file: ca.pem, include_system_ca_certs_pool: true, cert_file: c.pem, \
         key_pem: secret, min_version: 1.3, max_version: \"1.3\", reload_interval: 1h, server_name_override: \
         tempo.example}}",
    );
    let common = TlsSettings {
        authorities: Some(Pem::File("ca.pem".into())),
        system_authorities: true,
        identity: Some(TlsIdentity {
            certificate: Pem::File("c.pem".into()),
            key: Pem::Text("secret".to_owned()),
        }),
        min_version: TlsVersion::V1_3,
        max_version: Some(TlsVersion::V1_3),
        reload_interval: Some(Duration::from_secs(3600)),
    };
    let server_name = Some("tempo.example".to_owned());
    assert_eq!(read.tls, TlsClientSettings { common, server_name, skips_verification: false });
    assert!(!format!("{read:?}").contains("secret"), "a key is never shown");
}

#[test]
fn what_contradicts_the_endpoint_is_named() {
    check(
        &with(
            "otlp",
            "{endpoint: \"http://tempo:4317\", tls: {insecure: false, min_version: \"1.2\"}}",
        ),
        &[
            "c.yaml:8:47: error: exporters.otlp.tls.insecure is false, but http:// asks for no TLS: write https://, or \
             remove it",
            "c.yaml:8:64: error: exporters.otlp.tls.min_version has no effect, as nothing is encrypted: write https://, \
             or HOST:PORT without tls.insecure, or remove it",
        ],
    );
    let spoken = "is true, but TLS is spoken, as the rest of the settings says: remove it";
    check(
        &with("otlp", "{endpoint: \"https://tempo:4317\", tls: {insecure: true}}"),
        &[&format!("c.yaml:8:48: warning: exporters.otlp.tls.insecure {spoken}")],
    );
    check(
        &with("otlp", "{endpoint: \"tempo:4317\", tls: {insecure: true, ca_file: ca.pem}}"),
        &[&format!("c.yaml:8:40: warning: exporters.otlp.tls.insecure {spoken}")],
    );
}

#[test]
fn nothing_is_sent_in_the_clear_without_a_word_where_tls_was_meant() {
    let of = |tls: &str| format!("{{endpoint: \"http://tempo:4318\", tls: {{{tls}}}}}");
    check(
        &with("otlphttp", &of("insecure: false")),
        &[
            "c.yaml:8:51: warning: exporters.otlphttp.tls.insecure is false, but http:// is sent to in the clear, where \
             others may read along: write https://, or remove it",
        ],
    );
    // A certificate or a key is never left unused, whatever else is asked for.
    for key in ["ca_file: a", "ca_pem: a"] {
        for insecure in ["insecure: true, ", "insecure: false, ", ""] {
            let text = with("otlphttp", &of(&format!("{insecure}{key}")));
            let errors = Config::parse("c.yaml", &text).expect_err(&text).to_string();
            assert!(errors.contains("has no effect, as nothing is encrypted"), "{errors}");
        }
    }
    let both = "insecure: true, cert_file: a, key_file: b";
    for kind in ["otlp", "otlphttp"] {
        let errors = Config::parse("c.yaml", &with(kind, &of(both))).unwrap_err().to_string();
        assert_eq!(errors.matches("error: ").count(), 2, "{errors}");
    }
}

#[test]
fn what_says_nothing_to_whoever_asks_for_the_clear_is_only_warned_of() {
    let tls = "insecure: true, insecure_skip_verify: true, min_version: \"1.3\"";
    let remedy = "write https://, or HOST:PORT without tls.insecure, or remove it";
    let without = "has no effect, as nothing is encrypted";
    check(
        &with("otlp", &format!("{{endpoint: \"tempo:4317\", tls: {{{tls}}}}}")),
        &[
            &format!(
                "c.yaml:8:56: warning: exporters.otlp.tls.insecure_skip_verify {without}: {remedy}"
            ),
            &format!("c.yaml:8:84: warning: exporters.otlp.tls.min_version {without}: {remedy}"),
        ],
    );
    // Whoever does not say so may have meant TLS.
    check(
        &with("otlphttp", "{endpoint: \"http://tempo:4318\", tls: {min_version: \"1.3\"}}"),
        &[&format!(
            "c.yaml:8:51: error: exporters.otlphttp.tls.min_version {without}: write https://, or remove it"
        )],
    );
}

#[test]
fn skipping_the_verification_is_warned_of() {
    check(
        &with("otlp", "{endpoint: \"tempo:4317\", tls: {insecure_skip_verify: true}}"),
        &[
            "c.yaml:8:62: warning: exporters.otlp.tls.insecure_skip_verify is true: whoever answers at the endpoint is \
             believed and sees all that is sent; name its authority in ca_file instead",
        ],
    );
}

#[test]
fn a_wrong_value_of_the_block_gets_a_remedy() {
    let settings = "{endpoint: \"tempo:4317\", tls: {ca_file: a, ca_pem: b, cert_file: c, min_version: 1.1, \
                    reload_interval: soon, server_name_override: \"a b\"}}";
    check(
        &with("otlp", settings),
        &[
            "c.yaml:8:34: error: exporters.otlp.tls.key_file is missing, expected the private key of the certificate",
            "c.yaml:8:60: error: exporters.otlp.tls.ca_pem is there beside ca_file: keep one of them",
            "c.yaml:8:90: error: exporters.otlp.tls.min_version is 1.1, expected 1.2 or 1.3, as versions before are \
             broken and not spoken",
            "c.yaml:8:112: error: exporters.otlp.tls.reload_interval is \"soon\", expected a duration such as 200ms, \
             1.5s, 5m or 1h30m",
            "c.yaml:8:140: error: exporters.otlp.tls.server_name_override is \"a b\", expected the host that the \
             server's certificate names, such as tempo.example",
        ],
    );
    let settings = "{endpoint: \"tempo:4317\", tls: {key_pem: 7, min_version: \"1.3\", max_version: 1.2, \
                    reload_interval: 1s}}";
    check(
        &with("otlp", settings),
        &[
            "c.yaml:8:49: error: exporters.otlp.tls.key_pem is no text, expected PEM; or name key_file",
            "c.yaml:8:85: error: exporters.otlp.tls.max_version is below min_version: raise it, or remove it",
            "c.yaml:8:107: warning: exporters.otlp.tls.reload_interval has no effect, as no file is named",
        ],
    );
}

#[test]
fn a_key_of_the_block_that_is_not_there_is_refused() {
    check(
        &with("otlp", "{endpoint: \"tempo:4317\", tls: {cipher_suites: [A], tpm: {}, ca_fle: a}}"),
        &[
            "c.yaml:8:40: error: exporters.otlp.tls.cipher_suites is not supported, as every cipher suite and curve that \
             is offered is sound: remove it",
            "c.yaml:8:60: error: exporters.otlp.tls.tpm is not supported, as keys are read from files: remove it, and \
             name key_file",
            "c.yaml:8:69: error: unknown key \"ca_fle\" in exporters.otlp.tls, did you mean \"ca_file\"?",
        ],
    );
}
