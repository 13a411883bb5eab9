//! What an operator is told of a configuration by the program itself, before anything runs.

use std::{fs, process::Command};

use inferometer_tests::{Child, collector_program};
use serde_json::{Value, json};
use tempfile::TempDir;

const BASE: &str = "\
receivers:
  otlp: {protocols: {grpc: {endpoint: \"127.0.0.1:0\"}}}
exporters:
  otlphttp:
    endpoint: ${env:BACKEND}
    headers: {authorization: \"Bearer ${env:API_TOKEN}\"}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [otlphttp]}
";
const TOKEN: &str = "canary-5f1c";

/// A folder with files of a configuration.
struct Files(TempDir);

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        Self(folder)
    }

    fn run(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(collector_program());
        command.current_dir(self.0.path()).env("BACKEND", "http://next.example:4318");
        let ended = Child::spawn(command.env("API_TOKEN", TOKEN).args(arguments)).wait();
        let text = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect();
        Said { code: ended.code, stdout: text(&ended.stdout), stderr: text(&ended.stderr) }
    }
}

/// How a program ended, and what it said.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn json(ended: &Said) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|cause| panic!("{cause}: {ended:?}"))
}

#[test]
fn all_problems_are_said_as_json_with_the_same_exit_code() {
    let over = "exporters:\n  otlphttp: {timeout: soon}\n  kafka: {}\n";
    let files = Files::new(&[("base.yaml", BASE), ("over.yaml", over)]);
    let arguments = ["validate", "--config", "base.yaml", "--config", "over.yaml"];
    let set = "--set=exporters.otlphttp.sending_queue.queue_size=many";
    let plain = files.run(&[&arguments[..], &[set]].concat());
    let ended = files.run(&[&arguments[..], &[set, "--json"]].concat());
    assert_eq!((plain.code, ended.code), (Some(2), Some(2)), "{plain:?}{ended:?}");
    assert_eq!(ended.stderr, "", "{ended:?}");
    let problems = json(&ended);
    let list = problems.as_array().expect("an array");
    assert_eq!(list.len(), plain.stderr.lines().count());
    assert_eq!(
        list[0],
        json!({
            "file": "over.yaml", "line": 2, "column": 23, "severity": "error",
            "message": "exporters.otlphttp.timeout is \"soon\", expected a duration such as 200ms, 1.5s, 5m or 1h30m",
        })
    );
    assert_eq!(list[1]["line"], 3);
    assert_eq!(list[2]["file"], "--set exporters.otlphttp.sending_queue.queue_size");
    assert_eq!(list[2]["line"], Value::Null);
    let sound = files.run(&["validate", "--config", "base.yaml", "--json"]);
    assert_eq!((sound.code, json(&sound)), (Some(0), json!([])), "{sound:?}");
}

#[test]
fn what_is_printed_is_a_configuration_without_its_secrets() {
    let files = Files::new(&[("base.yaml", BASE)]);
    for (more, endpoint) in [
        (&[][..], "endpoint: \"${env:BACKEND}\""),
        (&["--resolved"][..], "endpoint: \"http://next.example:4318\""),
    ] {
        let ended = files.run(&[&["config", "print", "--config", "base.yaml"], more].concat());
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stdout.contains(endpoint), "{ended:?}");
        assert!(ended.stdout.contains("authorization: \"Bearer ${env:API_TOKEN}\""), "{ended:?}");
        assert!(!ended.stdout.contains(TOKEN) && !ended.stderr.contains(TOKEN), "{ended:?}");
        fs::write(files.0.path().join("printed.yaml"), &ended.stdout).expect("a file");
        let valid = files.run(&["validate", "--config", "printed.yaml"]);
        assert_eq!(valid.code, Some(0), "{valid:?}\n{}", ended.stdout);
    }
}

#[test]
fn the_memory_that_it_may_take_is_said_and_a_bound_beyond_all_memory_keeps_it_from_starting() {
    let files = Files::new(&[("base.yaml", BASE)]);
    let set = "--set=exporters.otlphttp.sending_queue={sizer: bytes, queue_size: 1099511627776}";
    let valid = files.run(&["validate", "--config", "base.yaml"]);
    assert!(
        valid
            .stdout
            .contains("256.0 MiB  receivers.otlp.admission.request_limit_mib: requests in flight"),
        "{valid:?}"
    );
    let warned = files.run(&["validate", "--config", "base.yaml", set]);
    let message = "exporters.otlphttp.sending_queue.queue_size is 1024.0 GiB, more than the";
    assert_eq!(warned.code, Some(0), "{warned:?}");
    assert!(warned.stderr.contains(&format!("warning: {message}")), "{warned:?}");
    let refused = files.run(&["--config", "base.yaml", set]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains(&format!("inferometer: error: {message}")), "{refused:?}");
}
