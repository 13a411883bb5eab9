//! What all sequences share: the model, the tokenizer, the kept prefixes and the memory.

use std::sync::Arc;

use inferometer_sdk::{Engine as Recorder, KvCacheEvictionReason::Capacity};

use super::block_table::{BlockTable, Blocks, blocks_for};
use crate::model::Model;
use crate::prefix_cache::PrefixCache;
use crate::prompt::ChatTemplate;
use crate::tokenizer::Tokenizer;

pub(super) struct Backend<M: Model> {
    pub(super) model: M,
    pub(super) tokenizer: Arc<Tokenizer>,
    pub(super) template: Arc<ChatTemplate>,
    pub(super) prefixes: PrefixCache<M::Session>,
    pub(super) table: BlockTable,
    /// Whose time the events have.
    pub(super) recorder: Recorder,
}

impl<M: Model> Backend<M> {
    /// A session that holds the longest kept prefix of `tokens`, and how many tokens that are.
    pub(super) fn session(&mut self, tokens: &[u32]) -> (M::Session, usize) {
        self.prefixes.longest(tokens).unwrap_or_else(|| (self.model.session(), 0))
    }

    /// Keeps a session for prompts that begin with its `tokens`, if there are blocks to spare.
    pub(super) fn keep(&mut self, tokens: &[u32], session: &M::Session) {
        let mut blocks = self.table.hold();
        if !self.prefixes.has(tokens) && self.table.grow(&mut blocks, tokens.len()) {
            let evicted = self.prefixes.insert(tokens, session.clone(), blocks);
            evicted.into_iter().for_each(|blocks| self.table.evict(blocks, Capacity));
        }
    }

    /// Whether kept prefixes and what nobody holds are enough for `tokens`.
    pub(super) fn could_hold(&self, tokens: usize) -> bool {
        blocks_for(tokens) <= self.table.free() + self.prefixes.blocks()
    }

    /// Has `blocks` hold `tokens`; kept prefixes give way to that. Says whether they do.
    pub(super) fn grow(&mut self, blocks: &mut Blocks, tokens: usize) -> bool {
        while !self.table.grow(blocks, tokens) {
            let Some(evicted) = self.prefixes.evict() else { return false };
            self.table.evict(evicted, Capacity);
        }
        true
    }
}
