//! Runs for sums and last values.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::{lease::Own, run::Run};
use crate::metrics::Number;

/// One cell that adds up.
#[derive(Debug)]
pub(crate) struct SumRun(Run);

impl SumRun {
    pub(crate) fn allocate() -> Option<Self> {
        Run::allocate(1).map(Self)
    }

    #[inline(always)]
    pub(crate) fn add<N: Number>(&self, own: Own, value: N) {
        self.0.record(
            own,
            |page, at| {
                let cell = page.cell(at);
                cell.store(N::plus(cell.load(Relaxed), value), Relaxed);
                true
            },
            |page, at| add_shared(page.cell(at), value),
        );
    }

    /// The sum over all threads. Each thread's part is from some moment during the call.
    pub(crate) fn total<N: Number>(&self) -> N {
        N::from_bits(self.0.pages().fold(N::ZERO_BITS, |sum, (page, at, _)| {
            N::plus(sum, N::from_bits(page.cell(at).load(Relaxed)))
        }))
    }
}

fn add_shared<N: Number>(cell: &AtomicU64, value: N) {
    // The closure always returns `Some`, so there is no failure to look at.
    let _ = cell.fetch_update(Relaxed, Relaxed, |bits| Some(N::plus(bits, value)));
}

/// A value that the last writer decides: one cell that all threads share, since "last" between threads would need a
/// clock reading per record.
#[derive(Debug)]
pub(crate) struct LastValueRun(Run);

/// Cells of a last value: the bits, and whether there are any.
const VALUE: usize = 0;
const KNOWN: usize = 1;

impl LastValueRun {
    pub(crate) fn allocate() -> Option<Self> {
        Run::allocate(2).map(Self)
    }

    #[inline(always)]
    pub(crate) fn set<N: Number>(&self, value: N) {
        let (page, at) = self.0.shared_page();
        page.cell(at + VALUE).store(value.to_bits(), Relaxed);
        let known = page.cell(at + KNOWN);
        if known.load(Relaxed) == 0 {
            known.store(1, std::sync::atomic::Ordering::Release);
        }
    }

    /// The last value, or `None` if there was none yet.
    pub(crate) fn value<N: Number>(&self) -> Option<N> {
        let (page, at) = self.0.shared_page();
        let known = page.cell(at + KNOWN).load(std::sync::atomic::Ordering::Acquire) != 0;
        known.then(|| N::from_bits(page.cell(at + VALUE).load(Relaxed)))
    }
}
