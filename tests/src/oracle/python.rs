//! The parser of PyPI's `prometheus-client`.

use std::{collections::BTreeMap, path::PathBuf, process::Command};

use super::{SETUP, is_there, run};
use crate::{Scrape, workspace_root};

/// Reads a page from stdin; prints every sample as a line of JSON.
const SCRIPT: &str = "
import json, sys
from prometheus_client.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    for sample in family.samples:
        print(json.dumps([family.type, sample.name, sample.labels, repr(float(sample.value))]))
";

/// A sample as that parser sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct PythonSample {
    /// The type of its family.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its value.
    pub value: f64,
}

/// Every sample of a page; nothing if the parser is not installed.
///
/// # Panics
/// If the parser refuses the page.
#[must_use]
#[track_caller]
pub fn prometheus_client(page: &str) -> Option<Vec<PythonSample>> {
    let python = python_program();
    let import = ["-c", "import prometheus_client.parser"];
    if !is_there(&python, &import, SETUP) {
        return None;
    }
    let output = run(Command::new(python).args(["-c", SCRIPT]), page);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "prometheus_client refuses the page:\n{errors}");
    let lines = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    Some(lines.lines().map(sample).collect())
}

/// Lets that parser read a page; whether it could.
///
/// # Panics
/// If it refuses the page, or reads another name, label or value than we.
#[track_caller]
pub fn prometheus_client_agrees(page: &Scrape) -> bool {
    let Some(theirs) = prometheus_client(&page.text) else {
        return false;
    };
    // In bits, as no NaN equals another.
    let ours: Vec<_> = page
        .samples()
        .map(|sample| (&*sample.name, &sample.labels, sample.value.to_bits()))
        .collect();
    let theirs: Vec<_> = theirs
        .iter()
        .map(|sample| (&*sample.name, &sample.labels, sample.value.to_bits()))
        .collect();
    assert_eq!(ours, theirs);
    true
}

/// The Python that `setup.sh` prepared, or else the system's, which may have the parser too.
pub(crate) fn python_program() -> String {
    let prepared: PathBuf = workspace_root().join("tests/foreign/python/.venv/bin/python");
    if prepared.exists() { prepared.display().to_string() } else { "python3".to_owned() }
}

fn sample(line: &str) -> PythonSample {
    let (kind, name, labels, value): (String, String, BTreeMap<String, String>, String) =
        serde_json::from_str(line).expect("a line of the script");
    PythonSample { kind, name, labels, value: value.parse().expect("a number of Python's") }
}
