//! A series' address: the same cells in every slab.

use std::collections::BTreeMap;

use parking_lot::Mutex;

use super::{
    lease::{self, fallback_slabs, page_missing, prepare_page, stripe, thread_slabs},
    slab::{PAGE_CELLS, PAGES, Page},
};

/// The longest run: one page, so that a record looks up one page only.
const MAX_RUN_CELLS: usize = PAGE_CELLS;

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
        owned: impl Fn(&Page, usize) -> bool,
        shared: impl Fn(&Page, usize),
    ) {
        if let Some(page) = lease::current().page(self.page as usize)
            && owned(page, self.offset as usize)
        {
            return;
        }
        self.record_cold(owned, shared);
    }

    #[cold]
    #[inline(never)]
    fn record_cold(&self, owned: impl Fn(&Page, usize) -> bool, shared: impl Fn(&Page, usize)) {
        let (page, offset) = (self.page as usize, self.offset as usize);
        let own = lease::current().page(page);
        if own.is_none()
            && page_missing(page)
            && let Some(own) = lease::current().page(page)
            && owned(own, offset)
        {
            return;
        }
        shared(stripe().install(page), offset);
    }

    /// The pages of threads, past and present, that have this run.
    pub(super) fn thread_pages(&self) -> impl Iterator<Item = (&'static Page, usize)> + '_ {
        thread_slabs()
            .filter_map(|slab| Some((slab.page(self.page as usize)?, self.offset as usize)))
    }

    /// The pages that several threads write.
    pub(super) fn fallback_pages(&self) -> impl Iterator<Item = (&'static Page, usize)> + '_ {
        fallback_slabs()
            .filter_map(|slab| Some((slab.page(self.page as usize)?, self.offset as usize)))
    }

    /// The page whose cells a gauge shares between all threads.
    #[inline(always)]
    pub(super) fn shared_page(&self) -> (&'static Page, usize) {
        (lease::shared().install(self.page as usize), self.offset as usize)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        for (page, offset) in self.thread_pages().chain(self.fallback_pages()) {
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
