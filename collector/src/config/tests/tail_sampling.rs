//! Settings of `tail_sampling`: the Collector's file is read as it is, or every key that means something else is named.

use std::time::Duration;

use super::{SOUND, check};
use crate::{
    config::{Config, ProcessorSettings},
    processors::{Rule, SpanTest, StatusCode, TailSamplingSettings, TextMatch},
};

/// The sound file with a sampler in its pipeline of traces; the sampler's settings are a flow mapping on line 7.
fn with(settings: &str) -> String {
    let defined = format!("processors:\n  tail_sampling: {settings}\nexporters:\n  prometheus:");
    let traces = "traces:\n      receivers: [otlp]\n";
    SOUND
        .replace("exporters:\n  prometheus:", &defined)
        .replace(traces, &format!("{traces}      processors: [tail_sampling]\n"))
}

#[track_caller]
fn read(settings: &str) -> TailSamplingSettings {
    let text = with(settings);
    let config = Config::parse("c.yaml", &text).unwrap_or_else(|error| panic!("{error}"));
    match config.resolved.processors.into_iter().next().unwrap().settings {
        ProcessorSettings::TailSampling(settings) => *settings,
        other => panic!("{other:?}"),
    }
}

/// What is said about the settings, without the place in the line and the path of the processor.
#[track_caller]
fn check_wrong(settings: &str, expected: &[&str]) {
    let error = Config::parse("c.yaml", &with(settings)).unwrap_err().to_string();
    let said = error.lines().map(|line| {
        let (_, message) = line.split_once(": error: ").unwrap();
        message.replace("processors.tail_sampling.", "")
    });
    assert_eq!(said.collect::<Vec<_>>(), expected, "{settings}");
}

/// One policy of this type and settings.
fn one(kind: &str, settings: &str) -> String {
    format!("{{policies: [{{name: it, type: {kind}, {kind}: {settings}}}]}}")
}

#[track_caller]
fn check_rule(kind: &str, settings: &str, expected: &Rule) {
    let read = read(&one(kind, settings));
    assert_eq!(&read.policies[0].rule, expected, "{kind} {settings}");
}

#[test]
fn the_collectors_own_example_is_read_where_it_means_the_same() {
    let settings = read(
        "{decision_wait: 10s, num_traces: 100, decision_cache: {sampled_cache_size: 100000, non_sampled_cache_size: 50}, \
         policies: [{name: a, type: always_sample}, \
         {name: b, type: latency, latency: {threshold_ms: 5000, upper_threshold_ms: 10000}}, \
         {name: c, type: drop, drop: {drop_sub_policy: [{name: d, type: string_attribute, \
         string_attribute: {key: url.path, values: [\\/health], enabled_regex_matching: true}}]}}]}",
    );
    assert_eq!(settings.decision_wait, Duration::from_secs(10));
    assert_eq!(settings.wait_after_root, Duration::from_secs(6));
    assert_eq!((settings.max_traces, settings.max_bytes), (100, 256 << 20));
    assert_eq!((settings.sampled_remembered, settings.not_sampled_remembered), (100_000, 100));
    let policies: Vec<_> =
        settings.policies.iter().map(|policy| (policy.name.as_str(), policy.drops)).collect();
    assert_eq!(policies, [("a", false), ("b", false), ("c", true)]);
    assert!(matches!(&settings.policies[2].rule, Rule::And(rules) if rules.len() == 1));
}

