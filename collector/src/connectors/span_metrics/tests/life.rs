//! Flushes, refusals, expiry and the end.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use super::{
    super::SpanMetricsSettings,
    support::{BEGIN, Bench, calls_by, of, settings, span},
};
use crate::{
    pipeline::{Ack, Counts, Item, RefusalReason, RejectReason, Signal, Tenant},
    self_metrics::SelfCounter,
};

const MINUTE: Duration = Duration::from_secs(60);

fn one(bench: &Bench, name: &str) {
    bench.take(vec![of("s", vec![span(name, 1_000_000, 1)])]);
}

/// Lets the worker run.
async fn turn() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn totals_are_offered_on_the_interval_and_not_before() {
    let bench = Bench::start(SpanMetricsSettings { flush_interval: MINUTE, ..settings() });
    one(&bench, "a");
    turn().await;
    tokio::time::advance(MINUTE - Duration::from_millis(1)).await;
    turn().await;
    assert_eq!(bench.requests().len(), 0);
    tokio::time::advance(Duration::from_millis(2)).await;
    turn().await;
    assert_eq!(bench.requests().len(), 1);
    tokio::time::advance(MINUTE).await;
    turn().await;
    assert_eq!(bench.requests().len(), 2, "totals without news are offered too");
    assert_eq!(bench.requests()[0].resource_metrics.len(), 1);
}

#[tokio::test]
async fn a_series_starts_with_its_first_span_and_its_times_never_go_back() {
    let bench = Bench::start(settings());
    bench.clock.advance(MINUTE);
    one(&bench, "a");
    bench.clock.advance(MINUTE);
    one(&bench, "b");
    bench.clock.advance(MINUTE);
    let minute = 60_000_000_000;
    for flush in 0..2 {
        let times: Vec<_> = bench
            .flush()
            .values()
            .map(|shown| {
                let calls = shown.calls.as_ref().expect("calls");
                let duration = shown.exponential.as_ref().expect("durations");
                assert_eq!(calls.start_time_unix_nano, duration.start_time_unix_nano);
                assert_eq!(calls.time_unix_nano, duration.time_unix_nano);
                (calls.start_time_unix_nano, calls.time_unix_nano)
            })
            .collect();
        let now = BEGIN + (3 + flush) * minute;
        assert_eq!(times, [(BEGIN + minute, now), (BEGIN + 2 * minute, now)]);
        bench.clock.advance(MINUTE);
    }
}

#[tokio::test]
async fn an_idle_series_expires_and_begins_anew_when_it_comes_back() {
    let expiration = Some(5 * MINUTE);
    let bench = Bench::start(SpanMetricsSettings { expiration, ..settings() });
    one(&bench, "idle");
    one(&bench, "busy");
    let mut last = 0;
    for _ in 0..5 {
        bench.clock.advance(MINUTE);
        one(&bench, "busy");
        let shown = bench.flush();
        assert_eq!(shown.len(), 2, "it is offered until it expires");
        last = shown
            .values()
            .filter_map(|shown| shown.calls.as_ref())
            .map(|it| it.time_unix_nano)
            .max()
            .unwrap();
    }
    assert_eq!(bench.connector.series(), 1);
    bench.clock.advance(MINUTE);
    assert_eq!(
        calls_by("span.name", &bench.flush()).into_iter().collect::<Vec<_>>(),
        [("busy".to_owned(), 6)]
    );
    one(&bench, "idle");
    let shown = bench.flush();
    assert_eq!(calls_by("span.name", &shown)["idle"], 1, "the old total is forgotten");
    let again = shown.iter().find(|(labels, _)| labels["span.name"] == "idle").expect("it is back");
    let point = again.1.calls.as_ref().expect("calls");
    assert!(point.start_time_unix_nano > last, "readers see that it began anew");
}

