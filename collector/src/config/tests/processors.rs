//! Settings of processors: what is read, and what is said about what is wrong.

use std::path::Path;

use super::{SOUND, check};
use crate::config::{Config, ProcessorSettings};

/// The sound file with a processor in every pipeline; its settings are a flow mapping on line 7, after `  ID: `.
fn with(id: &str, settings: &str) -> String {
    let defined = format!("processors:\n  {id}: {settings}\nexporters:\n  prometheus:");
    SOUND
        .replace("exporters:\n  prometheus:", &defined)
        .replace("[otlp]\n", &format!("[otlp]\n      processors: [{id}]\n"))
}

/// What is said about the settings: `COLUMN: MESSAGE` each, without the path of the processor.
#[track_caller]
fn check_settings(id: &str, settings: &str, expected: &[&str]) {
    let text = with(id, settings);
    let lines = match Config::parse("c.yaml", &text) {
        Ok(config) => config.warnings.to_string(),
        Err(error) => error.to_string(),
    };
    let column = format!("  {id}: ").len();
    let seen: Vec<String> = lines
        .lines()
        .map(|line| {
            let rest = line.strip_prefix("c.yaml:7:").unwrap_or_else(|| panic!("{line}"));
            let (at, message) = rest.split_once(": error: ").unwrap();
            let at: usize = at.parse().unwrap();
            let message = message.replace(&format!("processors.{id}."), "");
            format!("{}: {message}", at.saturating_sub(column))
        })
        .collect();
    assert_eq!(seen, expected, "{settings}");
}

#[test]
fn the_example_is_sound_and_uses_every_processor() {
    let path =
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/collector-processors.yaml"));
    let config = Config::load(path).unwrap();
    assert_eq!(config.warnings.to_string(), "");
    let mut used = [false; 7];
    for processor in config.resolved.processors {
        used[match processor.settings {
            ProcessorSettings::MemoryLimiter(_) => 0,
            ProcessorSettings::Batch(_) => 1,
            ProcessorSettings::Resource(_) => 2,
            ProcessorSettings::Attributes(_) => 3,
            ProcessorSettings::Filter(_) => 4,
            ProcessorSettings::EngineIdentity(_) => 5,
            ProcessorSettings::TailSampling(_) => 6,
        }] = true;
    }
    assert_eq!(used, [true; 7]);
}

#[test]
fn the_memory_limiter_needs_a_limit_above_its_spike() {
    let id = "memory_limiter";
    check_settings(id, "{limit_mib: 512, spike_limit_mib: 128, check_interval: 1s}", &[]);
    check(
        &with(id, "{check_interval: 1s}"),
        &[
            "c.yaml:7:3: error: processors.memory_limiter.limit_mib is missing, expected the memory that the process must \
             not exceed, in MiB, or limit_percentage",
        ],
    );
    check_settings(
        id,
        "{limit_mib: 100, spike_limit_mib: 100}",
        &["35: spike_limit_mib is 100, expected a whole number from 0 to 99"],
    );
    check_settings(id, "{limit_percentage: 80, spike_limit_percentage: 25}", &[]);
    check_settings(
        id,
        "{limit_percentage: 80, spike_limit_percentage: 80}",
        &["48: spike_limit_percentage is 80, expected a whole number from 0 to 79"],
    );
    check_settings(
        id,
        "{limit_percentage: 101}",
        &["20: limit_percentage is 101, expected a whole number from 1 to 100"],
    );
    check(
        &with(id, "{limit_mib: 100, limit_percentage: 80}"),
        &[
            "c.yaml:7:36: warning: processors.memory_limiter.limit_percentage has no effect beside limit_mib: remove one",
        ],
    );
}

#[test]
fn a_batch_must_fit_into_its_maximum() {
    check_settings("batch", "", &[]);
    check_settings("batch", "{timeout: 0s, send_batch_size: 100, send_batch_max_size: 100}", &[]);
    check_settings(
        "batch",
        "{send_batch_max_size: 100}",
        &["23: send_batch_max_size is 100, expected 0 or at least send_batch_size, which is 8192"],
    );
    check_settings(
        "batch",
        "{metadata_keys: [x-scope-orgid]}",
        &["2: metadata_keys is not supported, requests are told apart by tenant alone: remove it"],
    );
}

#[test]
fn an_action_needs_what_it_works_with_and_nothing_else() {
    for sound in [
        "{key: a, value: 1, action: insert}",
        "{key: a, from_attribute: b, action: update}",
        "{key: a, value: true, action: upsert}",
        "{key: a, action: delete}",
        "{pattern: '^a', action: delete}",
        "{key: a, pattern: '^a', action: hash}",
        "{key: a, pattern: '^(?P<b>.+)$', action: extract}",
        "{key: a, converted_type: int, action: convert}",
    ] {
        check_settings("attributes", &format!("{{actions: [{sound}]}}"), &[]);
        check_settings("resource", &format!("{{attributes: [{sound}]}}"), &[]);
    }
    let a_key = "actions[0].key is missing, expected the key of an attribute";
    let verbs = "expected one of: insert, update, upsert, delete, hash, extract, convert";
    let value =
        "actions[0].value is missing, expected the value of the attribute, or from_attribute";
    for (wrong, expected) in [
        ("{key: a}", format!("12: actions[0].action is missing, {verbs}")),
        ("{key: a, action: put}", format!("29: actions[0].action is \"put\", {verbs}")),
        ("{value: 1, action: insert}", format!("12: {a_key}")),
        ("{action: delete}", format!("12: {a_key}")),
        ("{key: a, action: insert}", format!("12: {value}")),
        (
            "{key: a, value: 1, from_attribute: b, action: insert}",
            "47: actions[0].from_attribute is there beside value: keep one".to_owned(),
        ),
        (
            "{key: a, value: 1, action: delete}",
            "28: actions[0].value has no effect on this action: remove it".to_owned(),
        ),
        (
            "{key: a, pattern: '(.+)', action: extract}",
            "30: actions[0].pattern is \"(.+)\", expected groups that all have names such as (?P<host>.+)".to_owned(),
        ),
        (
            "{pattern: 'a(', action: hash}",
            "22: actions[0].pattern is \"a(\", which is no pattern: unclosed group".to_owned(),
        ),
        (
            "{key: a, converted_type: bool, action: convert}",
            "37: actions[0].converted_type is \"bool\", expected one of: int, double, string".to_owned(),
        ),
        (
            "{key: a, value: [1], action: insert}",
            "28: actions[0].value is a list, expected text, a 64-bit number or a flag".to_owned(),
        ),
    ] {
        check_settings("attributes", &format!("{{actions: [{wrong}]}}"), &[&expected]);
    }
    check(
        &with("resource", "{attributes: []}"),
        &[
            "c.yaml:7:3: error: processors.resource.attributes is missing, expected at least one such as {key: a, value: b, \
             action: insert}",
        ],
    );
}

