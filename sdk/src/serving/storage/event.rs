//! What happens to the keys of a storage tier, and who may watch it.

use std::sync::Arc;

use inferometer_semconv::attributes::{
    KvCacheEvictionReason, KvCacheFailureReason, KvCacheOperation, KvCacheTier,
};

/// Keys of an operation: chunks, blocks, pages, whatever the cache keeps as one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers fill it, with `..Default::default()`")]
pub struct Keys<'a> {
    /// How many keys.
    pub count: u64,
    /// Their size; 0 if it is not known or nothing was moved.
    pub bytes: u64,
    /// What tells each of them from the others, for observers who follow single keys. May be empty: counts and bytes
    /// do not need it.
    pub hashes: &'a [u64],
}

impl<'a> Keys<'a> {
    /// Keys that nobody follows one by one.
    #[must_use]
    pub const fn new(count: u64, bytes: u64) -> Self {
        Self { count, bytes, hashes: &[] }
    }

    /// Keys by their hashes, and the size of all together.
    #[must_use]
    pub const fn hashed(hashes: &'a [u64], bytes: u64) -> Self {
        Self { count: hashes.len() as u64, bytes, hashes }
    }

    pub(super) const fn is_nothing(&self) -> bool {
        self.count == 0 && self.bytes == 0
    }
}

/// A tier, and the part of it that a recorder was bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoragePlace {
    /// The level of the cache.
    pub tier: KvCacheTier,
    /// The store behind it, where it has several.
    pub backend: Option<Arc<str>>,
    /// The part that keeps one tenant's keys apart.
    pub namespace: Option<Arc<str>>,
    /// Of this tier and backend among those of its cache.
    pub(super) id: usize,
}

/// One step of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StorageEvent<'a> {
    /// Which step.
    pub kind: StorageEventKind,
    /// Where the keys are.
    pub place: &'a Arc<StoragePlace>,
    /// When, in nanoseconds since the Unix epoch, by the engine's clock.
    pub unix_nanos: u64,
    /// Those that were reserved, submitted, found, moved or taken out.
    pub done: Keys<'a>,
    /// Those that were refused, failed or not found.
    pub failed: Keys<'a>,
    /// Why they failed; `None` for keys that a lookup did not find, and if none failed.
    pub failure: Option<KvCacheFailureReason>,
    /// Why they left, if that is what happened.
    pub eviction: Option<KvCacheEvictionReason>,
}

/// What an operation of a cache went through; new ones may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StorageEventKind {
    /// Room was made, or there was none.
    Allocated,
    /// Keys are to be copied into this tier from the one above.
    StoreSubmitted,
    /// They were, or not.
    Stored,
    /// Keys are to be copied from this tier into the one above.
    LoadSubmitted,
    /// They were, or not.
    Loaded,
    /// It was asked which keys are there.
    LookupSubmitted,
    /// These are there, those are not.
    LookedUp,
    /// Keys are in use where they are, and must stay.
    ReadReserved,
    /// They need not stay any more.
    ReadFinished,
    /// Keys are being filled where they are.
    WriteReserved,
    /// They are filled, or were given up.
    WriteFinished,
    /// They are filled, and in use at once: nothing could evict them in between.
    WriteFinishedReadReserved,
    /// Keys are to be brought up before they are needed.
    PrefetchSubmitted,
    /// They are up, or not.
    PrefetchFinished,
    /// Keys were used.
    Accessed,
    /// Keys left to make room.
    Evicted,
    /// Keys left because somebody asked for it.
    Deleted,
}

impl StorageEventKind {
    /// Of an operation that was reserved or submitted. Those that cannot be are over at once.
    pub(super) const fn begun(operation: KvCacheOperation) -> Self {
        match operation {
            KvCacheOperation::Store => Self::StoreSubmitted,
            KvCacheOperation::Load => Self::LoadSubmitted,
            KvCacheOperation::Lookup => Self::LookupSubmitted,
            KvCacheOperation::Read => Self::ReadReserved,
            KvCacheOperation::Write => Self::WriteReserved,
            KvCacheOperation::Prefetch => Self::PrefetchSubmitted,
            KvCacheOperation::Allocate
            | KvCacheOperation::Access
            | KvCacheOperation::Evict
            | KvCacheOperation::Delete => Self::ended(operation),
        }
    }

    /// Of an operation that is through with keys.
    pub(super) const fn ended(operation: KvCacheOperation) -> Self {
        match operation {
            KvCacheOperation::Allocate => Self::Allocated,
            KvCacheOperation::Store => Self::Stored,
            KvCacheOperation::Load => Self::Loaded,
            KvCacheOperation::Lookup => Self::LookedUp,
            KvCacheOperation::Read => Self::ReadFinished,
            KvCacheOperation::Write => Self::WriteFinished,
            KvCacheOperation::Prefetch => Self::PrefetchFinished,
            KvCacheOperation::Access => Self::Accessed,
            KvCacheOperation::Evict => Self::Evicted,
            KvCacheOperation::Delete => Self::Deleted,
        }
    }
}

