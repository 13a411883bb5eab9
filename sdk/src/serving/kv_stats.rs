//! What a tier of a KV cache says about itself once per forward pass, and what is shown of it.

use super::partition::partition;

/// Words of one publication: which options are known, three block counts, two shares, two byte counts.
pub(super) const CELLS: usize = 8;

const USAGE: u64 = 1;
const PREFIX_HIT: u64 = 1 << 1;
const MEMORY: u64 = 1 << 2;
const MEMORY_LIMIT: u64 = 1 << 3;

/// The state of a tier at one moment.
///
/// What active and cached blocks leave of the total is free. Blocks beyond the total are cut and counted as
/// [`Correction::BlocksBeyondTotal`](super::Correction::BlocksBeyondTotal). A share outside 0 to 1 is moved to the nearer
/// end, and one that is NaN is taken as not known; both are counted as
/// [`Correction::ValueClamped`](super::Correction::ValueClamped).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "callers fill it, with `..Default::default()`")]
pub struct KvStats {
    /// Blocks that requests use.
    pub active_blocks: u64,
    /// Blocks that none uses, kept for their content. 0 if the cache does not tell them from free ones.
    pub cached_blocks: u64,
    /// All blocks.
    pub total_blocks: u64,
    /// The share in use, from 0 to 1, of a cache that measures it itself. `None`: active over total, and nothing for a
    /// tier without blocks.
    pub usage: Option<f64>,
    /// The share of prompt tokens found in the cache, from 0 to 1, of an engine that only samples it. `None` shows
    /// nothing.
    pub prefix_hit: Option<f64>,
    /// Bytes that hold content. `None` shows nothing.
    pub memory_bytes: Option<u64>,
    /// Bytes that may. `None` shows nothing.
    pub memory_limit_bytes: Option<u64>,
}

/// [`KvStats`] that contradict themselves nowhere, and what was wrong before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sound {
    pub(super) stats: KvStats,
    pub(super) are_blocks_cut: bool,
    pub(super) are_shares_clamped: bool,
}

impl KvStats {
    pub(super) fn sound(self) -> Sound {
        let split = partition(self.total_blocks, [self.active_blocks, self.cached_blocks]);
        let [active_blocks, cached_blocks] = split.parts;
        let known = |share: Option<f64>| share.filter(|share| !share.is_nan());
        let usage = known(self.usage).map(|share| share.clamp(0.0, 1.0));
        let prefix_hit = known(self.prefix_hit).map(|share| share.clamp(0.0, 1.0));
        Sound {
            are_blocks_cut: split.is_cut,
            // NaN differs from everything, itself included.
            are_shares_clamped: usage != self.usage || prefix_hit != self.prefix_hit,
            stats: Self { active_blocks, cached_blocks, usage, prefix_hit, ..self },
        }
    }

    pub(super) fn to_cells(self) -> [u64; CELLS] {
        let flag = |is_known: bool, flag| if is_known { flag } else { 0 };
        [
            flag(self.usage.is_some(), USAGE)
                | flag(self.prefix_hit.is_some(), PREFIX_HIT)
                | flag(self.memory_bytes.is_some(), MEMORY)
                | flag(self.memory_limit_bytes.is_some(), MEMORY_LIMIT),
            self.active_blocks,
            self.cached_blocks,
            self.total_blocks,
            self.usage.unwrap_or_default().to_bits(),
            self.prefix_hit.unwrap_or_default().to_bits(),
            self.memory_bytes.unwrap_or_default(),
            self.memory_limit_bytes.unwrap_or_default(),
        ]
    }

    pub(super) fn from_cells(cells: [u64; CELLS]) -> Self {
        let [known, active_blocks, cached_blocks, total_blocks, usage, prefix_hit, memory, limit] =
            cells;
        let is_known = |flag| known & flag != 0;
        Self {
            active_blocks,
            cached_blocks,
            total_blocks,
            usage: is_known(USAGE).then_some(f64::from_bits(usage)),
            prefix_hit: is_known(PREFIX_HIT).then_some(f64::from_bits(prefix_hit)),
            memory_bytes: is_known(MEMORY).then_some(memory),
            memory_limit_bytes: is_known(MEMORY_LIMIT).then_some(limit),
        }
    }

