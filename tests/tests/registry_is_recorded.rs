//! A definition that nothing records is a promise that nobody keeps: every instrument, every event and every reason of a
//! correction is used by the SDK or the collector.

use std::{fs, path::Path};

use inferometer_semconv::{attributes::SdkCorrectionReason, events, metrics};
use inferometer_tests::workspace_root;

/// Everything that may record, without the tests inside it.
fn product() -> String {
    let mut text = String::new();
    for folder in ["sdk/src", "collector/src"] {
        visit(&workspace_root().join(folder), &mut text);
    }
    text
}

fn visit(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            visit(&path, text);
        } else if path.extension().is_some_and(|end| end == "rs")
            && path.file_name().is_none_or(|name| name != "tests.rs")
        {
            let source = fs::read_to_string(&path).expect("a source can be read");
            text.push_str(source.split("#[cfg(test)]\nmod").next().unwrap_or_default());
        }
    }
}

/// Whether it stands there as a word of its own.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
    })
}

fn constant(name: &str) -> String {
    name.replace('.', "_").to_ascii_uppercase()
}

#[test]
fn every_instrument_and_every_event_is_recorded_by_something() {
    let product = product();
    let names = metrics::ALL.iter().map(|metric| metric.name);
    let names = names.chain(events::ALL.iter().map(|event| event.name));
    let unused: Vec<&str> = names.filter(|name| !has_word(&product, &constant(name))).collect();
    assert!(unused.is_empty(), "defined, and recorded by nothing:\n{}", unused.join("\n"));
}

#[test]
fn every_reason_of_a_correction_is_counted_by_something() {
    let product = product();
    let unused: Vec<&str> = SdkCorrectionReason::ALL
        .into_iter()
        .filter(|reason| !has_word(&product, &format!("Correction::{reason:?}")))
        .map(SdkCorrectionReason::as_str)
        .collect();
    assert!(unused.is_empty(), "defined, and counted by nothing:\n{}", unused.join("\n"));
}

#[test]
fn a_word_is_found_as_a_whole_only() {
    assert!(has_word("a(&def::INFER_TOKEN_INPUT, b)", "INFER_TOKEN_INPUT"));
    assert!(!has_word("INFER_TOKEN_INPUT_TOKENS", "INFER_TOKEN_INPUT"));
    assert!(!has_word("MY_INFER_TOKEN_INPUT", "INFER_TOKEN_INPUT"));
}
