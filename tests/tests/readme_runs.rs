//! The README is short, its commands are the promised ones, and its example is a program that runs.

use std::fs;

use inferometer_tests::{
    CollectorUnderTest, cargo, markdown::fenced_blocks, series, workspace_root,
};

/// Lines that a newcomer may be asked to read.
const LINES_MAX: usize = 150;
/// What the README shows.
const EXAMPLE: &str = "examples/src/bin/quickstart.rs";
/// Lines of the example.
const EXAMPLE_LINES_MAX: usize = 20;

fn read(path: &str) -> String {
    fs::read_to_string(workspace_root().join(path))
        .unwrap_or_else(|cause| panic!("{path}: {cause}"))
}

#[test]
fn the_readme_is_short() {
    let lines = read("README.md").lines().count();
    assert!(lines <= LINES_MAX, "{lines} lines, more than {LINES_MAX}");
}

#[test]
fn the_two_commands_stand_alone_on_their_lines_in_a_fenced_block() {
    let blocks = fenced_blocks(&read("README.md"));
    for command in ["cargo run --release --bin inferometer -- demo", "cargo test --locked"] {
        let is_there = blocks.iter().any(|(_, text)| text.lines().any(|line| line == command));
        assert!(is_there, "`{command}` stands in no fenced block of its own line");
    }
}

#[test]
fn the_example_is_the_program_byte_for_byte() {
    let program = read(EXAMPLE);
    let blocks = fenced_blocks(&read("README.md"));
    let rust: Vec<&str> =
        blocks.iter().filter(|(language, _)| language == "rust").map(|(_, text)| &**text).collect();
    assert!(
        rust.contains(&&*program),
        "no ```rust block of README.md equals {EXAMPLE}:\n{}",
        rust.join("---\n")
    );
    let lines = program.lines().filter(|line| !line.is_empty()).count();
    assert!(lines <= EXAMPLE_LINES_MAX, "{EXAMPLE} has {lines} lines of code");
}

#[test]
fn the_example_runs_and_is_seen_by_a_collector() {
    let collector = CollectorUnderTest::start();
    let output = cargo()
        .args(["run", "--quiet", "--package", "inferometer-examples", "--bin", "quickstart"])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.otlp_endpoint())
        .env("OTEL_SERVICE_NAME", "quickstart")
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let page = collector.scrape();
    series("infer_request_finished_total")
        .label("job", "quickstart")
        .label("infer_request_finish_reason", "stop")
        .value(1.0)
        .expect_in(&page);
}
