//! Values that are read once per collection and shown by several series, so that all of them tell of one moment.

use std::{
    fmt,
    sync::Arc,
    thread::{self, ThreadId},
};

use crate::{fork::Mutex, metrics::current_collection};

/// Threads that may collect at the same time. One more takes the place of the one that collected longest ago; should
/// that one still be collecting, it reads once more, and its series may tell of two moments.
const MAX_COLLECTING_THREADS: usize = 64;

/// Where in a collection a callback stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Registered before the others of its group.
    First,
    /// Registered after another one of its group.
    Later,
}

/// Reads a `T` once for all callbacks of a group that run in the same collection.
///
/// A [`Scope`](crate::metrics::Scope) numbers its collections. Other SDKs run the callbacks of a collection on one
/// thread in the order in which they were registered, so there the group's first one begins.
pub(super) struct Latch<T> {
    read: Box<dyn Fn() -> T + Send + Sync>,
    /// In the order of use.
    kept: Mutex<Vec<Kept<T>>>,
}

struct Kept<T> {
    thread: ThreadId,
    collection: Option<u64>,
    value: T,
}

impl<T: Copy> Latch<T> {
    pub(super) fn new(read: impl Fn() -> T + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { read: Box::new(read), kept: Mutex::default() })
    }

    /// The value of the collection that the calling thread is in the middle of.
    pub(super) fn value(&self, place: Place) -> T {
        let (thread, collection) = (thread::current().id(), current_collection());
        let mut kept = self.kept.lock();
        let at = kept.iter().position(|kept| kept.thread == thread);
        if let Some(known) = at.map(|at| &kept[at]) {
            let is_same = match collection {
                Some(_) => known.collection == collection,
                None => place == Place::Later && known.collection.is_none(),
            };
            if is_same {
                return known.value;
            }
        }
        match at {
            Some(at) => drop(kept.remove(at)),
            None if kept.len() >= MAX_COLLECTING_THREADS => drop(kept.remove(0)),
            None => {}
        }
        let value = (self.read)();
        kept.push(Kept { thread, collection, value });
        value
    }
}

impl<T> fmt::Debug for Latch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Latch").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    use super::*;

    fn counting() -> Arc<Latch<u64>> {
        let reads = AtomicU64::new(0);
        Latch::new(move || reads.fetch_add(1, Relaxed) + 1)
    }

    #[test]
    fn without_numbered_collections_the_first_of_a_group_begins_one() {
        let latch = counting();
        for collection in 1..4 {
            let seen = [Place::First, Place::Later, Place::Later].map(|place| latch.value(place));
            assert_eq!(seen, [collection; 3]);
        }
    }

    #[test]
    fn threads_that_collect_at_once_do_not_share_what_they_read() {
        let latch = counting();
        assert_eq!(latch.value(Place::First), 1);
        let other = Arc::clone(&latch);
        let seen = thread::spawn(move || [Place::First, Place::Later].map(|it| other.value(it)));
        assert_eq!(seen.join().unwrap(), [2, 2]);
        assert_eq!(latch.value(Place::Later), 1);
    }

    #[test]
    fn what_is_kept_of_threads_is_bounded() {
        let latch = counting();
        for _ in 0..MAX_COLLECTING_THREADS + 5 {
            let latch = Arc::clone(&latch);
            thread::spawn(move || latch.value(Place::First)).join().unwrap();
        }
        assert_eq!(latch.kept.lock().len(), MAX_COLLECTING_THREADS);
    }
}
