//! Runs for explicit-bucket histograms, consistent by a sequence cell.
//!
//! Cells: `[sequence, sum, min, max, bucket 0 ..= bounds]`. The count is never stored: it is the sum of the buckets,
//! so the two cannot differ. Values are finite and not negative (the handle refuses the rest), which lets `max` start
//! at the bits of `0.0` and `min` at their complement.

use std::{
    hint::spin_loop,
    sync::atomic::{
        Ordering::{Acquire, Relaxed, Release},
        fence,
    },
    thread,
    time::Duration,
};

use super::{run::Run, slab::Page};

const SEQUENCE: usize = 0;
const SUM: usize = 1;
/// The complement of the smallest value's bits, so that zeroed cells mean "none yet".
const MIN: usize = 2;
const MAX: usize = 3;
const BUCKETS: usize = 4;

/// How a reader tries for a consistent view of one thread's cells: a writer is inside for a few nanoseconds, so
/// spinning is enough unless it lost the processor in between; then the reader gives up its own, and at last waits for
/// the writer's turn, about 100 ms in all. A thread can be in the middle of one record only, so a whole snapshot waits
/// at most once per thread. A writer that is still inside then has been stopped, and its part is read as it is.
const SPINS: u32 = 64;
const YIELDS: u32 = 64;
const WAITS: u32 = 500;
const WAIT: Duration = Duration::from_micros(200);
const ATTEMPTS: u32 = SPINS + YIELDS + WAITS;

/// The cells of one explicit-bucket histogram.
#[derive(Debug)]
pub(crate) struct HistogramRun {
    run: Run,
    buckets: usize,
}

/// A histogram summed over all threads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct HistogramTotals {
    pub(crate) count: u64,
    pub(crate) sum: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// Parts that were read while a writer was in the middle of them: off by at most the one value being recorded.
    pub(crate) torn: u64,
}

impl HistogramRun {
    /// Cells for `buckets` buckets; `None` if that is more than a page holds or the address space is used up.
    pub(crate) fn allocate(buckets: usize) -> Option<Self> {
        Run::allocate(BUCKETS + buckets).map(|run| Self { run, buckets })
    }

    /// Counts one finite value that is not negative.
    #[inline(always)]
    pub(crate) fn record(&self, value: f64, bucket: usize) {
        self.run.record(
            |page, at| record_owned(page, at, value, bucket),
            |page, at| record_shared(page, at, value, bucket),
        );
    }

    /// Sums all threads' parts; bucket counts are appended to `buckets`. `scratch` is working space to be reused.
    pub(crate) fn totals(&self, buckets: &mut Vec<u64>, scratch: &mut Vec<u64>) -> HistogramTotals {
        let start = buckets.len();
        buckets.resize(start + self.buckets, 0);
        scratch.resize(self.buckets, 0);
        let mut totals =
            HistogramTotals { count: 0, sum: 0.0, min: f64::INFINITY, max: 0.0, torn: 0 };
        let mut part = Part { sum: 0, min: 0, max: 0 };
        let owned = self.run.thread_pages().map(|page| (page, true));
        let shared = self.run.fallback_pages().map(|page| (page, false));
        for ((page, at), is_owned) in owned.chain(shared) {
            if page.cell(at + SEQUENCE).load(Relaxed) == 0 {
                continue;
            }
            let consistent = (0..ATTEMPTS).any(|attempt| {
                let read = if is_owned {
                    part.read_owned(page, at, scratch)
                } else {
                    part.read_shared(page, at, scratch)
                };
                if !read {
                    wait(attempt);
                }
                read
            });
            totals.torn += u64::from(!consistent);
            totals.sum += f64::from_bits(part.sum);
            totals.min = totals.min.min(f64::from_bits(!part.min));
            totals.max = totals.max.max(f64::from_bits(part.max));
            for (total, count) in buckets[start..].iter_mut().zip(&*scratch) {
                *total += count;
                totals.count += count;
            }
        }
        totals
    }
}

fn wait(attempt: u32) {
    if attempt < SPINS {
        spin_loop();
    } else if attempt < SPINS + YIELDS {
        thread::yield_now();
    } else {
        thread::park_timeout(WAIT);
    }
}

/// The single writer's side of a sequence lock. Returns `false`, having done nothing, if this very thread is already
/// in the middle of a record (a signal handler): the caller then uses a shared cell.
#[inline(always)]
fn record_owned(page: &Page, at: usize, value: f64, bucket: usize) -> bool {
    let sequence = page.cell(at + SEQUENCE);
    let before = sequence.load(Relaxed);
    if before & 1 == 1 {
        return false;
    }
    sequence.store(before.wrapping_add(1), Relaxed);
    // Orders the odd sequence before every store below, for a reader that sees one of them.
    fence(Release);
    let (sum, min, max) = (page.cell(at + SUM), page.cell(at + MIN), page.cell(at + MAX));
    let count = page.cell(at + BUCKETS + bucket);
    sum.store((f64::from_bits(sum.load(Relaxed)) + value).to_bits(), Relaxed);
    min.store(min.load(Relaxed).max(!value.to_bits()), Relaxed);
    max.store(max.load(Relaxed).max(value.to_bits()), Relaxed);
    count.store(count.load(Relaxed).wrapping_add(1), Relaxed);
    sequence.store(before.wrapping_add(2), Release);
    true
}

/// Many writers: the sequence counts those that began, the buckets those that ended, so a reader that finds both
/// equal saw nobody in between.
fn record_shared(page: &Page, at: usize, value: f64, bucket: usize) {
    page.cell(at + SEQUENCE).fetch_add(1, Relaxed);
    fence(Release);
    // The closure always returns `Some`, so there is no failure to look at.
    let _ = page
        .cell(at + SUM)
        .fetch_update(Relaxed, Relaxed, |sum| Some((f64::from_bits(sum) + value).to_bits()));
    page.cell(at + MIN).fetch_max(!value.to_bits(), Relaxed);
    page.cell(at + MAX).fetch_max(value.to_bits(), Relaxed);
    page.cell(at + BUCKETS + bucket).fetch_add(1, Release);
}

/// One thread's part as it was read, in the representation of the cells.
struct Part {
    sum: u64,
    min: u64,
    max: u64,
}

impl Part {
    fn read_owned(&mut self, page: &Page, at: usize, buckets: &mut [u64]) -> bool {
        let before = page.cell(at + SEQUENCE).load(Acquire);
        for (index, count) in buckets.iter_mut().enumerate() {
            *count = page.cell(at + BUCKETS + index).load(Relaxed);
        }
        self.read_scalars(page, at);
        fence(Acquire);
        before & 1 == 0 && page.cell(at + SEQUENCE).load(Relaxed) == before
    }

    fn read_shared(&mut self, page: &Page, at: usize, buckets: &mut [u64]) -> bool {
        let mut ended = 0_u64;
        for (index, count) in buckets.iter_mut().enumerate() {
            *count = page.cell(at + BUCKETS + index).load(Acquire);
            ended += *count;
        }
        self.read_scalars(page, at);
        fence(Acquire);
        page.cell(at + SEQUENCE).load(Relaxed) == ended
    }

    fn read_scalars(&mut self, page: &Page, at: usize) {
        self.sum = page.cell(at + SUM).load(Relaxed);
        self.min = page.cell(at + MIN).load(Relaxed);
        self.max = page.cell(at + MAX).load(Relaxed);
    }
}