#[test]
fn every_policy_is_read_as_it_is_written() {
    let (ms, key) = (Duration::from_millis, || "k".to_owned());
    check_rule("latency", "{threshold_ms: 5}", &Rule::Latency { from: ms(5), to: None });
    check_rule(
        "span_count",
        "{min_spans: 2, max_spans: 9}",
        &Rule::SpanCount { from: 2, to: Some(9) },
    );
    let share = Rule::Probabilistic { percentage: 0.5, salt: "s".to_owned() };
    check_rule("probabilistic", "{sampling_percentage: 0.5, hash_salt: s}", &share);
    let rate = |burst, is_per_tenant| Rule::Rate { spans_per_second: 35, burst, is_per_tenant };
    check_rule("rate_limiting", "{spans_per_second: 35}", &rate(70, false));
    let own = "{spans_per_second: 35, burst_capacity: 40, per_tenant: true}";
    check_rule("rate_limiting", own, &rate(40, true));
    let codes = SpanTest::StatusCode(vec![StatusCode::Error, StatusCode::Unset]);
    check_rule("status_code", "{status_codes: [ERROR, UNSET]}", &Rule::Span(codes));
    let text = SpanTest::Text { key: key(), values: vec![TextMatch::Exact("a".to_owned())] };
    check_rule("string_attribute", "{key: k, values: [a]}", &Rule::Span(text.clone()));
    let number = SpanTest::Number { key: key(), min: Some(-5), max: None };
    check_rule("numeric_attribute", "{key: k, min_value: -5}", &Rule::Span(number));
    let flag = SpanTest::Flag { key: key(), value: true };
    check_rule("boolean_attribute", "{key: k, value: true}", &Rule::Span(flag));
    let first = SpanTest::TimeToFirstToken { from: ms(2000), attribute: Some(key()) };
    check_rule("time_to_first_token", "{threshold_ms: 2000, attribute: k}", &Rule::Span(first));
    let each = SpanTest::TimePerOutputToken { from: ms(50), attribute: None };
    check_rule("time_per_output_token", "{threshold_ms: 50}", &Rule::Span(each));
    let inverted = "{and_sub_policy: [{name: other, type: string_attribute, \
                    string_attribute: {key: k, values: [a], invert_match: true}}, {type: always_sample}]}";
    let not = Rule::Not(Box::new(Rule::Span(text)));
    check_rule("and", inverted, &Rule::And(vec![not, Rule::Always]));
    let not = Rule::Not(Box::new(Rule::Always));
    check_rule("not", "{not_sub_policy: {name: a, type: always_sample}}", &not);
}

#[test]
fn a_wait_after_the_root_is_no_longer_than_the_wait_itself() {
    let wait = |keys: &str| {
        read(&format!("{{{keys}, policies: [{{name: a, type: always_sample}}]}}")).wait_after_root
    };
    assert_eq!(wait("decision_wait: 2s"), Duration::from_secs(2));
    assert_eq!(wait("decision_wait_after_root_received: 0s"), Duration::from_secs(300));
    assert_eq!(wait("decision_wait_after_root_received: 3s"), Duration::from_secs(3));
    check_wrong(
        "{decision_wait: 2s, decision_wait_after_root_received: 3s, policies: [{name: a, type: always_sample}]}",
        &["decision_wait_after_root_received is 3s, expected at most decision_wait, which is 2s"],
    );
}

#[test]
fn what_is_wrong_with_a_policy_is_said_at_its_place() {
    check_wrong(
        "",
        &[
            "policies is missing, expected at least one such as {name: errors, type: status_code, status_code: \
           {status_codes: [ERROR]}}",
        ],
    );
    check_wrong(
        "{policies: [{name: a, type: always_sample}, {name: a, type: always_sample}]}",
        &["policies[1].name is \"a\", as is that of a policy before: change one"],
    );
    check_wrong(
        "{policies: [{name: a, type: latency}]}",
        &["policies[0].latency is missing, expected the settings of this type"],
    );
    check_wrong(
        &one("probabilistic", "{sampling_percentage: 101}"),
        &["policies[0].probabilistic.sampling_percentage is 101, expected a number from 0 to 100"],
    );
    check_wrong(
        &one("status_code", "{status_codes: [BAD]}"),
        &[
            "an entry of policies[0].status_code.status_codes is \"BAD\", expected one of: OK, ERROR, UNSET",
        ],
    );
    check_wrong(
        &one("string_attribute", "{key: k, values: ['a(b'], enabled_regex_matching: true}"),
        &[
            "an entry of policies[0].string_attribute.values is \"a(b\", which is no pattern: unclosed group",
        ],
    );
    check_wrong(
        &one("time_to_first_token", "{threshhold_ms: 5}"),
        &[
            "policies[0].time_to_first_token.threshold_ms is missing, expected milliseconds, such as 2000",
            "unknown key \"threshhold_ms\" in policies[0].time_to_first_token, did you mean \"threshold_ms\"?",
        ],
    );
}

