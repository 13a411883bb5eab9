//! The tiers of a cache beyond the blocks of a forward pass: what their keys go through, who watches it, and the calls
//! of a cache server.
//!
//! | what | file |
//! |---|---|
//! | keys, events, observers | `event.rs`, `observers.rs` |
//! | one tier, one operation of it | `tier.rs`, `operation.rs` |
//! | how operations and calls end | `ending.rs` |
//! | observers with a thread of their own | `queue.rs`, `queued.rs` |
//! | sampled blocks | `lifetimes.rs` |
//! | calls of a cache server | `calls.rs` |

mod calls;
mod ending;
mod event;
mod lifetimes;
mod observers;
mod operation;
mod queue;
mod queued;
mod tier;

use std::{fmt, sync::Arc};

use inferometer_semconv::{
    attributes::{
        INFER_KV_CACHE_NAMESPACE, INFER_KV_CACHE_OUTCOME, INFER_KV_CACHE_TIER, KvCacheOperation,
        KvCacheOutcome, KvCacheTier,
    },
    metrics as def,
};
use opentelemetry::KeyValue;

use self::{
    lifetimes::{LIFETIME_QUEUE, Sampler, Tracker},
    observers::Observers,
    queue::Queue,
    queued::{Enqueue, QueuedEvent},
};
use super::{
    correction::Correction,
    engine::{Engine, EngineState},
    labels::pair,
    meters::{Add, Meters},
    partition::partition,
    prompt::Cached,
};
use crate::{fork::Mutex, metrics::Scope};

pub use calls::{CacheCall, CacheCalls, CallSize};
pub use event::{Keys, StorageEvent, StorageEventKind, StorageObserver, StoragePlace};
pub use lifetimes::{BLOCK_LIFETIMES, MAX_TRACKED_BLOCKS};
pub use observers::{MAX_STORAGE_OBSERVERS, ObserverError};
pub use operation::StorageOperation;
pub use queue::{OBSERVER_DRAIN_TIMEOUT, ObserverThread};
pub use queued::HASHES_PER_QUEUED_EVENT;
pub use tier::StorageTier;

/// Most events that an observer's queue may hold; a larger capacity is taken as this.
pub const MAX_OBSERVER_QUEUE: usize = 1 << 20;

/// Tiers with a backend that sampled blocks are told apart by; in those beyond it, equal hashes are taken as one block.
const MAX_PLACES: usize = 256;

/// Records what happens in a cache, and tells those who watch it. Cheap to clone and to send; clones are the same cache.
///
/// ```
/// use inferometer_sdk::{
///     Engine, KvCacheEvictionReason, KvCacheOperation, KvCacheTier, Keys, MeterProvider,
/// };
/// use opentelemetry::trace::noop::NoopTracer;
///
/// let meters = MeterProvider::builder().build();
/// let engine = Engine::builder(meters.serving_scope(), NoopTracer::new(), "llama-3-70b").build();
/// let operations = [KvCacheOperation::Read, KvCacheOperation::Write, KvCacheOperation::Evict];
/// let host = engine.storage().tier(KvCacheTier::Host, &operations);
///
/// let write = host.reserve_write(Keys::new(4, 4 << 20));
/// write.finish();
/// let mut read = host.reserve_read(Keys::new(4, 4 << 20));
/// read.succeed(Keys::new(3, 3 << 20));
/// drop(read); // the fourth failed as cancelled; nothing stays in flight
/// host.evicted(KvCacheEvictionReason::Capacity, Keys::hashed(&[17, 18], 2 << 20));
/// ```
#[derive(Clone)]
pub struct Storage<M: Meters = Scope>(Arc<StorageState<M>>);

struct StorageState<M: Meters> {
    engine: Arc<EngineState<M>>,
    observers: Arc<Observers<M>>,
    /// Tiers and their backends; the index is the place's id.
    places: Mutex<Vec<(KvCacheTier, Option<Arc<str>>)>>,
}

impl<M: Meters> Engine<M> {
    /// A cache of this engine, with observers of its own.
    #[must_use]
    pub fn storage(&self) -> Storage<M> {
        Storage(Arc::new(StorageState {
            observers: Arc::new(Observers::new(&self.0.meters)),
            engine: Arc::clone(&self.0),
            places: Mutex::default(),
        }))
    }
}

impl<M: Meters> Storage<M> {
    /// A tier whose series of these operations are there from now on, at 0; those of others once they are first needed.
    #[must_use]
    pub fn tier(&self, tier: KvCacheTier, operations: &[KvCacheOperation]) -> StorageTier<M> {
        self.place(tier, None, operations)
    }

    /// As [`Storage::tier`], for a tier with several stores behind it, told apart by `backend`: `fs`, `s3`, ...; at most
    /// 32 of them.
    #[must_use]
    pub fn tier_of(
        &self,
        tier: KvCacheTier,
        backend: impl Into<Arc<str>>,
        operations: &[KvCacheOperation],
    ) -> StorageTier<M> {
        self.place(tier, Some(backend.into()), operations)
    }

    fn place(
        &self,
        tier: KvCacheTier,
        backend: Option<Arc<str>>,
        operations: &[KvCacheOperation],
    ) -> StorageTier<M> {
        let id = self.id_of(tier, backend.as_ref());
        let place = StoragePlace { tier, backend, namespace: None, id };
        StorageTier::bind(&self.0.engine, &self.0.observers, place, operations)
    }

    fn id_of(&self, tier: KvCacheTier, backend: Option<&Arc<str>>) -> usize {
        let mut places = self.0.places.lock();
        let known = places.iter().position(|known| (known.0, known.1.as_ref()) == (tier, backend));
        known.unwrap_or_else(|| {
            let id = places.len();
            if id < MAX_PLACES {
                places.push((tier, backend.cloned()));
            }
            id
        })
    }

