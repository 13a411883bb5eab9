//! Credentials: what is let in, and what becomes of the rest.

use base64::{Engine, prelude::BASE64_STANDARD};
use inferometer_semconv::attributes::{
    CollectorAuthenticationFailure as Failure, CollectorReloadResult as Reload,
};

use super::*;
use crate::config::{
    AuthSettings, AuthenticatorSettings, BasicSettings, BearerSettings, ComponentId,
    HtpasswdSettings, ProtectionSettings, Secret, TokenSource,
};

/// `secret`, hashed by libxcrypt.
const BCRYPT: &str = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";
/// `other`, hashed by OpenSSL.
const SHA1: &str = "{SHA}0JQeaNqPOBUf+Gph/Fn3xc+fyqI=";

fn guarded(metrics: &SelfMetrics, settings: AuthenticatorSettings) -> Server {
    let counts = metrics.connections(CollectorListener::Metrics);
    let auth = Some(AuthSettings { authenticator: ComponentId::of_type("a"), settings });
    let settings = ProtectionSettings { auth, ..ProtectionSettings::NONE };
    let protection = Protection::start("page", &settings, &counts).expect("sound settings");
    let handler = Arc::new(Paths);
    Server::bind("page", "127.0.0.1:0", handler, Limits::default(), counts, protection)
        .expect("a free port")
}

fn bearer(tokens: &[&str]) -> AuthenticatorSettings {
    let tokens = tokens.iter().map(|token| Secret::new(*token)).collect();
    AuthenticatorSettings::Bearer(BearerSettings::new(TokenSource::Inline(tokens)))
}

fn basic(htpasswd: &str) -> AuthenticatorSettings {
    let inline = Some(Secret::new(htpasswd));
    AuthenticatorSettings::Basic(BasicSettings {
        htpasswd: Some(HtpasswdSettings { file: None, inline }),
        client: None,
        reload_interval: PATIENCE,
    })
}

/// Sends a request with these header lines, and reads until the server closes the connection.
async fn ask(server: &Server, line: &str, headers: &str) -> String {
    let mut stream = connect(server.address()).await;
    let request = format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    read_to_end(&mut stream).await
}

/// The status of an answer to a request with this credential.
async fn status(server: &Server, credential: &str) -> String {
    let answer = ask(server, "GET /", &format!("authorization: {credential}\r\n")).await;
    answer.split(' ').nth(1).expect("a status").to_owned()
}

fn named(name: &str, password: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:{password}")))
}

fn denied(metrics: &SelfMetrics, failure: Failure) -> i64 {
    counted(metrics, &metrics::INFER_COLLECTOR_AUTHENTICATION_FAILED, Some(failure.as_str()))
}

#[tokio::test]
async fn without_credentials_no_path_and_no_method_is_answered() {
    let metrics = SelfMetrics::default();
    let server = guarded(&metrics, bearer(&["token"]));
    let asked = ["GET /", "HEAD /", "GET /nowhere", "POST /stream", "OPTIONS *", "GET /panic"];
    for line in asked {
        let answer = ask(&server, line, "content-length: 0\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{line}: {answer}");
        assert!(answer.contains("www-authenticate: Bearer realm=\"inferometer\"\r\n"), "{answer}");
    }
    assert_eq!(denied(&metrics, Failure::Missing), asked.len() as i64);
}

