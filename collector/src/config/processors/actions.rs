//! How `actions` of the processors `attributes` and `resource` are read.

use opentelemetry_proto::tonic::common::v1::any_value;

use crate::{
    config::{problem::Problems, raw, section::Section},
    processors::{Action, Keys, Pattern, Source, ValueType, When},
};

/// What an action's `action` can be.
#[derive(Debug, Clone, Copy)]
enum Verb {
    Set(When),
    Delete,
    Hash,
    Extract,
    Convert,
}

const VERBS: [(&str, Verb); 7] = [
    ("insert", Verb::Set(When::Absent)),
    ("update", Verb::Set(When::Present)),
    ("upsert", Verb::Set(When::Always)),
    ("delete", Verb::Delete),
    ("hash", Verb::Hash),
    ("extract", Verb::Extract),
    ("convert", Verb::Convert),
];

const PATTERN: &str = "a regular expression such as ^http\\.";

/// The actions of the list under `key`, which must have one.
pub(super) fn read(
    section: &mut Section<'_>,
    key: &'static str,
    problems: &mut Problems,
) -> Vec<Action> {
    if section.has_no_entry(key) {
        let example = "at least one such as {key: a, value: b, action: insert}";
        section.missing(key, example, problems);
    }
    let mut actions = Vec::new();
    for mut entry in section.sections(key, problems) {
        actions.extend(action(&mut entry, problems));
        entry.close(problems);
    }
    actions
}

/// One action, or nothing if it is wrong, which is reported.
fn action(entry: &mut Section<'_>, problems: &mut Problems) -> Option<Action> {
    // Asked for first, so that each is a known key also where it is of no use.
    let has = |entry: &mut Section<'_>, key| entry.node(key).is_some();
    let (has_pattern, has_type) = (has(entry, "pattern"), has(entry, "converted_type"));
    let (has_value, has_source) = (has(entry, "value"), has(entry, "from_attribute"));
    let key = entry.text("key", "the key of an attribute", problems).map(str::to_owned);
    if !has(entry, "action") {
        let words = VERBS.map(|(word, _)| word).join(", ");
        entry.missing("action", &format!("one of: {words}"), problems);
    }
    let verb = entry.word("action", &VERBS, problems)?;
    let unused = match verb {
        Verb::Set(_) => [("pattern", has_pattern), ("converted_type", has_type)].to_vec(),
        Verb::Delete | Verb::Hash | Verb::Extract => {
            [("value", has_value), ("from_attribute", has_source), ("converted_type", has_type)]
                .to_vec()
        }
        Verb::Convert => {
            [("value", has_value), ("from_attribute", has_source), ("pattern", has_pattern)]
                .to_vec()
        }
    };
    for (unused, _) in unused.into_iter().filter(|(_, is_there)| *is_there) {
        entry.wrong(unused, "has no effect on this action: remove it", problems);
    }
    match verb {
        Verb::Set(when) => {
            let source = source(entry, has_value, has_source, problems);
            Some(Action::Set { key: named(entry, key, problems)?, source: source?, when })
        }
        Verb::Delete => Some(Action::Delete(keys(entry, key, problems)?)),
        Verb::Hash => Some(Action::Hash(keys(entry, key, problems)?)),
        Verb::Extract => {
            let key = named(entry, key, problems);
            let pattern = pattern(entry, "pattern", problems);
            if !has_pattern {
                entry.missing("pattern", "one with named groups such as (?P<host>.+)", problems);
            }
            let pattern = pattern?;
            if !pattern.names_all_groups() {
                let what = format!(
                    "is {:?}, expected groups that all have names such as (?P<host>.+)",
                    pattern.to_string()
                );
                entry.wrong("pattern", &what, problems);
                return None;
            }
            Some(Action::Extract { key: key?, pattern })
        }
        Verb::Convert => {
            let key = named(entry, key, problems);
            if !has_type {
                entry.missing("converted_type", "one of: int, double, string", problems);
            }
            let to = entry.word("converted_type", &ValueType::NAMES, problems);
            Some(Action::Convert { key: key?, to: to? })
        }
    }
}

/// The key, which this action must have.
fn named(entry: &mut Section<'_>, key: Option<String>, problems: &mut Problems) -> Option<String> {
    if key.is_none() && entry.node("key").is_none() {
        entry.missing("key", "the key of an attribute", problems);
    }
    key
}

/// The key, or a pattern for keys.
fn keys(entry: &mut Section<'_>, key: Option<String>, problems: &mut Problems) -> Option<Keys> {
    let has_pattern = entry.node("pattern").is_some();
    let pattern = pattern(entry, "pattern", problems);
    if has_pattern && pattern.is_none() {
        return None;
    }
    if !has_pattern {
        named(entry, key.clone(), problems)?;
    }
    Some(Keys { key, pattern })
}

fn source(
    entry: &mut Section<'_>,
    has_value: bool,
    has_source: bool,
    problems: &mut Problems,
) -> Option<Source> {
    match (has_value, has_source) {
        (true, false) => value(entry, "value", problems).map(Source::Value),
        (false, true) => {
            let other = entry.text("from_attribute", "the key of an attribute", problems);
            other.map(|other| Source::Attribute(other.to_owned()))
        }
        (true, true) => {
            entry.wrong("from_attribute", "is there beside value: keep one", problems);
            None
        }
        (false, false) => {
            entry.missing("value", "the value of the attribute, or from_attribute", problems);
            None
        }
    }
}

/// A regular expression, or nothing if the key is absent or it is wrong, which is reported.
pub(super) fn pattern(
    section: &mut Section<'_>,
    key: &'static str,
    problems: &mut Problems,
) -> Option<Pattern> {
    let text = section.text(key, PATTERN, problems)?;
    Pattern::new(text)
        .inspect_err(|cause| {
            section.wrong(key, &format!("is {text:?}, which is no pattern: {cause}"), problems);
        })
        .ok()
}

/// A value with the type that it has in the file.
pub(super) fn value(
    section: &mut Section<'_>,
    key: &'static str,
    problems: &mut Problems,
) -> Option<any_value::Value> {
    let node = section.node(key)?;
    let value = match &node.value {
        raw::Value::Text(text) => Some(any_value::Value::StringValue(text.clone())),
        raw::Value::Bool(flag) => Some(any_value::Value::BoolValue(*flag)),
        raw::Value::Float(number) => Some(any_value::Value::DoubleValue(*number)),
        raw::Value::Int(number) => i64::try_from(*number).ok().map(any_value::Value::IntValue),
        raw::Value::Null | raw::Value::List(_) | raw::Value::Map(_) => None,
    };
    if value.is_none() {
        let what = format!("is {}, expected text, a 64-bit number or a flag", node.shown());
        section.wrong(key, &what, problems);
    }
    value
}