/// Watches a cache. Every method but the name does nothing unless it is written.
///
/// Methods run on the thread that reports, inside its operation: they must not block, and should not allocate. One that
/// has to goes through [`Storage::observe_queued`](super::Storage::observe_queued). A panic is caught and counted, and
/// costs this observer that event; the others and the cache go on. (A program that aborts on panic aborts here too.)
pub trait StorageObserver: Send + Sync + 'static {
    /// What its panics and losses are counted under. A short word; two of one name share their counts.
    fn name(&self) -> &str;

    /// Every event. Unless it is written, it calls the method of the event's kind.
    fn on_event(&self, event: &StorageEvent<'_>) {
        event.hand_to(self);
    }

    /// [`StorageEventKind::Allocated`].
    fn on_allocated(&self, _event: &StorageEvent<'_>) {}
    /// [`StorageEventKind::StoreSubmitted`].
    fn on_store_submitted(&self, _event: &StorageEvent<'_>) {}
    /// [`StorageEventKind::Stored`].
    fn on_stored(&self, _event: &StorageEvent<'_>) {}
    /// [`StorageEventKind::LoadSubmitted`].
    fn on_load_submitted(&self, _event: &StorageEvent<'_>) {}
    /// [`StorageEventKind::Loaded`].
    fn on_loaded(&self, _event: &StorageEvent<'_>) {}
    /// [`StorageEventKind::LookupSubmitted`].
    fn on_lookup_submitted(&self, _event: &StorageEvent<'_>) {}
    /// [`StorageEventKind::LookedUp`].
    fn on_looked_up(&self, _event: &StorageEvent<'_>) {}
    /// [`StorageEventKind::ReadReserved`].
    fn on_read_reserved(&self, _event: &StorageEvent<'_>) {}
    /// [`StorageEventKind::ReadFinished`].
    fn on_read_finished(&self, _event: &StorageEvent<'_>) {}
    /// [`StorageEventKind::WriteReserved`].
    fn on_write_reserved(&self, _event: &StorageEvent<'_>) {}
    /// [`StorageEventKind::WriteFinished`].
    fn on_write_finished(&self, _event: &StorageEvent<'_>) {}
    /// [`StorageEventKind::WriteFinishedReadReserved`].
    fn on_write_finished_read_reserved(&self, _event: &StorageEvent<'_>) {}
    /// [`StorageEventKind::PrefetchSubmitted`].
    fn on_prefetch_submitted(&self, _event: &StorageEvent<'_>) {}
    /// [`StorageEventKind::PrefetchFinished`].
    fn on_prefetch_finished(&self, _event: &StorageEvent<'_>) {}
    /// [`StorageEventKind::Accessed`].
    fn on_accessed(&self, _event: &StorageEvent<'_>) {}
    /// [`StorageEventKind::Evicted`].
    fn on_evicted(&self, _event: &StorageEvent<'_>) {}
    /// [`StorageEventKind::Deleted`].
    fn on_deleted(&self, _event: &StorageEvent<'_>) {}
}

impl StorageEvent<'_> {
    /// Calls the observer's method for this kind of event.
    fn hand_to<O: StorageObserver + ?Sized>(&self, observer: &O) {
        match self.kind {
            StorageEventKind::Allocated => observer.on_allocated(self),
            StorageEventKind::StoreSubmitted => observer.on_store_submitted(self),
            StorageEventKind::Stored => observer.on_stored(self),
            StorageEventKind::LoadSubmitted => observer.on_load_submitted(self),
            StorageEventKind::Loaded => observer.on_loaded(self),
            StorageEventKind::LookupSubmitted => observer.on_lookup_submitted(self),
            StorageEventKind::LookedUp => observer.on_looked_up(self),
            StorageEventKind::ReadReserved => observer.on_read_reserved(self),
            StorageEventKind::ReadFinished => observer.on_read_finished(self),
            StorageEventKind::WriteReserved => observer.on_write_reserved(self),
            StorageEventKind::WriteFinished => observer.on_write_finished(self),
            StorageEventKind::WriteFinishedReadReserved => {
                observer.on_write_finished_read_reserved(self);
            }
            StorageEventKind::PrefetchSubmitted => observer.on_prefetch_submitted(self),
            StorageEventKind::PrefetchFinished => observer.on_prefetch_finished(self),
            StorageEventKind::Accessed => observer.on_accessed(self),
            StorageEventKind::Evicted => observer.on_evicted(self),
            StorageEventKind::Deleted => observer.on_deleted(self),
        }
    }
}
