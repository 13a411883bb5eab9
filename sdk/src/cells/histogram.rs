//! Runs for explicit-bucket histograms: a head, then one cell per bucket.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::{
    head::{self, HEAD, Head},
    lease::Own,
    run::Run,
    slab::Page,
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
    /// Parts that were read while a writer was in the middle of them: off by at most the one value being recorded.
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
        self.run.record(
            own,
            |page, at| {
                head::record_owned(page, at, value, || {
                    let count = page.cell(at + HEAD + bucket);
                    count.store(count.load(Relaxed).wrapping_add(1), Relaxed);
                })
            },
            |page, at| {
                head::record_shared(page, at, value, || {
                    page.cell(at + HEAD + bucket).fetch_add(1, Release);
                });
            },
        );
    }

    /// Sums all threads' parts; bucket counts are appended to `buckets`. `scratch` is working space to be reused.
    pub(crate) fn totals(&self, buckets: &mut Vec<u64>, scratch: &mut Vec<u64>) -> Totals {
        let start = buckets.len();
        buckets.resize(start + self.buckets, 0);
        scratch.resize(self.buckets, 0);
        let mut totals = Totals::NONE;
        for (page, at, is_owned) in self.run.pages() {
            if head::is_empty(page, at) {
                continue;
            }
            totals.add(if is_owned {
                head::read_owned(page, at, || {
                    read_counts(page, at, scratch);
                })
            } else {
                head::read_shared(page, at, || read_counts(page, at, scratch))
            });
            for (total, count) in buckets[start..].iter_mut().zip(&*scratch) {
                *total += count;
                totals.count += count;
            }
        }
        totals
    }
}

fn read_counts(page: &Page, at: usize, counts: &mut [u64]) -> u64 {
    let mut sum = 0_u64;
    for (bucket, count) in counts.iter_mut().enumerate() {
        *count = page.cell(at + HEAD + bucket).load(Acquire);
        sum = sum.wrapping_add(*count);
    }
    sum
}
