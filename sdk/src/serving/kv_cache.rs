//! The blocks of one KV cache tier.

use std::{fmt, sync::Arc};

use inferometer_semconv::{
    attributes::{INFER_KV_CACHE_BLOCK_STATE, INFER_KV_CACHE_TIER, KvCacheBlockState, KvCacheTier},
    metrics as def,
};

use super::{
    correction::Correction,
    engine::EngineState,
    labels::pair,
    meters::{Add, Meters, Record},
    partition::partition,
};
use crate::metrics::Scope;

/// The state of a tier at one moment, in blocks. What active and cached ones leave of the total is free; blocks beyond
/// the total are cut and counted as [`Correction::BlocksBeyondTotal`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KvUsage {
    /// Used by a request.
    pub active_blocks: u64,
    /// Used by none, kept for their content.
    pub cached_blocks: u64,
    /// All that the tier has.
    pub total_blocks: u64,
}

/// Publishes the state of one tier.
///
/// Block counts of several `KvCache` of the same engine and tier (pools of one memory, say) add up, while the
/// utilisation shows the one that published last. Dropping it takes its blocks out again, so that a cache that is gone
/// does not stand still in the sums.
pub struct KvCache<M: Meters = Scope> {
    engine: Arc<EngineState<M>>,
    utilization: M::Gauge,
    /// Active, cached, free.
    blocks: [Level<M>; KvCacheBlockState::ALL.len()],
    limit: Level<M>,
}

impl<M: Meters> KvCache<M> {
    pub(super) fn bind(engine: Arc<EngineState<M>>, tier: KvCacheTier) -> Self {
        let meters = &engine.meters;
        let tier = pair(&INFER_KV_CACHE_TIER, tier.as_str());
        let labels = engine.labels.with(std::slice::from_ref(&tier));
        Self {
            utilization: meters.gauge(&def::INFER_KV_CACHE_UTILIZATION, &labels),
            blocks: KvCacheBlockState::ALL.map(|state| {
                let state = pair(&INFER_KV_CACHE_BLOCK_STATE, state.as_str());
                let labels = engine.labels.with(&[tier.clone(), state]);
                Level::of(meters.up_down_counter(&def::INFER_KV_CACHE_BLOCK_USAGE, &labels))
            }),
            limit: Level::of(meters.up_down_counter(&def::INFER_KV_CACHE_BLOCK_LIMIT, &labels)),
            engine,
        }
    }

    /// Shows this state from now on. A tier without blocks has no utilisation.
    pub fn publish(&mut self, usage: KvUsage) {
        let split = partition(usage.total_blocks, [usage.active_blocks, usage.cached_blocks]);
        if split.is_cut {
            self.engine.corrections.count(Correction::BlocksBeyondTotal);
        }
        let [active, cached] = split.parts;
        for (level, value) in self.blocks.iter_mut().zip([active, cached, split.rest]) {
            level.set(value);
        }
        self.limit.set(usage.total_blocks);
        if usage.total_blocks > 0 {
            self.utilization.record(share(active, usage.total_blocks));
        }
    }
}

impl<M: Meters> Drop for KvCache<M> {
    fn drop(&mut self) {
        for level in self.blocks.iter_mut().chain([&mut self.limit]) {
            level.set(0);
        }
    }
}

impl<M: Meters> fmt::Debug for KvCache<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KvCache").field(&self.utilization).finish()
    }
}

/// An up-down counter that is set: it adds the difference to what this handle showed before.
struct Level<M: Meters> {
    counter: M::UpDownCounter,
    shown: i64,
}

impl<M: Meters> Level<M> {
    const fn of(counter: M::UpDownCounter) -> Self {
        Self { counter, shown: 0 }
    }

    fn set(&mut self, value: u64) {
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        self.counter.add(value - self.shown);
        self.shown = value;
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
