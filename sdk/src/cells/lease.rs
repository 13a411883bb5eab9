//! Which slab the current thread writes to.
//!
//! Slabs are made ahead, where allocation is welcome: at a bind, at [`register_thread`], and on the reader's thread.
//! A thread's first record takes a spare one with a single compare-and-swap; if there is none, it records into the
//! fallback stripes until the reader's thread has made some.

use std::{
    cell::Cell,
    sync::{
        OnceLock,
        atomic::{
            AtomicBool, AtomicU32, AtomicU64, AtomicUsize,
            Ordering::Relaxed,
            Ordering::{Acquire, Release},
        },
    },
};

use super::{
    slab::{MAX_SLABS, STRIPES, Slab},
    thread_end,
};
use crate::fork;

/// Slabs kept ready for threads that have not recorded yet.
const SPARES: usize = 4;

/// Pages that a spare slab gets ahead of its thread, so that a new thread records at full speed at once without
/// paying for every series of a large process. The others come as it asks for them.
const PAGES_AHEAD: u32 = 8;

/// The slab of a thread that has none: it has no pages, so every record takes the cold path.
static NO_SLAB: Slab = Slab::of_nobody();

/// Filled from the front; never emptied.
static SLABS: [OnceLock<Box<Slab>>; MAX_SLABS] = [const { OnceLock::new() }; MAX_SLABS];

static FALLBACK: [Slab; STRIPES] = [const { Slab::new() }; STRIPES];

/// Records in each stripe, on cache lines of their own.
static SHARED_RECORDS: [Padded; STRIPES] = [const { Padded(AtomicU64::new(0)) }; STRIPES];

#[repr(align(64))]
struct Padded(AtomicU64);

/// Slabs that nobody owns. A record looks here before it searches.
static FREE: AtomicUsize = AtomicUsize::new(0);

/// Threads that wait for a slab, since the reader's thread last made some.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Pages below this number hold series; only they are worth installing.
static PAGES_IN_USE: AtomicU32 = AtomicU32::new(0);

/// Whether some provider wants exemplars of records outside spans.
static EVERY_RECORD: AtomicBool = AtomicBool::new(false);

/// Whether any slab has a page to install, so that the reader's thread need not look through all of them.
static PAGES_WANTED: AtomicBool = AtomicBool::new(false);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// The thread has not recorded yet.
    New,
    /// The thread found no spare slab and is counted in [`WAITING`].
    Waiting,
    /// The thread owns a slab.
    Leased,
    /// The thread has given its slab back, or could not be told of its own end.
    Without,
}

thread_local! {
    /// Plain and without a destructor: reading it is one load, and it stays readable while the thread ends.
    static CURRENT: Cell<&'static Slab> = const { Cell::new(&NO_SLAB) };
    static STANDING: Cell<Standing> = const { Cell::new(Standing::New) };
    /// Whether a sampled span is current, for the slab that the thread may come to own.
    static IS_IN_SPAN: Cell<bool> = const { Cell::new(false) };
    /// Recorders of this thread that are alive; they write to its slab without asking whether it still owns it.
    static RECORDERS: Cell<usize> = const { Cell::new(0) };
    /// The slab that this thread would have given back, had it not had recorders.
    static HELD_BACK: Cell<Option<usize>> = const { Cell::new(None) };
}

/// The slab that the current thread writes to. It must not reach another thread.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Own(&'static Slab);

impl Own {
    /// The current thread's slab, or one without pages.
    #[inline(always)]
    pub(crate) fn current() -> Self {
        Self(CURRENT.get())
    }

    #[inline(always)]
    pub(super) const fn slab(self) -> &'static Slab {
        self.0
    }

    /// Whether what this thread records may make an exemplar: if not, it does not.
    #[inline(always)]
    pub(crate) fn is_attended(self) -> bool {
        self.0.attention().is_due()
    }

    /// Whether what it records outside spans may.
    #[inline(always)]
    pub(crate) fn is_attended_without_span(self) -> bool {
        self.0.attention().is_due_without_span()
    }
}

