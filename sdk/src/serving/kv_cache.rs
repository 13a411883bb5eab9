//! The state of one KV cache tier, published once per forward pass and shown as of one moment.

use std::{
    fmt,
    sync::{Arc, Weak},
};

use inferometer_semconv::{
    InstrumentDef,
    attributes::{
        INFER_KV_CACHE_BACKEND, INFER_KV_CACHE_BLOCK_STATE, INFER_KV_CACHE_EVICTION_REASON,
        INFER_KV_CACHE_TIER, KvCacheBlockState, KvCacheEvictionReason, KvCacheTier,
    },
    metrics as def,
};
use opentelemetry::KeyValue;

use super::{
    correction::Correction,
    engine::{Engine, EngineState},
    kv_stats::{CELLS, KvStats},
    labels::pair,
    latch::{Latch, Place},
    meters::{Add, Meters},
};
use crate::{
    cells::{Found, Published},
    fork::Mutex,
    metrics::Scope,
};

/// Pools of one engine and tier that are shown. A further one publishes without being seen, and is counted as
/// [`Correction::PoolBeyondLimit`].
pub const MAX_POOLS_PER_TIER: usize = 64;

/// Copies of a publication: a collection fails to read one only if this many more begin while it copies 64 bytes.
const SLOTS: usize = 4;

type Pool = Published<CELLS, SLOTS>;

/// Publishes the state of one tier, or of one pool of several in it.
///
/// ```
/// use inferometer_sdk::{KvCacheEvictionReason, KvCacheTier, KvStats};
/// # let telemetry = inferometer_sdk::Telemetry::builder().exporter(inferometer_sdk::Exporter::None).build()?;
/// # let engine = telemetry.engine("llama-3-70b").build();
/// let mut cache = engine.kv_cache(KvCacheTier::Device);
/// // After each forward pass: in blocks.
/// cache.publish(KvStats { active_blocks: 51, total_blocks: 4096, ..Default::default() });
/// cache.allocated(3);
/// cache.evicted(KvCacheEvictionReason::Capacity, 2);
/// # Ok::<(), inferometer_sdk::StartError>(())
/// ```
///
/// A collection shows what one call of [`KvCache::publish`] said, whatever is published meanwhile, also when several
/// readers collect at the same time. (Over the standard SDK with one reader: it hands what a callback observes to all
/// readers of a provider, so those that collect at the same time mix.) Pools of the same engine and tier add up, and their shares are weighted by their
/// blocks; engines that are built apart must differ in a label, such as the replica, or only one of them is shown.
/// Dropping it takes its values away.
pub struct KvCache<M: Meters = Scope> {
    engine: Arc<EngineState<M>>,
    pool: Arc<Pool>,
    tier: Arc<Tier<M>>,
    allocations: M::Counter,
    evictions: [M::Counter; KvCacheEvictionReason::ALL.len()],
}

/// The tiers of one engine that somebody publishes. Those whose last publisher is gone make room at the next bind.
pub(super) struct KvTiers<M: Meters>(Mutex<Vec<(TierName, Weak<Tier<M>>)>>);

/// A level of the cache, and the store behind it where a level has several.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TierName {
    tier: KvCacheTier,
    backend: Option<Arc<str>>,
}

/// The series of one tier.
struct Tier<M: Meters> {
    pools: Arc<Pools>,
    _observations: Vec<M::Observation>,
}

#[derive(Default)]
struct Pools(Mutex<Vec<Arc<Pool>>>);

impl<M: Meters> Engine<M> {
    /// A tier of the engine's KV cache. Its one owner publishes; see [`KvCache`].
    #[must_use]
    pub fn kv_cache(&self, tier: KvCacheTier) -> KvCache<M> {
        KvCache::bind(Arc::clone(&self.0), &TierName { tier, backend: None })
    }

    /// As [`Engine::kv_cache`], for a tier with several stores behind it, told apart by `backend`: `fs`, `s3`, ...
    #[must_use]
    pub fn kv_cache_of(&self, tier: KvCacheTier, backend: impl Into<Arc<str>>) -> KvCache<M> {
        KvCache::bind(Arc::clone(&self.0), &TierName { tier, backend: Some(backend.into()) })
    }
}

impl<M: Meters> KvCache<M> {
    fn bind(engine: Arc<EngineState<M>>, name: &TierName) -> Self {
        let tier = engine.kv_tiers.tier(&engine, name);
        let pool = Arc::new(Pool::new());
        if !tier.pools.add(&pool) {
            engine.corrections.count(Correction::PoolBeyondLimit);
        }
        let labels = name.labels();
        let evictions = KvCacheEvictionReason::ALL.map(|reason| {
            let reason = pair(&INFER_KV_CACHE_EVICTION_REASON, reason.as_str());
            let labels = [&labels[..], &[reason]].concat();
            engine
                .meters
                .counter(&def::INFER_KV_CACHE_BLOCK_EVICTIONS, &engine.labels.with(&labels))
        });
        let labels = engine.labels.with(&labels);
        let allocations = engine.meters.counter(&def::INFER_KV_CACHE_BLOCK_ALLOCATIONS, &labels);
        Self { pool, tier, allocations, evictions, engine }
    }

