//! What each policy is about.

use std::time::Duration;

use opentelemetry_proto::tonic::{common::v1::any_value::Value, trace::v1::Span};

use super::fixture::*;
use crate::processors::{
    Pattern, Policy, Rule, SpanTest, StatusCode, TextMatch, request::samples::text,
};

const MILLISECOND: u64 = 1_000_000;

/// Whether a whole trace is kept.
async fn keeps(policies: &[Policy], spans: Vec<Span>) -> bool {
    let fixture = Fixture::of(policies.to_vec());
    let sent = spans.len();
    fixture.send(spans).unwrap();
    let arrived = fixture.after(Duration::from_secs(61)).await.len();
    assert!([0, sent].contains(&arrived), "whole or not at all");
    arrived > 0
}

async fn check(rule: Rule, spans: Vec<Span>, expected: bool) {
    let policies = [policy("it", rule.clone())];
    assert_eq!(keeps(&policies, spans.clone()).await, expected, "{rule:?} of {spans:?}");
    let not = [policy("not", Rule::Not(Box::new(rule.clone())))];
    assert_eq!(keeps(&not, spans.clone()).await, !expected, "not {rule:?} of {spans:?}");
    // Dropping beats keeping, whichever stands first.
    let beaten = [policy("all", Rule::Always), dropping("drop", rule.clone())];
    assert_eq!(keeps(&beaten, spans.clone()).await, !expected, "drop {rule:?} of {spans:?}");
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[tokio::test(start_paused = true)]
async fn latency_is_from_the_first_start_to_the_last_end() {
    let slow = |to: Option<u64>| Rule::Latency { from: millis(100), to: to.map(millis) };
    let one = |nanos| vec![lasting(root(1, 1), nanos)];
    check(slow(None), one(100 * MILLISECOND), true).await;
    check(slow(None), one(100 * MILLISECOND - 1), false).await;
    let later = |start| Span { start_time_unix_nano: start, ..child(1, 2) };
    let two = vec![root(1, 1), lasting(later(SECOND + 60 * MILLISECOND), 40 * MILLISECOND)];
    check(slow(None), two, true).await;
    check(slow(Some(200)), one(100 * MILLISECOND), false).await;
    check(slow(Some(200)), one(101 * MILLISECOND), true).await;
    check(slow(Some(200)), one(200 * MILLISECOND), true).await;
    check(slow(Some(200)), one(200 * MILLISECOND + 1), false).await;
}

#[tokio::test(start_paused = true)]
async fn a_status_is_that_of_any_span() {
    let of = |codes: &[StatusCode]| Rule::Span(SpanTest::StatusCode(codes.to_vec()));
    check(of(&[StatusCode::Error]), vec![root(1, 1), failed(child(1, 2))], true).await;
    check(of(&[StatusCode::Error]), vec![root(1, 1)], false).await;
    check(of(&[StatusCode::Ok, StatusCode::Unset]), vec![root(1, 1)], true).await;
    check(of(&[StatusCode::Unset]), vec![failed(root(1, 1))], false).await;
}

#[tokio::test(start_paused = true)]
async fn attributes_are_those_of_spans_and_resources() {
    let strict = |key: &str, value: &str| {
        let values = vec![TextMatch::Exact("x".to_owned()), TextMatch::Exact(value.to_owned())];
        Rule::Span(SpanTest::Text { key: key.to_owned(), values })
    };
    let model = |value| vec![root(1, 1), with(child(1, 2), "model", text(value))];
    check(strict("model", "a"), model("a"), true).await;
    check(strict("model", "a"), model("ab"), false).await;
    check(strict("service.name", "engine"), vec![root(1, 1)], true).await;
    let pattern = vec![TextMatch::Pattern(Pattern::new("^a.$").unwrap())];
    let pattern = Rule::Span(SpanTest::Text { key: "model".to_owned(), values: pattern });
    check(pattern, model("ab"), true).await;
    let number = |min, max| Rule::Span(SpanTest::Number { key: "n".to_owned(), min, max });
    let has = |value| vec![with(root(1, 1), "n", value)];
    check(number(Some(2), Some(4)), has(Value::IntValue(2)), true).await;
    check(number(Some(2), Some(4)), has(Value::IntValue(5)), false).await;
    check(number(None, Some(4)), has(Value::DoubleValue(-0.5)), true).await;
    check(number(Some(0), None), has(Value::DoubleValue(-0.5)), false).await;
    check(number(Some(0), None), has(text("1")), false).await;
    let flag = Rule::Span(SpanTest::Flag { key: "n".to_owned(), value: false });
    check(flag.clone(), has(Value::BoolValue(false)), true).await;
    check(flag, has(Value::BoolValue(true)), false).await;
}

#[tokio::test(start_paused = true)]
async fn a_late_first_token_is_seen_in_its_event_or_attribute() {
    let late = |attribute: Option<&str>| {
        let attribute = attribute.map(str::to_owned);
        Rule::Span(SpanTest::TimeToFirstToken { from: millis(2000), attribute })
    };
    check(late(None), vec![first_token(root(1, 1), 2000 * MILLISECOND)], true).await;
    check(late(None), vec![first_token(root(1, 1), 2000 * MILLISECOND - 1)], false).await;
    check(late(None), vec![lasting(root(1, 1), 9000 * MILLISECOND)], false).await;
    let said = |seconds| vec![with(root(1, 1), "ttft", Value::DoubleValue(seconds))];
    check(late(Some("ttft")), said(2.5), true).await;
    check(late(Some("ttft")), said(1.5), false).await;
    check(late(None), said(2.5), false).await;
}

#[tokio::test(start_paused = true)]
async fn slow_tokens_are_seen_between_the_first_and_the_end() {
    let slow = || Rule::Span(SpanTest::TimePerOutputToken { from: millis(50), attribute: None });
    let generated = |tokens, decode: u64| {
        let key = inferometer_semconv::attributes::GEN_AI_USAGE_OUTPUT_TOKENS.key;
        let span = with(first_token(root(1, 1), SECOND), key, Value::IntValue(tokens));
        vec![lasting(span, SECOND + decode * MILLISECOND)]
    };
    check(slow(), generated(11, 500), true).await;
    check(slow(), generated(11, 499), false).await;
    check(slow(), generated(1, 500), false).await;
    check(slow(), generated(0, 500), false).await;
}

#[tokio::test(start_paused = true)]
async fn spans_are_counted_over_the_whole_trace() {
    let count = |from, to| Rule::SpanCount { from, to };
    let spans = || vec![root(1, 1), child(1, 2), child(2, 3), child(1, 4)];
    let only = |spans: Vec<Span>| spans.into_iter().filter(|span| trace_of(span) == 1).collect();
    check(count(3, None), only(spans()), true).await;
    check(count(4, None), only(spans()), false).await;
    check(count(1, Some(3)), only(spans()), true).await;
    check(count(1, Some(2)), only(spans()), false).await;
}

#[tokio::test(start_paused = true)]
async fn all_of_an_and_must_hold_each_for_any_span() {
    let and = Rule::And(vec![errors().rule, Rule::SpanCount { from: 2, to: None }]);
    check(and.clone(), vec![failed(root(1, 1)), child(1, 2)], true).await;
    check(and.clone(), vec![failed(root(1, 1))], false).await;
    check(and, vec![root(1, 1), child(1, 2)], false).await;
}

#[tokio::test(start_paused = true)]
async fn two_collectors_choose_the_same_share_of_traces() {
    let share = || policy("share", Rule::Probabilistic { percentage: 30.0, salt: "s".to_owned() });
    let trace = |number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let (a, b) = (Fixture::of(vec![share()]), Fixture::of(vec![share()]));
    for number in 1..=200 {
        a.send(vec![root(trace(number), number)]).unwrap();
    }
    for number in (1..=200).rev() {
        b.send(vec![child(trace(number), number)]).unwrap();
    }
    let chosen = a.settled().await;
    assert_eq!(b.settled().await, chosen);
    assert!((30..=90).contains(&chosen.len()), "{} of 200", chosen.len());
}

#[tokio::test(start_paused = true)]
async fn the_first_policy_that_wants_a_trace_has_it() {
    let policies = vec![errors(), policy("all", Rule::SpanCount { from: 1, to: Some(9) })];
    let fixture = Fixture::of(policies);
    fixture.send(vec![failed(root(1, 1)), root(2, 2)]).unwrap();
    fixture.after(Duration::from_secs(2)).await;
    let expected = [("errors", "settled"), ("all", "root_ended")];
    let expected = expected.map(|(policy, cause)| (policy.to_owned(), cause.to_owned(), 1));
    let mut decided = fixture.decided();
    decided.sort_by(|a, b| b.cmp(a));
    assert_eq!(decided, expected);
}
