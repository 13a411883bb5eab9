//! Foreign programs that judge or consume what we serve.
//!
//! One that is not installed is skipped loudly, so that a developer can do without; with
//! `INFEROMETER_REQUIRE_ORACLES=1`, as the landing script sets it, that fails the test.

mod client_model;
mod jaeger_client;
mod json_lines;
mod packager;
mod prometheus;
mod promtool;
mod python;
mod vector;

use std::{
    env,
    io::{self, Write},
    process::{Command, Output, Stdio},
};

pub use client_model::{NumberSample, PROTOBUF, protobuf_numbers};
pub use jaeger_client::JaegerClient;
pub use json_lines::python_read_json_lines;
pub use packager::{
    UnpackedPackage, bash_says, groff_warnings, systemd_objections, unpacked_package, user_made_in,
};
pub use prometheus::{Prometheus, QueryResult, SCRAPE_CONFIGURATION, StoredExemplar};
pub use promtool::{
    promtool_check, promtool_check_config, promtool_check_expressions, promtool_lints,
};
pub use python::{
    PythonSample, prometheus_client, prometheus_client_agrees, prometheus_client_open_metrics,
    python_program, python_runs,
};
pub use vector::{Answer, Answered, NativeBucket, NativeHistogram};

/// What installs the pinned SDKs and parsers.
pub(crate) const SETUP: &str = "bash tests/foreign/setup.sh";

/// Set to `1` where nothing may be skipped.
pub const REQUIRE: &str = "INFEROMETER_REQUIRE_ORACLES";

/// Whether a program answers; if not, says loudly that a test is skipped and how to install it.
///
/// # Panics
/// If it does not, and [`REQUIRE`] is set.
#[must_use]
pub fn is_there(program: &str, arguments: &[&str], install: &str) -> bool {
    let tried = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let is_there = tried.is_ok_and(|output| output.status.success());
    if !is_there {
        let what =
            format!("{program} {} does not work: install with {install}", arguments.join(" "));
        let required = env::var(REQUIRE).is_ok_and(|value| value == "1");
        assert!(!required, "{what}; {REQUIRE} forbids skipping");
        // Past the test harness, which would keep it to itself as the test passes.
        let _ = writeln!(io::stderr(), "SKIPPED: {what}");
    }
    is_there
}

/// Whether curl is installed; if not, says loudly that a test is skipped.
///
/// # Panics
/// If it is not, and [`REQUIRE`] is set.
#[must_use]
pub fn has_curl() -> bool {
    is_there("curl", &["--version"], "apt-get install curl")
}

/// Runs a program to its end with `input` on stdin.
fn run(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let input = input.to_owned();
    // From another thread, as a program may answer before it has read everything.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the program ends");
    // A program that ended early says why itself.
    let _ = writer.join();
    output
}