    /// Shows this state from now on, in place of what was published before.
    pub fn publish(&mut self, stats: KvStats) {
        let sound = stats.sound();
        if sound.are_blocks_cut {
            self.engine.corrections.count(Correction::BlocksBeyondTotal);
        }
        if sound.are_shares_clamped {
            self.engine.corrections.count(Correction::ValueClamped);
        }
        self.pool.publish(sound.stats.to_cells());
    }

    /// Blocks were handed to requests.
    pub fn allocated(&self, blocks: u64) {
        self.allocations.add(blocks);
    }

    /// The content of blocks was given up.
    pub fn evicted(&self, reason: KvCacheEvictionReason, blocks: u64) {
        self.evictions[reason as usize].add(blocks);
    }
}

impl<M: Meters> Drop for KvCache<M> {
    fn drop(&mut self) {
        self.tier.pools.remove(&self.pool);
    }
}

impl<M: Meters> fmt::Debug for KvCache<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KvCache").field(&self.allocations).finish()
    }
}

impl TierName {
    fn labels(&self) -> Vec<KeyValue> {
        let tier = pair(&INFER_KV_CACHE_TIER, self.tier.as_str());
        let backend = self.backend.clone().map(|it| pair(&INFER_KV_CACHE_BACKEND, it));
        [tier].into_iter().chain(backend).collect()
    }
}

impl<M: Meters> Default for KvTiers<M> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<M: Meters> KvTiers<M> {
    fn tier(&self, engine: &EngineState<M>, name: &TierName) -> Arc<Tier<M>> {
        let mut tiers = self.0.lock();
        tiers.retain(|(_, tier)| tier.strong_count() > 0);
        let known = tiers.iter().find(|(known, _)| known == name);
        if let Some(tier) = known.and_then(|(_, tier)| tier.upgrade()) {
            return tier;
        }
        let tier = Arc::new(Tier::bind(engine, name));
        tiers.push((name.clone(), Arc::downgrade(&tier)));
        tier
    }
}

/// What a series shows of a tier's state; `None` shows nothing.
type Part<N> = fn(&KvStats) -> Option<N>;

impl<M: Meters> Tier<M> {
    fn bind(engine: &EngineState<M>, name: &TierName) -> Self {
        let pools = Arc::<Pools>::default();
        let read = Arc::clone(&pools);
        let latch = Latch::new(move || read.read());
        let tier = engine.labels.with(&name.labels());
        let level =
            |definition: &'static InstrumentDef, labels: &[KeyValue], place, part: Part<u64>| {
                let latch = Arc::clone(&latch);
                engine.meters.observe_level(definition, labels, move || {
                    let level = part(&latch.value(place)?)?;
                    Some(i64::try_from(level).unwrap_or(i64::MAX))
                })
            };
        let gauge = |definition: &'static InstrumentDef, part: Part<f64>| {
            let latch = Arc::clone(&latch);
            let value = move || part(&latch.value(Place::Later)?);
            engine.meters.observe_gauge(definition, &tier, value)
        };
        let mut observations = vec![
            level(&def::INFER_KV_CACHE_BLOCK_LIMIT, &tier, Place::First, |it| {
                Some(it.total_blocks)
            }),
            level(&def::INFER_KV_CACHE_MEMORY_USAGE, &tier, Place::Later, |it| it.memory_bytes),
            level(&def::INFER_KV_CACHE_MEMORY_LIMIT, &tier, Place::Later, |it| {
                it.memory_limit_bytes
            }),
            gauge(&def::INFER_KV_CACHE_UTILIZATION, |it| it.usage),
            gauge(&def::INFER_KV_CACHE_PREFIX_HIT_RATIO, |it| it.prefix_hit),
        ];
        observations.extend(KvCacheBlockState::ALL.map(|state| {
            let part: Part<u64> = match state {
                KvCacheBlockState::Active => |it| Some(it.active_blocks),
                KvCacheBlockState::Cached => |it| Some(it.cached_blocks),
                KvCacheBlockState::Free => |it| Some(it.free_blocks()),
            };
            let mut labels = tier.clone();
            labels.push(pair(&INFER_KV_CACHE_BLOCK_STATE, state.as_str()));
            level(&def::INFER_KV_CACHE_BLOCK_USAGE, &labels, Place::Later, part)
        }));
        Self { pools, _observations: observations }
    }
}

impl Pools {
    fn add(&self, pool: &Arc<Pool>) -> bool {
        let mut pools = self.0.lock();
        let has_room = pools.len() < MAX_POOLS_PER_TIER;
        if has_room {
            pools.push(Arc::clone(pool));
        }
        has_room
    }

    fn remove(&self, pool: &Arc<Pool>) {
        self.0.lock().retain(|known| !Arc::ptr_eq(known, pool));
    }

    /// What the tier is now; zeros before the first publication, and nothing if one pool could not be read.
    fn read(&self) -> Option<KvStats> {
        let pools = self.0.lock();
        let mut read = [KvStats::default(); MAX_POOLS_PER_TIER];
        for (pool, stats) in pools.iter().zip(&mut read) {
            *stats = match pool.read() {
                Found::Nothing => KvStats::default(),
                Found::Values(cells) => KvStats::from_cells(cells),
                Found::Overtaken => return None,
            };
        }
        Some(KvStats::together(&read[..pools.len().min(MAX_POOLS_PER_TIER)]))
    }
}
