//! L1: objects in the host's memory. The one that was not used for longest leaves first.

use std::collections::{HashMap, VecDeque};

use inferometer_sdk::{
    Engine, Keys, KvCache, KvCacheEvictionReason, KvCacheEvictionResult, KvCacheOperation,
    KvCacheTier, KvStats, Storage, StorageOperation, StorageTier,
};

use crate::{CHUNK_BYTES, L1_CHUNKS, ObjectKey};

pub(crate) struct L1Manager {
    objects: HashMap<ObjectKey, Vec<u8>>,
    /// The least recently used one first.
    order: VecDeque<ObjectKey>,
    events: StorageTier,
    usage: KvCache,
}

impl L1Manager {
    pub(crate) fn new(engine: &Engine, storage: &Storage) -> Self {
        let operations = [
            KvCacheOperation::Read,
            KvCacheOperation::Write,
            KvCacheOperation::Lookup,
            KvCacheOperation::Evict,
        ];
        Self {
            objects: HashMap::new(),
            order: VecDeque::new(),
            events: storage.tier(KvCacheTier::Host, &operations),
            usage: engine.kv_cache(KvCacheTier::Host),
        }
    }

    /// Those that are here.
    pub(crate) fn lookup(&self, keys: &[ObjectKey]) -> Vec<ObjectKey> {
        let found: Vec<_> = keys.iter().copied().filter(|key| self.has(*key)).collect();
        self.events.looked_up(keys.len() as u64, Keys::hashed(&found, 0));
        found
    }

    pub(crate) fn has(&self, key: ObjectKey) -> bool {
        self.objects.contains_key(&key)
    }

    /// Makes room for keys, which are being filled until the operation ends.
    pub(crate) fn reserve_write(&mut self, keys: &[ObjectKey]) -> StorageOperation {
        self.evict((self.objects.len() + keys.len()).saturating_sub(L1_CHUNKS));
        self.events.reserve_write(sized(keys))
    }

    /// Puts objects where room was made.
    pub(crate) fn put(&mut self, objects: impl Iterator<Item = (ObjectKey, Vec<u8>)>) {
        for (key, object) in objects {
            self.objects.insert(key, object);
            self.order.push_back(key);
        }
        self.publish();
    }

    /// Keys are in use until the operation ends.
    pub(crate) fn reserve_read(&self, keys: &[ObjectKey]) -> StorageOperation {
        self.events.reserve_read(sized(keys))
    }

    /// The objects of keys that are reserved.
    pub(crate) fn read(&mut self, keys: &[ObjectKey]) -> Vec<Vec<u8>> {
        self.order.retain(|key| !keys.contains(key));
        self.order.extend(keys);
        keys.iter().filter_map(|key| self.objects.get(key).cloned()).collect()
    }

    fn evict(&mut self, count: usize) {
        let evicted: Vec<ObjectKey> = self.order.drain(..count.min(self.order.len())).collect();
        for key in &evicted {
            self.objects.remove(key);
        }
        if evicted.is_empty() {
            return self.events.eviction_pass(KvCacheEvictionResult::Idle);
        }
        self.events.evicted(KvCacheEvictionReason::Capacity, sized(&evicted));
        self.events.eviction_pass(KvCacheEvictionResult::Evicted);
    }

    fn publish(&mut self) {
        let (kept, room) = (self.objects.len() as u64, L1_CHUNKS as u64);
        self.usage.publish(KvStats {
            cached_blocks: kept,
            total_blocks: room,
            memory_bytes: Some(kept * CHUNK_BYTES as u64),
            memory_limit_bytes: Some(room * CHUNK_BYTES as u64),
            ..KvStats::default()
        });
    }
}

/// Keys with the bytes of their objects.
pub(crate) const fn sized(keys: &[ObjectKey]) -> Keys<'_> {
    Keys::hashed(keys, keys.len() as u64 * CHUNK_BYTES as u64)
}
