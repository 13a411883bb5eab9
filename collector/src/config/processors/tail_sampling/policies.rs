//! How the policies of `tail_sampling` are read.

use std::time::Duration;

use super::super::matching::{self, MatchType};
use crate::{
    config::{problem::Problems, raw::Value, section::Section},
    processors::{Policy, Rule, SpanTest, StatusCode},
};

/// Types of policies. A policy's own settings stand under the name of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    AlwaysSample,
    Latency,
    SpanCount,
    StatusCode,
    StringAttribute,
    NumericAttribute,
    BooleanAttribute,
    Probabilistic,
    RateLimiting,
    TimeToFirstToken,
    TimePerOutputToken,
    And,
    Not,
    Drop,
}

const TYPES: [(&str, Type); 14] = [
    ("always_sample", Type::AlwaysSample),
    ("latency", Type::Latency),
    ("span_count", Type::SpanCount),
    ("status_code", Type::StatusCode),
    ("string_attribute", Type::StringAttribute),
    ("numeric_attribute", Type::NumericAttribute),
    ("boolean_attribute", Type::BooleanAttribute),
    ("probabilistic", Type::Probabilistic),
    ("rate_limiting", Type::RateLimiting),
    ("time_to_first_token", Type::TimeToFirstToken),
    ("time_per_output_token", Type::TimePerOutputToken),
    ("and", Type::And),
    ("not", Type::Not),
    ("drop", Type::Drop),
];

/// Types of the Collector that have no counterpart here, with what to do instead.
const REFUSED: [(&str, &str); 5] = [
    ("composite", "name its policies each by itself, with and and rate_limiting"),
    ("bytes_limiting", "limit spans with rate_limiting"),
    ("ottl_condition", "ask for attributes with string_attribute and the like"),
    ("trace_state", "ask for an attribute with string_attribute"),
    ("trace_flags", "what was not sampled at its start is not sent: remove it"),
];

const STATUS_CODES: [(&str, StatusCode); 3] =
    [("UNSET", StatusCode::Unset), ("OK", StatusCode::Ok), ("ERROR", StatusCode::Error)];

/// Milliseconds of a threshold: a year.
const MILLIS_MAX: u64 = 366 * 24 * 60 * 60 * 1000;
/// Spans that are counted.
const SPANS_MAX: u64 = u32::MAX as u64;

/// A policy that was read, and whether it drops.
type Ruled = (Rule, bool);

pub(super) fn read(section: &mut Section<'_>, problems: &mut Problems) -> Vec<Policy> {
    const EXPECTED: &str = "at least one such as {name: errors, type: status_code, status_code: {status_codes: [ERROR]}}";
    if section.has_no_entry("policies") {
        section.missing("policies", EXPECTED, problems);
    }
    let mut policies: Vec<Policy> = Vec::new();
    for mut entry in section.sections("policies", problems) {
        let name = name(&mut entry, &policies, problems);
        let rule = rule(&mut entry, true, problems);
        if let (Some(name), Some((rule, drops))) = (name, rule) {
            policies.push(Policy { name, rule, drops });
        }
        entry.close(problems);
    }
    policies
}

fn name(entry: &mut Section<'_>, before: &[Policy], problems: &mut Problems) -> Option<String> {
    const EXPECTED: &str = "a name, by which its decisions are counted";
    if entry.node("name").is_none() {
        entry.missing("name", EXPECTED, problems);
    }
    let name = entry.text("name", EXPECTED, problems)?;
    if before.iter().any(|policy| policy.name == name) {
        entry.wrong(
            "name",
            &format!("is {name:?}, as is that of a policy before: change one"),
            problems,
        );
    }
    Some(name.to_owned())
}

/// What a policy is about; nothing if that is wrong, which is reported.
fn rule(entry: &mut Section<'_>, is_top: bool, problems: &mut Problems) -> Option<Ruled> {
    let kind = kind(entry, problems)?;
    let (key, _) = TYPES.iter().find(|(_, of)| *of == kind)?;
    if kind == Type::AlwaysSample {
        return Some((Rule::Always, false));
    }
    let Some(mut own) = entry.section(key, problems) else {
        entry.missing(key, "the settings of this type", problems);
        return None;
    };
    if kind == Type::Drop && !is_top {
        entry.wrong(
            "type",
            "is drop, which is not supported inside another policy: use not",
            problems,
        );
    }
    let rule = match kind {
        Type::And => sub_policies(&mut own, "and_sub_policy", problems).map(Rule::And),
        Type::Drop => sub_policies(&mut own, "drop_sub_policy", problems).map(Rule::And),
        Type::Not => sub_policy(&mut own, problems).map(|rule| Rule::Not(Box::new(rule))),
        _ => settings(kind, &mut own, is_top, problems),
    };
    own.close(problems);
    rule.map(|rule| (rule, kind == Type::Drop))
}

