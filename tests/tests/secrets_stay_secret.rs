//! Every key that holds a secret is given one that can be found again; then the program is started, asked rightly and
//! wrongly, and stopped, while it logs all that it can. Nothing that it says holds any of them.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::Command,
    thread,
};

use inferometer_tests::{CollectorProcess, collector_program, http, wait};
use tempfile::TempDir;

/// In every secret, and in nothing else.
const CANARY: &str = "canary";

/// Half of the base64 that `NAME:canary...` comes to differs by its place: what is sent must not be shown either.
const SENT: [&str; 4] = ["Bearer canary", "Basic ", "canary-header", "Y2FuYXJ5"];

fn config(folder: &Path, backend: u16) -> String {
    let file = |name: &str, holds: &str| {
        let path = folder.join(name);
        fs::write(&path, holds).expect("a file");
        path
    };
    let tokens = file("tokens", "canary-token-file\n");
    let users = file("users", "ann:canary-user-file\n");
    let password = file("password", "canary-password-file\n");
    format!(
        "\
extensions:
  bearertokenauth/file: {{filename: {tokens:?}}}
  bearertokenauth/inline: {{tokens: [canary-token-1, canary-token-2]}}
  bearertokenauth/client: {{token: canary-client-token}}
  basicauth/listener: {{htpasswd: {{file: {users:?}, inline: \"bob:canary-user-inline\"}}}}
  basicauth/client: {{client_auth: {{username: canary-name, password_file: {password:?}}}}}
receivers:
  otlp:
    protocols:
      grpc: {{endpoint: \"127.0.0.1:0\", auth: {{authenticator: bearertokenauth/file}}}}
      http: {{endpoint: \"127.0.0.1:0\", auth: {{authenticator: bearertokenauth/inline}}}}
exporters:
  prometheus: {{endpoint: \"127.0.0.1:0\", auth: {{authenticator: basicauth/listener}}}}
  otlphttp/bearer:
    endpoint: http://127.0.0.1:{backend}
    headers: {{x-key: canary-header}}
    auth: {{authenticator: bearertokenauth/client}}
    retry_on_failure: {{enabled: false}}
  otlphttp/basic:
    endpoint: http://127.0.0.1:{backend}
    auth: {{authenticator: basicauth/client}}
    retry_on_failure: {{enabled: false}}
service:
  extensions: [bearertokenauth/file, bearertokenauth/inline, bearertokenauth/client, basicauth/listener, basicauth/client]
  telemetry:
    traces:
      processors:
        - batch:
            schedule_delay: 1
            exporter:
              otlp:
                {{protocol: http/protobuf, endpoint: http://127.0.0.1:9, headers: [{{name: x-key, value: canary-own}}]}}
  pipelines:
    metrics: {{receivers: [otlp], exporters: [prometheus, otlphttp/bearer, otlphttp/basic]}}
"
    )
}

/// Answers every request with a fault that repeats what it was sent, as careless backends do; gives back what it heard.
fn repeating_backend() -> (u16, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let heard = thread::spawn(move || {
        let answer = |stream: TcpStream| {
            let mut lines = BufReader::new(stream.try_clone().expect("a socket")).lines();
            let mut heard = Vec::new();
            while let Some(Ok(line)) = lines.next()
                && !line.is_empty()
            {
                heard.push(line);
            }
            let mut stream = stream;
            let head = "HTTP/1.1 500 no\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.write_all(head.as_bytes()).expect("answered");
            heard
        };
        listener.incoming().take(2).flatten().flat_map(answer).collect()
    });
    (port, heard)
}

#[track_caller]
fn check(what: &str, said: &str) {
    for secret in SENT.into_iter().chain([CANARY]) {
        let line = said.lines().find(|line| {
            let is_shown = line.contains(secret);
            // What is asked for names the scheme alone.
            is_shown && !(secret == "Basic " && line.contains("Basic realm="))
        });
        assert!(line.is_none(), "{what} shows {secret:?}: {line:?}");
    }
}

#[test]
fn no_secret_is_in_logs_metrics_answers_or_debug_output() {
    let folder = TempDir::new().expect("a folder");
    let (backend, heard) = repeating_backend();
    let yaml = config(folder.path(), backend);
    let mut command = Command::new(collector_program());
    command.env("RUST_LOG", "trace");
    let mut collector = CollectorProcess::with_command(command, &yaml);
    let address = collector.address("OTLP over HTTP");
    let json = ("content-type", "application/json");
    let token = ("authorization", "Bearer canary-token-2");
    let metrics = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":{"dataPoints":[{"asInt":1}]}}]}]}]}"#;
    let post = |headers: &[(&str, &str)]| {
        http::post(address, "/v1/metrics", headers, metrics.as_bytes()).expect("an answer")
    };
    let wrong = ("authorization", "Bearer canary-that-nobody-has");
    let refused = post(&[json, wrong]);
    assert_eq!(refused.status, 401);
    check("a refusal", &format!("{refused:?} {}", refused.text()));
    assert_eq!(post(&[json, token]).status, 200);
    let heard = heard.join().expect("the backend answers both exporters").join("\n");
    for sent in [
        "authorization: Bearer canary-client-token",
        "x-key: canary-header",
        "authorization: Basic ",
    ] {
        assert!(heard.contains(sent), "{sent:?} was not sent:\n{heard}");
    }
    let page = collector.address("metrics");
    // bob:canary-user-inline
    let bob = ("authorization", "Basic Ym9iOmNhbmFyeS11c2VyLWlubGluZQ==");
    let shown = wait::until("both failures", || {
        let shown = http::send(page, "GET", "/metrics", &[bob], b"").expect("a page").text();
        let failed = shown.lines().filter(|line| {
            line.starts_with("infer_collector_item_rejected_total{") && line.ends_with(" 1")
        });
        if failed.count() >= 2 { Ok(shown) } else { Err("they are not counted".to_owned()) }
    });
    check("the page", &shown);
    for (name, holds) in [("tokens", "sha256:canary-broken\n"), ("users", "ann:$apr1$canary\n")] {
        fs::write(folder.path().join(name), holds).expect("a file");
    }
    let ended = collector.terminate();
    assert_eq!(ended.code, Some(0));
    let said = [ended.stdout, ended.stderr].concat().join("\n");
    assert!(said.contains("TRACE") && said.contains("DEBUG"), "it logs all that it can");
    check("the log", &said);
}

#[test]
fn no_secret_is_in_what_is_said_of_a_wrong_configuration() {
    let folder = TempDir::new().expect("a folder");
    let sound = config(folder.path(), 9);
    let validate = |yaml: &str| {
        let file = folder.path().join("collector.yaml");
        fs::write(&file, yaml).expect("a file");
        let mut command = Command::new(collector_program());
        command.arg("validate").arg("--config").arg(&file);
        let output = command.output().expect("it runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    };
    let (code, said) = validate(&sound);
    assert_eq!(code, Some(0), "{said}");
    check("a sound configuration", &said);
    for (from, to) in [
        ("token: canary-client-token", "token: [canary]"),
        ("tokens: [canary-token-1, canary-token-2]", "tokens: {a: canary}"),
        ("tokens: [canary-token-1, canary-token-2]", "tokens: [[canary]]"),
        ("token: canary-client-token", "token: canary, filename: f"),
        ("inline: \"bob:canary-user-inline\"", "inline: [canary]"),
        ("username: canary-name", "username: {canary: 1}"),
        ("headers: {x-key: canary-header}", "headers: [canary-header]"),
        ("headers: {x-key: canary-header}", "headers: {x-key: [canary-header]}"),
        (
            "endpoint: http://127.0.0.1:9\n    headers",
            "endpoint: http://ann:canary@next:1\n    headers",
        ),
        ("grpc: {endpoint", "grpc: {tls: {cert_file: a, key_pem: [canary]}, endpoint"),
        ("grpc: {endpoint", "grpc: {tls: {cert_file: a, key_file: b, key_pem: canary}, endpoint"),
    ] {
        assert!(sound.contains(from), "{from}");
        let (code, said) = validate(&sound.replacen(from, to, 1));
        assert_eq!(code, Some(2), "{to}: {said}");
        check(to, &said);
    }
}