/// The stripe for a record that has no cells of its own to go to; counts the record.
///
/// The first stripe has every page from the bind on, and serves threads whose slab or page is on its way. Threads that
/// will not have one are spread over all stripes, whose pages are made as they ask for them: the address of a
/// thread-local differs between threads, which is all the spreading that is needed.
pub(super) fn enter_stripe(pages: &[u32]) -> &'static Slab {
    let address = CURRENT.with(|current| std::ptr::from_ref(current).addr());
    let number = (address >> 12) & (STRIPES - 1);
    SHARED_RECORDS[number].0.fetch_add(1, Relaxed);
    let mut stripe = common();
    if stays_without() {
        let spread = &FALLBACK[number];
        if pages.iter().all(|page| spread.page(*page).is_some()) {
            stripe = spread;
        } else {
            pages.iter().for_each(|page| spread.want(*page));
            PAGES_WANTED.store(true, Release);
        }
    }
    pages.iter().for_each(|page| stripe.share(*page));
    stripe
}

/// Whether this thread has no slab and is not about to get one.
fn stays_without() -> bool {
    match STANDING.get() {
        Standing::New | Standing::Leased => false,
        Standing::Waiting => SLABS[MAX_SLABS - 1].get().is_some(),
        Standing::Without => true,
    }
}

/// Records of the whole process that went to the stripes.
pub(crate) fn shared_records() -> u64 {
    SHARED_RECORDS.iter().map(|count| count.0.load(Relaxed)).sum()
}

/// The first stripe, where also the one cell that all threads share for a gauge is.
pub(super) fn common() -> &'static Slab {
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

/// Makes room for a new run: its page in the first stripe, in the slab of the thread that binds it, and in the spares.
pub(super) fn prepare_page(page: u32) {
    PAGES_IN_USE.fetch_max(page + 1, Relaxed);
    common().install(page);
    register_thread();
    if STANDING.get() == Standing::Leased {
        CURRENT.get().install(page);
    }
    if page < PAGES_AHEAD {
        thread_slabs().filter(|slab| slab.ownership().is_free()).take(SPARES).for_each(|spare| {
            spare.install(page);
        });
    }
}

/// Leases a slab for the current thread and keeps the spares at their number. May allocate.
pub(crate) fn register_thread() {
    fork::settle();
    thread_end::prepare();
    make_slabs(SPARES + usize::from(STANDING.get() != Standing::Leased));
    lease();
}

/// What a record does that found no page: take a slab if the thread has none yet, and say whether it may try again.
/// Otherwise the page is asked for, and the caller records into the [`stripe`].
#[cold]
pub(super) fn page_missing(page: u32) -> bool {
    fork::settle();
    if lease() {
        return true;
    }
    if STANDING.get() == Standing::Leased {
        CURRENT.get().want(page);
        PAGES_WANTED.store(true, Release);
    }
    false
}

/// Takes a spare slab for a thread that has recorded nothing but gauges, whose cells are everybody's: without one, each of
/// its records would look for a span.
pub(crate) fn lease_spare() {
    lease();
}

/// Takes a spare slab, if this thread may have one and there is one. Neither allocates nor locks.
fn lease() -> bool {
    let standing = STANDING.get();
    if !matches!(standing, Standing::New | Standing::Waiting) {
        return false;
    }
    let spare = if FREE.load(Relaxed) == 0 {
        None
    } else {
        thread_slabs().enumerate().find(|(_, slab)| slab.ownership().try_take())
    };
    let Some((number, slab)) = spare else {
        if standing == Standing::New {
            STANDING.set(Standing::Waiting);
            WAITING.fetch_add(1, Relaxed);
        }
        return false;
    };
    FREE.fetch_sub(1, Relaxed);
    if !thread_end::call_at_end(number) {
        STANDING.set(Standing::Without);
        give_back(slab);
        return false;
    }
    slab.attention().set_span(IS_IN_SPAN.get());
    CURRENT.set(slab);
    STANDING.set(Standing::Leased);
    true
}

/// Called on a thread that owned this slab, when it ends. While a recorder lives on (in another library's
/// thread-specific value), the slab stays this thread's.
pub(super) fn thread_ended(number: usize) {
    STANDING.set(Standing::Without);
    CURRENT.set(&NO_SLAB);
    if RECORDERS.get() > 0 {
        HELD_BACK.set(Some(number));
    } else {
        give_back_numbered(number);
    }
}

/// A recorder of this thread begins.
pub(crate) fn recorder_begins() {
    RECORDERS.set(RECORDERS.get() + 1);
}

/// A recorder of this thread is gone; the last one gives back what the thread's end could not.
pub(crate) fn recorder_ended() {
    RECORDERS.set(RECORDERS.get().saturating_sub(1));
    if RECORDERS.get() == 0
        && let Some(number) = HELD_BACK.take()
    {
        give_back_numbered(number);
    }
}