fn kind(entry: &mut Section<'_>, problems: &mut Problems) -> Option<Type> {
    let Some(node) = entry.node("type") else {
        let names = TYPES.map(|(name, _)| name).join(", ");
        entry.missing("type", &format!("one of: {names}"), problems);
        return None;
    };
    if let Some(text) = node.text()
        && let Some((name, remedy)) = REFUSED.iter().find(|(name, _)| *name == text)
    {
        entry.wrong("type", &format!("is {name}, which is not supported: {remedy}"), problems);
        // Its settings are no second mistake.
        entry.node(name);
        return None;
    }
    entry.word("type", &TYPES, problems)
}

fn sub_policies(
    own: &mut Section<'_>,
    key: &'static str,
    problems: &mut Problems,
) -> Option<Vec<Rule>> {
    if own.has_no_entry(key) {
        own.missing(key, "at least one policy", problems);
        return None;
    }
    let mut rules = Vec::new();
    for mut entry in own.sections(key, problems) {
        // For those who read the file; what is counted has the name of the whole.
        entry.text("name", "a name", problems);
        rules.extend(rule(&mut entry, false, problems).map(|(rule, _)| rule));
        entry.close(problems);
    }
    Some(rules)
}

fn sub_policy(own: &mut Section<'_>, problems: &mut Problems) -> Option<Rule> {
    let Some(mut entry) = own.section("not_sub_policy", problems) else {
        own.missing("not_sub_policy", "a policy", problems);
        return None;
    };
    entry.text("name", "a name", problems);
    let rule = rule(&mut entry, false, problems).map(|(rule, _)| rule);
    entry.close(problems);
    rule
}

/// The settings of a policy without others in it.
fn settings(
    kind: Type,
    own: &mut Section<'_>,
    is_top: bool,
    problems: &mut Problems,
) -> Option<Rule> {
    match kind {
        Type::Latency => {
            let from = millis(own, "threshold_ms", problems)?;
            let to = own.number("upper_threshold_ms", 0..=MILLIS_MAX, problems);
            let to = to.filter(|to| *to > 0).map(Duration::from_millis);
            if let Some(to) = to.filter(|to| *to <= from) {
                let (from, to) = (from.as_millis(), to.as_millis());
                let what = format!(
                    "is {to}, expected more than threshold_ms, which is {from}: no trace takes longer than the one and at \
                     most the other"
                );
                own.wrong("upper_threshold_ms", &what, problems);
            }
            Some(Rule::Latency { from, to })
        }
        Type::SpanCount => {
            let from = own.number("min_spans", 0..=SPANS_MAX, problems).unwrap_or(0);
            let to = own.number("max_spans", 0..=SPANS_MAX, problems).filter(|to| *to > 0);
            if let Some(to) = to.filter(|to| *to < from) {
                let what = format!("is {to}, expected at least min_spans, which is {from}");
                own.wrong("max_spans", &what, problems);
            }
            Some(Rule::SpanCount { from, to })
        }
        Type::Probabilistic => {
            let salt = own.text("hash_salt", "text", problems).unwrap_or_default().to_owned();
            Some(Rule::Probabilistic { percentage: percentage(own, problems)?, salt })
        }
        Type::RateLimiting => rate(own, problems),
        Type::StatusCode => Some(Rule::Span(status_codes(own, problems))),
        Type::TimeToFirstToken => {
            let from = millis(own, "threshold_ms", problems)?;
            let attribute = seconds_attribute(own, problems);
            Some(Rule::Span(SpanTest::TimeToFirstToken { from, attribute }))
        }
        Type::TimePerOutputToken => {
            let from = millis(own, "threshold_ms", problems)?;
            let attribute = seconds_attribute(own, problems);
            Some(Rule::Span(SpanTest::TimePerOutputToken { from, attribute }))
        }
        _ => attribute(kind, own, is_top, problems),
    }
}

fn millis(own: &mut Section<'_>, key: &'static str, problems: &mut Problems) -> Option<Duration> {
    if own.node(key).is_none() {
        own.missing(key, "milliseconds, such as 2000", problems);
    }
    own.number(key, 0..=MILLIS_MAX, problems).map(Duration::from_millis)
}

fn seconds_attribute(own: &mut Section<'_>, problems: &mut Problems) -> Option<String> {
    let expected = "the key of an attribute that says it in seconds";
    own.text("attribute", expected, problems).map(str::to_owned)
}

