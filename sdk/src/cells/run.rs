//! A series' address: the same cells in every slab.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use super::{
    lease::{self, Own, enter_stripe, fallback_slabs, page_missing, prepare_page, thread_slabs},
    page::PAGE_CELLS,
    slab::{PAGES, Slab},
};
use crate::fork::Mutex;

/// The longest run: one page, so that a record looks up one page only.
pub(super) const MAX_RUN_CELLS: usize = PAGE_CELLS;

/// Never given out, so that an address may lie nowhere.
#[expect(clippy::cast_possible_truncation, reason = "a few thousand")]
const LAST_PAGE: u32 = (PAGES - 1) as u32;

static FREE: Mutex<Ranges> = Mutex::new(Ranges { next: 0, returned: BTreeMap::new() });

/// A run of cells inside one page, owned until it is dropped.
///
/// Whoever drops a run promises that nobody records into it any more: handles keep their series, and so its run,
/// alive.
#[derive(Debug)]
pub(super) struct Run {
    address: Address,
    cells: u32,
}

/// Where a run begins. Anybody may hold it; who records through it keeps the run alive.
#[derive(Debug, Clone, Copy)]
pub(super) struct Address {
    page: u32,
    first: u32,
}

impl Address {
    /// An address that no run has and whose page is in no slab.
    pub(super) const NOWHERE: Self = Self { page: LAST_PAGE, first: 0 };

    pub(super) const fn is_nowhere(self) -> bool {
        self.page == LAST_PAGE
    }
}

/// What is free in the address space that all providers of the process share.
struct Ranges {
    /// The first cell never given out.
    next: usize,
    /// Runs that came back, by length.
    returned: BTreeMap<u32, Vec<Address>>,
}

impl Run {
    /// A run of zeroed cells, or `None` if it is longer than [`MAX_RUN_CELLS`] or the address space is used up.
    pub(super) fn allocate(cells: usize) -> Option<Self> {
        let run = FREE.lock().take(cells)?;
        prepare_page(run.address.page);
        Some(run)
    }

    pub(super) const fn address(&self) -> Address {
        self.address
    }
}

impl Address {
    /// The cells from here on in the calling thread's slab, if its page is there.
    #[inline(always)]
    pub(super) fn own_cells(self, own: Own) -> Option<&'static [AtomicU64]> {
        self.cells_in(own.slab())
    }

    #[inline(always)]
    pub(super) fn cells_in(self, slab: &Slab) -> Option<&'static [AtomicU64]> {
        slab.page(self.page).map(|page| page.cells_from(self.first as usize))
    }

    /// What a record does that found no page: get one with the thread's lease, or ask for it. If there are own cells
    /// now, they are returned.
    #[cold]
    pub(super) fn fetch_own_cells(self) -> Option<&'static [AtomicU64]> {
        let is_missing = self.own_cells(Own::current()).is_none();
        if is_missing && page_missing(self.page) { self.own_cells(Own::current()) } else { None }
    }

    /// The cells in a fallback stripe, which any thread may write.
    pub(super) fn shared_cells(self) -> &'static [AtomicU64] {
        self.cells_of(enter_stripe(&[self.page]))
    }

    /// Two runs' cells in one fallback stripe.
    pub(super) fn shared_cells_with(self, other: Self) -> [&'static [AtomicU64]; 2] {
        let stripe = enter_stripe(&[self.page, other.page]);
        [self.cells_of(stripe), other.cells_of(stripe)]
    }

    /// The cells of the stripe in which gauges keep their one value.
    pub(super) fn common_cells(self) -> &'static [AtomicU64] {
        self.cells_of(lease::common())
    }

    /// The cells in a stripe that has the page.
    fn cells_of(self, stripe: &Slab) -> &'static [AtomicU64] {
        stripe.install(self.page).cells_from(self.first as usize)
    }

    /// The cells in every slab that has the page and in every stripe that was recorded to.
    pub(super) fn all_cells(self) -> impl Iterator<Item = (&'static [AtomicU64], Slot)> {
        let stripes = fallback_slabs().filter(move |stripe| stripe.is_shared(self.page));
        let slots = thread_slabs()
            .map(|slab| Slot { slab, is_owned: true })
            .chain(stripes.map(|slab| Slot { slab, is_owned: false }));
        slots.filter_map(move |slot| Some((self.cells_in(slot.slab)?, slot)))
    }
}

/// A slab, and whether a single thread writes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub(super) slab: &'static Slab,
    pub(super) is_owned: bool,
}

impl Drop for Run {
    fn drop(&mut self) {
        for cells in
            thread_slabs().chain(fallback_slabs()).filter_map(|slab| self.address.cells_in(slab))
        {
            cells[..self.cells as usize].iter().for_each(|cell| cell.store(0, Ordering::Relaxed));
        }
        FREE.lock().returned.entry(self.cells).or_default().push(self.address);
    }
}

impl Ranges {
    fn take(&mut self, cells: usize) -> Option<Run> {
        if cells > MAX_RUN_CELLS {
            return None;
        }
        let length = u32::try_from(cells).ok()?;
        if let Some(address) = self.returned.get_mut(&length).and_then(Vec::pop) {
            return Some(Run { address, cells: length });
        }
        let mut start = self.next;
        if start % PAGE_CELLS + cells > PAGE_CELLS {
            start = start.next_multiple_of(PAGE_CELLS);
        }
        if start + cells > LAST_PAGE as usize * PAGE_CELLS {
            return None;
        }
        self.next = start + cells;
        let page = u32::try_from(start / PAGE_CELLS).ok()?;
        let first = u32::try_from(start % PAGE_CELLS).ok()?;
        Some(Run { address: Address { page, first }, cells: length })
    }
}
