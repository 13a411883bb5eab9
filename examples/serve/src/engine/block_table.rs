//! The KV cache's memory in blocks: who holds how many, and what of that the SDK shows.
//!
//! candle keeps each sequence's cache in tensors of its own, so a block has no address here. What it has is a budget:
//! whoever caches tokens holds blocks for them, and gives them back by being dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use inferometer_sdk::{KvCache, KvCacheEvictionReason, KvStats};

/// Tokens whose keys and values fit into a block.
pub(crate) const BLOCK_TOKENS: usize = 16;

/// All blocks of one memory.
#[derive(Debug)]
pub(super) struct BlockTable {
    recorder: KvCache,
    total: usize,
    free: Arc<AtomicUsize>,
}

/// The blocks of one sequence, or of one kept prefix.
#[derive(Debug)]
pub(crate) struct Blocks {
    held: usize,
    free: Arc<AtomicUsize>,
}

/// How many blocks `tokens` take.
pub(super) const fn blocks_for(tokens: usize) -> usize {
    tokens.div_ceil(BLOCK_TOKENS)
}

impl BlockTable {
    pub(super) fn new(recorder: KvCache, total: usize) -> Self {
        Self { recorder, total, free: Arc::new(AtomicUsize::new(total)) }
    }

    pub(super) fn free(&self) -> usize {
        self.free.load(Relaxed)
    }

    /// No blocks yet.
    pub(super) fn hold(&self) -> Blocks {
        Blocks { held: 0, free: Arc::clone(&self.free) }
    }

    /// Has `blocks` hold enough for `tokens`, all or nothing; says whether they do. Never takes any back.
    pub(super) fn grow(&self, blocks: &mut Blocks, tokens: usize) -> bool {
        let missing = blocks_for(tokens).saturating_sub(blocks.held);
        if missing > self.free() {
            return false;
        }
        self.free.fetch_sub(missing, Relaxed);
        blocks.held += missing;
        self.recorder.allocated(missing as u64);
        true
    }

    /// Takes blocks back whose content is given up.
    pub(super) fn evict(&self, blocks: Blocks, reason: KvCacheEvictionReason) {
        self.recorder.evicted(reason, blocks.held as u64);
        drop(blocks);
    }

    /// Sequences hold `active` blocks, and kept prefixes `cached`.
    pub(super) fn publish(&mut self, active: usize, cached: usize) {
        self.recorder.publish(KvStats {
            active_blocks: active as u64,
            cached_blocks: cached as u64,
            total_blocks: self.total as u64,
            ..KvStats::default()
        });
    }
}

impl Blocks {
    /// How many there are.
    pub(crate) fn held(&self) -> usize {
        self.held
    }

    /// Blocks of nobody's table.
    #[cfg(test)]
    pub(crate) fn of(held: usize) -> Self {
        Self { held, free: Arc::default() }
    }
}

impl Drop for Blocks {
    fn drop(&mut self) {
        self.free.fetch_add(self.held, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use inferometer_sdk::KvCacheTier;

    use super::*;
    use crate::telemetry::testing;

    fn table(total: usize) -> BlockTable {
        let (recorder, _) = testing::recorder();
        BlockTable::new(recorder.kv_cache(KvCacheTier::Device), total)
    }

    #[test]
    fn a_block_is_taken_for_the_first_of_its_tokens() {
        let table = table(3);
        let mut blocks = table.hold();
        for (tokens, held) in [(0, 0), (1, 1), (BLOCK_TOKENS, 1), (BLOCK_TOKENS + 1, 2), (1, 2)] {
            assert!(table.grow(&mut blocks, tokens));
            assert_eq!((blocks.held(), table.free()), (held, 3 - held), "{tokens} tokens");
        }
    }

    #[test]
    fn what_does_not_fit_takes_nothing() {
        let table = table(3);
        let (mut one, mut other) = (table.hold(), table.hold());
        assert!(table.grow(&mut one, 2 * BLOCK_TOKENS));
        assert!(!table.grow(&mut other, 2 * BLOCK_TOKENS));
        assert_eq!((other.held(), table.free()), (0, 1));
    }

    #[test]
    fn dropped_and_evicted_blocks_are_free_again() {
        let table = table(4);
        let mut holders = [table.hold(), table.hold()];
        holders.iter_mut().for_each(|holder| assert!(table.grow(holder, BLOCK_TOKENS)));
        let [dropped, evicted] = holders;
        drop(dropped);
        assert_eq!(table.free(), 3);
        table.evict(evicted, KvCacheEvictionReason::Capacity);
        assert_eq!(table.free(), 4);
    }
}
