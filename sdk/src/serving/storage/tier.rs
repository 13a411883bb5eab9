//! One tier of a cache: what its keys go through.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use inferometer_semconv::{
    attributes::{
        INFER_KV_CACHE_BACKEND, INFER_KV_CACHE_EVICTION_RESULT, INFER_KV_CACHE_NAMESPACE,
        INFER_KV_CACHE_OPERATION, INFER_KV_CACHE_TIER, KvCacheEvictionReason,
        KvCacheEvictionResult, KvCacheFailureReason, KvCacheOperation,
    },
    metrics as def,
};
use opentelemetry::KeyValue;

use super::{
    ending::{Amount, End, EndingDefinitions, Endings},
    event::{Keys, StorageEvent, StorageEventKind, StoragePlace},
    observers::Observers,
    operation::StorageOperation,
};
use crate::{
    fork,
    metrics::Scope,
    serving::{
        correction::Correction,
        engine::EngineState,
        labels::pair,
        meters::{Add, Meters},
    },
};

/// Records what happens to the keys of one tier. Cheap to clone and to send; clones are the same tier.
///
/// What takes time begins with a reservation or submission and is a [`StorageOperation`] until it ends, so that what was
/// requested is at all times what has finished and what is in flight. The rest is over at once.
#[derive(Clone)]
pub struct StorageTier<M: Meters = Scope>(Arc<TierState<M>>);

pub(super) struct TierState<M: Meters> {
    pub(super) engine: Arc<EngineState<M>>,
    observers: Arc<Observers<M>>,
    pub(super) place: Arc<StoragePlace>,
    series: [OnceLock<OperationSeries<M>>; KvCacheOperation::ALL.len()],
    /// By result; not of a namespace, as the loop is the tier's.
    passes: [OnceLock<M::Counter>; KvCacheEvictionResult::ALL.len()],
}

/// The series of one operation.
pub(super) struct OperationSeries<M: Meters> {
    requested: M::Counter,
    pub(super) active: M::UpDownCounter,
    pub(super) memory: M::UpDownCounter,
    pub(super) endings: Endings<M>,
}

impl<M: Meters> StorageTier<M> {
    pub(super) fn bind(
        engine: &Arc<EngineState<M>>,
        observers: &Arc<Observers<M>>,
        place: StoragePlace,
        operations: &[KvCacheOperation],
    ) -> Self {
        let state = TierState {
            engine: Arc::clone(engine),
            observers: Arc::clone(observers),
            place: Arc::new(place),
            series: std::array::from_fn(|_| OnceLock::new()),
            passes: std::array::from_fn(|_| OnceLock::new()),
        };
        for operation in operations {
            state.series(*operation);
        }
        if operations.contains(&KvCacheOperation::Evict) && state.place.namespace.is_none() {
            for result in KvCacheEvictionResult::ALL {
                state.passes(result);
            }
        }
        Self(Arc::new(state))
    }

    /// The same tier for one tenant's keys, told apart by `namespace`: a cache salt, say. Its keys are counted here and
    /// not under the tier as a whole, so the tier's total is the sum over its namespaces. At most 256 of them, and few
    /// `operations`: each is about a dozen series for each namespace.
    #[must_use]
    pub fn in_namespace(
        &self,
        namespace: impl Into<Arc<str>>,
        operations: &[KvCacheOperation],
    ) -> Self {
        let place = StoragePlace { namespace: Some(namespace.into()), ..(*self.0.place).clone() };
        Self::bind(&self.0.engine, &self.0.observers, place, operations)
    }

    /// Room was made for keys.
    pub fn allocated(&self, keys: Keys<'_>) {
        self.done_at_once(KvCacheOperation::Allocate, End::Success, keys);
    }

    /// Keys were copied into this tier, in a time that nobody took; else see [`StorageTier::submit_store`].
    pub fn stored(&self, keys: Keys<'_>) {
        self.done_at_once(KvCacheOperation::Store, End::Success, keys);
    }

    /// Of `requested` keys these were there; the others are misses. More than that are cut, and counted as
    /// [`Correction::PartBeyondWhole`].
    pub fn looked_up(&self, requested: u64, hit: Keys<'_>) {
        let state = &*self.0;
        let found = hit.count.min(requested);
        if found < hit.count {
            state.engine.corrections.count(Correction::PartBeyondWhole);
        }
        let series = state.series(KvCacheOperation::Lookup);
        series.requested.add(requested);
        let missed = requested - found;
        series.endings.count(End::Hit, Amount { keys: found, ..Amount::default() });
        series.endings.count(End::Miss, Amount { keys: missed, ..Amount::default() });
        let hit = Keys { count: found, ..hit };
        state.tell(Telling {
            failed: Keys::new(missed, 0),
            ..Telling::of(StorageEventKind::LookedUp, hit)
        });
    }

