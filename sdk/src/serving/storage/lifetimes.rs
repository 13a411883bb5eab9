//! How long sampled blocks live, how often they are used, and whether they were missed afterwards.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use foldhash::quality::RandomState;
use hashbrown::{HashMap, hash_map::Entry};
use inferometer_semconv::{
    attributes::{INFER_KV_CACHE_TIER, KvCacheTier, SdkObserverDropReason},
    metrics as def,
};

use super::{
    event::{StorageEvent, StorageEventKind, StorageObserver},
    queue::Queue,
};
use crate::serving::{
    engine::EngineState,
    formulas::seconds_between,
    labels::pair,
    meters::{Meters, Record},
};

/// The name of the observer that follows sampled blocks.
pub const BLOCK_LIFETIMES: &str = "block_lifetimes";

/// Steps of sampled blocks that wait to be looked at.
pub(super) const LIFETIME_QUEUE: usize = 16_384;

/// Sampled blocks that are followed at a time, those included that left and may be missed. One more is not followed,
/// and counted as `untracked`.
pub const MAX_TRACKED_BLOCKS: usize = 100_000;

/// How long after its eviction a block may be wanted again to count as missed, in nanoseconds.
const MISSED_WITHIN: u64 = 300_000_000_000;

/// Time between two looks for blocks that left too long ago, in nanoseconds; made only when there is no room.
const SWEEP_INTERVAL: u64 = 1_000_000_000;

/// One step of a sampled block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    kind: StepKind,
    tier: KvCacheTier,
    key: (usize, u64),
    /// How many uses of blocks of its tier were before this one.
    uses: u64,
    unix_nanos: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StepKind {
    Filled,
    Used,
    FilledAndUsed,
    Evicted,
    Deleted,
}

/// What a kind of event means to a block; most mean nothing.
const fn step(kind: StorageEventKind) -> Option<StepKind> {
    match kind {
        StorageEventKind::Allocated
        | StorageEventKind::Stored
        | StorageEventKind::WriteFinished => Some(StepKind::Filled),
        StorageEventKind::ReadReserved | StorageEventKind::Loaded | StorageEventKind::Accessed => {
            Some(StepKind::Used)
        }
        StorageEventKind::WriteFinishedReadReserved => Some(StepKind::FilledAndUsed),
        StorageEventKind::Evicted => Some(StepKind::Evicted),
        StorageEventKind::Deleted => Some(StepKind::Deleted),
        _ => None,
    }
}

/// Picks blocks by their hashes, the same ones at all times and in all processes, and queues what happens to them.
pub(super) struct Sampler<M: Meters> {
    /// Hashes that mix to at most this are followed; `None` follows nothing.
    threshold: Option<u64>,
    /// By tier; of all blocks, sampled or not.
    uses: [AtomicU64; KvCacheTier::ALL.len()],
    queue: Arc<Queue<M, Step>>,
}

impl<M: Meters> Sampler<M> {
    pub(super) fn new(share: f64, queue: Arc<Queue<M, Step>>) -> Self {
        Self { threshold: threshold(share), uses: Default::default(), queue }
    }
}

/// The share of all hashes that is at most this. NaN and what is not above 0 follow nothing.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a float's cast to an integer stops at its bounds"
)]
fn threshold(share: f64) -> Option<u64> {
    (share > 0.0).then_some((share * u64::MAX as f64) as u64)
}

/// Spreads hashes evenly, as blocks may be numbered instead. The finaliser of SplitMix64.
const fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

impl<M: Meters> StorageObserver for Sampler<M> {
    fn name(&self) -> &str {
        BLOCK_LIFETIMES
    }

    fn on_event(&self, event: &StorageEvent<'_>) {
        let Some(kind) = step(event.kind) else { return };
        let is_use = matches!(kind, StepKind::Used | StepKind::FilledAndUsed);
        let tier = event.place.tier;
        let count = if is_use { event.done.count } else { 0 };
        let uses = self.uses[tier as usize].fetch_add(count, Relaxed);
        let Some(threshold) = self.threshold else { return };
        for (before, hash) in (0..).zip(event.done.hashes) {
            if mixed(*hash) <= threshold {
                let (key, unix_nanos) = ((event.place.id, *hash), event.unix_nanos);
                self.queue.push(
                    Step { kind, tier, key, uses: uses.wrapping_add(before), unix_nanos },
                    unix_nanos,
                );
            }
        }
    }
}

/// Follows sampled blocks; on the observer's own thread.
pub(super) struct Tracker<M: Meters> {
    blocks: HashMap<(usize, u64), Block, RandomState>,
    series: [LifetimeSeries<M>; KvCacheTier::ALL.len()],
    queue: Arc<Queue<M, Step>>,
    swept: u64,
}

#[derive(Debug, Clone, Copy)]
enum Block {
    There { since: u64, last_use: Option<Use> },
    Left { at: u64 },
}

#[derive(Debug, Clone, Copy)]
struct Use {
    unix_nanos: u64,
    uses: u64,
}

/// The histograms of one tier.
struct LifetimeSeries<M: Meters> {
    lifetime: M::Histogram,
    idle: M::Histogram,
    reuse_interval: M::Histogram,
    reuse_distance: M::IntHistogram,
    eviction_to_reuse: M::Histogram,
}

