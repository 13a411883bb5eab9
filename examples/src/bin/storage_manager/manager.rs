//! The storage manager: the calls of engines, answered from both tiers.

use std::{io, path::PathBuf};

use inferometer_sdk::{
    CacheCalls, Cached, CallSize, Engine, KvCacheMethod, ObserverThread, TokenLookups,
};

use crate::{
    CHUNK_BYTES, CHUNK_TOKENS, ObjectKey,
    l1::{L1Manager, sized},
    l2::L2Adapter,
    ledger::Ledger,
};

/// The share of chunks whose lifetimes are followed. All of them, because there are so few; a hundredth does in earnest.
const SAMPLED: f64 = 1.0;

pub(crate) struct StorageManager {
    l1: L1Manager,
    l2: L2Adapter,
    calls: CacheCalls,
    lookups: TokenLookups,
    lifetimes: Option<ObserverThread>,
}

impl StorageManager {
    pub(crate) fn new(engine: &Engine, folder: PathBuf, ledger: Ledger) -> io::Result<Self> {
        let storage = engine.storage();
        storage.observe(ledger).map_err(io::Error::other)?;
        let lifetimes = storage.sample_lifetimes(SAMPLED).map_err(io::Error::other)?;
        Ok(Self {
            l1: L1Manager::new(engine, &storage),
            l2: L2Adapter::new(engine, &storage, folder)?,
            calls: engine.cache_server(),
            lookups: storage.lookups(),
            lifetimes: Some(lifetimes),
        })
    }

    /// Keeps chunks in both tiers.
    pub(crate) fn store(&mut self, keys: &[ObjectKey]) {
        let call = self.calls.begin(KvCacheMethod::Store, size(keys));
        let objects: Vec<_> = keys.iter().map(|key| (*key, entries(*key))).collect();
        let mut write = self.l1.reserve_write(keys);
        self.l1.put(objects.iter().cloned());
        write.succeed(sized(keys));
        drop(write);
        self.l2.store(objects.iter().map(|(key, object)| (*key, &object[..])));
        call.finish();
    }

    /// How many chunks are there, in either tier, before the first that is not.
    pub(crate) fn lookup(&self, keys: &[ObjectKey]) -> usize {
        let call = self.calls.begin(KvCacheMethod::Lookup, CallSize { bytes: 0, ..size(keys) });
        let host = self.l1.lookup(keys);
        let others: Vec<_> = keys.iter().copied().filter(|key| !host.contains(key)).collect();
        let disk = self.l2.lookup(&others);
        let tokens = |keys: &[ObjectKey]| keys.len() as u64 * CHUNK_TOKENS;
        let hit = Cached { host: tokens(&host), disk: tokens(&disk), ..Cached::default() };
        self.lookups.record(tokens(keys), hit);
        let is_there = |key: &&ObjectKey| host.contains(key) || disk.contains(key);
        let found = keys.iter().take_while(is_there).count();
        call.answer(CallSize { bytes: 0, ..size(&keys[..found]) });
        found
    }

    /// The entries of chunks that were looked up. What L1 lacks is brought up from L2 first; an error on the way ends
    /// everything that has begun.
    pub(crate) fn retrieve(&mut self, keys: &[ObjectKey]) -> io::Result<Vec<Vec<u8>>> {
        let call = self.calls.begin(KvCacheMethod::Retrieve, size(keys));
        let (here, below): (Vec<_>, Vec<_>) =
            keys.iter().copied().partition(|key| self.l1.has(*key));
        let read = self.l1.reserve_read(&here);
        let mut objects = self.l1.read(&here);
        read.finish();

        let prefetch = self.l2.submit_prefetch(&below);
        let loaded = self.l2.load(&below)?;
        let write = self.l1.reserve_write(&below);
        self.l1.put(below.iter().copied().zip(loaded));
        prefetch.finish();
        let read = write.finish_and_reserve_read(sized(&below));
        objects.extend(self.l1.read(&below));
        read.finish();
        call.finish();
        Ok(objects)
    }

    /// Lets those who watch see everything so far. They see nothing more.
    pub(crate) fn wait_for_observers(&mut self) {
        self.lifetimes = None;
    }
}

/// What a model would have computed for a chunk.
fn entries(key: ObjectKey) -> Vec<u8> {
    vec![key.to_le_bytes()[0]; CHUNK_BYTES]
}

const fn size(keys: &[ObjectKey]) -> CallSize {
    let keys = keys.len() as u64;
    CallSize { keys, bytes: keys * CHUNK_BYTES as u64, tokens: keys * CHUNK_TOKENS }
}