    /// Keys were used, without a reservation.
    pub fn accessed(&self, keys: Keys<'_>) {
        self.done_at_once(KvCacheOperation::Access, End::Success, keys);
    }

    /// Keys left to make room.
    pub fn evicted(&self, reason: KvCacheEvictionReason, keys: Keys<'_>) {
        self.done_at_once(KvCacheOperation::Evict, End::Evicted(reason), keys);
    }

    /// Keys left because somebody asked for it.
    pub fn deleted(&self, keys: Keys<'_>) {
        self.done_at_once(KvCacheOperation::Delete, End::Success, keys);
    }

    /// An operation was refused before it began, or one that does not take time failed: the keys were requested, and
    /// are through.
    pub fn failed(
        &self,
        operation: KvCacheOperation,
        reason: KvCacheFailureReason,
        keys: Keys<'_>,
    ) {
        self.done_at_once(operation, End::Failed(reason), keys);
    }

    /// The loop that keeps the tier below its limit went round, and something went, or nothing had to.
    pub fn eviction_pass(&self, result: KvCacheEvictionResult) {
        self.0.passes(result).add(1);
    }

    /// Keys are in use in place, until the operation ends.
    pub fn reserve_read(&self, keys: Keys<'_>) -> StorageOperation<M> {
        self.begin(KvCacheOperation::Read, keys)
    }

    /// Keys are being filled in place, until the operation ends.
    pub fn reserve_write(&self, keys: Keys<'_>) -> StorageOperation<M> {
        self.begin(KvCacheOperation::Write, keys)
    }

    /// Keys are to be copied into this tier from the one above.
    pub fn submit_store(&self, keys: Keys<'_>) -> StorageOperation<M> {
        self.begin(KvCacheOperation::Store, keys)
    }

    /// Keys are to be copied from this tier into the one above.
    pub fn submit_load(&self, keys: Keys<'_>) -> StorageOperation<M> {
        self.begin(KvCacheOperation::Load, keys)
    }

    /// It is asked which keys are there; the answer takes time. Else see [`StorageTier::looked_up`].
    pub fn submit_lookup(&self, keys: Keys<'_>) -> StorageOperation<M> {
        self.begin(KvCacheOperation::Lookup, keys)
    }

    /// Keys of this tier are to be brought up before they are needed.
    pub fn submit_prefetch(&self, keys: Keys<'_>) -> StorageOperation<M> {
        self.begin(KvCacheOperation::Prefetch, keys)
    }

    fn begin(&self, operation: KvCacheOperation, keys: Keys<'_>) -> StorageOperation<M> {
        let now = self.0.engine.clock.unix_nanos();
        let kind = StorageEventKind::begun(operation);
        self.0.tell(Telling { unix_nanos: Some(now), ..Telling::of(kind, keys) });
        StorageOperation::begin(Arc::clone(&self.0), operation, keys, now)
    }

    fn done_at_once(&self, operation: KvCacheOperation, end: End, keys: Keys<'_>) {
        let state = &*self.0;
        let series = state.series(operation);
        // What somebody waits for is requested; keys that leave or are used are only finished.
        if !matches!(
            operation,
            KvCacheOperation::Access | KvCacheOperation::Evict | KvCacheOperation::Delete
        ) {
            series.requested.add(keys.count);
        }
        state.ended(operation, end, keys);
        state.tell(Telling::of_end(StorageEventKind::ended(operation), end, keys));
    }
}

/// What observers are told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Telling<'a> {
    pub(super) kind: StorageEventKind,
    pub(super) done: Keys<'a>,
    pub(super) failed: Keys<'a>,
    pub(super) failure: Option<KvCacheFailureReason>,
    pub(super) eviction: Option<KvCacheEvictionReason>,
    /// `None`: now.
    pub(super) unix_nanos: Option<u64>,
}

impl<'a> Telling<'a> {
    pub(super) fn of(kind: StorageEventKind, done: Keys<'a>) -> Self {
        Self {
            kind,
            done,
            failed: Keys::default(),
            failure: None,
            eviction: None,
            unix_nanos: None,
        }
    }

