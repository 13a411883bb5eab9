//! The extensions `bearertokenauth` and `basicauth`, and who names them.

use super::*;
use crate::config::{
    AuthenticatorSettings, BasicSettings, BearerSettings, ClientAuthSettings, HtpasswdSettings,
    ReceiverSettings, Secret, SecretSource, TokenSource,
};

/// The sound file with an extension, which the gRPC listener asks.
fn with(extension: &str) -> String {
    let name = extension.split(':').next().unwrap();
    let text = SOUND
        .replacen("      grpc:", &format!("      grpc: {{auth: {{authenticator: {name}}}}}"), 1)
        .replacen("service:\n", &format!("service:\n  extensions: [{name}]\n"), 1);
    format!("extensions:\n  {extension}\n{text}")
}

/// The sound file with an extension, which an exporter asks.
fn with_exporter(extension: &str) -> String {
    let name = extension.split(':').next().unwrap();
    let exporter =
        format!("otlp: {{endpoint: \"https://next:1\", auth: {{authenticator: {name}}}}}");
    let text = SOUND
        .replacen("  trace_ring:", &format!("  {exporter}"), 1)
        .replace("trace_ring", "otlp")
        .replacen("service:\n", &format!("service:\n  extensions: [{name}]\n"), 1);
    format!("extensions:\n  {extension}\n{text}")
}

#[track_caller]
fn check_read(extension: &str, expected: &AuthenticatorSettings) {
    let config = Config::parse("c.yaml", &with(extension)).unwrap_or_else(|it| panic!("{it}"));
    let ReceiverSettings::Otlp(otlp) = &config.resolved.receivers[0].settings;
    let auth = otlp.grpc.as_ref().unwrap().protection.auth.as_ref().unwrap();
    assert_eq!(&auth.settings, expected);
    assert!(otlp.http.as_ref().unwrap().protection.auth.is_none());
    assert!(!format!("{config:?}").contains("hush"));
}

#[test]
fn every_key_of_bearertokenauth_is_read() {
    let secrets =
        |all: &[&str]| TokenSource::Inline(all.iter().map(|it| Secret::new(*it)).collect());
    let of = |tokens| BearerSettings::new(tokens);
    check_read(
        "bearertokenauth: {token: hush1, tokens: [hush2, hush3]}",
        &AuthenticatorSettings::Bearer(of(secrets(&["hush1", "hush2", "hush3"]))),
    );
    let settings = BearerSettings {
        header: "X-Key".to_owned(),
        scheme: String::new(),
        tokens: TokenSource::File("tokens".into()),
        reload_interval: std::time::Duration::from_secs(60),
    };
    check_read(
        "bearertokenauth/a: {filename: tokens, header: X-Key, scheme: \"\", reload_interval: 1m}",
        &AuthenticatorSettings::Bearer(settings),
    );
}

#[test]
fn every_key_of_basicauth_is_read() {
    let reload_interval = std::time::Duration::from_secs(10);
    let htpasswd =
        HtpasswdSettings { file: Some("users".into()), inline: Some(Secret::new("ann:hush")) };
    check_read(
        "basicauth: {htpasswd: {file: users, inline: \"ann:hush\"}}",
        &AuthenticatorSettings::Basic(BasicSettings {
            htpasswd: Some(htpasswd),
            client: None,
            reload_interval,
        }),
    );
    let text = with_exporter("basicauth/c: {client_auth: {username: ann, password_file: secret}}");
    let config = Config::parse("c.yaml", &text).unwrap_or_else(|it| panic!("{it}"));
    let ExporterSettings::Otlp(otlp) = &config.resolved.exporters[1].settings else {
        panic!("{config:?}");
    };
    let client = ClientAuthSettings {
        username: SecretSource::Inline(Secret::new("ann")),
        password: SecretSource::File("secret".into()),
    };
    assert_eq!(
        otlp.auth.as_ref().unwrap().settings,
        AuthenticatorSettings::Basic(BasicSettings {
            htpasswd: None,
            client: Some(client),
            reload_interval,
        })
    );
}

