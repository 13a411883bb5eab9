//! The registry keeps the rules that make it a vocabulary, and each rule notices when it is broken.

use inferometer_semconv::{
    InstrumentKind, Values, attributes, events, metrics,
    prometheus_name::{label_name, metric_name},
    spans,
};
use inferometer_semconv_generator::{Registry, check, read, read_str, repository_root, resolve};

/// A registry that keeps every rule; each test below breaks it at one place.
const SOUND: &str = r#"
file_format: definition/2
attributes:
  - key: infer.tier
    type: {members: [{id: a, value: a, brief: "A.", stability: development}]}
    brief: Tier.
    stability: development
    annotations: {inferometer: {closed: true}}
attribute_groups:
  - id: infer.group
    visibility: internal
    attributes: [{ref: infer.tier, requirement_level: required}]
metrics:
  - name: infer.wait.duration
    instrument: histogram
    unit: s
    brief: Wait.
    stability: development
    annotations: {code_generation: {metric_value_type: double}, inferometer: {bucket_boundaries: [1, 2]}}
    attributes: [{ref_group: infer.group}]
  - name: infer.wait.active
    instrument: updowncounter
    unit: "{request}"
    brief: Waiting.
    stability: development
    annotations: {code_generation: {metric_value_type: int}}
spans:
  - type: infer.wait
    kind: internal
    name: {note: "wait {infer.tier}"}
    brief: Waits.
    stability: development
    attributes: [{ref: infer.tier}]
events:
  - name: infer.wait.over
    brief: The wait is over.
    stability: development
    attributes: [{ref: infer.tier}]
"#;

/// Replaces one piece of the sound registry and looks for a problem that says so.
fn check_breaks(good: &str, bad: &str, expected: &str) {
    assert!(SOUND.contains(good), "{good:?} is not in the sound registry");
    let problems = problems_of("test.yaml", &SOUND.replacen(good, bad, 1));
    assert!(
        problems.iter().any(|problem| problem.contains(expected)),
        "{bad:?} gave {problems:#?}"
    );
}

fn problems_of(path: &str, text: &str) -> Vec<String> {
    let source = match read_str(path, text) {
        Ok(source) => source,
        Err(problem) => return vec![problem],
    };
    resolve(&[source]).map_or_else(|problems| problems, |registry| check(&registry))
}

fn committed() -> Registry {
    let sources = read(&repository_root().join("semconv/registry")).expect("it parses");
    resolve(&sources).expect("every reference leads somewhere")
}

