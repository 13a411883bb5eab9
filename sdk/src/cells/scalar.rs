//! Runs for sums and last values.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

use super::{
    lease::Own,
    run::{Address, Run},
};
use crate::metrics::Number;

/// One cell that adds up.
#[derive(Debug)]
pub(crate) struct SumRun(Run);

/// Where a handle adds; it keeps the run alive by other means.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SumCell(Address);

impl SumCell {
    /// Of a series that has no cells.
    pub(crate) const NOWHERE: Self = Self(Address::NOWHERE);

    /// Adds to this thread's cell. `false` only if there is nowhere to add.
    #[inline(always)]
    pub(crate) fn add<N: Number>(self, own: Own, value: N) -> bool {
        if let Some(cells) = self.0.own_cells(own) {
            add_owned(&cells[0], value);
            return true;
        }
        self.add_cold(value)
    }

    #[cold]
    #[inline(never)]
    fn add_cold<N: Number>(self, value: N) -> bool {
        if self.0.is_nowhere() {
            return false;
        }
        match self.0.fetch_own_cells() {
            Some(cells) => add_owned(&cells[0], value),
            None => add_shared(&self.0.shared_cells()[0], value),
        }
        true
    }
}

impl SumRun {
    pub(crate) fn allocate() -> Option<Self> {
        Run::allocate(1).map(Self)
    }

    pub(crate) const fn cell(&self) -> SumCell {
        SumCell(self.0.address())
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
    cell: LastValueCell,
}

/// Where a handle sets its value; it keeps the run alive by other means.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastValueCell {
    value: &'static AtomicU64,
    known: &'static AtomicU64,
}

/// Where series without cells would set theirs; nobody reads it.
static NO_VALUE: AtomicU64 = AtomicU64::new(0);

impl LastValueCell {
    /// Of a series that has no cells. Its `known` is never set, so [`LastValueCell::set`] says so each time.
    pub(crate) const NOWHERE: Self = Self { value: &NO_VALUE, known: &NO_VALUE };

    /// Sets the value. `false` only if there is nowhere to set it.
    #[inline(always)]
    pub(crate) fn set<N: Number>(self, value: N) -> bool {
        if self.known.load(Relaxed) == 0 {
            return self.set_first(value);
        }
        self.value.store(value.to_bits(), Relaxed);
        true
    }

    #[cold]
    #[inline(never)]
    fn set_first<N: Number>(self, value: N) -> bool {
        if std::ptr::eq(self.known, &raw const NO_VALUE) {
            return false;
        }
        crate::fork::settle();
        self.value.store(value.to_bits(), Relaxed);
        self.known.store(1, Release);
        true
    }
}

impl LastValueRun {
    pub(crate) fn allocate() -> Option<Self> {
        let run = Run::allocate(2)?;
        let cells = run.address().common_cells();
        let cell = LastValueCell { value: &cells[0], known: &cells[1] };
        Some(Self { _run: run, cell })
    }

    pub(crate) const fn cell(&self) -> LastValueCell {
        self.cell
    }

    /// The last value, or `None` if there was none yet.
    pub(crate) fn value<N: Number>(&self) -> Option<N> {
        let is_known = self.cell.known.load(Acquire) != 0;
        is_known.then(|| N::from_bits(self.cell.value.load(Relaxed)))
    }
}