fn percentage(own: &mut Section<'_>, problems: &mut Problems) -> Option<f64> {
    const KEY: &str = "sampling_percentage";
    const EXPECTED: &str = "a number from 0 to 100";
    let Some(node) = own.node(KEY) else {
        own.missing(KEY, EXPECTED, problems);
        return None;
    };
    let percentage = match node.value {
        Value::Int(number) => Some(number as f64),
        Value::Float(number) => Some(number),
        _ => None,
    };
    let sound = percentage.filter(|percentage| (0.0..=100.0).contains(percentage));
    match sound {
        None => own.wrong(KEY, &format!("is {}, expected {EXPECTED}", node.shown()), problems),
        Some(0.0) => own.doubt(KEY, "is 0, which is about no trace: remove the policy", problems),
        Some(_) => {}
    }
    sound
}

fn rate(own: &mut Section<'_>, problems: &mut Problems) -> Option<Rule> {
    const KEY: &str = "spans_per_second";
    if own.node(KEY).is_none() {
        own.missing(KEY, "spans in a second, such as 100", problems);
    }
    let burst = own.number("burst_capacity", 1..=SPANS_MAX, problems);
    let is_per_tenant = own.flag("per_tenant", problems).unwrap_or(false);
    let spans_per_second = own.number(KEY, 1..=SPANS_MAX, problems)?;
    let burst = burst.unwrap_or(2 * spans_per_second);
    Some(Rule::Rate { spans_per_second, burst, is_per_tenant })
}

fn status_codes(own: &mut Section<'_>, problems: &mut Problems) -> SpanTest {
    const KEY: &str = "status_codes";
    if own.has_no_entry(KEY) {
        own.missing(KEY, "at least one of: OK, ERROR, UNSET", problems);
    }
    let path = own.path_of(KEY);
    let mut codes = Vec::new();
    for (at, text) in own.text_list(KEY, "status", problems) {
        match STATUS_CODES.iter().find(|(name, _)| *name == text) {
            Some((_, code)) => codes.push(*code),
            None => problems.error(
                at,
                format!("an entry of {path} is {text:?}, expected one of: OK, ERROR, UNSET"),
            ),
        }
    }
    SpanTest::StatusCode(codes)
}

/// A policy about an attribute, perhaps turned round.
fn attribute(
    kind: Type,
    own: &mut Section<'_>,
    is_top: bool,
    problems: &mut Problems,
) -> Option<Rule> {
    const KEY: &str = "the key of an attribute";
    if own.node("key").is_none() {
        own.missing("key", KEY, problems);
    }
    let key = own.text("key", KEY, problems).map(str::to_owned);
    let is_inverted = own.flag("invert_match", problems).unwrap_or(false);
    if is_inverted && is_top {
        let what = "is true, which is not supported outside of other policies, as the Collector is giving up what it \
                    means there: put the policy into one of type drop, or of type not";
        own.wrong("invert_match", what, problems);
    }
    let test = match kind {
        Type::StringAttribute => text_test(own, key, problems),
        Type::NumericAttribute => number_test(own, key, problems),
        _ => flag_test(own, key, problems),
    };
    let rule = Rule::Span(test?);
    Some(if is_inverted { Rule::Not(Box::new(rule)) } else { rule })
}

fn text_test(
    own: &mut Section<'_>,
    key: Option<String>,
    problems: &mut Problems,
) -> Option<SpanTest> {
    let is_pattern = own.flag("enabled_regex_matching", problems).unwrap_or(false);
    own.refuse("cache_max_size", "patterns are matched without a cache: remove it", problems);
    if own.has_no_entry("values") {
        own.missing("values", "at least one text", problems);
    }
    let by = if is_pattern { MatchType::Regexp } else { MatchType::Strict };
    let values = matching::texts(own, "values", by, problems);
    Some(SpanTest::Text { key: key?, values })
}

fn number_test(
    own: &mut Section<'_>,
    key: Option<String>,
    problems: &mut Problems,
) -> Option<SpanTest> {
    let mut bound = |name: &'static str| {
        let node = own.node(name)?;
        let number = match node.value {
            Value::Int(number) => i64::try_from(number).ok(),
            _ => None,
        };
        if number.is_none() {
            let what = format!("is {}, expected a whole number of 64 bits", node.shown());
            own.wrong(name, &what, problems);
        }
        number
    };
    let (min, max) = (bound("min_value"), bound("max_value"));
    if own.node("min_value").is_none() && own.node("max_value").is_none() {
        own.missing("min_value", "a number, or max_value", problems);
    }
    if let (Some(min), Some(max)) = (min, max)
        && max < min
    {
        let what = format!("is {max}, expected at least min_value, which is {min}");
        own.wrong("max_value", &what, problems);
    }
    Some(SpanTest::Number { key: key?, min, max })
}

fn flag_test(
    own: &mut Section<'_>,
    key: Option<String>,
    problems: &mut Problems,
) -> Option<SpanTest> {
    if own.node("value").is_none() {
        own.missing("value", "true or false", problems);
    }
    let value = own.flag("value", problems)?;
    Some(SpanTest::Flag { key: key?, value })
}
