//! The log as JSON: each line is an object that Python reads, from the first that is said to the last, errors of the
//! configuration included; what repeats is held back and told; and no line holds a secret.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    net::{SocketAddr, TcpStream},
    process::Command,
};

use inferometer_tests::{
    Certificates, CollectorProcess, collector_program, oracle::python_read_json_lines, wait,
};
use serde_json::Value;

/// Peers that speak no TLS, one after another; each is told to the log.
const PEERS: usize = 40;
/// Of these, what the configuration below lets through.
const TOLD: usize = 3;
const CANARY: &str = "canary";

fn config(certificates: &Certificates, logs: &str) -> String {
    let [cert, key] = ["server.pem", "server.key"].map(|name| certificates.path(name));
    format!(
        "\
extensions:
  bearertokenauth: {{token: canary-token}}
receivers:
  otlp:
    protocols:
      http:
        endpoint: \"127.0.0.1:0\"
        auth: {{authenticator: bearertokenauth}}
        tls: {{cert_file: {cert:?}, key_file: {key:?}}}
exporters:
  prometheus: {{endpoint: \"127.0.0.1:0\"}}
service:
  extensions: [bearertokenauth]
  telemetry: {{logs: {{{logs}}}}}
  pipelines:
    metrics: {{receivers: [otlp], exporters: [prometheus]}}
"
    )
}

/// What Python reads on stderr; every line is an object with these keys, and none holds a secret. None if Python is
/// missing.
#[track_caller]
fn read(stderr: &[String]) -> Option<Vec<BTreeMap<String, Value>>> {
    let lines = python_read_json_lines(&stderr.join("\n"))?;
    assert_eq!(lines.len(), stderr.len());
    for line in &lines {
        let keys: Vec<&str> =
            line.keys().map(String::as_str).filter(|it| *it != "fields").collect();
        assert_eq!(keys, ["level", "message", "target", "timestamp"], "{line:?}");
    }
    assert!(!stderr.join("\n").contains(CANARY), "{stderr:?}");
    Some(lines)
}

#[test]
fn every_line_is_an_object_and_what_repeats_is_held_back_and_told() {
    let Some(certificates) = Certificates::make() else { return };
    let logs = "level: error, encoding: json, sampling: {tick: 1h, initial: 3, thereafter: 0}";
    let mut command = Command::new(collector_program());
    // Which stands above the level of the configuration.
    command.env("RUST_LOG", "inferometer_collector=debug");
    let collector = CollectorProcess::with_command(command, &config(&certificates, logs));
    let address: SocketAddr = wait::until("the listener", || {
        let lines = collector.lines();
        let url = lines.iter().find_map(|line| line.split("https://").nth(1));
        let address = url.and_then(|url| url.split([' ', '/']).next()?.parse().ok());
        address.ok_or_else(|| lines.join("\n"))
    });
    for _ in 0..PEERS {
        let mut peer = TcpStream::connect(address).expect("it listens");
        peer.write_all(b"GET / HTTP/1.1\r\n\r\n").expect("sent");
        // Until the handshake has failed, and was told.
        let _ = std::io::copy(&mut peer, &mut std::io::sink());
    }
    let ended = collector.terminate();
    assert_eq!(ended.code, Some(0));
    let Some(lines) = read(&ended.stderr) else { return };
    let failed = "a TLS handshake failed";
    let told = lines.iter().filter(|line| line["message"] == failed);
    assert_eq!(told.clone().count(), TOLD, "{lines:?}");
    assert!(told.clone().all(|line| line["level"] == "DEBUG" && line["fields"]["cause"] != ""));
    let left_out =
        lines.iter().find(|line| line["message"] == format!("repeats are left out: {failed}"));
    let left_out = left_out.unwrap_or_else(|| panic!("nothing is said of them: {lines:?}"));
    assert_eq!(left_out["fields"]["left_out"], PEERS - TOLD);
    let is_said = |text: &str| {
        lines.iter().any(|line| line["message"].as_str().is_some_and(|it| it.contains(text)))
    };
    assert!(is_said("is listening") && is_said("SIGTERM: finishing"), "{lines:?}");
}

#[test]
fn the_option_stands_above_the_configuration() {
    let Some(certificates) = Certificates::make() else { return };
    let mut command = Command::new(collector_program());
    command.args(["--log-format", "json"]);
    let logs = "encoding: console, sampling: {enabled: false}";
    let mut collector = CollectorProcess::with_command(command, &config(&certificates, logs));
    collector.says("where it listens", |line| line.contains("https://"));
    let ended = collector.terminate();
    assert_eq!(ended.code, Some(0));
    let Some(lines) = read(&ended.stderr) else { return };
    assert!(lines.len() >= 3, "{lines:?}");
}

#[test]
fn why_it_does_not_start_is_an_object_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("collector.yaml");
    fs::write(&file, "receivers: {otpl: {}}\nservice: {pipelines: {metrics: {}}}\n")
        .expect("a file");
    let mut command = Command::new(collector_program());
    let output = command.args(["--log-format", "json", "--config"]).arg(&file).output();
    let output = output.expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).expect("text");
    let Some(lines) = read(&said.lines().map(str::to_owned).collect::<Vec<_>>()) else { return };
    let place = format!("{}:1:13: error: ", file.display());
    let found = lines.iter().find(|line| {
        line["level"] == "ERROR"
            && line["message"].as_str().is_some_and(|it| it.starts_with(&place))
    });
    assert!(found.is_some() && lines.len() > 1, "{lines:?}");
}
