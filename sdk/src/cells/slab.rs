//! One thread's cells, in pages that are installed as series are touched.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{
    attention::Attention,
    ownership::Ownership,
    page::{Page, PageSlot},
};

/// Pages in a slab. With 1024 cells each that is 4 Mi cells, 32 MiB at most per thread: about 200,000 histograms with 15
/// bounds, or 8,000 exponential ones at scale 3. Series bound beyond it share their instrument's overflow series.
pub(super) const PAGES: usize = 4096;

/// Threads that can own a slab at the same time. Further threads record into the fallback stripes, which are exact
/// but shared.
pub(super) const MAX_SLABS: usize = 1024;

/// Fallback slabs, so that threads without a slab of their own do not all meet on one cache line.
pub(super) const STRIPES: usize = 4;

/// A directory of pages. Slabs are never freed: a thread that ends gives its slab to the next.
#[derive(Debug)]
pub(super) struct Slab {
    pages: [PageSlot; PAGES],
    /// Pages that a record asked for, one bit each; the reader's thread clears them.
    wanted: [AtomicU64; PAGES / 64],
    /// Of a stripe: pages that a record went to, one bit each, so that a reader passes over the others.
    shared: [AtomicU64; PAGES / 64],
    ownership: Ownership,
    attention: Attention,
}

impl Slab {
    pub(super) const fn new() -> Self {
        Self::with(Attention::none())
    }

    /// Of all threads that have none of their own.
    pub(super) const fn of_nobody() -> Self {
        Self::with(Attention::all())
    }

    const fn with(attention: Attention) -> Self {
        Self {
            pages: [const { PageSlot::empty() }; PAGES],
            wanted: [const { AtomicU64::new(0) }; PAGES / 64],
            shared: [const { AtomicU64::new(0) }; PAGES / 64],
            ownership: Ownership::taken(AtomicBool::new(false)),
            attention,
        }
    }

    #[inline(always)]
    pub(super) fn page(&self, index: u32) -> Option<&'static Page> {
        self.slot(index).page()
    }

    /// Makes sure the page is there. Allocates; never called while recording.
    pub(super) fn install(&self, index: u32) -> &'static Page {
        self.slot(index).install()
    }

    #[inline(always)]
    fn slot(&self, index: u32) -> &PageSlot {
        &self.pages[index as usize & (PAGES - 1)]
    }

    /// Asks the reader's thread for a page.
    pub(super) fn want(&self, index: u32) {
        let index = index as usize & (PAGES - 1);
        self.wanted[index / 64].fetch_or(1 << (index % 64), Ordering::Relaxed);
    }

    /// Says that a record goes to this page of a stripe, before it does.
    pub(super) fn share(&self, index: u32) {
        let index = index as usize & (PAGES - 1);
        let (bits, bit) = (&self.shared[index / 64], 1 << (index % 64));
        if bits.load(Ordering::Relaxed) & bit == 0 {
            bits.fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// Whether any record went to this page of a stripe.
    pub(super) fn is_shared(&self, index: u32) -> bool {
        let index = index as usize & (PAGES - 1);
        self.shared[index / 64].load(Ordering::Relaxed) & 1 << (index % 64) != 0
    }

    /// Installs every page that was asked for.
    pub(super) fn install_wanted(&self) {
        for (slots, bits) in self.pages.chunks(64).zip(&self.wanted) {
            let mut bits = bits.swap(0, Ordering::Relaxed);
            while bits != 0 {
                slots[bits.trailing_zeros() as usize].install();
                bits &= bits - 1;
            }
        }
    }

    /// In a forked child: as if the first `pages` pages had never been there.
    pub(super) fn forget_pages(&self, pages: u32) {
        self.pages.iter().take(pages as usize).for_each(PageSlot::forget);
        self.forget_bits();
    }

    /// In a forked child: as if nothing had been recorded to the first `pages` pages.
    pub(super) fn zero_pages(&self, pages: u32) {
        let pages = self.pages.iter().take(pages as usize).filter_map(PageSlot::page);
        // A page that is only read stays shared with the parent.
        for cell in pages.flat_map(|page| page.cells_from(0)) {
            if cell.load(Ordering::Relaxed) != 0 {
                cell.store(0, Ordering::Relaxed);
            }
        }
        self.forget_bits();
    }

    fn forget_bits(&self) {
        // As with pages: those that are only read stay shared.
        for bits in self.wanted.iter().chain(&self.shared) {
            if bits.load(Ordering::Relaxed) != 0 {
                bits.store(0, Ordering::Relaxed);
            }
        }
    }

    pub(super) const fn ownership(&self) -> &Ownership {
        &self.ownership
    }

    #[inline(always)]
    pub(super) const fn attention(&self) -> &Attention {
        &self.attention
    }
}
