//! Targets by the bytes of the resources that name them.

use std::sync::Arc;

use hashbrown::HashTable;
use parking_lot::Mutex;

use super::{
    hashing::{Hashing, SHARDS, shard},
    target::Target,
};

/// Spellings of resources that are remembered, about: twice so many are kept for a while. One more than a sender has
/// processes is enough; a resource that changes with every request pushes out those that nobody sends any more.
const SPELLINGS_MAX: usize = 16_384;
/// A resource with more bytes is decoded every time.
const SPELLING_BYTES_MAX: usize = 8 << 10;

/// The spellings of resources that came lately, each with its target.
#[derive(Debug)]
pub(super) struct Resources {
    shards: Box<[Mutex<Generations>]>,
}

/// When the young are too many they become the old, and the old are forgotten: what is used becomes young again.
#[derive(Debug, Default)]
struct Generations {
    young: HashTable<Spelling>,
    old: HashTable<Spelling>,
}

#[derive(Debug)]
struct Spelling {
    hash: u64,
    bytes: Box<[u8]>,
    target: Arc<Target>,
}

impl Default for Resources {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }
}

impl Resources {
    /// The target that a resource named last.
    pub(super) fn find(&self, hashing: &Hashing, resource: &[u8]) -> Option<Arc<Target>> {
        let hash = hashing.of(0, resource);
        let mut generations = self.shards[shard(hash)].lock();
        let Generations { young, old } = &mut *generations;
        if let Some(spelling) = young.find(hash, |spelling| *spelling.bytes == *resource) {
            return Some(Arc::clone(&spelling.target));
        }
        let found = old.find_entry(hash, |spelling| *spelling.bytes == *resource).ok()?;
        let (spelling, _) = found.remove();
        let target = Arc::clone(&spelling.target);
        generations.add(spelling);
        Some(target)
    }

    /// Remembers that a resource names a target, instead of what it named before.
    pub(super) fn learn(&self, hashing: &Hashing, resource: &[u8], target: &Arc<Target>) {
        if resource.len() > SPELLING_BYTES_MAX {
            return;
        }
        let hash = hashing.of(0, resource);
        let mut generations = self.shards[shard(hash)].lock();
        let is_this = |spelling: &Spelling| *spelling.bytes == *resource;
        if let Some(spelling) = generations.young.find_mut(hash, is_this) {
            spelling.target = Arc::clone(target);
            return;
        }
        generations.add(Spelling { hash, bytes: resource.into(), target: Arc::clone(target) });
    }

    /// Forgets targets that have ended.
    pub(super) fn expire(&self) {
        for generations in &self.shards {
            let Generations { young, old } = &mut *generations.lock();
            for table in [young, old] {
                table.retain(|spelling| !spelling.target.has_ended());
                table.shrink_to_fit(|spelling| spelling.hash);
            }
        }
    }
}

impl Generations {
    fn add(&mut self, spelling: Spelling) {
        if self.young.len() >= SPELLINGS_MAX / SHARDS {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert_unique(spelling.hash, spelling, |spelling| spelling.hash);
    }
}
