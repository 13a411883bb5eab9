//! `promtool check metrics`: Prometheus' own parser and linter.

use std::process::Command;

use super::{is_there, run};

/// Lets promtool check a page; whether it could.
///
/// # Panics
/// If promtool has anything to say about the page.
#[track_caller]
pub fn promtool_check(page: &str) -> bool {
    if !is_there("promtool", &["--version"], "apt-get install prometheus") {
        return false;
    }
    let output = run(Command::new("promtool").args(["check", "metrics"]), page);
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success(), "promtool ends with {}:\n{said}", output.status);
    true
}
