//! Which system prompts a prefill replica still has in its KV cache.

use std::collections::VecDeque;

use super::blocks::blocks_of;

/// System prompts by their KV blocks, the least recently used one going first.
#[derive(Debug)]
pub(super) struct PrefixCache {
    /// Blocks it may keep.
    blocks_max: u64,
    blocks: u64,
    /// Least recently used first; at most as many as there are system prompts.
    entries: VecDeque<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    system_prompt: usize,
    blocks: u64,
}

impl PrefixCache {
    pub(super) const fn new(blocks_max: u64) -> Self {
        Self { blocks_max, blocks: 0, entries: VecDeque::new() }
    }

    /// Blocks that it keeps now.
    pub(super) const fn blocks(&self) -> u64 {
        self.blocks
    }

    /// Whether this system prompt is there; from now on it is, as the last to go. One that is larger than the whole
    /// cache is never kept.
    pub(super) fn look_up(&mut self, system_prompt: usize, tokens: u32) -> bool {
        let is_it = |entry: &Entry| entry.system_prompt == system_prompt;
        if let Some(index) = self.entries.iter().position(is_it) {
            let found = self.entries.remove(index);
            self.entries.extend(found);
            return true;
        }
        let blocks = blocks_of(tokens);
        if blocks > self.blocks_max {
            return false;
        }
        while self.blocks + blocks > self.blocks_max {
            let Some(oldest) = self.entries.pop_front() else {
                break;
            };
            self.blocks -= oldest.blocks;
        }
        self.blocks += blocks;
        self.entries.push_back(Entry { system_prompt, blocks });
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cache: &mut PrefixCache, look_ups: &[(usize, u32, bool)], blocks: u64) {
        for &(prompt, tokens, hit) in look_ups {
            assert_eq!(cache.look_up(prompt, tokens), hit, "prompt {prompt}");
        }
        assert_eq!(cache.blocks(), blocks);
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let mut cache = PrefixCache::new(3);
        let fill = [(0, 16, false), (1, 16, false), (2, 16, false)];
        check(&mut cache, &fill, 3);
        check(&mut cache, &[(0, 16, true), (3, 16, false)], 3);
        check(&mut cache, &[(0, 16, true), (1, 16, false)], 3);
    }

    #[test]
    fn one_larger_than_the_cache_is_never_kept() {
        let mut cache = PrefixCache::new(3);
        check(&mut cache, &[(0, 16, false)], 1);
        check(&mut cache, &[(1, 65, false), (1, 65, false)], 1);
        check(&mut cache, &[(0, 16, true)], 1);
    }
}
