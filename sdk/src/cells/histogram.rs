//! Runs for explicit-bucket histograms: a head, then one cell per bucket.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

use super::{
    head::{self, HEAD, Head},
    lease::Own,
    run::Run,
};

/// The cells of one explicit-bucket histogram.
#[derive(Debug)]
pub(crate) struct HistogramRun {
    run: Run,
    buckets: usize,
}

/// A distribution summed over all threads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Totals {
    pub(crate) count: u64,
    pub(crate) sum: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// Parts that were read while a writer was in the middle of them: off by the values being recorded, one for a thread's own cells.
    pub(crate) torn: u64,
}

impl Totals {
    pub(super) const NONE: Self =
        Self { count: 0, sum: 0.0, min: f64::INFINITY, max: 0.0, torn: 0 };

    pub(super) fn add(&mut self, (part, is_whole): (Head, bool)) {
        self.sum += part.sum;
        self.min = self.min.min(part.min);
        self.max = self.max.max(part.max);
        self.torn += u64::from(!is_whole);
    }
}

impl HistogramRun {
    /// Cells for `buckets` buckets; `None` if that is more than a page holds or the address space is used up.
    pub(crate) fn allocate(buckets: usize) -> Option<Self> {
        Run::allocate(HEAD + buckets).map(|run| Self { run, buckets })
    }

    /// Counts one finite value that is not negative.
    #[inline(always)]
    pub(crate) fn record(&self, own: Own, value: f64, bucket: usize) {
        if let Some(cells) = self.run.address().own_cells(own)
            && record_owned(cells, value, bucket)
        {
            return;
        }
        self.record_cold(value, bucket);
    }

    #[cold]
    #[inline(never)]
    fn record_cold(&self, value: f64, bucket: usize) {
        let address = self.run.address();
        if let Some(cells) = address.fetch_own_cells()
            && record_owned(cells, value, bucket)
        {
            return;
        }
        let cells = address.shared_cells();
        head::record_shared(cells, value, || {
            cells[HEAD + bucket].fetch_add(1, Release);
        });
    }

    /// Sums all threads' parts; bucket counts are appended to `buckets`. `scratch` is working space to be reused.
    pub(crate) fn totals(&self, buckets: &mut Vec<u64>, scratch: &mut Vec<u64>) -> Totals {
        let start = buckets.len();
        buckets.resize(start + self.buckets, 0);
        scratch.resize(self.buckets, 0);
        let mut totals = Totals::NONE;
        for (cells, slot) in self.run.address().all_cells() {
            if head::is_empty(cells) {
                continue;
            }
            totals.add(if slot.is_owned {
                head::read_owned(cells, || {
                    read_counts(cells, scratch);
                })
            } else {
                head::read_shared(cells, || read_counts(cells, scratch))
            });
            for (total, count) in buckets[start..].iter_mut().zip(&*scratch) {
                *total += count;
                totals.count += count;
            }
        }
        totals
    }
}

#[inline(always)]
fn record_owned(cells: &[AtomicU64], value: f64, bucket: usize) -> bool {
    head::record_owned(cells, value, || {
        let count = &cells[HEAD.wrapping_add(bucket)];
        count.store(count.load(Relaxed).wrapping_add(1), Relaxed);
    })
}

fn read_counts(cells: &[AtomicU64], counts: &mut [u64]) -> u64 {
    let mut sum = 0_u64;
    for (cell, count) in cells[HEAD..].iter().zip(counts) {
        *count = cell.load(Acquire);
        sum = sum.wrapping_add(*count);
    }
    sum
}
