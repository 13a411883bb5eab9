//! What other systems measure is measured here, or said not to be ours: every row of `docs/coverage.md` holds.

use std::{collections::BTreeMap, fs, sync::LazyLock};

use inferometer_semconv::prometheus_name::label_name;
use inferometer_semconv_generator::{
    Registry,
    coverage::{Coverage, Kind, Row},
    read, repository_root, resolve,
};
use inferometer_tests::workspace_root;

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
    let sources = read(&repository_root().join("semconv/registry")).expect("it parses");
    resolve(&sources).expect("every reference leads somewhere")
});

fn committed() -> Coverage {
    Coverage::read(&repository_root()).unwrap_or_else(|problems| panic!("{}", problems.join("\n")))
}

#[test]
fn every_name_has_its_row_and_no_cell_is_empty() {
    let problems = committed().check(&REGISTRY);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_list_of_names_is_as_long_as_what_the_systems_measure() {
    let coverage = committed();
    assert_eq!(coverage.count("vllm-omni", Kind::Metric), 48);
    // Seven statistics stand in the text of the pull requests alone.
    assert_eq!(coverage.count("lmcache-mp", Kind::Metric), 99 + 7);
    assert_eq!(coverage.count("lmcache-mp", Kind::Listener), 23);
    assert!(coverage.count("lmcache-mp", Kind::Event) >= 60);
    assert!(coverage.count("dynamo", Kind::Metric) >= 15);
}

#[test]
fn every_measured_row_cites_a_test_that_names_its_instruments() {
    let mut problems = Vec::new();
    let mut files = TestFiles::default();
    for system in &committed().systems {
        for row in system.rows.iter().filter(|row| row.is_measured()) {
            problems.extend(
                uncited(row, &mut files)
                    .into_iter()
                    .map(|problem| format!("{}: {}: {problem}", system.system, row.name)),
            );
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_page_shows_every_row_without_an_empty_cell() {
    let page = fs::read_to_string(workspace_root().join("docs/coverage.md")).expect("the page");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let expected: usize = committed().systems.iter().map(|system| system.rows.len()).sum();
    assert_eq!(rows.len(), expected);
    for row in rows {
        let cells = row.trim_matches('|').split(" | ").map(str::trim);
        assert!(cells.clone().count() >= 3, "{row}");
        assert!(cells.into_iter().all(|cell| !cell.is_empty() && cell != "``"), "{row}");
    }
}

const NAMES: &str = "{seen: {metric: [a, b]}}";
const SEEN: &str = "
system: seen
title: Seen
note: A system.
rows:
  - {name: a, kind: metric, measured: [infer.token.output], how: all, tests: [x::y]}
  - {name: b, kind: metric, not_ours: It is theirs.}
";

/// Replaces one piece of a sound system and looks for a problem that says so.
fn check_breaks(good: &str, bad: &str, expected: &str) {
    assert!(SEEN.contains(good), "{good:?} is not in the sound system");
    let problems = Coverage::read_str(NAMES, &[&SEEN.replacen(good, bad, 1)])
        .map_or_else(|problems| problems, |coverage| coverage.check(&REGISTRY));
    assert!(problems.iter().any(|problem| problem.contains(expected)), "{bad:?}: {problems:#?}");
}

#[test]
fn a_row_that_is_missing_or_incomplete_is_found() {
    let sound = Coverage::read_str(NAMES, &[SEEN]).unwrap();
    assert_eq!(sound.check(&REGISTRY), Vec::<String>::new());
    check_breaks("name: b", "name: c", "seen: b (metric) has no row");
    check_breaks("name: b", "name: c", "seen: c (metric) is not in names.yaml");
    check_breaks("name: b", "name: a", "seen: a has two rows");
    check_breaks("kind: metric, not_ours", "kind: label, not_ours", "seen: b (metric) has no row");
    check_breaks("tests: [x::y]", "tests: []", "a has an empty cell");
    check_breaks("how: all", "how: ''", "a has an empty cell");
    check_breaks("measured: [infer.token.output]", "measured: []", "a has an empty cell");
    check_breaks("not_ours: It is theirs.", "not_ours: ''", "b has an empty cell");
    check_breaks("infer.token.output", "infer.token.outputs", "infer.token.outputs is not in the");
    check_breaks("how: all", "how: all, not_ours: No.", "a is both measured and not ours");
    check_breaks("how:", "where:", "where");
}

#[test]
fn a_citation_that_leads_nowhere_is_found() {
    let row = |cited: &str, measured: &str| -> Row {
        let text = SEEN.replace("x::y", cited).replace("infer.token.output", measured);
        Coverage::read_str(NAMES, &[&text]).unwrap().systems[0].rows[0].clone()
    };
    let road = "measurement_reaches_scrape";
    let all = format!("{road}::every_kind_of_instrument_is_shown_with_its_type_labels_and_value");
    let problems = |cited: &str, measured: &str| {
        uncited(&row(cited, measured), &mut TestFiles::default()).join("; ")
    };
    assert_eq!(problems(&all, "infer.token.output"), "");
    assert_eq!(problems(&all, "infer.stage"), "");
    assert!(problems(&all, "infer.token.input").contains("infer.token.input is in none of"));
    assert!(problems("nowhere::at_all", "infer.token.output").contains("no file"));
    assert!(problems("at_all", "infer.token.output").contains("not file::function"));
    // A helper is no test.
    assert!(problems(&format!("{road}::of_engine"), "infer.token.output").contains("no #[test]"));
}

/// The sources of cited tests, by file.
#[derive(Default)]
struct TestFiles(BTreeMap<String, Option<String>>);

impl TestFiles {
    /// A test and everything of its file that is not another test.
    fn source(&mut self, citation: &str) -> Result<String, String> {
        let (file, function) =
            citation.split_once("::").ok_or_else(|| format!("{citation} is not file::function"))?;
        let text = self.0.entry(file.to_owned()).or_insert_with(|| {
            fs::read_to_string(workspace_root().join(format!("tests/tests/{file}.rs"))).ok()
        });
        let text =
            text.as_deref().ok_or_else(|| format!("{citation}: no file tests/tests/{file}.rs"))?;
        let head = format!("fn {function}(");
        // rustfmt ends every item at the start of a line.
        let mut parts = text.split("\n#[test]\n");
        let mut source = parts.next().unwrap_or_default().to_owned();
        let mut is_found = false;
        for part in parts {
            let (test, rest) = part.split_once("\n}\n").unwrap_or((part, ""));
            if test.contains(&head) {
                is_found = true;
                source.push_str(test);
            }
            source.push_str(rest);
        }
        if is_found { Ok(source) } else { Err(format!("{citation}: no #[test] of that name")) }
    }
}

/// What the tests of a row do not show: a citation that leads nowhere, a definition that none of them names.
fn uncited(row: &Row, files: &mut TestFiles) -> Vec<String> {
    let mut problems = Vec::new();
    let mut sources = String::new();
    for citation in &row.tests {
        match files.source(citation) {
            Ok(source) => sources.push_str(&source),
            Err(problem) => problems.push(problem),
        }
    }
    let unnamed = row.measured.iter().filter(|name| !is_named(name, &sources));
    problems.extend(unnamed.map(|name| format!("{name} is in none of {}", row.tests.join(", "))));
    problems
}

/// As the constant, or under its Prometheus name: as it is, or made by `format!` of pieces that stand in the source.
fn is_named(name: &str, source: &str) -> bool {
    let shown = REGISTRY.metrics.iter().find(|metric| metric.name == name);
    let shown = shown.map_or_else(|| label_name(name).into_owned(), |it| it.prometheus_name());
    let constant = name.replace('.', "_").to_ascii_uppercase();
    let literals: Vec<&str> = source.split('"').skip(1).step_by(2).collect();
    let is_said = |piece: &str| literals.iter().any(|literal| literal.contains(piece));
    source.contains(&constant)
        || literals.iter().any(|literal| {
            literal.starts_with(&shown)
                // The unit's suffix may be added later.
                || *literal == name.replace('.', "_")
                || fillings(literal, &shown).is_some_and(|pieces| pieces.into_iter().all(is_said))
        })
}

/// What stands for the placeholders of a template if it makes this name, for example `decode` for `a_{part}_b` and
/// `a_decode_b`. A template that begins with a placeholder says nothing about the name.
fn fillings<'a>(template: &str, name: &'a str) -> Option<Vec<&'a str>> {
    let (first, mut rest) = template.split_once('{')?;
    let mut name = name.strip_prefix(first).filter(|_| !first.is_empty())?;
    let mut pieces = Vec::new();
    loop {
        let (_, behind) = rest.split_once('}')?;
        let (fixed, next) = behind.split_once('{').map_or((behind, None), |(f, n)| (f, Some(n)));
        let end = if fixed.is_empty() { name.len() } else { name.find(fixed)? };
        if end > 0 {
            pieces.push(&name[..end]);
        }
        name = &name[end + fixed.len()..];
        match next {
            Some(next) => rest = next,
            None => return name.is_empty().then_some(pieces),
        }
    }
}

#[test]
fn a_name_made_of_pieces_is_recognised() {
    let source =
        r#"let name = format!("infer_transfer_{part}_duration_seconds{suffix}"); ["transmit"]"#;
    assert!(is_named("infer.transfer.transmit.duration", source));
    assert!(!is_named("infer.transfer.decode.duration", source), "its piece is not there");
    assert!(!is_named("infer.transfer.size", source));
    assert!(is_named("infer.transfer.size", r#"series("infer_transfer_size_bytes_sum")"#));
    assert!(!is_named("infer.transfer.size", r#"format!("{name}_sum")"#));
    assert_eq!(fillings("a_{x}_b{y}", "a_c_b"), Some(vec!["c"]));
    assert_eq!(fillings("a_{x}_b{y}", "a_c_b_d"), Some(vec!["c", "_d"]));
    assert_eq!(fillings("a_{x}_b", "a_c_d"), None);
}
