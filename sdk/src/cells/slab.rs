//! One thread's cells, in pages that are installed as series are touched.

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use super::ownership::Ownership;

/// Cells in a page: 8 KiB.
pub(super) const PAGE_CELLS: usize = 1024;

/// Pages in a slab. With 1024 cells each that is 4 Mi cells, 32 MiB at most per thread: about 200,000 histograms with 15
/// bounds, or 8,000 exponential ones at scale 3. Series bound beyond it share their instrument's overflow series.
pub(super) const PAGES: usize = 4096;

/// Threads that can own a slab at the same time. Further threads record into the fallback stripes, which are exact
/// but shared.
pub(super) const MAX_SLABS: usize = 1024;

/// Fallback slabs, so that threads without a slab of their own do not all meet on one cache line.
pub(super) const STRIPES: usize = 4;

/// A page starts on its own cache line, so that two threads' pages never share one.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Page([AtomicU64; PAGE_CELLS]);

impl Page {
    fn zeroed() -> Box<Self> {
        Box::new(Self([const { AtomicU64::new(0) }; PAGE_CELLS]))
    }

    /// The mask proves to the compiler what [`Run`](super::Run) guarantees: the index is inside the page.
    #[inline(always)]
    pub(super) fn cell(&self, index: usize) -> &AtomicU64 {
        &self.0[index & (PAGE_CELLS - 1)]
    }
}

/// A directory of pages. Slabs are never freed: a thread that ends gives its slab to the next.
#[derive(Debug)]
pub(super) struct Slab {
    pages: [OnceLock<Box<Page>>; PAGES],
    /// Pages that a record asked for, one bit each; the reader's thread clears them.
    wanted: [AtomicU64; PAGES / 64],
    ownership: Ownership,
}

impl Slab {
    pub(super) const fn new() -> Self {
        Self {
            pages: [const { OnceLock::new() }; PAGES],
            wanted: [const { AtomicU64::new(0) }; PAGES / 64],
            ownership: Ownership::taken(AtomicBool::new(false)),
        }
    }

    #[inline(always)]
    pub(super) fn page(&self, index: usize) -> Option<&Page> {
        self.pages[index & (PAGES - 1)].get().map(|page| &**page)
    }

    /// Makes sure the page is there. Allocates; never called while recording, except for a thread's first record.
    pub(super) fn install(&self, index: usize) -> &Page {
        self.pages[index & (PAGES - 1)].get_or_init(Page::zeroed)
    }

    /// Asks the reader's thread for a page.
    pub(super) fn want(&self, index: usize) {
        let index = index & (PAGES - 1);
        self.wanted[index / 64].fetch_or(1 << (index % 64), Ordering::Relaxed);
    }

    /// Installs every page that was asked for.
    pub(super) fn install_wanted(&self) {
        for (word, bits) in self.wanted.iter().enumerate() {
            let mut bits = bits.swap(0, Ordering::Relaxed);
            while bits != 0 {
                self.install(word * 64 + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
    }

    pub(super) const fn ownership(&self) -> &Ownership {
        &self.ownership
    }
}
