//! What happens at the bounds: of traces, of bytes, and behind the sampler.

use std::{sync::atomic::Ordering, time::Duration};

use opentelemetry_proto::tonic::{common::v1::any_value::Value, trace::v1::Span};
use prost::Message;

use super::fixture::*;
use crate::{
    pipeline::{RefusalReason, RejectReason, Tenant},
    processors::{Rule, SpanTest, TailSamplingSettings},
};

fn bound(policy: &str) -> (String, String, i64) {
    (policy.to_owned(), "bound_reached".to_owned(), 1)
}

#[tokio::test(start_paused = true)]
async fn at_the_bound_of_traces_the_one_that_is_due_first_is_decided_on_what_is_there() {
    let two = TailSamplingSettings { max_traces: 2, ..settings(vec![errors()]) };
    let fixture = Fixture::new(&two);
    fixture.send(vec![child(1, 10)]).unwrap();
    fixture.after(Duration::from_millis(1)).await;
    fixture.send(vec![child(2, 20)]).unwrap();
    fixture.after(Duration::from_millis(1)).await;
    fixture.send(vec![child(1, 11)]).unwrap();
    assert_eq!(fixture.decided(), []);
    fixture.send(vec![child(3, 30)]).unwrap();
    assert_eq!(fixture.decided(), [bound("none")]);
    assert_eq!(fixture.rejected(RejectReason::SampledOut), 1);
    fixture.send(vec![failed(child(1, 12)), failed(child(2, 21))]).unwrap();
    assert_eq!(fixture.settled().await, [10, 11, 12], "the second had been silent for longest");
}

#[tokio::test(start_paused = true)]
async fn a_trace_whose_root_has_ended_makes_room_before_one_that_goes_on() {
    let two = TailSamplingSettings { max_traces: 2, ..settings(vec![errors()]) };
    let fixture = Fixture::new(&two);
    fixture.send(vec![child(1, 10)]).unwrap();
    fixture.after(Duration::from_millis(1)).await;
    fixture.send(vec![root(2, 20)]).unwrap();
    fixture.send(vec![child(3, 30)]).unwrap();
    fixture.send(vec![failed(child(1, 11)), failed(child(2, 21))]).unwrap();
    assert_eq!(fixture.settled().await, [10, 11]);
}

#[tokio::test(start_paused = true)]
async fn what_makes_room_is_kept_if_a_policy_wants_what_is_there() {
    let quick = Rule::Latency { from: Duration::ZERO, to: Some(Duration::from_secs(1)) };
    let one = TailSamplingSettings { max_traces: 1, ..settings(vec![policy("quick", quick)]) };
    let fixture = Fixture::new(&one);
    fixture.send(vec![child(1, 10)]).unwrap();
    fixture.send(vec![child(2, 20)]).unwrap();
    assert_eq!(fixture.settled().await, [10]);
    assert_eq!(fixture.decided(), [bound("quick")]);
}

#[tokio::test(start_paused = true)]
async fn traces_never_take_more_than_their_bytes() {
    const BYTES: usize = 20_000;
    let small = TailSamplingSettings { max_bytes: BYTES, ..settings(vec![errors()]) };
    let fixture = Fixture::new(&small);
    for trace in 1..200 {
        fixture.send(vec![child(trace, trace)]).unwrap();
        assert!(fixture.sampler.charged() <= BYTES);
    }
    let (waiting, dropped) = (fixture.sampler.queued(), fixture.rejected(RejectReason::SampledOut));
    assert_eq!(waiting + dropped, 199);
    assert!(waiting > 20, "{waiting} traces in {BYTES} bytes");
}

#[tokio::test(start_paused = true)]
async fn a_rest_without_room_refuses_and_leaves_undecided_traces_alone() {
    let small = TailSamplingSettings { max_bytes: 40_000, ..settings(vec![errors()]) };
    let fixture = Fixture::with_room(&small, 0);
    fixture.send(vec![child(1, 1)]).unwrap();
    let mut sent = 1;
    let refused = loop {
        let id = sent + 1;
        match fixture.send(vec![failed(child(id, id))]) {
            Ok(()) => sent += 1,
            Err(refusal) => break refusal,
        }
        settle().await;
        assert!(sent < 1000, "there is a bound");
    };
    assert_eq!(refused.reason, RefusalReason::QueueFull);
    assert_eq!(refused.retry_after, Some(Duration::from_secs(1)));
    assert!(refused.message.starts_with("processors.tail_sampling: spans that are kept take "));
    assert_eq!(fixture.waiting(), (sent.cast_signed(), 1), "the first is still undecided");
    fixture.bin.capacity.store(usize::MAX, Ordering::Relaxed);
    let expected: Vec<u64> = (2..=sent).collect();
    assert_eq!(fixture.after(Duration::from_secs(3)).await, expected);
    assert_eq!(fixture.send(vec![failed(child(1, 9999))]), Ok(()));
    assert_eq!(fixture.settled().await.last(), Some(&9999));
}