#[test]
fn a_policy_that_is_about_no_trace_is_an_error_at_its_place() {
    check_wrong(
        &one("latency", "{threshold_ms: 5000, upper_threshold_ms: 5000}"),
        &[
            "policies[0].latency.upper_threshold_ms is 5000, expected more than threshold_ms, which is 5000: no trace takes \
           longer than the one and at most the other",
        ],
    );
    check_wrong(
        &one("span_count", "{min_spans: 10, max_spans: 9}"),
        &["policies[0].span_count.max_spans is 9, expected at least min_spans, which is 10"],
    );
    check_wrong(
        &one("numeric_attribute", "{key: k, min_value: 5, max_value: -5}"),
        &["policies[0].numeric_attribute.max_value is -5, expected at least min_value, which is 5"],
    );
    check_wrong(
        &one("rate_limiting", "{spans_per_second: 0}"),
        &[
            "policies[0].rate_limiting.spans_per_second is 0, expected a whole number from 1 to 4294967295",
        ],
    );
    check_wrong(
        &one("status_code", "{status_codes: []}"),
        &[
            "policies[0].status_code.status_codes is missing, expected at least one of: OK, ERROR, UNSET",
        ],
    );
    check_wrong(
        &one("string_attribute", "{key: k, values: []}"),
        &["policies[0].string_attribute.values is missing, expected at least one text"],
    );
    let inside =
        "{and_sub_policy: [{name: a, type: span_count, span_count: {min_spans: 2, max_spans: 1}}]}";
    check_wrong(
        &one("and", inside),
        &[
            "policies[0].and.and_sub_policy[0].span_count.max_spans is 1, expected at least min_spans, which is 2",
        ],
    );
}

#[test]
fn ranges_of_one_value_are_sound() {
    let number = SpanTest::Number { key: "k".to_owned(), min: Some(3), max: Some(3) };
    check_rule("numeric_attribute", "{key: k, min_value: 3, max_value: 3}", &Rule::Span(number));
    let spans = Rule::SpanCount { from: 3, to: Some(3) };
    check_rule("span_count", "{min_spans: 3, max_spans: 3}", &spans);
    let endless = Rule::Latency { from: Duration::from_millis(5), to: None };
    check_rule("latency", "{threshold_ms: 5, upper_threshold_ms: 0}", &endless);
}

#[test]
fn a_share_of_nothing_is_warned_of() {
    let text = with(&one("probabilistic", "{sampling_percentage: 0}"));
    let config = Config::parse("c.yaml", &text).expect("it runs");
    let warned = config.warnings.to_string();
    let expected = "warning: processors.tail_sampling.policies[0].probabilistic.sampling_percentage is 0, which is about no \
                    trace: remove the policy";
    assert!(warned.starts_with("c.yaml:7:") && warned.trim_end().ends_with(expected), "{warned}");
}

#[test]
fn what_means_something_else_in_the_collector_is_refused_with_a_remedy() {
    check_wrong(
        "{policies: [{name: a, type: composite, composite: {policy_order: [b]}}]}",
        &[
            "policies[0].type is composite, which is not supported: name its policies each by itself, with and and \
           rate_limiting",
        ],
    );
    check_wrong(
        &one("string_attribute", "{key: k, values: [a], invert_match: true}"),
        &[
            "policies[0].string_attribute.invert_match is true, which is not supported outside of other policies, as the \
           Collector is giving up what it means there: put the policy into one of type drop, or of type not",
        ],
    );
    check_wrong(
        "{expected_new_traces_per_sec: 10, policies: [{name: a, type: always_sample}]}",
        &[
            "expected_new_traces_per_sec is not supported, as tables grow with what is in them: remove it",
        ],
    );
    let many: Vec<String> =
        (0..65).map(|nth| format!("{{name: p{nth}, type: always_sample}}")).collect();
    check_wrong(
        &format!("{{policies: [{}]}}", many.join(", ")),
        &["policies has 65 policies, expected at most 64: join some of them"],
    );
}

#[test]
fn a_sampler_takes_traces_alone() {
    let text = with("{policies: [{name: a, type: always_sample}]}").replace(
        "      exporters: [prometheus]",
        "      processors: [tail_sampling]\n      exporters: [prometheus]",
    );
    check(
        &text,
        &[
            "c.yaml:15:20: error: processor tail_sampling takes traces, not metrics: move it to a pipeline of traces",
        ],
    );
}