#[tokio::test]
async fn nothing_of_a_body_is_read_before_its_sender_is_known() {
    let metrics = SelfMetrics::default();
    let server = guarded(&metrics, bearer(&["token"]));
    let answer = ask(&server, "POST /", "content-length: 1000000000\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

#[tokio::test]
async fn every_token_is_let_in_and_nothing_near_to_one() {
    let metrics = SelfMetrics::default();
    let server = guarded(&metrics, bearer(&["first-token", "second-token"]));
    for good in ["Bearer first-token", "Bearer second-token", "bearer  second-token"] {
        assert_eq!(status(&server, good).await, "200", "{good}");
    }
    let wrong = ["Bearer first-toke", "Bearer first-tokens", "Bearer First-token", "Bearer x"];
    for credential in wrong {
        assert_eq!(status(&server, credential).await, "401", "{credential}");
    }
    assert_eq!(denied(&metrics, Failure::Wrong), wrong.len() as i64);
    let malformed = ["first-token", "Bearer", "Basic first-token", "Bearerfirst-token"];
    for credential in malformed {
        assert_eq!(status(&server, credential).await, "401", "{credential}");
    }
    let twice = "authorization: Bearer first-token\r\nauthorization: Bearer first-token\r\n";
    assert!(ask(&server, "GET /", twice).await.starts_with("HTTP/1.1 401 "));
    assert_eq!(denied(&metrics, Failure::Malformed), malformed.len() as i64 + 1);
}

#[tokio::test]
async fn a_token_may_have_a_header_and_a_scheme_of_its_own() {
    let tokens = TokenSource::Inline(vec![Secret::new("token")]);
    let settings = BearerSettings {
        header: "X-Api-Key".to_owned(),
        scheme: String::new(),
        ..BearerSettings::new(tokens)
    };
    let server = guarded(&SelfMetrics::default(), AuthenticatorSettings::Bearer(settings));
    let answer = ask(&server, "GET /", "x-api-key: token\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(status(&server, "Bearer token").await, "401");
}

#[tokio::test]
async fn a_name_and_its_password_are_let_in_however_it_is_stored() {
    let metrics = SelfMetrics::default();
    let users = format!("# users\nann:{BCRYPT}\nbob:{SHA1}\ncid:pl:ain\n");
    let server = guarded(&metrics, basic(&users));
    // Twice, as a password that was seen is not checked again.
    for _ in 0..2 {
        for (name, password) in [("ann", "secret"), ("bob", "other"), ("cid", "pl:ain")] {
            assert_eq!(status(&server, &named(name, password)).await, "200", "{name}");
        }
        for (name, password) in
            [("ann", "other"), ("bob", "secret"), ("cid", "pl"), ("dan", "secret"), ("", "")]
        {
            assert_eq!(status(&server, &named(name, password)).await, "401", "{name}");
        }
    }
    assert_eq!(denied(&metrics, Failure::Wrong), 10);
    let answer = ask(&server, "GET /", "").await;
    let challenge = "www-authenticate: Basic realm=\"inferometer\", charset=\"UTF-8\"\r\n";
    assert!(answer.contains(challenge), "{answer}");
    for malformed in ["Basic !!", "Basic YW5u", "Bearer secret"] {
        assert_eq!(status(&server, malformed).await, "401", "{malformed}");
    }
    assert_eq!(denied(&metrics, Failure::Malformed), 3);
}

#[tokio::test]
async fn a_token_is_known_from_its_digest_and_a_changed_file_is_read_again() {
    let metrics = SelfMetrics::default();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("tokens");
    let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    std::fs::write(&file, format!("{abc}\nold\n")).expect("a file");
    let settings = BearerSettings {
        reload_interval: Duration::from_millis(5),
        ..BearerSettings::new(TokenSource::File(file.clone()))
    };
    let server = guarded(&metrics, AuthenticatorSettings::Bearer(settings));
    assert_eq!(status(&server, "Bearer abc").await, "200");
    assert_eq!(status(&server, &format!("Bearer {abc}")).await, "401");
    let until = async |result: Reload| {
        let reload = &metrics::INFER_COLLECTOR_CREDENTIAL_RELOAD;
        let seen = async {
            while counted(&metrics, reload, Some(result.as_str())) == 0 {
                time::sleep(Duration::from_millis(1)).await;
            }
        };
        time::timeout(PATIENCE, seen).await.expect("the change is seen");
    };
    std::fs::write(&file, "\n").expect("a file");
    until(Reload::Failed).await;
    assert_eq!(status(&server, "Bearer old").await, "200", "what was read before is used");
    std::fs::write(&file, "new").expect("a file");
    until(Reload::Renewed).await;
    assert_eq!(status(&server, "Bearer new").await, "200");
    assert_eq!(status(&server, "Bearer old").await, "401");
}

#[tokio::test]
async fn what_names_nobody_keeps_a_listener_from_starting_and_shows_no_secret() {
    let metrics = SelfMetrics::default();
    let counts = metrics.connections(CollectorListener::Metrics);
    for (settings, part) in [
        (bearer(&[]), "holds no token"),
        (bearer(&["ok", "sha256:hush"]), "has no 64 hexadecimal digits"),
        (basic("# hush"), "names nobody"),
        (basic("ann:$apr1$hush"), "line 1: is hashed in a way that is not known here"),
    ] {
        let auth = Some(AuthSettings { authenticator: ComponentId::of_type("a"), settings });
        let settings = ProtectionSettings { auth, ..ProtectionSettings::NONE };
        let error = Protection::start("page", &settings, &counts).expect_err(part).to_string();
        assert!(error.starts_with("page: auth.authenticator a: "), "{error}");
        assert!(error.contains(part), "{part:?} is not in {error:?}");
        assert!(!format!("{error}{settings:?}").contains("hush"), "{error} {settings:?}");
    }
}
