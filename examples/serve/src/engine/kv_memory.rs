//! How much of the KV cache's memory is taken, as the SDK shows it.

use inferometer_sdk::{KvCache, KvStats};

use crate::prefix_cache::PREFIXES_MAX;

/// Publishes the state of the KV cache. A block is one token; there is room for the running sequence
/// and for [`PREFIXES_MAX`] prefixes, each as long as the context.
#[derive(Debug)]
pub(crate) struct KvMemory {
    recorder: KvCache,
    blocks: u64,
}

impl KvMemory {
    pub(crate) fn new(recorder: KvCache, context_tokens: usize) -> Self {
        let blocks = (PREFIXES_MAX + 1) * context_tokens;
        Self { recorder, blocks: blocks as u64 }
    }

    /// The running sequence holds `active` tokens, and the kept prefixes `cached`.
    pub(super) fn publish(&mut self, active: usize, cached: usize) {
        let usage = KvStats {
            active_blocks: active as u64,
            cached_blocks: cached as u64,
            total_blocks: self.blocks,
            ..Default::default()
        };
        self.recorder.publish(usage);
    }
}
