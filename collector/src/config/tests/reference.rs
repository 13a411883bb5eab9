//! The table of keys against what is read.

use std::collections::BTreeSet;

use super::super::{
    component::Kind,
    connectors::CONNECTORS,
    exporters::EXPORTERS,
    extensions::EXTENSIONS,
    processors::PROCESSORS,
    receivers::RECEIVERS,
    reference::{self, Default, Entry, Takes},
    section::known_keys,
};
use crate::config::Config;

/// Sections whose content is a grammar of its own, which the README describes.
const OPAQUE: [&str; 9] = [
    "processors.attributes.include",
    "processors.attributes.exclude",
    "processors.filter.metrics.include",
    "processors.filter.metrics.exclude",
    "processors.filter.spans.include",
    "processors.filter.spans.exclude",
    "processors.filter.logs.include",
    "processors.filter.logs.exclude",
    "service.pipelines",
];

fn names<S>(section: &'static str, kinds: &'static [Kind<S>]) -> Vec<String> {
    kinds.iter().map(|kind| format!("{section}.{}", kind.name)).collect()
}

/// Every component that a file may define.
fn components() -> Vec<String> {
    [
        names("receivers", RECEIVERS),
        names("processors", PROCESSORS),
        names("exporters", EXPORTERS),
        names("connectors", CONNECTORS),
        names("extensions", EXTENSIONS),
    ]
    .concat()
}

/// Every key of the table, whole, with its entry.
fn table() -> Vec<(String, &'static Entry)> {
    let mut table = Vec::new();
    for part in reference::parts() {
        for under in part.under {
            let keys = part.entries.iter().map(|entry| (format!("{under}.{}", entry.key), entry));
            table.extend(keys);
        }
    }
    table
}

/// A file with one value, at this path.
fn with(path: &str, value: &str) -> String {
    path.rsplit('.').fold(value.to_owned(), |value, key| format!("{{\"{key}\": {value}}}"))
}

/// A file in which every key of a component, or of the service, is there.
fn with_all_of(component: &str) -> String {
    let mut file = String::new();
    let mut keys: Vec<_> =
        table().into_iter().filter(|(key, _)| key.starts_with(&format!("{component}."))).collect();
    keys.sort_by_key(|(key, _)| key.matches('.').count());
    for (key, _) in &keys {
        file.push_str(&format!("{}: null\n", key.replace('.', "::")));
    }
    file
}

fn is_opaque(key: &str) -> bool {
    key.contains('[') || OPAQUE.iter().any(|section| key.starts_with(&format!("{section}.")))
}

#[test]
fn every_key_that_is_read_is_in_the_table_and_every_other_is_not() {
    for component in components().iter().map(String::as_str).chain(["service"]) {
        let asked: BTreeSet<String> =
            known_keys(|| drop(Config::parse("c.yaml", &with_all_of(component))))
                .into_iter()
                .filter(|key| key.starts_with(&format!("{component}.")) && !is_opaque(key))
                .collect();
        let table: Vec<String> = table().into_iter().map(|(key, _)| key).collect();
        for key in &asked {
            let is_section = table.iter().any(|known| known.starts_with(&format!("{key}.")));
            assert!(
                is_section || table.contains(key),
                "{key} is read: add it to collector/src/config/reference"
            );
        }
        let own =
            table.iter().filter(|key| key.starts_with(&format!("{component}.")) && !is_opaque(key));
        for key in own {
            assert!(asked.contains(key), "{key} is in the table, and nothing asks for it");
        }
    }
}

#[test]
fn no_key_is_in_the_table_twice() {
    let mut known = BTreeSet::new();
    for (key, _) in table() {
        assert!(known.insert(key.clone()), "{key}");
    }
}

/// What the reader itself says that it expected.
#[test]
fn every_key_takes_what_the_table_says() {
    let mut checked = 0;
    for (key, entry) in table() {
        let (value, expected) = match entry.takes {
            Takes::Duration => ("[]", "expected a duration such as".to_owned()),
            Takes::DurationAboveZero => ("0s", "is 0, expected a duration above zero".to_owned()),
            Takes::Number(low, high) => {
                ("[]", format!("expected a whole number from {low} to {high}"))
            }
            Takes::Flag => ("[]", "expected true or false".to_owned()),
            Takes::Word(words) => ("[]", format!("expected one of: {}", words.join(", "))),
            Takes::Address => ("[]", "expected IP:PORT or localhost:PORT".to_owned()),
            Takes::Other(_) => continue,
        };
        // The second limit of a spike is below the limit.
        if key.contains("spike_limit") {
            continue;
        }
        let error =
            Config::parse("c.yaml", &with(&key, value)).expect_err("it is no configuration");
        let line = error.located().map(|located| located.to_string());
        let mut about = line.filter(|line| line.contains(&format!("{key} is ")));
        assert!(
            about.any(|line| line.contains(&expected)),
            "{key}: {expected:?} is not in\n{error}"
        );
        checked += 1;
    }
    assert!(checked > 120, "{checked} keys were checked");
}

#[test]
fn every_default_is_one_that_the_key_takes() {
    for (key, entry) in table() {
        let values = match entry.default {
            Default::Is(value) => vec![value],
            Default::ByKey { there, absent, .. } => there.into_iter().chain(absent).collect(),
            Default::Needed | Default::Says(_) => continue,
        };
        for value in values {
            let error =
                Config::parse("c.yaml", &with(&key, value)).expect_err("it is no configuration");
            let lines = error.located().map(|located| located.to_string());
            // Which the default is not there for.
            let mut lines = lines.filter(|line| !line.contains("as only a queue on disk"));
            assert!(
                !lines.any(|line| line.contains(&format!("{key} is "))),
                "{key}: {value}\n{error}"
            );
        }
    }
}
