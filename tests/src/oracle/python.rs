//! The parsers of PyPI's `prometheus-client`, for text 0.0.4 and OpenMetrics 1.0.

use std::{collections::BTreeMap, path::PathBuf, process::Command};

use super::{SETUP, is_there, run};
use crate::{Scrape, workspace_root};

/// Reads a page from stdin with the parser of a module; prints every sample as a line of JSON. The page is decoded by hand,
/// as Python takes a carriage return for the end of a line.
const SCRIPT: &str = "
import importlib, json, sys
parser = importlib.import_module(sys.argv[1])
for family in parser.text_string_to_metric_families(sys.stdin.buffer.read().decode()):
    for sample in family.samples:
        exemplar = sample.exemplar and [sample.exemplar.labels, repr(float(sample.exemplar.value))]
        value = repr(float(sample.value))
        print(json.dumps([family.type, family.unit, sample.name, sample.labels, value, exemplar]))
";
const TEXT: &str = "prometheus_client.parser";
const OPEN_METRICS: &str = "prometheus_client.openmetrics.parser";

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
    /// The unit of its family, which only OpenMetrics has.
    pub unit: String,
    /// The labels and the value of its exemplar, which only OpenMetrics has.
    pub exemplar: Option<(BTreeMap<String, String>, f64)>,
}

/// Every sample of a page; nothing if the parser is not installed.
///
/// # Panics
/// If the parser refuses the page.
#[must_use]
#[track_caller]
pub fn prometheus_client(page: &str) -> Option<Vec<PythonSample>> {
    read(TEXT, page)
}

/// The same of a page of OpenMetrics.
///
/// # Panics
/// If the parser refuses the page.
#[must_use]
#[track_caller]
pub fn prometheus_client_open_metrics(page: &str) -> Option<Vec<PythonSample>> {
    read(OPEN_METRICS, page)
}

#[track_caller]
fn read(parser: &str, page: &str) -> Option<Vec<PythonSample>> {
    let python = python_program();
    let import = format!("import {parser}");
    if !is_there(&python, &["-c", &import], SETUP) {
        return None;
    }
    let output = run(Command::new(python).args(["-c", SCRIPT, parser]), page);
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

/// Whether a script of `tests/foreign` runs without arguments; if not, says loudly that a test is skipped.
///
/// # Panics
/// If it does not, and nothing may be skipped.
#[must_use]
pub fn python_runs(script: &str) -> bool {
    is_there(&python_program(), &[script], SETUP)
}

/// The Python that `setup.sh` prepared, or else the system's, which may have the parser too.
#[must_use]
pub fn python_program() -> String {
    let prepared: PathBuf = workspace_root().join("tests/foreign/python/.venv/bin/python");
    if prepared.exists() { prepared.display().to_string() } else { "python3".to_owned() }
}

/// A line of the script: type, unit, name, labels, value, and labels and value of an exemplar.
type Line = (
    String,
    String,
    String,
    BTreeMap<String, String>,
    String,
    Option<(BTreeMap<String, String>, String)>,
);

fn sample(line: &str) -> PythonSample {
    let (kind, unit, name, labels, value, exemplar): Line =
        serde_json::from_str(line).expect("a line of the script");
    let number = |text: String| text.parse().expect("a number of Python's");
    let exemplar = exemplar.map(|(labels, value)| (labels, number(value)));
    PythonSample { kind, name, labels, value: number(value), unit, exemplar }
}
