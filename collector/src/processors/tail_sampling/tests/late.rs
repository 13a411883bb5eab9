//! Spans that come when their trace is decided.

use std::time::Duration;

use super::fixture::*;
use crate::{
    pipeline::{RejectReason, Tenant},
    processors::TailSamplingSettings,
};

#[tokio::test(start_paused = true)]
async fn a_late_span_follows_the_decision_to_keep_its_trace() {
    let fixture = Fixture::of(vec![errors()]);
    fixture.send(vec![failed(root(1, 10))]).unwrap();
    assert_eq!(fixture.after(Duration::from_secs(3600)).await, [10]);
    fixture.send(vec![child(1, 11), child(2, 20)]).unwrap();
    assert_eq!(fixture.settled().await, [10, 11]);
    assert_eq!(fixture.waiting(), (1, 1), "the other trace");
}

#[tokio::test(start_paused = true)]
async fn a_late_span_follows_the_decision_against_its_trace_even_with_an_error() {
    let fixture = Fixture::of(vec![errors()]);
    fixture.send(vec![root(1, 10)]).unwrap();
    assert_eq!(fixture.after(Duration::from_secs(2)).await, [0; 0]);
    fixture.send(vec![failed(child(1, 11))]).unwrap();
    assert_eq!(fixture.settled().await, [0; 0]);
    assert_eq!(fixture.rejected(RejectReason::SampledOut), 2);
    assert_eq!(fixture.decided().len(), 1, "a trace is decided once");
}

#[tokio::test(start_paused = true)]
async fn decisions_that_are_forgotten_are_made_anew() {
    let forgetful = TailSamplingSettings { not_sampled_remembered: 1, ..settings(vec![errors()]) };
    let fixture = Fixture::new(&forgetful);
    for trace in 1..=3 {
        fixture.send(vec![root(trace, trace)]).unwrap();
        fixture.after(Duration::from_secs(2)).await;
    }
    fixture.send(vec![failed(child(1, 10)), failed(child(3, 30))]).unwrap();
    assert_eq!(fixture.settled().await, [10]);
}

#[tokio::test(start_paused = true)]
async fn two_tenants_with_one_trace_id_have_two_traces() {
    let fixture = Fixture::of(vec![errors()]);
    let (a, b) = (Tenant::named("a"), Tenant::named("b"));
    fixture.send_of(&a, &request(vec![child(1, 10)])).unwrap();
    fixture.send_of(&b, &request(vec![child(1, 20)])).unwrap();
    fixture.send_of(&a, &request(vec![failed(child(1, 11))])).unwrap();
    fixture.send_of(&b, &request(vec![root(1, 21)])).unwrap();
    fixture.after(Duration::from_secs(2)).await;
    fixture.send_of(&a, &request(vec![child(1, 12)])).unwrap();
    fixture.send_of(&b, &request(vec![child(1, 22)])).unwrap();
    assert_eq!(fixture.settled().await, [10, 11, 12]);
    assert!(fixture.arrived().iter().all(|sent| sent.tenant == a));
    assert_eq!(fixture.rejected(RejectReason::SampledOut), 3);
}

#[tokio::test(start_paused = true)]
async fn traces_of_two_tenants_never_leave_together() {
    let fixture = Fixture::with_room(&settings(vec![errors()]), 0);
    for (id, tenant) in [(1, "a"), (2, "b"), (3, "b"), (4, "a")] {
        let failed = request(vec![failed(child(id, id))]);
        fixture.send_of(&Tenant::named(tenant), &failed).unwrap();
    }
    fixture.bin.capacity.store(9, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(fixture.after(Duration::from_secs(5)).await, [1, 2, 3, 4]);
    for sent in fixture.arrived() {
        let expected = if [1, 4].contains(&id_of(&sent.span)) { "a" } else { "b" };
        assert_eq!(sent.tenant.name(), Some(expected));
    }
}
