//! Which slab the current thread writes to.

use std::{
    cell::Cell,
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use super::slab::{MAX_SLABS, STRIPES, Slab};

/// Pages that a thread's first lease installs at once, so that a new thread records at full speed from its second
/// record on without paying for every series of a large process.
const PAGES_AT_LEASE: usize = 16;

/// The slab of a thread that has none: it has no pages, so every record takes the cold path.
static NO_SLAB: Slab = Slab::empty(true);

static SLABS: [OnceLock<Box<Slab>>; MAX_SLABS] = [const { OnceLock::new() }; MAX_SLABS];

static FALLBACK: [Slab; STRIPES] = [const { Slab::empty(true) }; STRIPES];

/// Pages below this number hold series; only they are worth installing.
static PAGES_IN_USE: AtomicUsize = AtomicUsize::new(0);

/// Whether any slab has a page to install, so that the reader's thread need not look through all of them.
static PAGES_WANTED: AtomicBool = AtomicBool::new(false);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// The thread has not recorded yet.
    New,
    /// The thread is taking a lease, and a record from inside it (an instrumented allocator) must not take another.
    Leasing,
    /// The thread owns a slab.
    Leased,
    /// The thread's lease has ended, or all slabs are taken: it records into the fallback stripes.
    Without,
}

thread_local! {
    /// Plain and without a destructor: reading it is one load, and it stays readable while the thread ends.
    static CURRENT: Cell<&'static Slab> = const { Cell::new(&NO_SLAB) };
    static STANDING: Cell<Standing> = const { Cell::new(Standing::New) };
    static LEASE: Lease = const { Lease };
}

/// Gives the slab back when the thread ends.
struct Lease;

impl Drop for Lease {
    fn drop(&mut self) {
        STANDING.set(Standing::Without);
        let slab = CURRENT.replace(&NO_SLAB);
        if !std::ptr::eq(slab, &raw const NO_SLAB) {
            slab.release();
        }
    }
}

/// The current thread's slab, or one without pages.
#[inline(always)]
pub(super) fn current() -> &'static Slab {
    CURRENT.get()
}

/// The stripe for threads that have no slab or whose page is missing. The address of a thread-local differs between
/// threads, which is all the spreading that is needed.
pub(super) fn stripe() -> &'static Slab {
    let address = CURRENT.with(|current| std::ptr::from_ref(current).addr());
    &FALLBACK[(address >> 12) & (STRIPES - 1)]
}

/// The one cell that all threads share for a gauge lives in the first stripe.
pub(super) fn shared() -> &'static Slab {
    &FALLBACK[0]
}

/// Every slab that may hold values of a run: all threads' slabs, past and present.
pub(super) fn thread_slabs() -> impl Iterator<Item = &'static Slab> {
    SLABS.iter().map_while(OnceLock::get).map(|slab| &**slab)
}

/// The fallback stripes, whose cells anyone may write.
pub(super) fn fallback_slabs() -> impl Iterator<Item = &'static Slab> {
    FALLBACK.iter()
}

/// Makes room for a new run: its page in every stripe, and in the slab of the thread that binds it.
pub(super) fn prepare_page(page: usize) {
    PAGES_IN_USE.fetch_max(page + 1, Ordering::Relaxed);
    for stripe in &FALLBACK {
        stripe.install(page);
    }
    register_thread();
    if STANDING.get() == Standing::Leased {
        current().install(page);
    }
}

/// Leases a slab for the current thread, with the pages that series use now. Without it, the thread's first record
/// does the same; call it where an allocation is welcome, before the thread's first record.
pub(crate) fn register_thread() {
    if STANDING.get() != Standing::New {
        return;
    }
    STANDING.set(Standing::Leasing);
    // Touching LEASE registers its destructor; a thread that is already ending cannot register one.
    let slab = LEASE.try_with(|_| lease_slab()).ok().flatten();
    let Some(slab) = slab else {
        STANDING.set(Standing::Without);
        return;
    };
    for page in 0..PAGES_IN_USE.load(Ordering::Relaxed).min(PAGES_AT_LEASE) {
        slab.install(page);
    }
    CURRENT.set(slab);
    STANDING.set(Standing::Leased);
}

/// A slab that nobody owns, or a new one; `None` at [`MAX_SLABS`].
fn lease_slab() -> Option<&'static Slab> {
    for slot in &SLABS {
        let mut fresh = false;
        let slab = slot.get_or_init(|| {
            fresh = true;
            Box::new(Slab::empty(true))
        });
        if fresh || slab.try_lease() {
            return Some(slab);
        }
    }
    None
}

/// What a record does that found no page: take a lease if the thread has none yet, and say whether it may try again.
///
/// Otherwise the page is asked for, and the caller records into the [`stripe`].
#[cold]
pub(super) fn page_missing(page: usize) -> bool {
    if STANDING.get() == Standing::New {
        register_thread();
        if current().page(page).is_some() {
            return true;
        }
    }
    if STANDING.get() == Standing::Leased {
        current().want(page);
        PAGES_WANTED.store(true, Ordering::Release);
    }
    false
}

/// Installs the pages that records asked for; returns how many. Called by every reader's thread between exports.
pub(crate) fn install_wanted_pages() -> usize {
    if !PAGES_WANTED.swap(false, Ordering::Acquire) {
        return 0;
    }
    thread_slabs().map(Slab::install_wanted).sum()
}
