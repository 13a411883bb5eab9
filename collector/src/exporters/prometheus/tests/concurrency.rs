//! Ingest, scrapes and expiry at the same time.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use super::super::ingest::Ingest;
use super::helpers::*;
use crate::series::Limits;

#[test]
fn a_histogram_on_the_page_is_always_that_of_one_point() {
    const SCRAPES: usize = 300;
    let (ingest, done) = (ingest(), AtomicBool::new(false));
    // Only these two pages exist; any mixture of them is a torn read.
    let small = || histogram("h", vec![buckets(&[1.0, 2.0], &[1, 1, 1], 3.0, &[])]);
    let large = || histogram("h", vec![buckets(&[1.0, 2.0], &[1000, 1000, 1000], 3000.0, &[])]);
    let page_of = |metric| {
        let ingest = super::helpers::ingest();
        apply(&ingest, vec![metric]);
        page(&ingest)
    };
    let expected = [page_of(small()), page_of(large())];
    apply(&ingest, vec![small()]);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    apply(&ingest, vec![large()]);
                    apply(&ingest, vec![small()]);
                }
            });
        }
        for _ in 0..SCRAPES {
            let page = page(&ingest);
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
    let ingest = Ingest::new(Limits {
        max_series: 1000,
        metric_expiration: Duration::ZERO,
        ..Limits::default()
    });
    thread::scope(|scope| {
        for worker in ["a", "b"] {
            let ingest = &ingest;
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let name = format!("m{}", round % 5);
                    apply(
                        ingest,
                        vec![gauge(
                            &name,
                            vec![int(round, &[("w", worker), ("r", &round.to_string())])],
                        )],
                    );
                }
            });
        }
        for _ in 0..50 {
            ingest.expire(Duration::ZERO);
            let _ = page(&ingest);
        }
    });
    assert_eq!(samples(&ingest).len(), ingest.store().stats().series);
    ingest.expire(Duration::ZERO);
    assert_eq!((ingest.store().stats().series, ingest.store().stats().families), (0, 0));
}
