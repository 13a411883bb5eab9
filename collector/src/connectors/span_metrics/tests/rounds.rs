//! What is behind takes less than a flush has: it goes on where it stopped, in requests that are small enough.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::Ordering,
    time::Duration,
};

use super::{
    super::SpanMetricsSettings,
    support::{Bench, calls_by, of, settings, shown, span},
};
use crate::pipeline::RefusalReason;

const MINUTE: Duration = Duration::from_secs(60);

/// Counts a span of each of so many series, whose names are of so many bytes.
fn count(bench: &Bench, series: usize, length: usize) {
    let spans = (0..series).map(|number| span(&format!("{number:0>length$}"), 1_000_000, 1));
    bench.take(vec![of("s", spans.collect())]);
}

/// Calls by name over all requests that have arrived, each series of them once.
fn arrived(bench: &Bench) -> BTreeMap<String, u64> {
    calls_by("span.name", &shown(&bench.requests()))
}

/// Lets the worker run.
async fn turn() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_flush_larger_than_the_room_behind_it_goes_on_where_it_stopped() {
    let bench = Bench::with_room(settings(), 0);
    count(&bench, 3000, 200);
    let mut seen = BTreeSet::new();
    for flush in 1..20 {
        bench.bin.kept.lock().clear();
        bench.bin.capacity.store(flush, Ordering::Relaxed);
        bench.connector.flush_now();
        assert_eq!(bench.requests().len(), 1, "there is room for one");
        for (name, calls) in arrived(&bench) {
            assert_eq!(calls, 1);
            assert!(seen.insert(name), "none is offered again before all were taken");
        }
        if seen.len() == 3000 {
            assert!(flush > 2, "they are more than two requests have");
            return;
        }
    }
    panic!("only {} series were ever offered", seen.len());
}

#[tokio::test(start_paused = true)]
async fn what_is_left_of_a_flush_is_offered_as_soon_as_there_is_room() {
    let settings = SpanMetricsSettings { flush_interval: MINUTE, ..settings() };
    let bench = Bench::with_room(settings, 1);
    count(&bench, 3000, 200);
    tokio::time::sleep(MINUTE + Duration::from_millis(10)).await;
    assert_eq!(bench.requests().len(), 1);
    bench.bin.capacity.store(usize::MAX, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(arrived(&bench).len(), 3000);
    bench.bin.kept.lock().clear();
    tokio::time::sleep(MINUTE / 2).await;
    turn().await;
    assert_eq!(bench.requests().len(), 0, "the next flush is not before its time");
}

#[tokio::test]
async fn a_request_that_is_too_large_is_offered_in_parts() {
    let bench = Bench::start(settings());
    bench.bin.bytes_max.set(20_000).expect("once");
    count(&bench, 300, 200);
    for flush in 1..=3 {
        bench.bin.kept.lock().clear();
        bench.connector.flush_now();
        let sizes: Vec<usize> = bench.bin.kept.lock().iter().map(|bytes| bytes.len()).collect();
        assert!(sizes.iter().all(|size| *size <= 20_000), "{sizes:?}");
        assert_eq!(arrived(&bench).len(), 300, "flush {flush}");
    }
    assert_eq!(bench.refused(RefusalReason::TooLarge), 0, "nothing of it was left behind");
}

#[tokio::test]
async fn a_series_that_alone_is_too_large_is_counted_and_holds_up_no_other() {
    let bench = Bench::start(settings());
    bench.bin.bytes_max.set(3000).expect("once");
    count(&bench, 30, 10);
    bench.take(vec![of("s", vec![span(&"x".repeat(3000), 1_000_000, 1)])]);
    count(&bench, 60, 10);
    for flush in 1..=5 {
        bench.bin.kept.lock().clear();
        bench.connector.flush_now();
        assert_eq!(arrived(&bench).len(), 60);
        assert_eq!(bench.refused(RefusalReason::TooLarge), 2 * flush, "its two points");
        let requests = bench.requests().len();
        assert!(flush == 1 || requests < 30, "{requests} requests: more are joined again");
    }
}

#[tokio::test]
async fn the_last_totals_are_of_all_series_also_after_a_flush_that_was_cut_short() {
    let bench = Bench::with_room(settings(), 1);
    count(&bench, 3000, 200);
    bench.connector.flush_now();
    let told = arrived(&bench);
    assert!(!told.is_empty() && told.len() < 3000);
    count(&bench, 3000, 200);
    bench.bin.kept.lock().clear();
    bench.bin.capacity.store(usize::MAX, Ordering::Relaxed);
    let bin = bench.shutdown().await;
    let requests: Vec<_> = bin.kept.lock().iter().map(super::support::decoded).collect();
    let last = calls_by("span.name", &shown(&requests));
    assert_eq!(last.len(), 3000);
    assert!(last.values().all(|calls| *calls == 2));
}
