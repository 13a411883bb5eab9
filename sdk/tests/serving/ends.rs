//! A request ends once, whoever ends it and wherever.

use std::{
    future::{Future, pending},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::{self, Poll, Waker},
    thread,
};

use inferometer_sdk::{
    Cached, FinishReason, PreemptionMode, Prompt, Request, TokenModality, TokenUsage,
};
use inferometer_semconv::attributes::SdkRefusalReason;
use opentelemetry::Context;
use opentelemetry_sdk::trace::Sampler;
use proptest::prelude::*;

use crate::support::{Rig, START};

fn arrived(rig: &Rig) -> Request {
    rig.engine.request(&Context::new(), Prompt::text(100))
}

/// The points of `infer.request.finished` that are not zero, by reason or error type.
fn ends(rig: &Rig) -> Vec<(String, u64)> {
    let value_of = |line: &str, key: &str| {
        let (_, rest) = line.split_once(&format!("{key}=\""))?;
        Some(rest.split('"').next()?.to_owned())
    };
    rig.points("infer.request.finished")
        .filter_map(|line| {
            let count = line.rsplit(' ').next()?.parse().ok()?;
            let name = value_of(&line, "error.type")
                .or_else(|| value_of(&line, "infer.request.finish_reason"))?;
            (count > 0).then_some((name, count))
        })
        .collect()
}

#[track_caller]
fn check_ends(rig: &Rig, expected: &[(&str, u64)]) {
    let ends = ends(rig);
    let ends: Vec<_> = ends.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(ends, expected);
    assert_eq!(rig.values("infer.request.active"), ["0", "0", "0", "0"]);
}

#[test]
fn a_request_dropped_at_its_deadline_timed_out() {
    let rig = Rig::new();
    for (deadline_ms, expected) in [(10, "timeout"), (11, "abort")] {
        let rig_of_one = Rig::new();
        let mut request = arrived(&rig_of_one);
        request.deadline_at(START + deadline_ms * 1_000_000);
        rig_of_one.advance_ms(10);
        drop(request);
        check_ends(&rig_of_one, &[(expected, 1)]);
    }
    let mut in_time = arrived(&rig);
    in_time.deadline_at(START);
    in_time.finish(FinishReason::Stop);
    check_ends(&rig, &[("stop", 1)]);
}

#[test]
fn a_cancelled_future_ends_its_request() {
    let rig = Rig::new();
    let request = arrived(&rig);
    {
        let mut serve = pin!(async {
            let mut request = request;
            request.scheduled();
            pending::<()>().await;
            request.finish(FinishReason::Stop);
        });
        let mut task = task::Context::from_waker(Waker::noop());
        assert_eq!(serve.as_mut().poll(&mut task), Poll::Pending);
        assert_eq!(rig.values("infer.request.active"), ["0", "1", "0", "0"]);
    }
    check_ends(&rig, &[("abort", 1)]);
}

#[test]
fn a_request_moves_between_threads_and_ends_where_it_is() {
    let rig = Rig::new();
    let mut request = arrived(&rig);
    request.scheduled();
    let mut request = thread::scope(|scope| {
        let decode = scope.spawn(move || {
            request.prefilled(Cached::default());
            request.tokens(2);
            request
        });
        decode.join().expect("the thread ran")
    });
    request.tokens(1);
    thread::scope(|scope| {
        scope.spawn(|| drop(request));
    });
    check_ends(&rig, &[("abort", 1)]);
    assert_eq!(rig.values("infer.token.output{").iter().map(|it| count(it)).sum::<u64>(), 3);
}

#[test]
fn a_panic_past_the_deadline_is_a_panic() {
    let rig = Rig::new();
    let mut request = arrived(&rig);
    request.deadline_at(0);
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let _request = request;
        panic!("the engine broke");
    }));
    assert!(caught.is_err());
    check_ends(&rig, &[("panic", 1)]);
}

fn count(value: &str) -> u64 {
    value.parse().expect("a count")
}

/// A report of an engine, sensible or not.
#[derive(Debug, Clone, Copy)]
enum Report {
    Scheduled,
    Transferring,
    Preempted(PreemptionMode),
    Cached(Cached),
    Chunk(u64),
    Prefilled(Option<Cached>),
    Tokens(usize),
    TokensOf(TokenModality, usize),
    Emitted,
    Reasoning(usize),
    Tool(usize),
    Usage(TokenUsage),
    Prompt(u64),
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 0..200_u64, 1 => Just(u64::MAX / 2), 1 => Just(u64::MAX)]
}

fn tokens() -> impl Strategy<Value = usize> {
    number().prop_map(|number| usize::try_from(number).unwrap_or(usize::MAX))
}

