//! What the pages for operators show is real: configurations are valid, expressions are `PromQL` over metrics, labels and
//! values that exist, and every reason has its remedy.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

use inferometer_semconv::attributes::{CollectorRefusalReason, CollectorRejectionReason};
use inferometer_tests::{
    collector_program, markdown::fenced_blocks, oracle::promtool_check_expressions, workspace_root,
};

const PAGES: [&str; 5] =
    ["install.md", "getting-started.md", "health.md", "troubleshooting.md", "compatibility.md"];
/// How names of ours, or that we take over, begin.
const PREFIXES: [&str; 5] = ["infer_", "gen_ai_", "otel_", "process_", "error_type"];
/// What a metric's name may end with where it is a histogram.
const PARTS: [&str; 3] = ["_bucket", "_count", "_sum"];

fn page(name: &str) -> String {
    let read = fs::read_to_string(workspace_root().join("docs").join(name));
    read.unwrap_or_else(|cause| panic!("{name}: {cause}"))
}

fn blocks(language: &str) -> Vec<(&'static str, String)> {
    let all = PAGES.iter().flat_map(|name| {
        fenced_blocks(&page(name)).into_iter().map(move |(found, text)| (*name, found, text))
    });
    all.filter(|(_, found, _)| found == language).map(|(name, _, text)| (name, text)).collect()
}

#[test]
fn every_configuration_is_valid() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole: Vec<_> =
        blocks("yaml").into_iter().filter(|(_, text)| text.contains("pipelines:")).collect();
    assert!(whole.len() >= 2, "{} configurations were found", whole.len());
    for (i, (name, text)) in whole.iter().enumerate() {
        let file = folder.path().join(format!("{i}-{name}.yaml"));
        fs::write(&file, text).expect("a file");
        let mut command = Command::new(collector_program());
        let output = command.arg("validate").arg("--config").arg(&file).output();
        let output = output.expect("the program starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && errors.is_empty(), "{name}: {errors}");
    }
}

#[test]
fn every_expression_is_read_by_prometheus() {
    let expressions: Vec<String> = blocks("promql").into_iter().map(|(_, text)| text).collect();
    assert!(expressions.len() >= 10, "{} expressions were found", expressions.len());
    promtool_check_expressions(&expressions);
}

/// Names of metrics, and values of labels by their names, where the list is closed.
fn vocabulary() -> (BTreeSet<String>, BTreeMap<String, BTreeSet<String>>) {
    let text = page("metrics.md");
    let mut metrics = BTreeSet::new();
    let mut labels = BTreeMap::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let name = |cell: &str| cell.trim_matches('`').to_owned();
        match cells.as_slice() {
            // | `attribute` | `label` | type | values | what it is |
            ["", _, label, _, values, _, ""] => {
                let is_closed = values.starts_with('`');
                let values = values.split(", ").map(name).filter(|_| is_closed);
                labels.insert(name(label), values.collect());
            }
            // | `instrument` | `metric` | kind | unit |
            ["", _, metric, _, _, ""] => {
                metrics.insert(name(metric));
            }
            _ => {}
        }
    }
    assert!(metrics.len() > 100 && labels.len() > 50, "{} {}", metrics.len(), labels.len());
    (metrics, labels)
}

/// The words of a text that begin like a name of ours.
fn names(text: &str) -> BTreeSet<&str> {
    let words = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
    words.filter(|word| PREFIXES.iter().any(|prefix| word.starts_with(prefix))).collect()
}

#[test]
fn every_name_of_an_expression_is_a_metric_or_a_label() {
    let (metrics, labels) = vocabulary();
    for (page, expression) in blocks("promql") {
        for name in names(&expression) {
            let whole = PARTS.iter().find_map(|part| name.strip_suffix(part)).unwrap_or(name);
            let is_known = [name, whole].iter().any(|it| metrics.contains(*it));
            assert!(is_known || labels.contains_key(name), "{page}: {name} is no name of ours");
        }
    }
}

#[test]
fn every_value_of_a_label_is_one_that_it_has() {
    let (_, labels) = vocabulary();
    let mut compared = 0;
    for (page, expression) in blocks("promql") {
        // `label="value"`, `label!~"one|other"`: what stands before and between quotes.
        let parts: Vec<&str> = expression.split('"').collect();
        for pair in parts.chunks_exact(2) {
            let label = pair[0].trim_end_matches(['=', '!', '~']);
            let label = label.rsplit(['{', ',', ' ']).next().unwrap_or_default();
            let Some(known) = labels.get(label).filter(|known| !known.is_empty()) else { continue };
            for value in pair[1].split('|').filter(|value| !value.is_empty()) {
                assert!(known.contains(value), "{page}: {label} is never {value:?}");
                compared += 1;
            }
        }
    }
    assert!(compared > 0, "no value was found");
}

#[test]
fn every_reason_of_a_loss_has_a_remedy() {
    let text = page("troubleshooting.md");
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
    let refusals = CollectorRefusalReason::ALL.map(CollectorRefusalReason::as_str);
    let rejections = CollectorRejectionReason::ALL.map(CollectorRejectionReason::as_str);
    // These two are what the configuration asks for.
    let meant = ["filtered", "sampled_out"];
    let losses = rejections.into_iter().filter(|reason| !meant.contains(reason));
    for reason in refusals.into_iter().chain(losses) {
        let quoted = format!("`{reason}`");
        let has_row =
            rows.iter().any(|row| row.split(" | ").next().is_some_and(|it| it.contains(&quoted)));
        assert!(has_row, "{reason} has no row in docs/troubleshooting.md");
    }
}