fn give_back_numbered(number: usize) {
    if let Some(slab) = SLABS.get(number).and_then(OnceLock::get) {
        give_back(slab);
    }
}

fn give_back(slab: &Slab) {
    // Counted first: a thread that looks in between searches once in vain, and the count never falls below zero.
    FREE.fetch_add(1, Relaxed);
    slab.ownership().release();
}

/// A sampled span is current on this thread from now on, or none is.
pub(crate) fn span_is_current(is_current: bool) {
    IS_IN_SPAN.set(is_current);
    if STANDING.get() == Standing::Leased {
        CURRENT.get().attention().set_span(is_current);
    }
}

/// From now on some provider wants exemplars of records outside spans. A slab that is being made at this moment is told
/// by the next reader.
pub(crate) fn attend_to_every_record() {
    EVERY_RECORD.store(true, Relaxed);
    thread_slabs().for_each(|slab| slab.attention().set_every());
}

/// Makes slabs until this many are free, or [`MAX_SLABS`] are there.
fn make_slabs(free: usize) {
    let mut slots = SLABS.iter();
    while FREE.load(Relaxed) < free {
        let Some(slot) = slots.find(|slot| slot.get().is_none()) else {
            return;
        };
        let mut is_new = false;
        let slab = fork::get_or_init(slot, || {
            is_new = true;
            Box::new(Slab::new())
        });
        if is_new {
            for page in 0..PAGES_IN_USE.load(Relaxed).min(PAGES_AHEAD) {
                slab.install(page);
            }
            if EVERY_RECORD.load(Relaxed) {
                slab.attention().set_every();
            }
            give_back(slab);
        }
    }
}

/// Makes the slabs and installs the pages that records asked for. Called by every reader's thread between exports.
pub(crate) fn install_wanted() {
    let waiting = WAITING.swap(0, Relaxed);
    if waiting > 0 {
        // Some of those that waited have ended since: at most doubling keeps a burst of short threads from making a
        // slab each.
        let most = thread_slabs().count().max(SPARES);
        make_slabs(SPARES + waiting.min(most));
    }
    if EVERY_RECORD.load(Relaxed) {
        attend_to_every_record();
    }
    if PAGES_WANTED.swap(false, Acquire) {
        thread_slabs().chain(fallback_slabs()).for_each(Slab::install_wanted);
    }
}

/// In a forked child, before anything runs there: everything is as if nothing had ever been recorded.
///
/// The pages of all slabs are forgotten, not zeroed: the child would have to copy every one of them. The first stripe's
/// are zeroed where they are not, because gauges know their cells there. The only thread that is left keeps its slab,
/// which its recorders write to; all others are nobody's.
pub(crate) fn in_child() {
    let pages = PAGES_IN_USE.load(Relaxed);
    let (own, held_back) = (CURRENT.get(), HELD_BACK.get());
    let mut free = 0;
    for (number, slab) in thread_slabs().enumerate() {
        slab.forget_pages(pages);
        if !std::ptr::eq(slab, own) && held_back != Some(number) {
            slab.ownership().release();
            free += 1;
        }
    }
    FREE.store(free, Relaxed);
    let (first, others) = FALLBACK.split_at(1);
    first.iter().for_each(|stripe| stripe.zero_pages(pages));
    others.iter().for_each(|stripe| stripe.forget_pages(pages));
    SHARED_RECORDS.iter().for_each(|count| count.0.store(0, Relaxed));
    WAITING.store(0, Relaxed);
    PAGES_WANTED.store(false, Relaxed);
    if STANDING.get() == Standing::Waiting {
        STANDING.set(Standing::New);
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use inferometer_semconv::metrics::INFER_KV_CACHE_UTILIZATION;

    use super::*;
    use crate::MeterProvider;

    #[test]
    fn a_thread_that_only_sets_gauges_has_a_slab_of_its_own() {
        let provider = MeterProvider::builder().build();
        let gauge = provider.scope("tests").gauge::<f64>(&INFER_KV_CACHE_UTILIZATION, &[]);
        provider.register_thread();
        let recorder = thread::spawn(move || {
            gauge.record(0.5);
            STANDING.get() == Standing::Leased
        });
        assert_eq!(recorder.join().ok(), Some(true));
    }
}