    /// Prompt tokens that are looked up in the cache as a whole.
    #[must_use]
    pub fn lookups(&self) -> TokenLookups<M> {
        TokenLookups::bind(&self.0.engine, None)
    }

    /// As [`Storage::lookups`], of one tenant.
    #[must_use]
    pub fn lookups_in(&self, namespace: impl Into<Arc<str>>) -> TokenLookups<M> {
        TokenLookups::bind(&self.0.engine, Some(namespace.into()))
    }

    /// Has `observer` told of everything from now on, on the thread that reports it.
    ///
    /// # Errors
    /// If there are [`MAX_STORAGE_OBSERVERS`] already.
    pub fn observe(&self, observer: impl StorageObserver) -> Result<(), ObserverError> {
        self.0.observers.add(Box::new(observer))
    }

    /// Has `observer` told of everything from now on, on a thread of its own, for as long as what is returned is kept.
    /// Up to `capacity` events wait for it, at least one and at most [`MAX_OBSERVER_QUEUE`]; a further one is dropped
    /// and counted. Hashes of keys that failed are not queued.
    ///
    /// # Errors
    /// If there are [`MAX_STORAGE_OBSERVERS`] already, or no thread can be started.
    pub fn observe_queued(
        &self,
        observer: impl StorageObserver,
        capacity: usize,
    ) -> Result<ObserverThread, ObserverError> {
        let name: Box<str> = observer.name().into();
        let capacity = capacity.min(MAX_OBSERVER_QUEUE);
        let queue = Queue::new(&self.0.engine.meters, &self.0.engine.clock, &name, capacity);
        let thread = Arc::clone(&queue)
            .start(move |event: QueuedEvent| observer.on_event(&event.event()))
            .map_err(ObserverError::no_thread)?;
        self.observe(Enqueue { name, queue })?;
        Ok(thread)
    }

    /// Follows a share of all blocks, from 0 to 1, for as long as what is returned is kept: how long they live, how long
    /// they are idle before they are evicted, how far apart their uses are, and whether they are missed within five
    /// minutes of their eviction. The other counts stay exact.
    ///
    /// Which blocks are followed depends on their hashes alone, so that all processes of a cache follow the same ones;
    /// events without hashes are not seen. A block's life begins when it is allocated, stored or written; reads, loads
    /// and accesses are its uses, so report one of them for each. At most [`MAX_TRACKED_BLOCKS`] are followed at a time.
    ///
    /// # Errors
    /// As [`Storage::observe_queued`].
    pub fn sample_lifetimes(&self, share: f64) -> Result<ObserverThread, ObserverError> {
        let StorageState { engine, .. } = &*self.0;
        let queue = Queue::new(&engine.meters, &engine.clock, BLOCK_LIFETIMES, LIFETIME_QUEUE);
        let mut tracker = Tracker::new(engine, Arc::clone(&queue));
        let thread = Arc::clone(&queue)
            .start(move |step| tracker.take(step))
            .map_err(ObserverError::no_thread)?;
        self.observe(Sampler::new(share, queue))?;
        Ok(thread)
    }
}

/// Records how many tokens a cache was asked for and where it had them. Cheap to clone and to send.
#[derive(Clone)]
pub struct TokenLookups<M: Meters = Scope>(Arc<LookupState<M>>);

struct LookupState<M: Meters> {
    engine: Arc<EngineState<M>>,
    /// Device, host, disk, remote.
    hits: [M::Counter; 4],
    misses: M::Counter,
}

impl<M: Meters> TokenLookups<M> {
    fn bind(engine: &Arc<EngineState<M>>, namespace: Option<Arc<str>>) -> Self {
        let namespace = namespace.map(|it| pair(&INFER_KV_CACHE_NAMESPACE, it));
        let counter = |outcome: KvCacheOutcome, tier: Option<KvCacheTier>| {
            let outcome = pair(&INFER_KV_CACHE_OUTCOME, outcome.as_str());
            let tier = tier.map(|tier| pair(&INFER_KV_CACHE_TIER, tier.as_str()));
            let own: Vec<KeyValue> =
                [outcome].into_iter().chain(tier).chain(namespace.clone()).collect();
            engine.meters.counter(&def::INFER_KV_CACHE_LOOKUP_TOKENS, &engine.labels.with(&own))
        };
        let tiers =
            [KvCacheTier::Device, KvCacheTier::Host, KvCacheTier::Disk, KvCacheTier::Remote];
        Self(Arc::new(LookupState {
            engine: Arc::clone(engine),
            hits: tiers.map(|tier| counter(KvCacheOutcome::Hit, Some(tier))),
            misses: counter(KvCacheOutcome::Miss, None),
        }))
    }

    /// The cache was asked for `requested` tokens and had these; the others are misses. Tokens beyond those that were
    /// requested are cut, remote ones first, and counted as [`Correction::PartBeyondWhole`].
    pub fn record(&self, requested: u64, hit: Cached) {
        let state = &*self.0;
        let split = partition(requested, [hit.device, hit.host, hit.disk, hit.remote]);
        if split.is_cut {
            state.engine.corrections.count(Correction::PartBeyondWhole);
        }
        for (counter, tokens) in state.hits.iter().zip(split.parts) {
            counter.add(tokens);
        }
        state.misses.add(split.rest);
    }
}

impl<M: Meters> fmt::Debug for Storage<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Storage").field("observers", &self.0.observers).finish_non_exhaustive()
    }
}

impl<M: Meters> fmt::Debug for TokenLookups<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0.hits).entry(&self.0.misses).finish()
    }
}
