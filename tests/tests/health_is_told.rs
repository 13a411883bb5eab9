//! The program says whether it works: alive, ready, and what is wrong with which component. curl asks, as probes do, and
//! over gRPC the official client of its protocol.

use std::{
    fs,
    net::SocketAddr,
    process::{Command, Output},
    thread,
};

use inferometer_tests::{
    CollectorProcess,
    faults::{Account, Answer, Script, ScriptedBackend, SmallDisk},
    http,
    oracle::{has_curl, python_program, python_runs},
    wait, workspace_root,
};
use serde_json::{Value, json};

const HEALTH: &str = "health_check: {endpoint: \"127.0.0.1:0\"}";

/// A collector that forwards traces through this queue, with these extensions.
fn config(backend: &ScriptedBackend, extensions: &[&str], queue: &str) -> String {
    let ids: Vec<_> = extensions.iter().filter_map(|it| it.split(':').next()).collect();
    format!(
        "\
extensions:
  {}
receivers:
  otlp:
    protocols:
      grpc: {{endpoint: \"127.0.0.1:0\"}}
      http: {{endpoint: \"127.0.0.1:0\"}}
processors:
  batch: {{timeout: 1ms}}
exporters:
  prometheus: {{endpoint: \"127.0.0.1:0\"}}
  otlp:
    endpoint: {:?}
    retry_on_failure: {{initial_interval: 50ms, max_interval: 50ms}}
    sending_queue: {{{queue}}}
service:
  extensions: [{}]
  pipelines:
    metrics: {{receivers: [otlp], exporters: [prometheus]}}
    traces: {{receivers: [otlp], processors: [], exporters: [otlp]}}
    traces/batched: {{receivers: [otlp], processors: [batch], exporters: [otlp]}}
",
        extensions.join("\n  "),
        backend.endpoint(),
        ids.join(", "),
    )
}

/// What curl, which ends within some seconds, does there.
fn run_curl(address: SocketAddr, path: &str, options: &[&str]) -> Output {
    let fixed = ["--silent", "--show-error", "--max-time", "20", "--write-out", "\n%{http_code}"];
    let url = format!("http://{address}{path}");
    let output = Command::new("curl").args(fixed).args(options).arg(url).output();
    output.expect("curl starts")
}

/// What it gets from there: the code, and the body.
fn curl(address: SocketAddr, path: &str, options: &[&str]) -> (u16, Value) {
    let output = run_curl(address, path, options);
    let text = String::from_utf8_lossy(&output.stdout);
    let (body, code) = text.rsplit_once('\n').unwrap_or_else(|| panic!("{output:?}"));
    (code.parse().expect("a code"), serde_json::from_str(body).unwrap_or(Value::Null))
}

/// Waits until a path is answered with this code by a body that is as wanted, and returns it.
#[track_caller]
fn until(address: SocketAddr, path: &str, code: u16, is_wanted: impl Fn(&Value) -> bool) -> Value {
    wait::until(path, || match curl(address, path, &[]) {
        (seen, body) if seen == code && is_wanted(&body) => Ok(body),
        other => Err(format!("{other:?}")),
    })
}

#[test]
fn the_status_follows_a_backend_that_goes_and_returns() {
    if !has_curl() {
        return;
    }
    let backend = ScriptedBackend::start();
    let mut collector = CollectorProcess::with_config(&config(&backend, &[HEALTH], ""));
    let health = collector.address("health");
    let (code, alive) = curl(health, "/healthz", &[]);
    assert_eq!((code, alive), (200, json!({ "alive": true, "reasons": [] })));
    let (code, ready) = curl(health, "/readyz", &[]);
    assert_eq!((code, ready), (200, json!({ "ready": true, "reasons": [] })));
    let (code, status) = curl(health, "/", &[]);
    assert_eq!(
        (code, &status["status"], &status["healthy"]),
        (200, &json!("StatusOK"), &json!(true))
    );
    assert!(status["start_time"].is_string() && status.get("components").is_none(), "{status}");

    backend.set(Script::RefusesConnections);
    let account = Account::of_requests(1, 100);
    assert_eq!(account.send(collector.address("OTLP over HTTP")), Answer::Acknowledged);
    let is_failing = |it: &Value| it["status"] == "StatusRecoverableError";
    let status = until(health, "/status?verbose", 200, is_failing);
    assert_eq!(status["healthy"], true, "a backend's error is none of the collector: {status}");
    let components = &status["components"];
    let exporter = &components["pipeline:traces"]["components"]["exporter:otlp"];
    assert_eq!(exporter["status"], "StatusRecoverableError", "{status}");
    assert!(exporter["error"].as_str().is_some_and(|error| !error.is_empty()), "{exporter}");
    assert_eq!(components["pipeline:metrics"]["status"], "StatusOK", "{status}");
    let of_batched = &components["pipeline:traces/batched"]["components"]["processor:batch"];
    assert_eq!(of_batched["status"], "StatusOK", "{status}");
    assert_eq!(
        components["extensions"]["components"]["extension:health_check"]["status"],
        "StatusOK"
    );
    let (_, one) = curl(health, "/status?pipeline=metrics&verbose", &[]);
    assert_eq!(one["components"]["exporter:prometheus"]["status"], "StatusOK", "{one}");
    assert_eq!(curl(health, "/status?pipeline=logs", &[]).0, 404);
    assert_eq!(curl(health, "/readyz", &[]).0, 200, "what waits in memory is still taken");

    let debug = curl(health, "/debug/pipelines", &[]).1;
    let traces = &debug["pipelines"][1];
    assert_eq!(traces["pipeline"], "traces", "{debug}");
    assert_eq!(traces["receivers"][0]["accepted_items"], 1, "{debug}");
    let exporter = &traces["exporters"][0];
    assert_eq!(exporter["sent_items"], 0, "{debug}");
    assert!(exporter["queue"]["in_flight_requests"].as_u64() >= Some(1), "{debug}");
    assert!(exporter["error"]["message"].is_string(), "{debug}");

    backend.set(Script::Keeps);
    let is_well = |it: &Value| it["status"] == "StatusOK";
    let _ = until(health, "/status", 200, is_well);
    let debug = until(health, "/debug/pipelines", 200, |it| {
        it["pipelines"][1]["exporters"][0]["sent_items"] == 2
    });
    let exporter = &debug["pipelines"][1]["exporters"][0];
    assert_eq!((&exporter["error"], &exporter["queue"]["size"]), (&Value::Null, &json!(0)));
    assert!(exporter["last_error"]["message"].is_string(), "it is remembered: {debug}");
    assert_eq!(collector.terminate().code, Some(0));
}

#[test]
fn a_full_queue_on_disk_makes_it_unready_and_neither_page_fails() {
    if !has_curl() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let backend = ScriptedBackend::start();
    backend.set(Script::RefusesConnections);
    let storage = format!("file_storage: {{directory: {:?}}}", folder.path());
    let queue = "storage: file_storage, queue_size: 4, sizer: requests, on_full: refuse";
    let yaml = config(&backend, &[HEALTH, &storage], queue);
    let mut collector = CollectorProcess::with_config(&yaml);
    let (health, address) = (collector.address("health"), collector.address("OTLP over HTTP"));
    let account = Account::of_requests(1, 100);
    wait::until("a refusal", || match account.send(address) {
        Answer::Refused(_) => Ok(()),
        other => Err(format!("{other:?}")),
    });
    let reasons = until(health, "/readyz", 503, |it| it["ready"] == false);
    assert_eq!(reasons["reasons"][0]["component"], "exporters.otlp", "{reasons}");
    let message = reasons["reasons"][0]["message"].as_str().expect("a message");
    assert!(message.contains("its queue is full"), "{message}");
    assert_eq!(curl(health, "/healthz", &[]).0, 200, "a restart would not help");
    let page = collector.scrape();
    let labels = [("infer_collector_build_version", env!("CARGO_PKG_VERSION"))];
    assert_eq!(page.sum("infer_collector_build_info", &labels).0, 1.0, "{}", page.text);
    assert!(page.sum("infer_collector_queue_usage", &[]).0 > 0.0, "{}", page.text);
    let debug = curl(health, "/debug/pipelines", &[]).1;
    let queue = &debug["pipelines"][1]["exporters"][0]["queue"];
    assert_eq!((&queue["is_full"], &queue["is_durable"]), (&json!(true), &json!(true)), "{debug}");
    assert!(queue["oldest_age_seconds"].is_number() && queue["capacity"] == 4, "{debug}");
    backend.set(Script::Keeps);
    let _ = until(health, "/readyz", 200, |it| it["ready"] == true);
    assert_eq!(collector.terminate().code, Some(0));
}

#[test]
fn a_queue_that_cannot_be_written_makes_it_unready_until_it_can() {
    let Some(disk) = SmallDisk::of_bytes(2 << 20) else { return };
    if !has_curl() {
        return;
    }
    let backend = ScriptedBackend::start();
    backend.set(Script::RefusesConnections);
    let storage = format!("file_storage: {{directory: {:?}}}", disk.path());
    let queue = "storage: file_storage, queue_size: 64000000, sizer: bytes, on_full: refuse";
    let yaml = config(&backend, &[HEALTH, &storage], queue);
    let mut collector = CollectorProcess::with_command(disk.collector(), &yaml);
    let (health, address) = (collector.address("health"), collector.address("OTLP over HTTP"));
    let account = Account::of_requests(1, 16 << 10);
    account.send_all(address, 1);
    disk.fill();
    wait::until("a refusal", || match account.send(address) {
        Answer::Refused(reply) => Ok(reply),
        other => Err(format!("{other:?}")),
    });
    let reasons = until(health, "/readyz", 503, |it| it["ready"] == false);
    let message = reasons["reasons"][0]["message"].as_str().expect("a message");
    assert!(message.contains("cannot be written"), "{message}");
    let status = curl(health, "/status", &[]).1;
    assert_eq!(status["status"], "StatusRecoverableError", "{status}");
    disk.clear();
    wait::until("an acknowledgement", || match account.send(address) {
        Answer::Acknowledged => Ok(()),
        other => Err(format!("{other:?}")),
    });
    let _ = until(health, "/readyz", 200, |it| it["ready"] == true);
}

#[test]
fn it_is_unready_and_alive_from_sigterm_on() {
    if !has_curl() {
        return;
    }
    let backend = ScriptedBackend::start();
    backend.set(Script::Hangs);
    let mut collector = CollectorProcess::with_config(&config(&backend, &[HEALTH], ""));
    let health = collector.address("health");
    let account = Account::of_requests(1, 100);
    assert_eq!(account.send(collector.address("OTLP over HTTP")), Answer::Acknowledged);
    collector.ask_to_end();
    let reasons = until(health, "/readyz", 503, |it| it["ready"] == false);
    assert_eq!(reasons["reasons"][0]["message"], "the collector is stopping");
    let (code, status) = curl(health, "/", &[]);
    assert_eq!((code, &status["status"]), (503, &json!("StatusStopping")));
    assert_eq!(curl(health, "/healthz", &[]).0, 200, "it is left to finish");
    backend.set(Script::Keeps);
    let _ = collector.terminate();
}

#[test]
fn no_path_is_answered_without_credentials() {
    if !has_curl() {
        return;
    }
    let backend = ScriptedBackend::start();
    let folder = tempfile::tempdir().expect("a folder");
    let tokens = folder.path().join("tokens");
    fs::write(&tokens, "right\n").expect("a file");
    let guarded = "health_check: {endpoint: \"127.0.0.1:0\", path: /health, auth: {authenticator: bearertokenauth}}";
    let tokens = format!("bearertokenauth: {{filename: {tokens:?}}}");
    let mut collector = CollectorProcess::with_config(&config(&backend, &[guarded, &tokens], ""));
    let health = collector.address("health");
    let paths = ["/", "/health", "/status", "/healthz", "/readyz", "/debug/pipelines", "/nowhere"];
    for path in paths {
        let (code, body) = curl(health, path, &[]);
        assert_eq!((code, body), (401, Value::Null), "{path}");
        assert_eq!(curl(health, path, &["--header", "Authorization: Bearer wrong"]).0, 401);
        let (code, _) = curl(health, path, &["--header", "Authorization: Bearer right"]);
        let expected = if matches!(path, "/" | "/nowhere") { 404 } else { 200 };
        assert_eq!(code, expected, "{path}");
    }
    let reply = http::post(health, "/healthz", &[("authorization", "Bearer right")], b"x");
    assert_eq!(reply.expect("an answer").status, 405);
    assert_eq!(collector.terminate().code, Some(0));
}

const RELOAD: &str = "/-/reload";
/// What curl asks for a reload with, as who may.
const ASKS: [&str; 4] = ["--request", "POST", "--header", "Authorization: Bearer right"];

/// A collector that reloads for who has the token, and its configuration.
fn with_reloads(backend: &ScriptedBackend, path: &str) -> String {
    let health = format!(
        "health_check: {{endpoint: \"127.0.0.1:0\", path: {path}, reload: {{enabled: true}}, auth: {{authenticator: bearertokenauth}}}}"
    );
    config(backend, &[&health, "bearertokenauth: {tokens: [right]}"], "")
}

#[test]
fn a_reload_is_for_who_has_the_token_and_tells_what_is_wrong() {
    if !has_curl() {
        return;
    }
    let backend = ScriptedBackend::start();
    let yaml = with_reloads(&backend, "/a");
    let mut collector = CollectorProcess::with_config(&yaml);
    let health = collector.address("health");
    assert_eq!(curl(health, RELOAD, &["--request", "POST"]).0, 401);
    assert_eq!(curl(health, RELOAD, &ASKS[2..]).0, 405);
    let from_page = [&ASKS[..], &["--header", "Origin: http://localhost"]].concat();
    assert_eq!(curl(health, RELOAD, &from_page).0, 403);
    collector.replace_config(&yaml.replace("timeout: 1ms", "timeouts: 1ms"));
    let (code, wrong) = curl(health, RELOAD, &ASKS);
    assert_eq!((code, &wrong["reloaded"]), (500, &json!(false)));
    let error = wrong["errors"][0].as_str().expect("an error");
    assert!(error.starts_with(collector.file().as_str()) && error.contains("timeouts"), "{error}");
    collector.replace_config(&yaml.replace("timeout: 1ms", "timeout: 2ms"));
    assert_eq!(curl(health, RELOAD, &ASKS), (200, json!({ "reloaded": true })));
    let page = collector.scrape();
    for (result, count) in [("renewed", 1.0), ("failed", 1.0)] {
        let labels = [("infer_collector_reload_result", result)];
        let seen = page.sum("infer_collector_config_reload_total", &labels).0;
        assert_eq!(seen, count, "those that were refused have not asked: {}", page.text);
    }
    assert_eq!(collector.terminate().code, Some(0));
}

#[test]
fn a_listener_that_its_own_reload_replaces_answers_all_who_asked() {
    if !has_curl() {
        return;
    }
    let backend = ScriptedBackend::start();
    let mut collector = CollectorProcess::with_config(&with_reloads(&backend, "/a"));
    let health = collector.address("health");
    collector.replace_config(&with_reloads(&backend, "/b"));
    let asking = (0..4).map(|_| thread::spawn(move || run_curl(health, RELOAD, &ASKS)));
    let asking: Vec<_> = asking.collect();
    let ended: Vec<_> = asking.into_iter().map(|it| it.join().expect("curl ends")).collect();
    // Who comes too late finds nobody (7) or is cut before it was heard (52, 55, 56), and never waits for its time (28).
    let codes = ended.iter().map(|output| match output.status.code() {
        Some(0) => String::from_utf8_lossy(&output.stdout).lines().last().map(str::to_owned),
        other => other.filter(|code| [7, 52, 55, 56].contains(code)).map(|_| "late".to_owned()),
    });
    let codes: Vec<_> = codes.collect();
    let is_known = |code: &Option<String>| matches!(code.as_deref(), Some("200" | "503" | "late"));
    assert!(codes.contains(&Some("200".to_owned())) && codes.iter().all(is_known), "{ended:?}");
    assert_eq!(collector.terminate().code, Some(0));
}

#[test]
fn nobody_may_ask_for_a_reload_unless_the_configuration_says_so() {
    if !has_curl() {
        return;
    }
    let backend = ScriptedBackend::start();
    let mut collector = CollectorProcess::with_config(&config(&backend, &[HEALTH], ""));
    let health = collector.address("health");
    assert_eq!(curl(health, RELOAD, &["--request", "POST"]).0, 404);
    assert_eq!(collector.terminate().code, Some(0));
}

fn script() -> String {
    workspace_root().join("tests/foreign/python/ask_health.py").display().to_string()
}

/// What the official client gets for each call.
fn ask_over_grpc(address: SocketAddr, authorization: &[&str]) -> Vec<(String, Value)> {
    let mut command = Command::new(python_program());
    let output = command.arg(script()).arg(address.to_string()).args(authorization).output();
    let output = output.expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("a line of the script");
        (line["call"].as_str().expect("a call").to_owned(), line["result"].clone())
    };
    String::from_utf8_lossy(&output.stdout).lines().map(line).collect()
}

#[track_caller]
fn check_grpc(answers: &[(String, Value)], status: &str) {
    let services = [
        "",
        "grpc.health.v1.Health",
        "opentelemetry.proto.collector.logs.v1.LogsService",
        "opentelemetry.proto.collector.metrics.v1.MetricsService",
        "opentelemetry.proto.collector.trace.v1.TraceService",
    ];
    let all: serde_json::Map<_, _> =
        services.into_iter().map(|service| (service.to_owned(), json!(status))).collect();
    let of_traces = format!("Check {}", services[4]);
    let expected = [
        ("Check ", json!(status)),
        (&*of_traces, json!(status)),
        ("Check no.such.Service", json!("NOT_FOUND")),
        ("List", Value::Object(all)),
        ("Watch", json!("UNIMPLEMENTED")),
    ];
    assert_eq!(answers, expected.map(|(call, result)| (call.to_owned(), result)));
}

#[test]
fn the_official_client_is_told_over_grpc_and_a_stranger_is_not() {
    if !python_runs(&script()) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let backend = ScriptedBackend::start();
    backend.set(Script::RefusesConnections);
    let storage = format!("file_storage: {{directory: {:?}}}", folder.path());
    let auth = "bearertokenauth: {tokens: [right]}";
    let queue = "storage: file_storage, queue_size: 4, sizer: requests, on_full: refuse";
    let yaml = config(&backend, &[&storage, auth], queue).replace(
        "grpc: {endpoint: \"127.0.0.1:0\"}",
        "grpc: {endpoint: \"127.0.0.1:0\", auth: {authenticator: bearertokenauth}}",
    );
    let mut collector = CollectorProcess::with_config(&yaml);
    let address = collector.address("OTLP over gRPC");
    check_grpc(&ask_over_grpc(address, &["Bearer right"]), "SERVING");
    for (call, result) in ask_over_grpc(address, &[]) {
        assert_eq!(result, "UNAUTHENTICATED", "{call}");
    }
    let account = Account::of_requests(1, 100);
    let over_http = collector.address("OTLP over HTTP");
    wait::until("a refusal", || match account.send(over_http) {
        Answer::Refused(_) => Ok(()),
        other => Err(format!("{other:?}")),
    });
    check_grpc(&ask_over_grpc(address, &["Bearer right"]), "NOT_SERVING");
}