    /// What several pools of one tier are together: counts add up, shares are weighted by the pools' blocks.
    pub(super) fn together(pools: &[Self]) -> Self {
        let sum = |count: fn(&Self) -> u64| pools.iter().map(count).fold(0, u64::saturating_add);
        let known_sum = |count: fn(&Self) -> Option<u64>| {
            pools.iter().filter_map(count).reduce(u64::saturating_add)
        };
        Self {
            active_blocks: sum(|pool| pool.active_blocks),
            cached_blocks: sum(|pool| pool.cached_blocks),
            total_blocks: sum(|pool| pool.total_blocks),
            usage: mean(pools, Self::utilization),
            prefix_hit: mean(pools, |pool| pool.prefix_hit),
            memory_bytes: known_sum(|pool| pool.memory_bytes),
            memory_limit_bytes: known_sum(|pool| pool.memory_limit_bytes),
        }
    }

    /// What active and cached blocks leave.
    pub(super) fn free_blocks(&self) -> u64 {
        self.total_blocks.saturating_sub(self.active_blocks).saturating_sub(self.cached_blocks)
    }

    fn utilization(&self) -> Option<f64> {
        let computed = || {
            (self.total_blocks > 0).then(|| double(self.active_blocks) / double(self.total_blocks))
        };
        self.usage.or_else(computed)
    }
}

/// The mean of the shares that are known, weighted by blocks; a plain one if none of those pools has any.
fn mean(pools: &[KvStats], share: impl Fn(&KvStats) -> Option<f64>) -> Option<f64> {
    let known = pools.iter().filter_map(|pool| Some((share(pool)?, double(pool.total_blocks))));
    let (count, blocks) =
        known.clone().fold((0.0, 0.0), |(count, sum), (_, blocks)| (count + 1.0, sum + blocks));
    let weighted =
        known.map(|(share, own)| share * if blocks > 0.0 { own / blocks } else { 1.0 / count });
    weighted.reduce(|sum, part| sum + part)
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
const fn double(blocks: u64) -> f64 {
    blocks as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_stats() -> impl Strategy<Value = KvStats> {
        let blocks = (any::<u64>(), any::<u64>(), any::<u64>());
        let shares = (any::<Option<f64>>(), any::<Option<f64>>());
        let bytes = (any::<Option<u64>>(), any::<Option<u64>>());
        (blocks, shares, bytes).prop_map(
            |((active_blocks, cached_blocks, total_blocks), (usage, prefix_hit), bytes)| KvStats {
                active_blocks,
                cached_blocks,
                total_blocks,
                usage,
                prefix_hit,
                memory_bytes: bytes.0,
                memory_limit_bytes: bytes.1,
            },
        )
    }

    proptest! {
        #[test]
        fn sound_stats_partition_their_blocks_and_survive_the_cells(stats in any_stats()) {
            let sound = stats.sound();
            let KvStats { active_blocks, cached_blocks, total_blocks, .. } = sound.stats;
            let free = sound.stats.free_blocks();
            prop_assert_eq!(u128::from(active_blocks) + u128::from(cached_blocks) + u128::from(free), u128::from(total_blocks));
            for share in [sound.stats.usage, sound.stats.prefix_hit].into_iter().flatten() {
                prop_assert!((0.0..=1.0).contains(&share));
            }
            prop_assert_eq!(sound.are_blocks_cut || sound.are_shares_clamped, sound.stats != stats);
            prop_assert_eq!(KvStats::from_cells(sound.stats.to_cells()), sound.stats);
            prop_assert_eq!(sound.stats.sound().stats, sound.stats);
        }

        #[test]
        fn the_share_of_several_pools_lies_between_theirs(pools in prop::collection::vec(any_stats(), 1..5)) {
            let pools: Vec<KvStats> = pools.into_iter().map(|pool| pool.sound().stats).collect();
            let shares: Vec<f64> = pools.iter().filter_map(KvStats::utilization).collect();
            let together = KvStats::together(&pools).usage;
            prop_assert_eq!(together.is_some(), !shares.is_empty());
            if let Some(share) = together {
                let least = shares.iter().copied().fold(f64::INFINITY, f64::min);
                let most = shares.iter().copied().fold(0.0, f64::max);
                prop_assert!((least - 1e-9..=most + 1e-9).contains(&share));
            }
        }
    }

    #[test]
    fn pools_count_by_their_blocks() {
        let pool = |active_blocks, total_blocks| KvStats {
            active_blocks,
            total_blocks,
            ..Default::default()
        };
        let pools = [pool(100, 100), pool(0, 300), pool(0, 0)];
        assert_eq!(KvStats::together(&pools).usage, Some(0.25));
    }

    #[test]
    fn one_pool_is_shown_as_it_is() {
        let pool = KvStats {
            usage: Some(0.3),
            prefix_hit: Some(0.1),
            total_blocks: 7,
            ..Default::default()
        };
        assert_eq!(KvStats::together(&[pool]), pool);
    }
}