#[tokio::test(start_paused = true)]
async fn traces_are_decided_while_nothing_can_be_sent_on() {
    let fixture = Fixture::with_room(&settings(vec![errors()]), 0);
    fixture.send(vec![failed(child(1, 10)), root(2, 20)]).unwrap();
    fixture.after(Duration::from_secs(3)).await;
    assert_eq!(fixture.waiting(), (1, 0));
    assert_eq!(fixture.rejected(RejectReason::SampledOut), 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_shutdown_cannot_send_on_is_counted() {
    let fixture = Fixture::with_room(&settings(vec![errors()]), 0);
    fixture.send(vec![failed(child(1, 10)), child(2, 20)]).unwrap();
    settle().await;
    let Fixture { sampler, metrics, .. } = fixture;
    sampler.shutdown(DEADLINE).await;
    assert_eq!(rejected(&metrics, RejectReason::Unreachable), 1);
    assert_eq!(rejected(&metrics, RejectReason::SampledOut), 1);
}

#[tokio::test(start_paused = true)]
async fn a_request_larger_than_the_room_is_taken_while_nothing_else_waits() {
    let tiny = TailSamplingSettings { max_bytes: 1, ..settings(vec![errors()]) };
    let fixture = Fixture::with_room(&tiny, 0);
    assert_eq!(fixture.send(vec![failed(child(1, 10))]), Ok(()));
    assert_eq!(
        fixture.send(vec![failed(child(2, 20))]).unwrap_err().reason,
        RefusalReason::QueueFull
    );
}

#[tokio::test(start_paused = true)]
async fn a_span_without_a_trace_is_rejected_and_its_sender_told() {
    let fixture = Fixture::of(vec![errors()]);
    let nameless = |trace_id| failed(Span { trace_id, ..child(1, 11) });
    let spans = vec![failed(child(1, 10)), nameless(vec![0; 16]), nameless(vec![1; 8])];
    let acknowledged = fixture.send_of(&Tenant::default(), &request(spans)).unwrap();
    let outcome = acknowledged.outcome().await;
    assert_eq!((outcome.rejected, outcome.refusal), (2, None));
    assert_eq!(fixture.settled().await, [10]);
    assert_eq!(fixture.rejected(RejectReason::InvalidPoint), 2);
}

#[tokio::test(start_paused = true)]
async fn a_rate_bounds_what_is_kept_by_tenant() {
    let rate = |is_per_tenant| Rule::Rate { spans_per_second: 1, burst: 2, is_per_tenant };
    for (is_per_tenant, expected) in [(false, 2), (true, 4)] {
        let fixture = Fixture::of(vec![policy("rate", rate(is_per_tenant))]);
        for (trace, tenant) in [(1, "a"), (2, "a"), (3, "a"), (4, "b"), (5, "b"), (6, "b")] {
            fixture.send_of(&Tenant::named(tenant), &request(vec![root(trace, trace)])).unwrap();
        }
        assert_eq!(fixture.after(Duration::from_secs(2)).await.len(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_the_policies_beside_it_want_takes_of_a_rate() {
    let rate = Rule::Rate { spans_per_second: 1, burst: 1, is_per_tenant: false };
    let flag = Rule::Span(SpanTest::Flag { key: "vip".to_owned(), value: true });
    let fixture = Fixture::of(vec![policy("vip", Rule::And(vec![rate, flag]))]);
    let vip = |span| with(span, "vip", Value::BoolValue(true));
    for id in 1..10 {
        fixture.send(vec![root(id, id)]).unwrap();
    }
    fixture.send(vec![vip(root(10, 10))]).unwrap();
    fixture.send(vec![vip(root(11, 11))]).unwrap();
    assert_eq!(fixture.after(Duration::from_secs(2)).await, [10]);
}

#[tokio::test(start_paused = true)]
async fn an_empty_request_is_taken() {
    let fixture = Fixture::of(vec![errors()]);
    let empty = request(Vec::new()).encode_to_vec();
    fixture.send_bytes(&Tenant::default(), empty.into(), 0).unwrap();
    assert_eq!(fixture.settled().await, [0; 0]);
}

#[tokio::test(start_paused = true)]
async fn kept_traces_that_are_too_large_together_leave_apart() {
    let fixture = Fixture::of(vec![errors()]);
    let one = request(vec![failed(child(1, 1))]).encode_to_vec().len();
    fixture.bin.bytes_max.set(one).unwrap();
    fixture.send((1..=9).map(|trace| failed(child(trace, trace))).collect()).unwrap();
    assert_eq!(fixture.settled().await, (1..=9).collect::<Vec<_>>());
    assert_eq!(fixture.bin.kept.lock().len(), 9);
    assert_eq!(fixture.rejected(RejectReason::TooLarge), 0);
    assert_eq!((fixture.waiting(), fixture.sampler.charged()), ((0, 0), 0));
}

#[tokio::test(start_paused = true)]
async fn a_trace_that_alone_is_too_large_is_rejected_and_those_beside_it_are_not() {
    let fixture = Fixture::of(vec![errors()]);
    fixture.bin.bytes_max.set(2000).unwrap();
    let long = with(failed(child(3, 3)), "prompt", Value::StringValue("x".repeat(3000)));
    let mut spans: Vec<Span> = (1..=6).map(|trace| failed(child(trace, trace))).collect();
    spans[2] = long;
    spans.push(child(3, 30));
    fixture.send(spans).unwrap();
    assert_eq!(fixture.settled().await, [1, 2, 4, 5, 6]);
    assert_eq!(fixture.rejected(RejectReason::TooLarge), 2, "all of its spans");
    assert_eq!((fixture.waiting(), fixture.sampler.charged()), ((0, 0), 0));
}