impl<M: Meters> LifetimeSeries<M> {
    fn bind(engine: &EngineState<M>, tier: KvCacheTier) -> Self {
        let labels = engine.labels.with(&[pair(&INFER_KV_CACHE_TIER, tier.as_str())]);
        let seconds = |definition| engine.meters.histogram(definition, &labels);
        Self {
            lifetime: seconds(&def::INFER_KV_CACHE_BLOCK_LIFETIME),
            idle: seconds(&def::INFER_KV_CACHE_BLOCK_IDLE_BEFORE_EVICTION),
            reuse_interval: seconds(&def::INFER_KV_CACHE_BLOCK_REUSE_INTERVAL),
            reuse_distance: engine
                .meters
                .int_histogram(&def::INFER_KV_CACHE_BLOCK_REUSE_DISTANCE, &labels),
            eviction_to_reuse: seconds(&def::INFER_KV_CACHE_BLOCK_EVICTION_TO_REUSE),
        }
    }
}

impl<M: Meters> Tracker<M> {
    pub(super) fn new(engine: &EngineState<M>, queue: Arc<Queue<M, Step>>) -> Self {
        Self {
            blocks: HashMap::default(),
            series: KvCacheTier::ALL.map(|tier| LifetimeSeries::bind(engine, tier)),
            queue,
            swept: 0,
        }
    }

    pub(super) fn take(&mut self, step: Step) {
        match step.kind {
            StepKind::Filled => self.filled(step),
            StepKind::Used => self.used(step),
            StepKind::FilledAndUsed => {
                self.filled(step);
                self.used(step);
            }
            StepKind::Evicted => self.evicted(step),
            StepKind::Deleted => drop(self.blocks.remove(&step.key)),
        }
    }

    /// A block that is there already, allocated before it was written, say, lives on.
    fn filled(&mut self, step: Step) {
        if !self.blocks.contains_key(&step.key) && !self.has_room(step.unix_nanos) {
            return self.queue.count_dropped(SdkObserverDropReason::Untracked);
        }
        let there = Block::There { since: step.unix_nanos, last_use: None };
        match self.blocks.entry(step.key) {
            Entry::Vacant(place) => drop(place.insert(there)),
            Entry::Occupied(mut block) => {
                if let Block::Left { at } = *block.get() {
                    if step.unix_nanos.saturating_sub(at) <= MISSED_WITHIN {
                        let missed = &self.series[step.tier as usize].eviction_to_reuse;
                        missed.record(seconds_between(at, step.unix_nanos));
                    }
                    block.insert(there);
                }
            }
        }
    }

    /// Of blocks that were there before the sampling began nothing is known, so they are left out.
    fn used(&mut self, step: Step) {
        let Some(Block::There { last_use, .. }) = self.blocks.get_mut(&step.key) else { return };
        let this = Use { unix_nanos: step.unix_nanos, uses: step.uses };
        if let Some(last) = last_use.replace(this) {
            let series = &self.series[step.tier as usize];
            series.reuse_interval.record(seconds_between(last.unix_nanos, this.unix_nanos));
            series.reuse_distance.record(this.uses.saturating_sub(last.uses).saturating_sub(1));
        }
    }

    fn evicted(&mut self, step: Step) {
        let Some(block) = self.blocks.get_mut(&step.key) else { return };
        if let Block::There { since, last_use } = *block {
            let series = &self.series[step.tier as usize];
            series.lifetime.record(seconds_between(since, step.unix_nanos));
            let idle_since = last_use.map_or(since, |last| last.unix_nanos);
            series.idle.record(seconds_between(idle_since, step.unix_nanos));
            *block = Block::Left { at: step.unix_nanos };
        }
    }

    /// At the limit, blocks that left too long ago to be missed make room.
    fn has_room(&mut self, now: u64) -> bool {
        if self.blocks.len() >= MAX_TRACKED_BLOCKS
            && now.saturating_sub(self.swept) >= SWEEP_INTERVAL
        {
            self.swept = now;
            self.blocks.retain(|_, block| match block {
                Block::There { .. } => true,
                Block::Left { at } => now.saturating_sub(*at) <= MISSED_WITHIN,
            });
        }
        self.blocks.len() < MAX_TRACKED_BLOCKS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_all_hashes_is_sampled_and_always_the_same_ones() {
        let sampled = |share: f64| -> Vec<u64> {
            let threshold = threshold(share).unwrap_or_default();
            (0..100_000).filter(|hash| mixed(*hash) <= threshold).collect()
        };
        let one_percent = sampled(0.01);
        assert!((900..1100).contains(&one_percent.len()), "{}", one_percent.len());
        assert!(
            sampled(0.1).iter().filter(|hash| one_percent.contains(hash)).count()
                == one_percent.len()
        );
        assert_eq!(sampled(1.0).len(), 100_000);
    }

    #[test]
    fn a_share_that_is_none_samples_nothing() {
        for nothing in [0.0, -1.0, f64::NAN] {
            assert_eq!(threshold(nothing), None);
        }
        assert_eq!(threshold(f64::INFINITY), Some(u64::MAX));
        assert_eq!(threshold(7.0), Some(u64::MAX));
    }
}
