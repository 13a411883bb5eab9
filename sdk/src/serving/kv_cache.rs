//! The blocks of one KV cache tier.

use std::{fmt, sync::Arc};

use inferometer_semconv::{
    attributes::{INFER_KV_CACHE_BLOCK_STATE, INFER_KV_CACHE_TIER, KvCacheBlockState, KvCacheTier},
    metrics as def,
};

use super::{correction::Correction, engine::EngineState, labels::pair, partition::partition};
use crate::metrics::{Gauge, UpDownCounter};

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
pub struct KvCache {
    engine: Arc<EngineState>,
    utilization: Gauge<f64>,
    /// Active, cached, free.
    blocks: [Level; KvCacheBlockState::ALL.len()],
    limit: Level,
}

impl KvCache {
    pub(super) fn bind(engine: Arc<EngineState>, tier: KvCacheTier) -> Self {
        let scope = &engine.scope;
        let tier = pair(&INFER_KV_CACHE_TIER, tier.as_str());
        let labels = engine.labels.with(std::slice::from_ref(&tier));
        Self {
            utilization: scope.gauge(&def::INFER_KV_CACHE_UTILIZATION, &labels),
            blocks: KvCacheBlockState::ALL.map(|state| {
                let state = pair(&INFER_KV_CACHE_BLOCK_STATE, state.as_str());
                let labels = engine.labels.with(&[tier.clone(), state]);
                Level::of(scope.up_down_counter(&def::INFER_KV_CACHE_BLOCK_USAGE, &labels))
            }),
            limit: Level::of(scope.up_down_counter(&def::INFER_KV_CACHE_BLOCK_LIMIT, &labels)),
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

impl Drop for KvCache {
    fn drop(&mut self) {
        for level in self.blocks.iter_mut().chain([&mut self.limit]) {
            level.set(0);
        }
    }
}

impl fmt::Debug for KvCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KvCache").field(&self.utilization).finish()
    }
}

/// An up-down counter that is set: it adds the difference to what this handle showed before.
struct Level {
    counter: UpDownCounter<i64>,
    shown: i64,
}

impl Level {
    const fn of(counter: UpDownCounter<i64>) -> Self {
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
