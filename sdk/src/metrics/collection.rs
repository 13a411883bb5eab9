//! Which collection the calling thread is in the middle of, so that callbacks of one collection can agree on a moment.

use std::{
    cell::Cell,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// The number of a thread that collects nothing.
const NONE: u64 = 0;

static NEXT: AtomicU64 = AtomicU64::new(NONE + 1);

thread_local! {
    static CURRENT: Cell<u64> = const { Cell::new(NONE) };
}

/// The calling thread collects until this is dropped. A collection inside a callback is one of its own.
pub(super) struct CollectionGuard {
    outer: u64,
}

impl CollectionGuard {
    pub(super) fn begin() -> Self {
        Self { outer: CURRENT.replace(NEXT.fetch_add(1, Relaxed)) }
    }
}

impl Drop for CollectionGuard {
    fn drop(&mut self) {
        CURRENT.set(self.outer);
    }
}

/// The number of the collection that the calling thread is in the middle of, one that no other collection of the
/// process has; `None` outside, and while another OpenTelemetry SDK collects.
pub(crate) fn current_collection() -> Option<u64> {
    Some(CURRENT.get()).filter(|number| *number != NONE)
}
