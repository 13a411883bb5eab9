//! What was decided lately, for spans that come later.

use std::collections::HashSet;

use foldhash::quality::RandomState;

use super::trace::Key;

/// Traces of which the last `size` that were asked for are remembered, and at most twice as many.
///
/// Two generations: what is asked for moves to the young one; when that has `size` traces it becomes the old one, and
/// what the old one had is forgotten.
#[derive(Debug)]
struct Memory {
    young: HashSet<Key, RandomState>,
    old: HashSet<Key, RandomState>,
    size: usize,
}

/// Which traces were kept, and which were not.
#[derive(Debug)]
pub(super) struct Decisions {
    sampled: Memory,
    not_sampled: Memory,
}

impl Decisions {
    pub(super) fn new(sampled: usize, not_sampled: usize) -> Self {
        Self { sampled: Memory::new(sampled), not_sampled: Memory::new(not_sampled) }
    }

    pub(super) fn remember(&mut self, key: Key, is_sampled: bool) {
        let memory = if is_sampled { &mut self.sampled } else { &mut self.not_sampled };
        memory.insert(key);
    }

    /// Whether the trace is kept, if that is known.
    pub(super) fn recall(&mut self, key: &Key) -> Option<bool> {
        // Most traces are not kept, and most late spans are theirs.
        if self.not_sampled.has(key) {
            return Some(false);
        }
        self.sampled.has(key).then_some(true)
    }
}

impl Memory {
    fn new(size: usize) -> Self {
        Self { young: HashSet::default(), old: HashSet::default(), size }
    }

    fn insert(&mut self, key: Key) {
        if self.young.len() >= self.size {
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
        }
        self.young.insert(key);
    }

    fn has(&mut self, key: &Key) -> bool {
        if self.young.contains(key) {
            return true;
        }
        let Some(key) = self.old.take(key) else {
            return false;
        };
        self.insert(key);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::Tenant;

    fn key(number: u128) -> Key {
        Key { tenant: Tenant::default(), id: number.to_be_bytes() }
    }

    #[test]
    fn the_latest_are_remembered_and_never_more_than_twice_as_many() {
        let mut decisions = Decisions::new(10, 10);
        for number in 0..100 {
            decisions.remember(key(number), true);
            let known = (0..=number).filter(|past| {
                decisions.sampled.young.contains(&key(*past))
                    || decisions.sampled.old.contains(&key(*past))
            });
            let known: Vec<u128> = known.collect();
            assert!(known.len() <= 20);
            assert!(((number + 1).saturating_sub(10)..=number).all(|past| known.contains(&past)));
        }
    }

    #[test]
    fn what_is_asked_for_is_not_forgotten() {
        let mut decisions = Decisions::new(2, 2);
        decisions.remember(key(0), false);
        for number in 1..50 {
            decisions.remember(key(number), false);
            assert_eq!(decisions.recall(&key(0)), Some(false), "after {number} others");
        }
        assert_eq!(decisions.recall(&key(1)), None);
    }
}