fn cached() -> impl Strategy<Value = Cached> {
    (number(), number()).prop_map(|(device, remote)| Cached { device, remote, host: 1, disk: 2 })
}

fn usage() -> impl Strategy<Value = TokenUsage> {
    let totals = prop::collection::vec(prop::option::of(number()), 7);
    totals.prop_map(|totals| TokenUsage {
        input: totals[0],
        cached: totals[1],
        input_audio: totals[2],
        output: totals[3],
        reasoning: totals[4],
        tool: totals[5],
        output_audio: totals[6],
    })
}

fn report() -> impl Strategy<Value = Report> {
    prop_oneof![
        Just(Report::Scheduled),
        Just(Report::Transferring),
        prop::sample::select(&PreemptionMode::ALL[..]).prop_map(Report::Preempted),
        cached().prop_map(Report::Cached),
        number().prop_map(Report::Chunk),
        prop::option::of(cached()).prop_map(Report::Prefilled),
        tokens().prop_map(Report::Tokens),
        (prop::sample::select(&TokenModality::ALL[..]), tokens())
            .prop_map(|(modality, n)| Report::TokensOf(modality, n)),
        Just(Report::Emitted),
        tokens().prop_map(Report::Reasoning),
        tokens().prop_map(Report::Tool),
        usage().prop_map(Report::Usage),
        number().prop_map(Report::Prompt),
    ]
}

fn make(request: &mut Request, report: Report, at: u64) {
    match report {
        Report::Scheduled => request.scheduled_at(at),
        Report::Transferring => request.transferring_at(at),
        Report::Preempted(mode) => request.preempted_at(mode, at),
        Report::Cached(cached) => request.cached(cached),
        Report::Chunk(tokens) => request.prefill_chunk_at(tokens, at),
        Report::Prefilled(cached) => request.prefilled_at(cached, at),
        Report::Tokens(n) => request.tokens_at(n, at),
        Report::TokensOf(modality, n) => request.tokens_of_at(modality, n, at),
        Report::Emitted => request.emitted_at(at),
        Report::Reasoning(n) => request.reasoning_tokens(n),
        Report::Tool(n) => request.tool_tokens(n),
        Report::Usage(totals) => request.usage(totals),
        Report::Prompt(tokens) => request.prompt(Prompt::text(tokens)),
    }
}

/// The values of all series of `name` together; `None` from the largest number that OTLP has.
fn sum(rig: &Rig, name: &str) -> Option<u64> {
    let values = rig.values(&format!("{name}{{")).into_iter().map(|value| count(&value));
    let sum = values.fold(0, u64::saturating_add);
    (sum < i64::MAX.unsigned_abs()).then_some(sum)
}

proptest! {
    /// Scenario: any reports in any order, with any numbers, at any times, and any end.
    ///
    /// Guarantees: no panic; one end; nothing active; parts are within their wholes; no duration is negative.
    #[test]
    fn whatever_is_reported_a_request_ends_once_and_parts_stay_within_their_wholes(
        prompt in prop::option::of(number()),
        reports in prop::collection::vec((report(), 0..50_u64), 0..24),
        end in prop::option::of(prop::sample::select(&FinishReason::ALL[..])),
    ) {
        let rig = Rig::with(Sampler::AlwaysOff, |engine| engine);
        let prompt = prompt.map(Prompt::text);
        let mut request = rig.engine.request(&Context::new(), prompt);
        for (report, later_ms) in reports {
            make(&mut request, report, START + later_ms);
            let active = rig.values("infer.request.active").iter().map(|it| count(it)).sum::<u64>();
            prop_assert_eq!(active, 1);
        }
        match end {
            Some(reason) => request.finish_at(reason, START),
            None => drop(request),
        }
        prop_assert_eq!(ends(&rig).iter().map(|(_, count)| count).sum::<u64>(), 1);
        prop_assert_eq!(sum(&rig, "infer.request.active"), Some(0));
        let is_known = rig.points("infer.request.input_tokens").next().is_some();
        let sourced = sum(&rig, "infer.kv_cache.prompt_tokens");
        if let (Some(input), true) = (sum(&rig, "infer.token.input"), is_known) {
            prop_assert!(sourced.is_some_and(|sourced| sourced <= input));
        }
        if let Some(output) = sum(&rig, "infer.token.output") {
            let reasoning = sum(&rig, "infer.token.reasoning_output");
            let tool = sum(&rig, "infer.token.tool_output");
            prop_assert!(reasoning.zip(tool).is_some_and(|(one, other)| one + other <= output));
        }
        for reason in SdkRefusalReason::ALL {
            prop_assert_eq!(rig.meters.stats().refused(reason), 0, "{:?}", reason);
        }
    }
}
