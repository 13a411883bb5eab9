//! Events as they are queued for an observer that must not run inline.

use std::sync::Arc;

use inferometer_semconv::attributes::{KvCacheEvictionReason, KvCacheFailureReason};

use super::{
    event::{Keys, StorageEvent, StorageEventKind, StorageObserver, StoragePlace},
    queue::Queue,
};
use crate::serving::meters::Meters;

/// Hashes that one queued event carries. An event with more arrives as several, whose keys and bytes add up to its own.
pub const HASHES_PER_QUEUED_EVENT: usize = 8;

/// An event without borrowed parts, and without the hashes of keys that failed.
#[derive(Debug)]
pub(super) struct QueuedEvent {
    kind: StorageEventKind,
    place: Arc<StoragePlace>,
    unix_nanos: u64,
    done: Amount,
    failed: Amount,
    failure: Option<KvCacheFailureReason>,
    eviction: Option<KvCacheEvictionReason>,
    hashes: [u64; HASHES_PER_QUEUED_EVENT],
    hash_count: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Amount {
    count: u64,
    bytes: u64,
}

impl QueuedEvent {
    fn with(event: &StorageEvent<'_>, done: Amount, failed: Amount, chunk: &[u64]) -> Self {
        let mut hashes = [0; HASHES_PER_QUEUED_EVENT];
        hashes.iter_mut().zip(chunk).for_each(|(place, hash)| *place = *hash);
        let StorageEvent { kind, unix_nanos, failure, eviction, .. } = *event;
        let place = Arc::clone(event.place);
        let hash_count = chunk.len().min(HASHES_PER_QUEUED_EVENT);
        Self { kind, place, unix_nanos, done, failed, failure, eviction, hashes, hash_count }
    }

    pub(super) fn event(&self) -> StorageEvent<'_> {
        let Self { kind, unix_nanos, failure, eviction, .. } = *self;
        let hashes = &self.hashes[..self.hash_count];
        StorageEvent {
            kind,
            place: &self.place,
            unix_nanos,
            done: Keys { count: self.done.count, bytes: self.done.bytes, hashes },
            failed: Keys::new(self.failed.count, self.failed.bytes),
            failure,
            eviction,
        }
    }
}

/// Visits the queued events that an event becomes. The first takes what does not divide, and all that failed.
fn for_each_part(event: &StorageEvent<'_>, mut visit: impl FnMut(QueuedEvent)) {
    let Keys { count, bytes, hashes } = event.done;
    let (first, later) = hashes.split_at(hashes.len().min(HASHES_PER_QUEUED_EVENT));
    let mut later_count = count.min(later.len() as u64);
    let bytes_per_hash = bytes.checked_div(hashes.len() as u64).unwrap_or(0);
    let done =
        Amount { count: count - later_count, bytes: bytes - bytes_per_hash * later.len() as u64 };
    let failed = Amount { count: event.failed.count, bytes: event.failed.bytes };
    visit(QueuedEvent::with(event, done, failed, first));
    for chunk in later.chunks(HASHES_PER_QUEUED_EVENT) {
        let count = later_count.min(chunk.len() as u64);
        later_count -= count;
        let done = Amount { count, bytes: bytes_per_hash * chunk.len() as u64 };
        visit(QueuedEvent::with(event, done, Amount::default(), chunk));
    }
}

/// Puts events on the queue of the observer `name`.
pub(super) struct Enqueue<M: Meters> {
    pub(super) name: Box<str>,
    pub(super) queue: Arc<Queue<M, QueuedEvent>>,
}

impl<M: Meters> StorageObserver for Enqueue<M> {
    fn name(&self) -> &str {
        &self.name
    }

    fn on_event(&self, event: &StorageEvent<'_>) {
        for_each_part(event, |part| self.queue.push(part, event.unix_nanos));
    }
}

#[cfg(test)]
mod tests {
    use inferometer_semconv::attributes::KvCacheTier;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_parts_of_an_event_add_up_to_it(
            count: u64,
            bytes: u64,
            failed: u64,
            hashes in prop::collection::vec(any::<u64>(), 0..40),
        ) {
            let place = StoragePlace { tier: KvCacheTier::Host, backend: None, namespace: None, id: 0 };
            let event = StorageEvent {
                kind: StorageEventKind::Stored,
                place: &Arc::new(place),
                unix_nanos: 1,
                done: Keys { count, bytes, hashes: &hashes },
                failed: Keys::new(failed, 0),
                failure: None,
                eviction: None,
            };
            let mut parts = Vec::new();
            for_each_part(&event, |part| parts.push(part));
            let parts: Vec<StorageEvent<'_>> = parts.iter().map(QueuedEvent::event).collect();
            let sum = |of: fn(&StorageEvent<'_>) -> u64| parts.iter().map(of).sum::<u64>();
            prop_assert_eq!(sum(|part| part.done.count), count);
            prop_assert_eq!(sum(|part| part.done.bytes), bytes);
            prop_assert_eq!(sum(|part| part.failed.count), failed);
            let queued: Vec<u64> = parts.iter().flat_map(|part| part.done.hashes).copied().collect();
            prop_assert_eq!(queued, hashes);
        }
    }
}
