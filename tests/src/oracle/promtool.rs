//! `promtool check metrics`: Prometheus' own parser and linter.

use std::{path::Path, process::Command};

use super::{is_there, run};

const INSTALL: &str = "apt-get install prometheus";
/// What promtool ends with if a page can be read, and there is something to say about it.
const LINTS: i32 = 3;

/// Lets promtool check a configuration of Prometheus; whether it could.
///
/// # Panics
/// If promtool refuses it.
#[track_caller]
pub fn promtool_check_config(file: &Path) -> bool {
    if !is_there("promtool", &["--version"], INSTALL) {
        return false;
    }
    let output = run(Command::new("promtool").args(["check", "config"]).arg(file), "");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success(), "promtool refuses {}:\n{said}", file.display());
    true
}

/// Lets promtool read expressions of `PromQL`; whether it could.
///
/// # Panics
/// If promtool refuses one.
#[track_caller]
pub fn promtool_check_expressions(expressions: &[String]) -> bool {
    if !is_there("promtool", &["--version"], INSTALL) {
        return false;
    }
    let rules: Vec<_> = expressions.iter().enumerate().map(rule).collect();
    let groups = serde_json::json!({"groups": [{"name": "documents", "rules": rules}]});
    let file = tempfile::NamedTempFile::new().expect("a file");
    // JSON is YAML too.
    std::fs::write(file.path(), groups.to_string()).expect("rules are written");
    let output = run(Command::new("promtool").args(["check", "rules"]).arg(file.path()), "");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "promtool says:\n{}", String::from_utf8_lossy(&said));
    true
}

fn rule((i, expression): (usize, &String)) -> serde_json::Value {
    serde_json::json!({"record": format!("expression_{i}"), "expr": expression})
}

/// Lets promtool check a page; whether it could.
///
/// # Panics
/// If promtool has anything to say about the page.
#[track_caller]
pub fn promtool_check(page: &str) -> bool {
    let lints = promtool_lints(page);
    if let Some(lints) = &lints {
        assert!(lints.is_empty(), "promtool says:\n{}", lints.join("\n"));
    }
    lints.is_some()
}

/// What promtool has to say about a page, sorted; nothing if it is not installed.
///
/// # Panics
/// If promtool cannot read the page.
#[must_use]
#[track_caller]
pub fn promtool_lints(page: &str) -> Option<Vec<String>> {
    if !is_there("promtool", &["--version"], INSTALL) {
        return None;
    }
    let output = run(Command::new("promtool").args(["check", "metrics"]), page);
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let is_read = output.status.success() || output.status.code() == Some(LINTS);
    assert!(is_read, "promtool ends with {}:\n{said}", output.status);
    let mut lints: Vec<String> = said.lines().map(str::to_owned).collect();
    lints.sort_unstable();
    Some(lints)
}
