//! Runs for sums and last values.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

use super::{
    lease::{Own, enter_stripe},
    run::Run,
};
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
        match self.0.address().own_cells(own) {
            Some(cells) => add_owned(&cells[0], value),
            None => self.add_cold(value),
        }
    }

    #[cold]
    #[inline(never)]
    fn add_cold<N: Number>(&self, value: N) {
        let address = self.0.address();
        match address.fetch_own_cells() {
            Some(cells) => add_owned(&cells[0], value),
            None => add_shared(&address.shared_cells(enter_stripe())[0], value),
        }
    }

    /// The sum over all threads. Each thread's part is from some moment during the call.
    pub(crate) fn total<N: Number>(&self) -> N {
        let cells = self.0.address().all_cells();
        N::from_bits(cells.fold(N::ZERO_BITS, |sum, (cells, _)| {
            N::plus(sum, N::from_bits(cells[0].load(Relaxed)))
        }))
    }
}

#[inline(always)]
fn add_owned<N: Number>(cell: &AtomicU64, value: N) {
    cell.store(N::plus(cell.load(Relaxed), value), Relaxed);
}

fn add_shared<N: Number>(cell: &AtomicU64, value: N) {
    // The closure always returns `Some`, so there is no failure to look at.
    let _ = cell.fetch_update(Relaxed, Relaxed, |bits| Some(N::plus(bits, value)));
}

/// A value that the last writer decides: one cell that all threads share, since "last" between threads would need a
/// clock reading per record.
#[derive(Debug)]
pub(crate) struct LastValueRun {
    /// Gives the cells back when it is dropped.
    _run: Run,
    value: &'static AtomicU64,
    known: &'static AtomicU64,
}

impl LastValueRun {
    pub(crate) fn allocate() -> Option<Self> {
        let run = Run::allocate(2)?;
        let cells = run.address().common_cells();
        Some(Self { value: &cells[0], known: &cells[1], _run: run })
    }

    #[inline(always)]
    pub(crate) fn set<N: Number>(&self, value: N) {
        self.value.store(value.to_bits(), Relaxed);
        if self.known.load(Relaxed) == 0 {
            self.known.store(1, Release);
        }
    }

    /// The last value, or `None` if there was none yet.
    pub(crate) fn value<N: Number>(&self) -> Option<N> {
        let is_known = self.known.load(Acquire) != 0;
        is_known.then(|| N::from_bits(self.value.load(Relaxed)))
    }
}
