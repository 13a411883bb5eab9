//! When a trace is decided.

use std::time::Duration;

use super::fixture::*;
use crate::{
    pipeline::{Intake, RefusalReason, RejectReason, Tenant},
    processors::{Rule, SpanTest, TailSamplingSettings},
};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn a_trace_that_nobody_wants_is_dropped_a_while_after_its_root_and_counted() {
    let fixture = Fixture::of(vec![errors()]);
    fixture.send(vec![child(1, 10), root(1, 11)]).unwrap();
    assert_eq!(fixture.after(Duration::from_millis(999)).await, [0; 0]);
    assert_eq!((fixture.sampler.queued(), fixture.waiting()), (2, (2, 1)));
    assert_eq!(fixture.after(Duration::from_millis(2)).await, [0; 0]);
    assert_eq!((fixture.sampler.queued(), fixture.waiting()), (0, (0, 0)));
    assert_eq!(fixture.rejected(RejectReason::SampledOut), 2);
    assert_eq!(fixture.decided(), [("none".to_owned(), "root_ended".to_owned(), 1)]);
}

#[tokio::test(start_paused = true)]
async fn spans_that_come_after_the_root_still_count() {
    let fixture = Fixture::of(vec![errors()]);
    fixture.send(vec![root(1, 10)]).unwrap();
    tokio::time::sleep(Duration::from_millis(900)).await;
    fixture.send(vec![failed(child(1, 11))]).unwrap();
    assert_eq!(fixture.settled().await, [10, 11]);
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_wants_a_trace_has_it_at_once() {
    let fixture = Fixture::of(vec![errors()]);
    fixture.send(vec![child(1, 10)]).unwrap();
    assert_eq!(fixture.settled().await, [0; 0]);
    fixture.send(vec![failed(child(1, 11))]).unwrap();
    assert_eq!(fixture.settled().await, [10, 11]);
    assert_eq!(fixture.decided(), [("errors".to_owned(), "settled".to_owned(), 1)]);
    assert_eq!((fixture.sampler.queued(), fixture.waiting()), (0, (0, 0)));
}

#[tokio::test(start_paused = true)]
async fn a_policy_waits_for_the_whole_trace_if_it_is_told_to() {
    let whole = TailSamplingSettings { sample_on_first_match: false, ..settings(vec![errors()]) };
    let fixture = Fixture::new(&whole);
    fixture.send(vec![failed(child(1, 10))]).unwrap();
    assert_eq!(fixture.after(seconds(50)).await, [0; 0]);
    fixture.send(vec![root(1, 11)]).unwrap();
    assert_eq!(fixture.after(seconds(2)).await, [10, 11]);
}

#[tokio::test(start_paused = true)]
async fn requests_of_minutes_stay_whole() {
    let slow = Rule::Span(SpanTest::TimeToFirstToken { from: seconds(2), attribute: None });
    let fixture = Fixture::new(&TailSamplingSettings {
        policies: vec![policy("slow-first-token", slow)],
        ..TailSamplingSettings::default()
    });
    fixture.send(vec![child(1, 10), child(2, 20)]).unwrap();
    for id in 11..14 {
        assert_eq!(fixture.after(seconds(240)).await, [0; 0], "nothing is decided yet");
        fixture.send(vec![child(1, id)]).unwrap();
    }
    assert_eq!(fixture.rejected(RejectReason::SampledOut), 1, "the trace without further spans");
    assert_eq!(fixture.after(seconds(200)).await, [0; 0]);
    fixture.send(vec![first_token(root(1, 14), 3 * SECOND)]).unwrap();
    assert_eq!(fixture.settled().await, [10, 11, 12, 13, 14]);
}

#[tokio::test(start_paused = true)]
async fn a_trace_without_a_root_is_decided_a_wait_after_its_last_span() {
    let fixture = Fixture::of(vec![errors()]);
    fixture.send(vec![child(1, 10)]).unwrap();
    tokio::time::sleep(seconds(59)).await;
    fixture.send(vec![child(1, 11)]).unwrap();
    tokio::time::sleep(seconds(59)).await;
    assert_eq!(fixture.sampler.queued(), 2);
    tokio::time::sleep(seconds(2)).await;
    settle().await;
    assert_eq!(fixture.sampler.queued(), 0);
    assert_eq!(fixture.decided(), [("none".to_owned(), "wait_over".to_owned(), 1)]);
}

#[tokio::test(start_paused = true)]
async fn what_the_trace_id_decides_waits_for_nothing() {
    let none = Rule::Probabilistic { percentage: 0.0, salt: String::new() };
    let fixture = Fixture::of(vec![policy("none-of-it", none)]);
    fixture.send(vec![child(1, 10)]).unwrap();
    assert_eq!((fixture.sampler.queued(), fixture.rejected(RejectReason::SampledOut)), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_decides_on_what_is_there_and_sends_it_on() {
    let slow = Rule::Latency { from: Duration::from_nanos(5), to: Some(seconds(9)) };
    let fixture = Fixture::of(vec![policy("slow", slow)]);
    fixture.send(vec![lasting(child(1, 10), 6), child(2, 20)]).unwrap();
    let Fixture { graph, sampler, bin, metrics } = fixture;
    sampler.shutdown(DEADLINE).await;
    assert_eq!(arrived(&bin).iter().map(|sent| id_of(&sent.span)).collect::<Vec<_>>(), [10]);
    assert_eq!(rejected(&metrics, RejectReason::SampledOut), 1);
    let bytes = prost::Message::encode_to_vec(&request(vec![child(1, 12)]));
    let late = crate::pipeline::Item {
        signal: crate::pipeline::Signal::Traces,
        bytes: bytes.into(),
        counts: crate::pipeline::Counts { items: 1 },
        tenant: Tenant::default(),
        ack: crate::pipeline::Ack::ignored(),
        traced: Default::default(),
    };
    assert_eq!(graph.admit(late).unwrap_err().reason, RefusalReason::Stopping);
}
