//! Ingest, scrapes and expiry at the same time.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use super::helpers::*;
use crate::series::{Limits, Store};

#[test]
fn a_histogram_on_the_page_is_always_that_of_one_point() {
    const SCRAPES: usize = 300;
    let (store, done) = (store(), AtomicBool::new(false));
    // Only these two pages exist; any mixture of them is a torn read.
    let small = || histogram("h", vec![buckets(&[1.0, 2.0], &[1, 1, 1], 3.0, &[])]);
    let large = || histogram("h", vec![buckets(&[1.0, 2.0], &[1000, 1000, 1000], 3000.0, &[])]);
    let page_of = |metric| {
        let store = super::helpers::store();
        apply(&store, vec![metric]);
        page(&store)
    };
    let expected = [page_of(small()), page_of(large())];
    apply(&store, vec![small()]);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    apply(&store, vec![large()]);
                    apply(&store, vec![small()]);
                }
            });
        }
        for _ in 0..SCRAPES {
            let page = page(&store);
            if !expected.contains(&page) {
                done.store(true, Ordering::Relaxed);
                panic!("a mixture of two points:\n{page}");
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn series_that_come_and_go_leave_the_count_exact_and_the_others_shown() {
    const ROUNDS: i64 = 200;
    let store = Store::new(Limits { max_series: 1000, metric_expiration: Duration::ZERO });
    thread::scope(|scope| {
        for worker in ["a", "b"] {
            let store = &store;
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let name = format!("m{}", round % 5);
                    apply(
                        store,
                        vec![gauge(
                            &name,
                            vec![int(round, &[("w", worker), ("r", &round.to_string())])],
                        )],
                    );
                }
            });
        }
        for _ in 0..50 {
            store.expire(Duration::ZERO);
            let _ = page(&store);
        }
    });
    assert_eq!(samples(&store).len(), store.stats().series);
    store.expire(Duration::ZERO);
    assert_eq!((store.stats().series, store.stats().families), (0, 0));
}
