//! What a fork of the process means for this crate: the child goes on with the handles that it inherited, from zero.
//!
//! A child of `fork` has the one thread that forked, and a copy of everything else: locks that other threads held and
//! will never release, records that they were in the middle of, queues whose exporter does not exist, sums that the
//! parent reports too. Four things make that harmless.
//!
//! - **No lock is held by another thread at the fork.** [`Mutex`] counts who is about to take one or holds it
//!   (`gate.rs`), and the hook that runs before the fork waits until nobody is. What such a lock guards is short work of
//!   this crate alone: no callback of the program, no exporter and no other lock of the program is waited for under one,
//!   so that wait is short, and cannot be for something that the forking thread holds (Python's interpreter lock, say).
//!   Its own locks the forking thread keeps, and releases in both processes. The locks are the standard library's,
//!   which are a word each; others keep queues of waiting threads, which would lead into stacks that are no more.
//! - **Cells are made anew in the hook that runs in the child**, where one thread exists and nothing is recorded:
//!   [`cells::in_child`](crate::cells::in_child). No sequence of another thread's record stays odd, and everything
//!   recorded from then on is the child's own.
//! - **What belongs to one process is made once for each** ([`PerProcess`]): export thread, sockets, span queue,
//!   resource. A child leaks the ones it inherited, since to drop them would mean to wait for threads that do not exist,
//!   or to wake the parent's through a descriptor that both have.
//! - **The rest begins at the first use**: the hook leaves a mark, and what takes the slow path anyway looks at it with
//!   one load ([`settle`]). The first record of a child finds no cells, so it takes the slow path. A child that
//!   uses nothing starts nothing.
//!
//! Processes made by `vfork` or `posix_spawn` run none of these hooks and must not call this crate before `exec`, as
//! they must not call anything.

mod gate;
mod hooks;
mod mutex;
mod per_process;
mod turn;

use std::sync::{
    Arc, OnceLock, Weak,
    atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
};

pub(crate) use self::{
    hooks::watch_exit,
    mutex::Mutex,
    per_process::{Birth, PerProcess},
    turn::Turn,
};
use crate::clock::wall_unix_nanos;

/// How many forks lie between the process that loaded this crate and this one.
static GENERATION: AtomicU64 = AtomicU64::new(0);

/// When this process was forked; 0 in the first one.
static FORKED_UNIX_NANOS: AtomicU64 = AtomicU64::new(0);

/// Nothing was used yet since the fork.
static UNSETTLED: AtomicBool = AtomicBool::new(false);

/// Those who have something to do. Grows by one entry for each provider and each telemetry that is alive.
static INHERITORS: Mutex<Vec<Weak<dyn Inherit>>> = Mutex::new(Vec::new());

/// What lives on in a forked child.
pub(crate) trait Inherit: Send + Sync {
    /// Inside the hook, in the child: what it counts begins at zero. Atomic stores only; no lock, no allocation.
    fn zero(&self);

    /// At the child's first use: begins what the process needs. Runs on a thread that may be recording, so it waits
    /// for nothing.
    fn begin(self: Arc<Self>) {}

    /// The process ends by itself.
    fn at_exit(&self) {}
}

/// The number of this process among its forks.
#[inline]
pub(crate) fn generation() -> u64 {
    GENERATION.load(Relaxed)
}

/// When this process was forked, by the wall clock; `None` if it was not.
pub(crate) fn forked_unix_nanos() -> Option<u64> {
    Some(FORKED_UNIX_NANOS.load(Relaxed)).filter(|nanos| *nanos > 0)
}

/// Has this one told of forks, for as long as it is alive.
pub(crate) fn inherit(inheritor: Weak<dyn Inherit>) {
    hooks::watch_process();
    let mut inheritors = INHERITORS.lock();
    inheritors.retain(|known| known.strong_count() > 0);
    inheritors.push(inheritor);
}

/// In a forked child that has used nothing yet, begins what it needs. Called first by everything that is not fast
/// anyway; one load otherwise.
#[inline]
pub(crate) fn settle() {
    if UNSETTLED.load(Relaxed) {
        begin_all();
    }
}

#[cold]
fn begin_all() {
    // Whoever comes meanwhile need not wait: what is recorded is kept in any case.
    if UNSETTLED.swap(false, Relaxed) {
        for_each_inheritor(|inheritor| inheritor.begin());
    }
}

/// The process ends by itself: main has returned, or somebody called `exit`.
fn at_exit() {
    // A child that has used nothing has nothing to say.
    if !UNSETTLED.load(Relaxed) {
        for_each_inheritor(|inheritor| inheritor.at_exit());
    }
}

/// Not under the lock: they may do anything.
fn for_each_inheritor(visit: impl FnMut(Arc<dyn Inherit>)) {
    let inheritors = INHERITORS.lock().clone();
    inheritors.iter().filter_map(Weak::upgrade).for_each(visit);
}

/// In the child, before anything else runs there.
fn begin_child() {
    GENERATION.fetch_add(1, Relaxed);
    FORKED_UNIX_NANOS.store(wall_unix_nanos().max(1), Relaxed);
    crate::cells::in_child();
    // Only this thread itself may hold it now.
    if let Some(inheritors) = INHERITORS.try_lock() {
        inheritors.iter().filter_map(Weak::upgrade).for_each(|inheritor| inheritor.zero());
    }
    UNSETTLED.store(true, Relaxed);
}

/// As [`OnceLock::get_or_init`], but a fork waits until the value is there: a child could wait for it for ever.
#[inline]
pub(crate) fn get_or_init<T>(once: &OnceLock<T>, make: impl FnOnce() -> T) -> &T {
    if let Some(value) = once.get() {
        return value;
    }
    let _inside = gate::enter();
    once.get_or_init(make)
}

/// As [`OnceLock::set`], in the same way.
pub(crate) fn set<T>(once: &OnceLock<T>, value: T) -> Result<(), T> {
    let _inside = gate::enter();
    once.set(value)
}
