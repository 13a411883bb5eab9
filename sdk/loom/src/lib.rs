#![doc = include_str!("../README.md")]
#![cfg(test)]

mod sync {
    use std::time::Duration;

    pub(crate) use loom::{
        hint::spin_loop,
        sync::atomic::{AtomicBool, AtomicU64, Ordering, fence},
        thread::yield_now,
    };

    /// Few attempts, each kind once: the model explores what lies between them.
    pub(crate) const SPINS: u32 = 1;
    pub(crate) const YIELDS: u32 = 1;
    pub(crate) const WAITS: u32 = 1;

    pub(crate) fn park_timeout(_: Duration) {
        yield_now();
    }
}

#[path = "../../src/cells/head.rs"]
mod head;
#[path = "../../src/cells/ownership.rs"]
mod ownership;
#[path = "../../src/cells/published.rs"]
mod published;

use loom::{sync::Arc, thread};

use head::{HEAD, Head};
use ownership::Ownership;
use published::{Found, Published};
use sync::{
    AtomicBool, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

const VALUE: f64 = 3.0;

/// The cells of a distribution with a single bucket.
fn cells() -> Arc<Vec<AtomicU64>> {
    Arc::new((0..=HEAD).map(|_| AtomicU64::new(0)).collect())
}

fn record_owned(cells: &[AtomicU64]) -> bool {
    head::record_owned(cells, VALUE, || {
        let count = &cells[HEAD];
        count.store(count.load(Relaxed) + 1, Relaxed);
    })
}

fn record_shared(cells: &[AtomicU64]) {
    head::record_shared(cells, VALUE, || {
        cells[HEAD].fetch_add(1, Release);
    });
}

fn read_owned(cells: &[AtomicU64]) -> (Head, u64, bool) {
    let mut count = 0;
    let (head, is_whole) = head::read_owned(cells, || count = cells[HEAD].load(Acquire));
    (head, count, is_whole)
}

fn read_shared(cells: &[AtomicU64]) -> (Head, u64, bool) {
    let mut count = 0;
    let (head, is_whole) = head::read_shared(cells, || {
        count = cells[HEAD].load(Acquire);
        count
    });
    (head, count, is_whole)
}

#[expect(clippy::cast_precision_loss, reason = "a handful")]
fn assert_one_moment((head, count, is_whole): (Head, u64, bool)) {
    if is_whole && count > 0 {
        assert_eq!((head.sum, head.min, head.max), (VALUE * count as f64, VALUE, VALUE));
    }
}

/// Explores every order in which threads are preempted at most twice, which is where such protocols break.
fn model(check: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(check);
}

#[test]
fn what_a_reader_calls_whole_is_from_one_moment() {
    model(|| {
        let cells = cells();
        let writer = {
            let cells = Arc::clone(&cells);
            thread::spawn(move || u64::from(record_owned(&cells)) + u64::from(record_owned(&cells)))
        };
        assert_one_moment(read_owned(&cells));
        let recorded = writer.join().unwrap();
        let (_, count, is_whole) = read_owned(&cells);
        assert_eq!(head::is_empty(&cells), recorded == 0);
        assert!(is_whole, "a reader that is alone sees a whole");
        assert_eq!(
            count, recorded,
            "what the owner took is there, what it left to shared cells is not"
        );
    });
}

#[test]
fn an_owner_that_meets_a_reader_leaves_the_record_to_shared_cells_and_none_is_lost() {
    model(|| {
        let (own, shared) = (cells(), cells());
        let writer = {
            let (own, shared) = (Arc::clone(&own), Arc::clone(&shared));
            thread::spawn(move || {
                for _ in 0..2 {
                    if !record_owned(&own) {
                        record_shared(&shared);
                    }
                }
            })
        };
        assert_one_moment(read_owned(&own));
        writer.join().unwrap();
        assert_eq!(read_owned(&own).1 + read_shared(&shared).1, 2);
    });
}

#[test]
fn shared_cells_that_a_reader_calls_whole_are_from_one_moment() {
    model(|| {
        let cells = cells();
        let writers: Vec<_> = (0..2)
            .map(|_| {
                let cells = Arc::clone(&cells);
                thread::spawn(move || record_shared(&cells))
            })
            .collect();
        assert_one_moment(read_shared(&cells));
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        let (head, count, is_whole) = read_shared(&cells);
        assert!(is_whole);
        assert_eq!((head.sum, count), (2.0 * VALUE, 2));
    });
}

#[test]
fn the_next_owner_of_a_slab_goes_on_from_the_last_ones_values() {
    model(|| {
        let slab = Arc::new((Ownership::taken(AtomicBool::new(false)), AtomicU64::new(0)));
        slab.0.release();
        let owners: Vec<_> = (0..2)
            .map(|_| {
                let slab = Arc::clone(&slab);
                thread::spawn(move || {
                    let (ownership, cell) = &*slab;
                    if !ownership.try_take() {
                        return 0;
                    }
                    cell.store(cell.load(Relaxed) + 1, Relaxed);
                    ownership.release();
                    1
                })
            })
            .collect();
        let added: u64 = owners.into_iter().map(|owner| owner.join().unwrap()).sum();
        assert_eq!(slab.1.load(Relaxed), added);
        assert!(added >= 1 && slab.0.is_free());
    });
}

#[test]
fn what_a_reader_finds_is_one_publication() {
    model(|| {
        let published = Arc::new(Published::<2, 2>::new());
        let reader = {
            let published = Arc::clone(&published);
            thread::spawn(move || {
                if let Found::Values([one, other]) = published.read() {
                    assert_eq!(other, 2 * one);
                }
            })
        };
        // More than there are slots, so that the writer comes round.
        (1..=3).for_each(|value| published.publish([value, 2 * value]));
        reader.join().unwrap();
        assert_eq!(
            published.read(),
            Found::Values([3, 6]),
            "a reader that is alone finds the last"
        );
    });
}