#[test]
fn what_is_matched_needs_a_type_and_a_list() {
    let with_include =
        |include: &str| format!("{{include: {include}, actions: [{{key: a, action: delete}}]}}");
    for sound in [
        "{match_type: strict, services: [a], span_kinds: [SPAN_KIND_SERVER]}",
        "{match_type: regexp, metric_names: ['^a'], resources: [{key: b, value: '^c'}]}",
        "{match_type: strict, attributes: [{key: a, value: 1}], libraries: [{name: a, version: 1.0.0}]}",
        "{match_type: strict, log_bodies: [a], log_severity_texts: [b], span_names: [c]}",
    ] {
        check_settings("attributes", &with_include(sound), &[]);
    }
    for (wrong, expected) in [
        ("{services: [a]}", "2: include.match_type is missing, expected one of: strict, regexp"),
        (
            "{match_type: expr, services: [a]}",
            "24: include.match_type is \"expr\", expected one of: strict, regexp",
        ),
        (
            "{match_type: strict}",
            "2: include.match_type stands alone, expected at least one list beside it of what to match",
        ),
        (
            "{match_type: regexp, services: ['a(']}",
            "43: an entry of include.services is \"a(\", which is no pattern: unclosed group",
        ),
        (
            "{match_type: strict, attributes: [{value: 1}]}",
            "45: include.attributes[0].key is missing, expected the key of an attribute",
        ),
        (
            "{match_type: strict, service: [a]}",
            "32: unknown key \"service\" in include, did you mean \"services\"?",
        ),
    ] {
        check_settings("attributes", &with_include(wrong), &[expected]);
    }
}

#[test]
fn a_filter_takes_both_forms() {
    for sound in [
        "{metrics: {exclude: {match_type: strict, metric_names: [a, b]}}}",
        "{metrics: {include: {match_type: regexp, resource_attributes: [{key: a, value: '^b'}]}}}",
        "{spans: {exclude: {match_type: strict, services: [a]}}}",
        "{logs: {exclude: {match_type: regexp, bodies: ['^a'], severity_texts: [b], record_attributes: [{key: c}]}}}",
        "{error_mode: ignore, metrics: {metric: ['name == \"a\"'], datapoint: ['attributes[\"b\"] == 1']}}",
        "{traces: {span: ['IsMatch(name, \"^a\")']}, logs: {log_record: ['body == \"b\"']}}",
    ] {
        check_settings("filter", sound, &[]);
    }
    check_settings(
        "filter",
        "{metrics: {metric: ['Concat(name) == 1']}}",
        &[
            "21: an entry of metrics.metric is \"Concat(name) == 1\": \"Concat\" is not supported there, expected one of: \
           name, description, unit, type, resource.attributes[\"key\"], instrumentation_scope.name, \
           instrumentation_scope.version",
        ],
    );
    check_settings(
        "filter",
        "{error_mode: panic}",
        &["14: error_mode is \"panic\", expected one of: ignore, silent, propagate"],
    );
}

#[test]
fn an_engine_has_one_identity() {
    let with_table = |table: &str| format!("{{attribute: engine, table: [{table}]}}");
    let (zero, rank) =
        ("{index: 0, stage: prefill, replica: 0}", "{index: dp-1, stage: decode, replica: 1}");
    check_settings("engine_identity", &with_table(&format!("{zero}, {rank}")), &[]);
    check_settings(
        "engine_identity",
        &with_table(&format!("{zero}, {{index: '0', stage: decode, replica: 1}}")),
        &[
            "77: table[1].index is 0, which is there before as stage \"prefill\", replica 0: keep one",
        ],
    );
    check_settings(
        "engine_identity",
        &with_table("{stage: prefill, replica: -1}"),
        &[
            "29: table[0].index is missing, expected the index as the engine writes it, such as 0",
            "55: table[0].replica is -1, expected a whole number from 0 to 4294967295",
        ],
    );
    check(
        &with("engine_identity", "{unknown_index: drop}"),
        &[
            "c.yaml:7:3: error: processors.engine_identity.attribute is missing, expected the attribute that holds the \
             index, such as engine or dp_rank",
            "c.yaml:7:3: error: processors.engine_identity.table is missing, expected at least one such as {index: 0, \
             stage: prefill, replica: 0}",
            "c.yaml:7:36: error: processors.engine_identity.unknown_index is \"drop\", expected one of: keep, \
             drop_attribute",
        ],
    );
}