#[tokio::test]
async fn room_of_expired_series_is_used_again() {
    let settings = SpanMetricsSettings { expiration: Some(MINUTE), series_max: 2, ..settings() };
    let bench = Bench::start(settings);
    for (first, second) in [("a", "b"), ("c", "d"), ("e", "f")] {
        one(&bench, first);
        one(&bench, second);
        one(&bench, second);
        let expected = [(first.to_owned(), 1), (second.to_owned(), 2)];
        assert_eq!(calls_by("span.name", &bench.flush()).into_iter().collect::<Vec<_>>(), expected);
        bench.clock.advance(2 * MINUTE);
        let _ = bench.flush();
        assert_eq!(bench.connector.series(), 0);
        assert_eq!(bench.flush().len(), 0);
    }
}

#[tokio::test]
async fn what_is_refused_is_counted_and_offered_again_with_what_came_since() {
    let expiration = Some(MINUTE);
    let bench = Bench::with_room(SpanMetricsSettings { expiration, ..settings() }, 0);
    one(&bench, "a");
    bench.clock.advance(2 * MINUTE);
    assert_eq!(bench.flush().len(), 0);
    assert_eq!(bench.refused(RefusalReason::QueueFull), 2);
    assert_eq!(bench.count(SelfCounter::Accepted, Signal::Metrics, None), 0);
    assert_eq!(bench.connector.series(), 1, "what nobody was told of does not expire");
    one(&bench, "a");
    bench.bin.capacity.store(usize::MAX, Ordering::Relaxed);
    let shown = bench.flush();
    assert_eq!(calls_by("span.name", &shown)["a"], 2);
    let point = shown.values().next().and_then(|shown| shown.exponential.clone()).unwrap();
    assert_eq!(point.exemplars.len(), 1);
    assert_eq!(bench.count(SelfCounter::Accepted, Signal::Metrics, None), 2);
}

#[tokio::test]
async fn the_last_totals_are_offered_when_it_stops() {
    let bench = Bench::start(settings());
    one(&bench, "a");
    let bin = bench.shutdown().await;
    assert_eq!(bin.kept.lock().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_last_totals_wait_for_room_until_the_deadline() {
    let bench = Bench::with_room(settings(), 0);
    one(&bench, "a");
    let (bin, metrics) = (Arc::clone(&bench.bin), Arc::clone(&bench.metrics));
    let stopping = tokio::spawn(bench.shutdown());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!stopping.is_finished());
    bin.capacity.store(1, Ordering::Relaxed);
    stopping.await.unwrap();
    assert_eq!(bin.kept.lock().len(), 1);
    let refused = metrics.counts().filter(|count| count.counter == SelfCounter::RefusedRequests);
    assert!(refused.map(|count| count.value).sum::<u64>() >= 2, "each attempt is counted");

    let bench = Bench::with_room(settings(), 0);
    one(&bench, "a");
    let begun = tokio::time::Instant::now();
    assert_eq!(bench.shutdown().await.kept.lock().len(), 0);
    assert!(begun.elapsed() <= Duration::from_secs(5), "the deadline holds");
}

#[tokio::test]
async fn a_span_that_comes_after_the_end_is_refused_or_counted() {
    let bench = Bench::start(settings());
    let (entrance, metrics) = (bench.connector.exporter(), Arc::clone(&bench.metrics));
    let (ack, acknowledged) = Ack::new();
    let late = Item {
        signal: Signal::Traces,
        bytes: super::support::encoded(vec![of("s", vec![span("late", 1, 1)])]),
        counts: Counts { items: 1 },
        tenant: Tenant::default(),
        ack,
        traced: Default::default(),
    };
    let room = entrance.reserve(&late).expect("room");
    let bin = bench.shutdown().await;
    let refused = entrance.reserve(&late).err().expect("no room any more");
    assert_eq!(refused.reason, RefusalReason::Stopping);
    room.commit(late);
    assert_eq!(acknowledged.outcome().await.rejected, 1);
    let unreachable = Some(RejectReason::Unreachable.as_str());
    let counted =
        metrics.counts().find(|it| it.reason == unreachable && it.signal == Signal::Traces);
    assert_eq!(counted.map(|count| count.value), Some(1));
    assert_eq!(bin.kept.lock().len(), 0);
}
