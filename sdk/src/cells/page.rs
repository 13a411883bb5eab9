//! Pages of cells, and the slot through which a writer finds its page.

use std::{
    fmt,
    ptr::null_mut,
    sync::atomic::{AtomicPtr, AtomicU64, Ordering},
};

/// Cells in a page: 8 KiB.
pub(super) const PAGE_CELLS: usize = 1024;

/// A page starts on its own cache line, so that two threads' pages never share one.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Page([AtomicU64; PAGE_CELLS]);

impl Page {
    /// The one place where pages come from. They hold no pointers and are never given back.
    fn allocate() -> &'static Self {
        Box::leak(Box::new(Self([const { AtomicU64::new(0) }; PAGE_CELLS])))
    }

    /// The cells from `first` to the end of the page; [`Run`](super::run::Run) keeps inside its own.
    #[inline(always)]
    pub(super) fn cells_from(&self, first: usize) -> &[AtomicU64] {
        &self.0[first & (PAGE_CELLS - 1)..]
    }
}

/// Where a page is, once it is there. Reading it is one load and a comparison with null.
pub(super) struct PageSlot(AtomicPtr<Page>);

impl PageSlot {
    pub(super) const fn empty() -> Self {
        Self(AtomicPtr::new(null_mut()))
    }

    #[inline(always)]
    pub(super) fn page(&self) -> Option<&'static Page> {
        let page = self.0.load(Ordering::Acquire);
        #[expect(unsafe_code, reason = "a slot that costs one load; see ARCHITECTURE.md")]
        // SAFETY: the pointer is null or came from `Page::allocate` through `install`, whose `Release` pairs with the
        // `Acquire` above, so the page's zeroes are visible. Pages are never freed, moved or borrowed mutably.
        unsafe {
            page.as_ref()
        }
    }

    /// As if the page had never been there. It is not freed: who has it keeps it.
    pub(super) fn forget(&self) {
        self.0.store(null_mut(), Ordering::Relaxed);
    }

    /// Makes sure the page is there. Allocates; never called while recording.
    pub(super) fn install(&self) -> &'static Page {
        if let Some(page) = self.page() {
            return page;
        }
        let page = Page::allocate();
        let pointer = std::ptr::from_ref(page).cast_mut();
        let placed =
            self.0.compare_exchange(null_mut(), pointer, Ordering::Release, Ordering::Acquire);
        if placed.is_ok() {
            return page;
        }
        // Another thread was first. Its page is the one; this one is lost, 8 KiB at most once per slot.
        self.page().unwrap_or(page)
    }
}

impl fmt::Debug for PageSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PageSlot").field(&self.page().is_some()).finish()
    }
}
