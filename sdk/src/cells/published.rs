//! A few values that belong together: one writer replaces them all, readers see those of one publication.
//!
//! The writer goes round several slots and then says which one is the latest, so it waits for nobody. A reader copies
//! the latest slot and looks whether the writer has come round to it meanwhile; only then it tries again. A writer that
//! stops in the middle of a publication holds nobody up: the one before stays the latest.

use std::{array, time::Duration};

use super::sync::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
    SPINS, WAITS, YIELDS, fence, park_timeout, spin_loop, yield_now,
};

/// How long a reader waits at a time, once spinning and giving up the processor have not helped.
const WAIT: Duration = Duration::from_micros(200);
const ATTEMPTS: u32 = SPINS + YIELDS + WAITS;
/// The publication of a slot that is being written.
const UNFINISHED: u64 = 0;

/// `CELLS` values, in `SLOTS` copies: a read fails only if more publications than these begin while it copies.
#[derive(Debug)]
pub(crate) struct Published<const CELLS: usize, const SLOTS: usize> {
    /// The number of the latest publication, counted from 1; 0 before the first.
    latest: AtomicU64,
    slots: [Slot<CELLS>; SLOTS],
}

#[derive(Debug)]
struct Slot<const CELLS: usize> {
    publication: AtomicU64,
    cells: [AtomicU64; CELLS],
}

/// What a reader found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found<const CELLS: usize> {
    /// Nothing was published yet.
    Nothing,
    /// The values of one publication.
    Values([u64; CELLS]),
    /// The writer came round during every attempt, about 100 ms long.
    Overtaken,
}

impl<const CELLS: usize, const SLOTS: usize> Published<CELLS, SLOTS> {
    pub(crate) fn new() -> Self {
        Self {
            latest: AtomicU64::new(0),
            slots: array::from_fn(|_| Slot {
                publication: AtomicU64::new(UNFINISHED),
                cells: array::from_fn(|_| AtomicU64::new(0)),
            }),
        }
    }

    /// Replaces the values, without waiting for anybody. For one writer at a time: its owner has it by `&mut`.
    #[inline]
    pub(crate) fn publish(&self, values: [u64; CELLS]) {
        let publication = self.latest.load(Relaxed).wrapping_add(1);
        let slot = self.slot(publication);
        slot.publication.store(UNFINISHED, Relaxed);
        // Orders the mark before every store below, for a reader that sees one of them.
        fence(Release);
        for (cell, value) in slot.cells.iter().zip(values) {
            cell.store(value, Relaxed);
        }
        slot.publication.store(publication, Relaxed);
        self.latest.store(publication, Release);
    }

    /// The values of the latest publication.
    pub(crate) fn read(&self) -> Found<CELLS> {
        for attempt in 0..ATTEMPTS {
            let publication = self.latest.load(Acquire);
            if publication == 0 {
                return Found::Nothing;
            }
            let slot = self.slot(publication);
            let values = array::from_fn(|i| slot.cells[i].load(Relaxed));
            fence(Acquire);
            if slot.publication.load(Relaxed) == publication {
                return Found::Values(values);
            }
            if attempt < SPINS {
                spin_loop();
            } else if attempt < SPINS + YIELDS {
                yield_now();
            } else {
                park_timeout(WAIT);
            }
        }
        Found::Overtaken
    }

    fn slot(&self, publication: u64) -> &Slot<CELLS> {
        // The remainder is below SLOTS, so it is always the index that it looks like.
        &self.slots[usize::try_from(publication % SLOTS as u64).unwrap_or(0)]
    }
}
