//! `docs/limits.md` against the code: its keys and defaults are the real ones, and its reasons and tests exist.

use std::{fs, path::Path};

use inferometer_semconv::attributes::{
    CollectorConnectionCutReason, CollectorConnectionRefusalReason, CollectorRefusalReason,
};

use super::*;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Values that no key can say, as they are the absence of a limit.
const ABSENT: [&str; 2] = ["never", "endless"];

/// One limit: key, default, what happens, as what it is counted, and the tests that show it.
struct Row([String; 5]);

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(Path::new(ROOT).join("docs/limits.md")).expect("the table");
    let cells = |line: &str| {
        let cells = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned());
        cells.collect::<Vec<_>>().try_into().ok().map(Row)
    };
    let rows: Vec<Row> = text.lines().filter_map(cells).collect();
    assert!(rows.len() > 20, "the table was not found");
    // Head and rule.
    rows.into_iter().skip(2).collect()
}

/// What stands in backquotes.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// The keys of a cell, with braces written out.
fn keys(cell: &str) -> Vec<String> {
    let Some((start, rest)) = cell.split_once('{') else {
        return vec![cell.to_owned()];
    };
    let (words, end) = rest.split_once('}').expect("a closing brace");
    words.split(',').map(|word| format!("{start}{}{end}", word.trim())).collect()
}

/// The sound file with one key more.
fn with(key: &str, value: &str) -> String {
    let nested = |rest: &str| {
        rest.rsplit('.').fold(value.to_owned(), |value, word| format!("{{{word}: {value}}}"))
    };
    let (place, line) = if let Some(rest) = key.strip_prefix("protocols.grpc.") {
        ("      grpc:", format!("      grpc: {}", nested(rest)))
    } else if let Some(rest) = key.strip_prefix("protocols.http.") {
        ("      http:", format!("      http: {}", nested(rest)))
    } else {
        let (section, rest) = key.split_once('.').expect("a key of a section");
        ("    protocols:", format!("    {section}: {}\n    protocols:", nested(rest)))
    };
    SOUND.replacen(place, &line, 1)
}

#[test]
fn every_key_of_the_limits_has_the_default_that_the_table_says() {
    let sound = Config::parse("c.yaml", SOUND).expect("it is sound").resolved;
    let mut checked = 0;
    for Row([cell, default, ..]) in rows() {
        let default = quoted(&default).next();
        let Some(default) = default.filter(|default| !ABSENT.contains(default)) else {
            continue;
        };
        for key in quoted(&cell).flat_map(keys) {
            let config = Config::parse("c.yaml", &with(&key, default));
            let config = config.unwrap_or_else(|error| panic!("{key}: {error}"));
            assert_eq!(config.resolved, sound, "{key}: {default}");
            checked += 1;
        }
    }
    assert!(checked > 25, "{checked} keys were checked");
}

#[test]
fn every_reason_of_a_connection_s_end_is_in_the_table_and_every_other_is_one_of_requests() {
    let rows = rows();
    let counted: Vec<&str> =
        rows.iter().flat_map(|Row([_, _, _, reason, _])| quoted(reason)).collect();
    let of_connections =
        CollectorConnectionCutReason::ALL.map(CollectorConnectionCutReason::as_str);
    let refused =
        CollectorConnectionRefusalReason::ALL.map(CollectorConnectionRefusalReason::as_str);
    let of_requests = CollectorRefusalReason::ALL.map(CollectorRefusalReason::as_str);
    for reason in of_connections.iter().chain(&refused) {
        assert!(counted.contains(reason), "{reason} is of no limit");
    }
    for reason in counted {
        let mut known = of_connections.iter().chain(&refused).chain(&of_requests);
        assert!(known.any(|known| *known == reason), "{reason} is no reason");
    }
}

#[test]
fn every_test_of_the_table_exists() {
    let mut sources = String::new();
    for folder in ["collector/src", "tests/tests"] {
        read(&Path::new(ROOT).join(folder), &mut sources);
    }
    for Row([key, _, _, _, tests]) in rows() {
        assert!(quoted(&tests).next().is_some(), "{key} has no test");
        for test in quoted(&tests) {
            assert!(sources.contains(&format!("fn {test}(")), "{test} of {key} is no test");
        }
    }
}

fn read(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            read(&path, sources);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            sources.push_str(&fs::read_to_string(path).expect("text"));
        }
    }
}