#[test]
fn the_committed_registry_is_sound() {
    let problems = check(&committed());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_registry_that_the_rules_are_tried_on_is_sound() {
    assert_eq!(problems_of("test.yaml", SOUND), Vec::<String>::new());
}

#[test]
fn another_file_format_is_refused() {
    check_breaks("definition/2", "definition/1", r#"file_format is "definition/1""#);
}

#[test]
fn an_unknown_key_is_refused() {
    check_breaks("    unit: s", "    units: s", "units");
    check_breaks("{closed: true}", "{close: true}", "close");
    check_breaks("bucket_boundaries", "buckets", "buckets");
}

#[test]
fn a_name_keeps_the_syntax() {
    let good = "name: infer.wait.active";
    check_breaks(good, "name: infer.Wait.active", "infer.Wait.active: has characters outside");
    check_breaks(good, "name: infer.wait._active", "two delimiters in a row");
    check_breaks(good, "name: infer.wait.active_", "ends with a delimiter");
    check_breaks(good, "name: 1nfer.wait", "does not start with a letter");
    check_breaks("type: infer.wait", "type: infer.wait-", "infer.wait-: has characters outside");
    check_breaks(good, &format!("name: infer.{}", "a".repeat(250)), "longer than 255");
}

#[test]
fn an_own_name_is_under_the_own_namespace() {
    check_breaks(
        "name: infer.wait.active",
        "name: gen_ai.server.wait",
        "gen_ai.server.wait: not under infer.*",
    );
    check_breaks("type: infer.wait", "type: wait", "wait: not under infer.*");
    let problems = problems_of("upstream/test.yaml", SOUND);
    assert!(problems.iter().any(|problem| problem.contains("is not ours")), "{problems:#?}");
}

#[test]
fn a_name_does_not_end_in_what_prometheus_appends() {
    for ending in ["count", "sum", "bucket", "total", "created", "info"] {
        let bad = format!("name: infer.wait.active_{ending}");
        check_breaks("name: infer.wait.active", &bad, &format!("ends in {ending}"));
    }
}

#[test]
fn a_plural_counts_things() {
    let good = "name: infer.wait.duration";
    check_breaks(good, "name: infer.wait.durations", "a plural, but its unit");
    let good = "name: infer.wait.active";
    check_breaks(good, "name: infer.wait.requests", "up-down counters are singular");
    let status = SOUND.replacen(good, "name: infer.wait.status", 1);
    let status = status.replacen("{request}", "1", 1);
    assert_eq!(problems_of("test.yaml", &status), Vec::<String>::new());
}

#[test]
fn a_namespace_is_no_plural() {
    let good = "name: infer.wait.active";
    check_breaks(good, "name: infer.waits.active", "the namespace waits is a plural");
}

#[test]
fn the_last_word_of_a_name_keeps_its_promise() {
    let good = "name: infer.wait.active";
    check_breaks(good, "name: infer.wait.io", "io is the last word of a Counter");
    check_breaks(good, "name: infer.wait.status", "status is in `1`, not `{request}`");
    check_breaks("unit: s", "unit: ms", "duration is in `s`, not `ms`");
}

#[test]
fn seconds_are_doubles() {
    check_breaks("metric_value_type: double", "metric_value_type: int", "seconds are doubles");
}

#[test]
fn a_brief_is_a_sentence() {
    check_breaks("brief: Waiting.", "brief: Waiting", "the brief is no sentence");
}

#[test]
fn closed_values_alone_fit_into_the_cardinality_limit() {
    let limited = "bucket_boundaries: [1, 2], cardinality_limit: 1";
    let two = "members: [{id: b, value: b, brief: B, stability: development}, {id: a";
    let text = SOUND.replace("bucket_boundaries: [1, 2]", limited);
    assert_eq!(problems_of("test.yaml", &text), Vec::<String>::new());
    let problems = problems_of("test.yaml", &text.replace("members: [{id: a", two));
    let expected = "its closed attributes alone make 2 series of 1";
    assert!(problems.iter().any(|problem| problem.contains(expected)), "{problems:#?}");
}

#[test]
fn an_attribute_of_many_values_is_opt_in() {
    let text = SOUND.replace("{closed: true}", "{limit: 1025}");
    let problems = problems_of("test.yaml", &text);
    let expected = "infer.tier has more than 1024 values, so it is opt_in";
    assert!(problems.iter().any(|problem| problem.contains(expected)), "{problems:#?}");
    let text = text.replace("requirement_level: required", "requirement_level: opt_in");
    assert_eq!(problems_of("test.yaml", &text), Vec::<String>::new());
}

#[test]
fn a_closed_value_is_in_lower_case() {
    check_breaks("value: a", "value: A", "a closed value is not in lower case");
}

#[test]
fn the_default_limit_is_that_of_the_crate() {
    let problem = |limit: u32| {
        let members: Vec<String> = (0..limit)
            .map(|i| format!("{{id: v{i}, value: v{i}, brief: V, stability: development}}"))
            .collect();
        let one = "{id: a, value: a, brief: \"A.\", stability: development}";
        problems_of("test.yaml", &SOUND.replacen(one, &members.join(", "), 1)).join("; ")
    };
    assert_eq!(problem(inferometer_semconv::DEFAULT_CARDINALITY_LIMIT), "");
    let beyond = inferometer_semconv::DEFAULT_CARDINALITY_LIMIT + 1;
    assert!(problem(beyond).contains("its closed attributes alone"), "{}", problem(beyond));
}

#[test]
fn a_name_does_not_hold_its_unit() {
    check_breaks(
        "name: infer.wait.duration",
        "name: infer.wait.seconds",
        "the unit is in the name",
    );
}

#[test]
fn a_name_is_no_namespace_of_another() {
    check_breaks(
        "name: infer.wait.active",
        "name: infer.wait",
        "infer.wait: is a namespace of infer.wait.duration",
    );
}

#[test]
fn an_attribute_is_no_namespace_of_another() {
    let other = "
  - key: infer.tier.name
    type: string
    brief: Name.
    stability: development
    annotations: {inferometer: {limit: 4}}
attribute_groups:";
    check_breaks("attribute_groups:", other, "infer.tier: is a namespace of infer.tier.name");
}

#[test]
fn an_event_keeps_the_rules() {
    let good = "name: infer.wait.over";
    check_breaks(good, "name: wait.over", "wait.over: not under infer.*");
    check_breaks(good, "name: infer.wait_", "ends with a delimiter");
    check_breaks("brief: The wait is over.", "brief: ''", "infer.wait.over: no brief");
    check_breaks(
        "events:",
        "events:\n  - {name: infer.wait.over, brief: Again., stability: development}",
        "infer.wait.over: defined twice",
    );
    let unknown = "stability: development\n    attributes: [{ref: infer.teir}]";
    let text = SOUND.rsplit_once("stability: development").unwrap().0;
    let problems = problems_of("test.yaml", &format!("{text}{unknown}"));
    assert!(
        problems.iter().any(|problem| problem.contains("no attribute infer.teir")),
        "{problems:#?}"
    );
}

#[test]
fn two_definitions_do_not_share_a_prometheus_name() {
    check_breaks(
        "name: infer.wait.active",
        "name: infer.wait.duration_seconds",
        "Prometheus shows it as infer_wait_duration_seconds",
    );
    check_breaks(
        "name: infer.wait.active",
        "name: infer.wait.duration.seconds.bucket",
        "infer_wait_duration_seconds_bucket",
    );
}

#[test]
fn a_unit_is_ucum_or_an_annotation() {
    check_breaks("unit: s", "unit: seconds", r#"unit "seconds""#);
    check_breaks("{request}", "{Request}", r#"unit "{Request}""#);
}

#[test]
fn bounds_ascend_and_belong_to_histograms() {
    check_breaks("[1, 2]", "[2, 1]", "not finite and ascending");
    check_breaks("[1, 2]", "[1, 1]", "not finite and ascending");
    check_breaks("[1, 2]", "[1, .inf]", "not finite and ascending");
    check_breaks("[1, 2]", "[]", "a histogram without bucket_boundaries");
    check_breaks(
        "instrument: histogram",
        "instrument: gauge",
        "bucket_boundaries without a histogram",
    );
}

#[test]
fn a_reference_leads_somewhere() {
    check_breaks(
        "ref: infer.tier, requirement_level: required",
        "ref: infer.teir",
        "no attribute infer.teir",
    );
    check_breaks(
        "ref_group: infer.group",
        "ref_group: infer.groups",
        "no attribute group infer.groups",
    );
    check_breaks(
        "[{ref: infer.tier, requirement_level: required}]",
        "[{ref_group: infer.group}]",
        "is there a cycle?",
    );
}

#[test]
fn an_own_attribute_says_its_values() {
    check_breaks("{closed: true}", "{}", "say one of closed, limit and unbounded");
    check_breaks(
        "{closed: true}",
        "{closed: true, limit: 4}",
        "say one of closed, limit and unbounded",
    );
    check_breaks("{closed: true}", "{limit: 0}", "its limit is 0");
    check_breaks("{closed: true}", "{closed: []}", "closed, but it has no values");
}

#[test]
fn a_metric_carries_no_attribute_without_a_bound() {
    check_breaks("{closed: true}", "{unbounded: true}", "infer.tier has no bound");
}

#[test]
fn a_metric_says_its_value_type() {
    check_breaks(
        "{code_generation: {metric_value_type: int}}",
        "{}",
        "no annotations.code_generation.metric_value_type",
    );
}

#[test]
fn a_span_carries_what_its_name_wants() {
    check_breaks("wait {infer.tier}", "wait {infer.stage}", "the name wants infer.stage");
}

#[test]
fn the_constants_name_what_the_registry_names() {
    let registry = committed();
    assert_eq!(metrics::ALL.len(), registry.metrics.len());
    assert_eq!(attributes::ALL.len(), registry.attributes.len());
    assert_eq!(spans::ALL.len(), registry.spans.len());
    assert_eq!(events::ALL.len(), registry.events.len());
    for (constant, metric) in metrics::ALL.iter().zip(&registry.metrics) {
        let is_monotonic_sum = constant.kind == InstrumentKind::Counter;
        assert_eq!(constant.name, metric.name);
        assert_eq!(
            metric_name(constant.name, constant.unit, is_monotonic_sum),
            metric.prometheus_name()
        );
    }
}

#[test]
fn labels_of_one_instrument_do_not_collide() {
    for metric in metrics::ALL {
        let mut labels: Vec<_> =
            metric.attributes.iter().map(|used| label_name(used.attribute.key)).collect();
        labels.push("le".into());
        labels.sort();
        assert!(labels.windows(2).all(|pair| pair[0] != pair[1]), "{}: {labels:?}", metric.name);
    }
}

#[test]
fn attributes_of_the_same_set_share_its_type() {
    let typed = attributes::KvCacheTier::ALL.map(attributes::KvCacheTier::as_str);
    for attribute in [
        attributes::INFER_KV_CACHE_TIER,
        attributes::INFER_TRANSFER_SOURCE,
        attributes::INFER_TRANSFER_DESTINATION,
    ] {
        let Values::Closed(values) = attribute.values else { panic!("{} is open", attribute.key) };
        assert_eq!(values, typed, "{}", attribute.key);
    }
}