    /// Keys that all ended alike.
    pub(super) fn of_end(kind: StorageEventKind, end: End, keys: Keys<'a>) -> Self {
        let (nothing, of) =
            (Keys::default(), |done, failed| Self { failed, ..Self::of(kind, done) });
        match end {
            End::Success | End::Hit => of(keys, nothing),
            End::Miss => of(nothing, keys),
            End::Evicted(reason) => Self { eviction: Some(reason), ..of(keys, nothing) },
            End::Failed(reason) => Self { failure: Some(reason), ..of(nothing, keys) },
        }
    }
}

impl<M: Meters> TierState<M> {
    /// The series of an operation; bound now if it was not expected.
    pub(super) fn series(&self, operation: KvCacheOperation) -> &OperationSeries<M> {
        fork::get_or_init(&self.series[operation as usize], || {
            OperationSeries::bind(self, operation)
        })
    }

    /// Counts keys as through.
    pub(super) fn ended(&self, operation: KvCacheOperation, end: End, keys: Keys<'_>) {
        let amount = Amount { keys: keys.count, bytes: keys.bytes, tokens: 0 };
        self.series(operation).endings.count(end, amount);
    }

    pub(super) fn tell(&self, telling: Telling<'_>) {
        if self.observers.is_empty() {
            return;
        }
        let Telling { kind, done, failed, failure, eviction, unix_nanos } = telling;
        let unix_nanos = unix_nanos.unwrap_or_else(|| self.engine.clock.unix_nanos());
        self.observers.tell(&StorageEvent {
            kind,
            place: &self.place,
            unix_nanos,
            done,
            failed,
            failure,
            eviction,
        });
    }

    fn passes(&self, result: KvCacheEvictionResult) -> &M::Counter {
        fork::get_or_init(&self.passes[result as usize], || {
            let result = pair(&INFER_KV_CACHE_EVICTION_RESULT, result.as_str());
            let mut labels = self.labels(&[result]);
            labels.retain(|label| label.key.as_str() != INFER_KV_CACHE_NAMESPACE.key);
            self.engine.meters.counter(&def::INFER_KV_CACHE_EVICTION_PASSES, &labels)
        })
    }

    fn labels(&self, more: &[KeyValue]) -> Vec<KeyValue> {
        let StoragePlace { tier, backend, namespace, .. } = &*self.place;
        let tier = pair(&INFER_KV_CACHE_TIER, tier.as_str());
        let backend = backend.clone().map(|it| pair(&INFER_KV_CACHE_BACKEND, it));
        let namespace = namespace.clone().map(|it| pair(&INFER_KV_CACHE_NAMESPACE, it));
        let mut labels = self.engine.labels.with(more);
        labels.extend([tier].into_iter().chain(backend).chain(namespace));
        labels
    }
}

impl<M: Meters> OperationSeries<M> {
    fn bind(tier: &TierState<M>, operation: KvCacheOperation) -> Self {
        let meters = &tier.engine.meters;
        let labels = tier.labels(&[pair(&INFER_KV_CACHE_OPERATION, operation.as_str())]);
        let moves_bytes = !matches!(operation, KvCacheOperation::Lookup | KvCacheOperation::Access);
        let definitions = EndingDefinitions {
            keys: &def::INFER_KV_CACHE_KEY_FINISHED,
            bytes: moves_bytes.then_some(&def::INFER_KV_CACHE_OPERATION_IO),
            tokens: None,
            duration: &def::INFER_KV_CACHE_OPERATION_DURATION,
        };
        let expected: Vec<End> = match operation {
            KvCacheOperation::Lookup => {
                [End::Hit, End::Miss].into_iter().chain(End::failures()).collect()
            }
            KvCacheOperation::Evict => End::evictions().collect(),
            KvCacheOperation::Access => vec![End::Success],
            _ => [End::Success].into_iter().chain(End::failures()).collect(),
        };
        Self {
            requested: meters.counter(&def::INFER_KV_CACHE_KEY_REQUESTED, &labels),
            active: meters.up_down_counter(&def::INFER_KV_CACHE_OPERATION_ACTIVE, &labels),
            memory: meters.up_down_counter(&def::INFER_KV_CACHE_OPERATION_MEMORY_USAGE, &labels),
            endings: Endings::bind(meters, definitions, labels, expected.into_iter()),
        }
    }

    /// An operation begins.
    pub(super) fn begun(&self, keys: u64, bytes: i64) {
        self.requested.add(keys);
        self.active.add(1);
        self.memory.add(bytes);
    }
}

impl<M: Meters> fmt::Debug for StorageTier<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StorageTier").field(&self.0.place).finish()
    }
}

impl<M: Meters> fmt::Debug for TierState<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TierState").field("place", &self.place).finish_non_exhaustive()
    }
}