#[test]
fn what_is_wrong_with_an_authenticator_is_said_without_its_secrets() {
    for (extension, expected) in [
        (
            "bearertokenauth: {}",
            "1:1: error: extensions.bearertokenauth.filename is missing, expected a file with one token in each line; or \
             token, or tokens",
        ),
        (
            "bearertokenauth: {token: 12345}",
            "2:28: error: extensions.bearertokenauth.token is no text, expected a token, in quotes",
        ),
        (
            "bearertokenauth: {tokens: [12345]}",
            "2:30: error: an entry of extensions.bearertokenauth.tokens is no text, expected a token, in quotes",
        ),
        (
            "bearertokenauth: {token: hush, filename: f}",
            "2:28: error: extensions.bearertokenauth.token is there beside filename: keep one of them",
        ),
        (
            "basicauth: {}",
            "2:3: error: extensions.basicauth.htpasswd is missing, expected who may ask listeners; or client_auth, for \
             exporters",
        ),
        (
            "basicauth: {htpasswd: {inline: {a: hush}}}",
            "2:34: error: extensions.basicauth.htpasswd.inline is no text, expected NAME:PASSWORD, in quotes",
        ),
        (
            "basicauth: {htpasswd: {inline: \"a:hush\"}, client_auth: {username: a, password: hush}}",
            "2:58: error: extensions.basicauth.client_auth is there beside htpasswd: one is for exporters, the other for \
             listeners; define two",
        ),
    ] {
        let error = Config::parse("c.yaml", &with(extension)).expect_err(extension).to_string();
        let place = expected.replacen("1:1:", "2:3:", 1);
        assert_eq!(error, format!("c.yaml:{place}"), "{extension}");
        assert!(!error.contains("12345") && !error.contains("hush"), "{error}");
    }
}

#[test]
fn an_authenticator_must_be_one_that_runs_and_knows_its_peers() {
    let sound = with("bearertokenauth: {token: hush}");
    check(&sound, &[]);
    let key = "c.yaml:6:36: error: receivers.otlp.protocols.grpc.auth.authenticator is";
    check(
        &sound.replace("authenticator: bearertokenauth", "authenticator: bearertokenaut"),
        &[&format!(
            "{key} \"bearertokenaut\", which extensions does not define, did you mean \"bearertokenauth\"?"
        )],
    );
    check(
        &sound.replace("  extensions: [bearertokenauth]\n", ""),
        &[&format!(
            "{key} \"bearertokenauth\", which service.extensions does not start: add bearertokenauth there"
        )],
    );
    check(
        &with("file_storage: {directory: /tmp/q}"),
        &[&format!(
            "{key} \"file_storage\", which is no authenticator: name a bearertokenauth or a basicauth"
        )],
    );
    check(
        &with("basicauth: {client_auth: {username: a, password: b}}"),
        &[&format!(
            "{key} \"basicauth\", which has no htpasswd, so that it knows nobody: give it one"
        )],
    );
    check(
        &with_exporter("basicauth: {htpasswd: {file: f}}"),
        &[
            "c.yaml:10:3: error: exporters.otlp.auth.authenticator is \"basicauth\", which has no client_auth, so that it \
             has nothing to send: define another with one",
        ],
    );
}

#[test]
fn passwords_that_others_can_read_are_warned_of() {
    let text = with("bearertokenauth: {token: hush}")
        .replace("grpc: {auth", "grpc: {endpoint: \"0.0.0.0:4317\", auth");
    check(
        &text,
        &[
            "c.yaml:6:24: warning: receivers.otlp.protocols.grpc.endpoint is 0.0.0.0:4317, where other machines may read \
             what is sent, passwords too: set tls, or use 127.0.0.1 unless the network is trusted",
        ],
    );
}
