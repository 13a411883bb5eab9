//! A series' address: the same cells in every slab.

use std::collections::BTreeMap;

use parking_lot::Mutex;

use super::{
    lease::{self, Own, fallback_slabs, page_missing, prepare_page, stripe, thread_slabs},
    slab::{PAGE_CELLS, PAGES, Page, Slab},
};

/// The longest run: one page, so that a record looks up one page only.
pub(super) const MAX_RUN_CELLS: usize = PAGE_CELLS;

static FREE: Mutex<Ranges> = Mutex::new(Ranges { next: 0, returned: BTreeMap::new() });

/// A run of cells inside one page, owned until it is dropped.
///
/// Whoever drops a run promises that nobody records into it any more: handles keep their series, and so its run,
/// alive.
#[derive(Debug)]
pub(crate) struct Run {
    page: u32,
    offset: u32,
    cells: u32,
}

/// What is free in the address space that all providers of the process share.
struct Ranges {
    /// The first address never given out.
    next: usize,
    /// Runs that came back, by length.
    returned: BTreeMap<u32, Vec<(u32, u32)>>,
}

impl Run {
    /// A run of zeroed cells, or `None` if it is longer than [`MAX_RUN_CELLS`] or the address space is used up.
    pub(crate) fn allocate(cells: usize) -> Option<Self> {
        let run = FREE.lock().take(cells)?;
        prepare_page(run.page as usize);
        Some(run)
    }

    /// Runs `owned` on this thread's own page, or `shared` on a page that other threads write too.
    #[inline(always)]
    pub(super) fn record(
        &self,
        own: Own,
        owned: impl Fn(&Page, usize) -> bool,
        shared: impl Fn(&Page, usize),
    ) {
        if let Some((page, at)) = self.page_in(own.slab())
            && owned(page, at)
        {
            return;
        }
        self.record_cold(owned, shared);
    }

    #[cold]
    #[inline(never)]
    fn record_cold(&self, owned: impl Fn(&Page, usize) -> bool, shared: impl Fn(&Page, usize)) {
        if self.fetch_page()
            && let Some((page, at)) = self.page_in(Own::current().slab())
            && owned(page, at)
        {
            return;
        }
        shared(stripe().install(self.page as usize), self.offset as usize);
    }

    /// As [`Run::record`], for a record that writes this run and `other` in the same slab.
    #[inline(always)]
    pub(super) fn record_beside(
        &self,
        own: Own,
        other: &Self,
        owned: impl Fn(&Page, usize, &Page, usize) -> bool,
        shared: impl Fn(&Page, usize, &Page, usize),
    ) {
        let slab = own.slab();
        if let (Some((page, at)), Some((beside, first))) = (self.page_in(slab), other.page_in(slab))
            && owned(page, at, beside, first)
        {
            return;
        }
        self.record_beside_cold(other, owned, shared);
    }

    #[cold]
    #[inline(never)]
    fn record_beside_cold(
        &self,
        other: &Self,
        owned: impl Fn(&Page, usize, &Page, usize) -> bool,
        shared: impl Fn(&Page, usize, &Page, usize),
    ) {
        let (fetched, beside_fetched) = (self.fetch_page(), other.fetch_page());
        let slab = Own::current().slab();
        if (fetched || beside_fetched)
            && let (Some((page, at)), Some((beside, first))) =
                (self.page_in(slab), other.page_in(slab))
            && owned(page, at, beside, first)
        {
            return;
        }
        let stripe = stripe();
        let (page, beside) =
            (stripe.install(self.page as usize), stripe.install(other.page as usize));
        shared(page, self.offset as usize, beside, other.offset as usize);
    }

    /// Whether this thread's page was missing and has now come with its lease. If it still is, it was asked for.
    fn fetch_page(&self) -> bool {
        self.page_in(Own::current().slab()).is_none() && page_missing(self.page as usize)
    }

    /// Where this run is in a slab, if its page is there.
    #[inline(always)]
    pub(super) fn page_in<'a>(&self, slab: &'a Slab) -> Option<(&'a Page, usize)> {
        Some((slab.page(self.page as usize)?, self.offset as usize))
    }

    /// Every slab that may hold values: those of threads, past and present, and the fallback stripes.
    pub(super) fn all_slabs() -> impl Iterator<Item = AnySlab> {
        let owned = thread_slabs().map(|slab| AnySlab { slab, is_owned: true });
        owned.chain(fallback_slabs().map(|slab| AnySlab { slab, is_owned: false }))
    }

    /// The pages that have this run, and whether a single thread writes them.
    pub(super) fn pages(&self) -> impl Iterator<Item = (&'static Page, usize, bool)> + '_ {
        Self::all_slabs().filter_map(|any| {
            let (page, at) = self.page_in(any.slab)?;
            Some((page, at, any.is_owned))
        })
    }

    /// The page whose cells a gauge shares between all threads.
    #[inline(always)]
    pub(super) fn shared_page(&self) -> (&'static Page, usize) {
        (lease::shared().install(self.page as usize), self.offset as usize)
    }
}

/// A slab, and whether a single thread writes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct AnySlab {
    pub(super) slab: &'static Slab,
    pub(super) is_owned: bool,
}

impl Drop for Run {
    fn drop(&mut self) {
        for (page, offset, _) in self.pages() {
            for cell in offset..offset + self.cells as usize {
                page.cell(cell).store(0, std::sync::atomic::Ordering::Relaxed);
            }
        }
        FREE.lock().returned.entry(self.cells).or_default().push((self.page, self.offset));
    }
}

impl Ranges {
    fn take(&mut self, cells: usize) -> Option<Run> {
        if cells > MAX_RUN_CELLS {
            return None;
        }
        let length = u32::try_from(cells).ok()?;
        if let Some((page, offset)) = self.returned.get_mut(&length).and_then(Vec::pop) {
            return Some(Run { page, offset, cells: length });
        }
        let mut start = self.next;
        if start % PAGE_CELLS + cells > PAGE_CELLS {
            start = start.next_multiple_of(PAGE_CELLS);
        }
        if start + cells > PAGES * PAGE_CELLS {
            return None;
        }
        self.next = start + cells;
        Some(Run {
            page: u32::try_from(start / PAGE_CELLS).ok()?,
            offset: u32::try_from(start % PAGE_CELLS).ok()?,
            cells: length,
        })
    }
}
