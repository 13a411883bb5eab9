//! Sessions of prompt prefixes, kept so that a later prompt need not compute them again.

use crate::engine::Blocks;

/// How many prefixes are kept. With SmolLM2-135M a token takes 46 KB of KV cache, so four prefixes
/// that fill the context of 4096 tokens take about 750 MB, and usual system prompts a few MB.
pub(crate) const PREFIXES_MAX: usize = 4;

/// The last [`PREFIXES_MAX`] prefixes that were used; a new one evicts the one unused for longest.
#[derive(Debug)]
pub(crate) struct PrefixCache<S> {
    /// The most recently used last.
    entries: Vec<Entry<S>>,
}

#[derive(Debug)]
struct Entry<S> {
    tokens: Box<[u32]>,
    session: S,
    blocks: Blocks,
}

impl<S: Clone> PrefixCache<S> {
    /// An empty cache.
    pub(crate) fn new() -> Self {
        Self { entries: Vec::with_capacity(PREFIXES_MAX) }
    }

    /// The session of the longest kept prefix of `prompt`, and how many tokens it holds: always fewer
    /// than the prompt has, because the last token must be computed to know what follows it.
    pub(crate) fn longest(&mut self, prompt: &[u32]) -> Option<(S, usize)> {
        let matching = |entry: &Entry<S>| {
            entry.tokens.len() < prompt.len() && prompt.starts_with(&entry.tokens)
        };
        let candidates = self.entries.iter().enumerate().filter(|(_, entry)| matching(entry));
        let (index, _) = candidates.max_by_key(|(_, entry)| entry.tokens.len())?;
        let entry = self.entries.remove(index);
        let found = (entry.session.clone(), entry.tokens.len());
        self.entries.push(entry);
        Some(found)
    }

    /// Whether exactly `tokens` are kept.
    pub(crate) fn has(&self, tokens: &[u32]) -> bool {
        self.entries.iter().any(|entry| *entry.tokens == *tokens)
    }

    /// Keeps `session`, which holds exactly `tokens`, in `blocks`. Returns the blocks of a prefix that made room.
    pub(crate) fn insert(&mut self, tokens: &[u32], session: S, blocks: Blocks) -> Option<Blocks> {
        let evicted = if self.entries.len() == PREFIXES_MAX { self.evict() } else { None };
        self.entries.push(Entry { tokens: tokens.into(), session, blocks });
        evicted
    }

    /// Gives up the prefix that was unused for longest; returns its blocks.
    pub(crate) fn evict(&mut self) -> Option<Blocks> {
        (!self.entries.is_empty()).then(|| self.entries.remove(0).blocks)
    }

    /// How many blocks are held in all.
    pub(crate) fn blocks(&self) -> usize {
        self.entries.iter().map(|entry| entry.blocks.held()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(prefixes: &[&[u32]]) -> PrefixCache<usize> {
        let mut cache = PrefixCache::new();
        for (session, tokens) in prefixes.iter().enumerate() {
            cache.insert(tokens, session, Blocks::of(1));
        }
        cache
    }

    fn check(prefixes: &[&[u32]], prompt: &[u32], expected: Option<(usize, usize)>) {
        assert_eq!(cache(prefixes).longest(prompt), expected);
    }

    #[test]
    fn the_longest_prefix_is_reused() {
        check(&[&[1], &[1, 2], &[1, 2, 4]], &[1, 2, 3], Some((1, 2)));
        check(&[&[2]], &[1, 2, 3], None);
    }

    #[test]
    fn a_prefix_as_long_as_the_prompt_is_not_reused() {
        check(&[&[1, 2, 3], &[1]], &[1, 2, 3], Some((1, 1)));
    }

    #[test]
    fn a_fifth_prefix_evicts_the_one_unused_for_longest() {
        let mut cache = cache(&[&[1], &[2], &[3], &[4]]);
        assert!(cache.longest(&[1, 9]).is_some());
        assert!(cache.insert(&[5], 5, Blocks::of(3)).is_some());
        assert_eq!(cache.longest(&[2, 9]), None);
        assert_eq!(cache.longest(&[1, 9]), Some((0, 1)));
        assert_eq!(cache.blocks(), PREFIXES_MAX - 1 + 3);
    }

    #[test]
    fn the_prefix_unused_for_longest_is_given_up_first() {
        let mut cache = cache(&[&[1], &[2]]);
        assert!(cache.longest(&[1, 9]).is_some());
        assert!(cache.evict().is_some());
        assert!(cache.has(&[1]) && !cache.has(&[2]));
        assert!(cache.evict().is_some());
        assert!(cache.evict().is_none());
    }
}
