//! What a configuration says of TLS is checked before anything starts, by `validate` and by a start alike.

use std::{fs, path::Path, process::Command};

use inferometer_tests::{Child, CollectorProcess, Ended, collector_program};

/// A collector with one exporter.
fn config(exporter: &str) -> String {
    format!(
        "\
receivers:
  otlp: {{protocols: {{http: {{endpoint: \"127.0.0.1:0\"}}}}}}
exporters:
  otlphttp: {exporter}
service:
  pipelines:
    traces: {{receivers: [otlp], exporters: [otlphttp]}}
"
    )
}

fn run(arguments: &[&str], file: &Path) -> Ended {
    let mut command = Command::new(collector_program());
    Child::spawn(command.args(arguments).arg("--config").arg(file)).wait()
}

#[test]
fn validate_and_a_start_refuse_a_file_of_tls_that_is_missing_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, missing) = (folder.path().join("c.yaml"), folder.path().join("ca.pem"));
    let exporter = format!("{{endpoint: \"https://127.0.0.1:9\", tls: {{ca_file: {missing:?}}}}}");
    fs::write(&file, config(&exporter)).expect("a file");
    let expected = format!(
        "{}:4:62: error: exporters.otlphttp.tls.ca_file {} cannot be read: No such file or directory (os error 2): put it \
         there, or name another one",
        file.display(),
        missing.display()
    );
    for arguments in [&["validate"][..], &[]] {
        let ended = run(arguments, &file);
        assert_eq!(
            (ended.code, &ended.stderr),
            (Some(2), &vec![expected.clone()]),
            "{arguments:?}"
        );
    }
}

#[test]
fn validate_and_a_start_warn_of_what_is_sent_in_the_clear() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = config("{endpoint: \"http://127.0.0.1:9\", tls: {insecure: false}}");
    let file = folder.path().join("c.yaml");
    fs::write(&file, &text).expect("a file");
    let part = ":4:52: warning: exporters.otlphttp.tls.insecure is false, but http:// is sent to in the clear";
    let ended = run(&["validate"], &file);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.iter().any(|line| line.contains(part)), "{ended:?}");
    CollectorProcess::with_config(&text).says("a warning", |line| line.contains(part));
}
