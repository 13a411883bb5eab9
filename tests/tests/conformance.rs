//! What the SDK keeps of OpenTelemetry's specification: every row of `docs/conformance.md` holds, or says why not.

use std::{collections::BTreeMap, fs};

use inferometer_semconv_generator::{
    conformance::{Conformance, Status},
    repository_root,
};
use inferometer_tests::workspace_root;

fn committed() -> Conformance {
    Conformance::read(&repository_root())
        .unwrap_or_else(|problems| panic!("{}", problems.join("\n")))
}

#[test]
fn every_row_of_the_matrix_is_there_and_each_has_a_test_or_a_reason() {
    let problems = committed().check();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_test_that_a_row_names_exists() {
    let mut files = Files::default();
    let mut problems = Vec::new();
    for part in &committed().parts {
        for row in part.rows() {
            let faults = row.tests.iter().filter_map(|citation| files.fault(citation));
            problems
                .extend(faults.map(|fault| format!("{}: `{}`: {fault}", part.title, row.feature)));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_page_shows_every_row_with_what_it_says() {
    let page = fs::read_to_string(workspace_root().join("docs/conformance.md")).expect("the page");
    let mut rows = 0;
    for row in committed().parts.iter().flat_map(|part| part.rows()) {
        let word = match row.status() {
            Status::Kept => "kept",
            Status::Differs => "differs",
            Status::Absent => "absent",
        };
        let head = format!("| {} | {word} | ", row.feature.replace('|', "\\|"));
        assert!(page.lines().any(|line| line.starts_with(&head)), "no line {head}");
        rows += 1;
    }
    assert!(rows >= 250, "{rows} rows");
    let cells = page
        .lines()
        .filter(|line| line.starts_with("| "))
        .flat_map(|line| line.trim_matches('|').split(" | ").map(str::trim));
    assert!(cells.into_iter().all(|cell| cell != "``"), "an empty citation");
}

const NAMES: &str = "
source: s
commit: c
sections:
  - section: Seen
    groups:
      - {heading: '', names: [a, b]}
      - {heading: Others, names: [c]}
left_out: []
";
const SEEN: &str = "
title: Seen
is_matrix: true
note: A section.
groups:
  - rows:
      - {feature: a, tests: ['x.rs::y']}
      - {feature: b, reason: It is not.}
  - {heading: Others, reason: None of them.}
";

/// Replaces one piece of a sound part and looks for a problem that says so.
#[track_caller]
fn check_breaks(good: &str, bad: &str, expected: &str) {
    assert!(SEEN.contains(good), "{good:?} is not in the sound part");
    let problems = Conformance::read_str(NAMES, &[&SEEN.replacen(good, bad, 1)])
        .map_or_else(|problems| problems, |conformance| conformance.check());
    assert!(problems.iter().any(|problem| problem.contains(expected)), "{bad:?}: {problems:#?}");
}

#[test]
fn a_row_that_is_missing_or_says_nothing_is_found() {
    let sound = Conformance::read_str(NAMES, &[SEEN]).unwrap();
    assert_eq!(sound.check(), Vec::<String>::new());
    check_breaks("feature: b", "feature: d", "`b` has no row");
    check_breaks("feature: b", "feature: d", "`d` is not in names.yaml");
    check_breaks("feature: b", "feature: a", "`a` has two rows");
    check_breaks("tests: ['x.rs::y']", "tests: []", "`a` has neither a test nor a reason");
    check_breaks("reason: It is not.", "reason: ''", "`b` has neither a test nor a reason");
    check_breaks("'x.rs::y']", "'x.rs::y'], reason: No.", "`a` has both");
    check_breaks(
        "reason: It is not.",
        "reason: No., but: Nearly.",
        "differs from what is not there",
    );
    check_breaks("heading: Others", "heading: Other", "Others: `c` has no row");
    check_breaks("reason: None of them.", "reason: ''", "has either rows or a reason");
    check_breaks("note: A section.", "note: ''", "no note");
    check_breaks("is_matrix: true", "is_matrix: false", "Others: `c` has no row");
    check_breaks("feature: b", "features: b", "features");
}

#[test]
fn a_citation_that_leads_nowhere_is_found() {
    let fault = |citation: &str| Files::default().fault(citation).unwrap_or_default();
    let here = "tests/tests/conformance.rs";
    assert_eq!(fault(&format!("{here}::a_citation_that_leads_nowhere_is_found")), "");
    assert!(fault("nowhere.rs::at_all").contains("no file"));
    assert!(fault("at_all").contains("not path::function"));
    // A helper is no test.
    assert!(fault(&format!("{here}::check_breaks")).contains("no test"));
    assert!(fault(&format!("{here}::at_all")).contains("no test"));
    let documented =
        "    /// Says why.\n    #[test]\n    #[expect(clippy::x, reason = \"y\")]\n    fn inner(";
    assert!(is_test(documented, "inner"));
    assert!(is_test("#[tokio::test(start_paused = true)]\nasync fn waits() {", "waits"));
    assert!(!is_test("#[test]\nfn one() {}\n\nfn helper() {", "helper"));
}

/// Whether a source has a test of this name. That all of them run is held for the whole tree, in `tidy.rs`.
fn is_test(source: &str, function: &str) -> bool {
    let heads = [format!("fn {function}("), format!("async fn {function}(")];
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let is_it = |line: &&str| heads.iter().any(|head| line.starts_with(head));
    let Some(at) = lines.iter().position(is_it) else { return false };
    let is_above = |line: &&&str| line.starts_with("#[") || line.starts_with("//");
    let mut above = lines[..at].iter().rev().take_while(is_above);
    above.any(|line| *line == "#[test]" || line.starts_with("#[tokio::test"))
}

/// The sources of cited tests, by path.
#[derive(Default)]
struct Files(BTreeMap<String, Option<String>>);

impl Files {
    /// What is wrong with a citation; `None` if nothing is.
    fn fault(&mut self, citation: &str) -> Option<String> {
        let Some((path, function)) = citation.rsplit_once("::") else {
            return Some(format!("{citation} is not path::function"));
        };
        let source = self.0.entry(path.to_owned());
        let source = source.or_insert_with(|| fs::read_to_string(workspace_root().join(path)).ok());
        let Some(source) = source else { return Some(format!("no file {path}")) };
        (!is_test(source, function)).then(|| format!("{path} has no test {function}"))
    }
}
