//! L2: objects as files of one folder, which all processes share.

use std::{fs, io, path::PathBuf};

use inferometer_sdk::{
    Engine, Keys, KvCache, KvCacheFailureReason, KvCacheOperation, KvCacheTier, KvStats, Storage,
    StorageOperation, StorageTier,
};

use crate::{ObjectKey, l1::sized};

/// The name that tells this adapter from others of L2.
const BACKEND: &str = "fs";

pub(crate) struct L2Adapter {
    folder: PathBuf,
    events: StorageTier,
    usage: KvCache,
    stored: u64,
}

impl L2Adapter {
    pub(crate) fn new(engine: &Engine, storage: &Storage, folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let operations = [
            KvCacheOperation::Store,
            KvCacheOperation::Lookup,
            KvCacheOperation::Prefetch,
            KvCacheOperation::Load,
        ];
        Ok(Self {
            folder,
            events: storage.tier_of(KvCacheTier::Disk, BACKEND, &operations),
            usage: engine.kv_cache_of(KvCacheTier::Disk, BACKEND),
            stored: 0,
        })
    }

    /// Writes objects. One that cannot be written ends its part of the operation, and the others go on.
    pub(crate) fn store<'a>(
        &mut self,
        objects: impl Iterator<Item = (ObjectKey, &'a [u8])> + Clone,
    ) {
        let keys: Vec<ObjectKey> = objects.clone().map(|(key, _)| key).collect();
        let mut store = self.events.submit_store(sized(&keys));
        for (key, object) in objects {
            match fs::write(self.path(key), object) {
                Ok(()) => {
                    store.succeed(sized(&[key]));
                    self.stored += object.len() as u64;
                }
                Err(_) => store.fail(KvCacheFailureReason::Io, Keys::hashed(&[key], 0)),
            }
        }
        self.usage.publish(KvStats { memory_bytes: Some(self.stored), ..KvStats::default() });
    }

    /// Those that are here.
    pub(crate) fn lookup(&self, keys: &[ObjectKey]) -> Vec<ObjectKey> {
        let lookup = self.events.submit_lookup(Keys::hashed(keys, 0));
        let found: Vec<_> = keys.iter().copied().filter(|key| self.path(*key).exists()).collect();
        lookup.found(Keys::hashed(&found, 0));
        found
    }

    /// Keys are to be brought to L1 until the operation ends.
    pub(crate) fn submit_prefetch(&self, keys: &[ObjectKey]) -> StorageOperation {
        self.events.submit_prefetch(sized(keys))
    }

    /// Reads objects. The first one that cannot be read ends the operation, and what is left of it has failed.
    pub(crate) fn load(&self, keys: &[ObjectKey]) -> io::Result<Vec<Vec<u8>>> {
        let mut load = self.events.submit_load(sized(keys));
        let objects = keys.iter().map(|key| match fs::read(self.path(*key)) {
            Ok(object) => {
                load.succeed(Keys::hashed(&[*key], object.len() as u64));
                Ok(object)
            }
            Err(cause) => {
                load.fail(KvCacheFailureReason::Io, Keys::hashed(&[*key], 0));
                Err(cause)
            }
        });
        objects.collect()
    }

    fn path(&self, key: ObjectKey) -> PathBuf {
        self.folder.join(format!("{key:016x}"))
    }
}
