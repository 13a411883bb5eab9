//! How `include` and `exclude` are read.

use super::actions;
use crate::{
    config::{
        problem::{Position, Problems},
        section::Section,
    },
    otlp,
    processors::{AttributeMatch, LibraryMatch, Match, Pattern, Selection, TextMatch, ValueMatch},
};

/// `match_type`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MatchType {
    Strict,
    Regexp,
}

const MATCH_TYPES: [(&str, MatchType); 2] =
    [("strict", MatchType::Strict), ("regexp", MatchType::Regexp)];

pub(super) fn selection(section: &mut Section<'_>, problems: &mut Problems) -> Selection {
    Selection {
        include: section.section("include", problems).map(|include| read(include, problems)),
        exclude: section.section("exclude", problems).map(|exclude| read(exclude, problems)),
    }
}

fn read(mut section: Section<'_>, problems: &mut Problems) -> Match {
    let by = match_type(&mut section, problems);
    let mut texts = |key| self::texts(&mut section, key, by, problems);
    let (services, metric_names) = (texts("services"), texts("metric_names"));
    let (span_names, span_kinds) = (texts("span_names"), texts("span_kinds"));
    let (log_bodies, log_severity_texts) = (texts("log_bodies"), texts("log_severity_texts"));
    let read = Match {
        services,
        resources: attributes(&mut section, "resources", by, problems),
        libraries: libraries(&mut section, by, problems),
        attributes: attributes(&mut section, "attributes", by, problems),
        metric_names,
        span_names,
        span_kinds,
        log_bodies,
        log_severity_texts,
    };
    need_one(&section, problems);
    section.close(problems);
    read
}

/// Reports a block that says how to match and not what.
pub(super) fn need_one(section: &Section<'_>, problems: &mut Problems) {
    if section.entries().all(|(key, _)| key.name == "match_type") {
        let path = section.path_of("match_type");
        problems.error(
            section.at(),
            format!("{path} stands alone, expected at least one list beside it of what to match"),
        );
    }
}

/// `match_type`, which must be there.
pub(super) fn match_type(section: &mut Section<'_>, problems: &mut Problems) -> MatchType {
    if section.node("match_type").is_none() {
        section.missing("match_type", "one of: strict, regexp", problems);
    }
    section.word("match_type", &MATCH_TYPES, problems).unwrap_or(MatchType::Strict)
}

/// A list of texts or patterns.
pub(super) fn texts(
    section: &mut Section<'_>,
    key: &'static str,
    by: MatchType,
    problems: &mut Problems,
) -> Vec<TextMatch> {
    let path = section.path_of(key);
    let texts = section.text_list(key, "text", problems);
    texts.into_iter().filter_map(|(at, text)| text_match(&path, at, text, by, problems)).collect()
}

fn text_match(
    path: &str,
    at: Position,
    text: String,
    by: MatchType,
    problems: &mut Problems,
) -> Option<TextMatch> {
    if by == MatchType::Strict {
        return Some(TextMatch::Exact(text));
    }
    let pattern = Pattern::new(&text).inspect_err(|cause| {
        problems.error(at, format!("an entry of {path} is {text:?}, which is no pattern: {cause}"));
    });
    pattern.ok().map(TextMatch::Pattern)
}

/// A list of `{key, value}`; the value may be missing.
pub(super) fn attributes(
    section: &mut Section<'_>,
    key: &'static str,
    by: MatchType,
    problems: &mut Problems,
) -> Vec<AttributeMatch> {
    let mut read = Vec::new();
    for mut entry in section.sections(key, problems) {
        if entry.node("key").is_none() {
            entry.missing("key", "the key of an attribute", problems);
        }
        let key = entry.text("key", "the key of an attribute", problems);
        let value = value_match(&mut entry, by, problems);
        if let Some(key) = key {
            read.push(AttributeMatch { key: key.to_owned(), value });
        }
        entry.close(problems);
    }
    read
}

fn value_match(
    entry: &mut Section<'_>,
    by: MatchType,
    problems: &mut Problems,
) -> Option<ValueMatch> {
    let value = actions::value(entry, "value", problems)?;
    if by == MatchType::Strict {
        return Some(ValueMatch::Exact(value));
    }
    let any = opentelemetry_proto::tonic::common::v1::AnyValue { value: Some(value) };
    let text = otlp::text(Some(&any));
    let pattern = Pattern::new(&text).inspect_err(|cause| {
        entry.wrong("value", &format!("is {text:?}, which is no pattern: {cause}"), problems);
    });
    pattern.ok().map(ValueMatch::Pattern)
}

fn libraries(
    section: &mut Section<'_>,
    by: MatchType,
    problems: &mut Problems,
) -> Vec<LibraryMatch> {
    let mut read = Vec::new();
    for mut entry in section.sections("libraries", problems) {
        if entry.node("name").is_none() {
            entry.missing("name", "the name of an instrumentation scope", problems);
        }
        let mut text = |key, expected| {
            let path = entry.path_of(key);
            let at = entry.node(key)?.at;
            let text = entry.text(key, expected, problems)?;
            text_match(&path, at, text.to_owned(), by, problems)
        };
        let name = text("name", "the name of an instrumentation scope");
        let version = text("version", "its version");
        if let Some(name) = name {
            read.push(LibraryMatch { name, version });
        }
        entry.close(problems);
    }
    read
}
