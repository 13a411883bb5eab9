//! The cells that every distribution begins with, and the two protocols that keep them consistent with its buckets.
//!
//! `[sequence, frozen, sum, min, max]`. The count is never stored: it is the sum of the buckets, so the two cannot
//! differ. Values are finite and not negative (the handle refuses the rest), which lets `max` start at the bits of `0.0`
//! and `min` at their complement.
//!
//! *Own cells*: the one writer makes the sequence odd, writes, and makes it even. A reader that meets a writer in a
//! tight loop freezes the cells: the writer then goes to the fallback stripes, and the reader has them to itself.
//!
//! *Shared cells*: the sequence counts the records that began, the buckets those that ended; a reader that finds both
//! equal saw nobody in between.

use std::time::Duration;

use super::sync::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
    SPINS, WAITS, YIELDS, fence, park_timeout, spin_loop, yield_now,
};

const SEQUENCE: usize = 0;
/// How many readers want the owner to stay away.
const FROZEN: usize = 1;
const SUM: usize = 2;
/// The complement of the smallest value's bits, so that zeroed cells mean "none yet".
const MIN: usize = 3;
const MAX: usize = 4;

/// Cells of a head.
pub(super) const HEAD: usize = 5;

/// How long a reader waits at a time, once spinning and giving up the processor have not helped.
const WAIT: Duration = Duration::from_micros(200);
const ATTEMPTS: u32 = SPINS + YIELDS + WAITS;

/// One thread's sum and extremes, as they were read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) sum: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

/// The single writer's side. Returns `false`, having done nothing, if a reader has frozen the cells, or if this very
/// thread is already in the middle of a record (a signal handler): the caller then uses shared cells.
#[inline(always)]
pub(super) fn record_owned(cells: &[AtomicU64], value: f64, count: impl FnOnce()) -> bool {
    // One check for all of them.
    let Some(head) = cells.first_chunk::<HEAD>() else { return false };
    let sequence = &head[SEQUENCE];
    let before = sequence.load(Relaxed);
    if before & 1 == 1 || head[FROZEN].load(Relaxed) != 0 {
        return false;
    }
    sequence.store(before.wrapping_add(1), Relaxed);
    // Orders the odd sequence before every store below, for a reader that sees one of them.
    fence(Release);
    let (sum, min, max) = (&head[SUM], &head[MIN], &head[MAX]);
    sum.store((f64::from_bits(sum.load(Relaxed)) + value).to_bits(), Relaxed);
    min.store(min.load(Relaxed).max(!value.to_bits()), Relaxed);
    max.store(max.load(Relaxed).max(value.to_bits()), Relaxed);
    count();
    sequence.store(before.wrapping_add(2), Release);
    true
}

/// Many writers. `count` must add to the buckets with `Release`, after everything else it does.
pub(super) fn record_shared(cells: &[AtomicU64], value: f64, count: impl FnOnce()) {
    cells[SEQUENCE].fetch_add(1, Relaxed);
    fence(Release);
    // The closure always returns `Some`, so there is no failure to look at.
    let _ = cells[SUM]
        .fetch_update(Relaxed, Relaxed, |sum| Some((f64::from_bits(sum) + value).to_bits()));
    cells[MIN].fetch_max(!value.to_bits(), Relaxed);
    cells[MAX].fetch_max(value.to_bits(), Relaxed);
    count();
}

/// Whether anything was ever recorded there.
pub(super) fn is_empty(cells: &[AtomicU64]) -> bool {
    cells[SEQUENCE].load(Relaxed) == 0
}

/// Reads a thread's own cells; `buckets` reads the buckets. The flag tells whether both are from one moment.
pub(super) fn read_owned(cells: &[AtomicU64], mut buckets: impl FnMut()) -> (Head, bool) {
    let frozen = &cells[FROZEN];
    let read = until_consistent(|attempt| {
        if attempt == SPINS {
            frozen.fetch_add(1, Relaxed);
        }
        let before = cells[SEQUENCE].load(Acquire);
        buckets();
        let head = Head::read(cells);
        fence(Acquire);
        let is_whole = before & 1 == 0 && cells[SEQUENCE].load(Relaxed) == before;
        (head, is_whole, attempt)
    });
    if read.2 >= SPINS {
        frozen.fetch_sub(1, Relaxed);
    }
    (read.0, read.1)
}

/// Reads cells that many threads write; `buckets` reads the buckets with `Acquire` and returns their sum.
pub(super) fn read_shared(cells: &[AtomicU64], mut buckets: impl FnMut() -> u64) -> (Head, bool) {
    let read = until_consistent(|attempt| {
        let ended = buckets();
        let head = Head::read(cells);
        fence(Acquire);
        let is_whole = cells[SEQUENCE].load(Relaxed) == ended;
        (head, is_whole, attempt)
    });
    (read.0, read.1)
}

impl Head {
    fn read(cells: &[AtomicU64]) -> Self {
        Self {
            sum: f64::from_bits(cells[SUM].load(Relaxed)),
            min: f64::from_bits(!cells[MIN].load(Relaxed)),
            max: f64::from_bits(cells[MAX].load(Relaxed)),
        }
    }
}

/// Tries until the read is whole or the attempts are used up; returns the last.
fn until_consistent(mut read: impl FnMut(u32) -> (Head, bool, u32)) -> (Head, bool, u32) {
    let mut attempt = 0;
    loop {
        let result = read(attempt);
        attempt += 1;
        if result.1 || attempt == ATTEMPTS {
            return result;
        }
        if attempt < SPINS {
            spin_loop();
        } else if attempt < SPINS + YIELDS {
            yield_now();
        } else {
            park_timeout(WAIT);
        }
    }
}
