//! The engine: one thread on which sequences take turns.
//!
//! A request is a [`Job`]. It waits in the bounded [`Queue`] until the scheduler gives it a place in the batch; then
//! each step of the loop feeds a part of its prompt to the model (less what a kept prefix already holds) or samples one
//! token. What it has done goes out as [`Event`]s: they are accounted where the answer goes to the client, which is the
//! one place that every way goes through in which a request can end.

mod answer;
mod backend;
mod block_table;
mod event;
mod job;
mod queue;
mod scheduler;
mod sequence;

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use inferometer_sdk::{Engine as Recorder, KvCacheTier};

use crate::model::Model;
use crate::prefix_cache::PrefixCache;
use crate::prompt::ChatTemplate;
use crate::tokenizer::Tokenizer;
use backend::Backend;
use block_table::{BlockTable, blocks_for};
use scheduler::Scheduler;

pub(crate) use block_table::Blocks;
pub(crate) use event::{Event, Told, told};
pub(crate) use job::{Finish, Job, Sampling, Settings, Usage};
pub(crate) use queue::{Queue, Refused};

/// How much the engine computes at a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Capacity {
    /// Sequences that take turns; at least 1.
    pub(crate) sequences: usize,
    /// Blocks of KV cache. If they are too few for one sequence as long as the context, there are as many as that takes.
    pub(crate) blocks: usize,
    /// The most tokens of a prompt and its completion.
    pub(crate) context_tokens: usize,
}

/// The model and what it needs to answer.
pub(crate) struct Engine<M: Model>(Scheduler<M>);

impl<M: Model> Engine<M> {
    /// An engine that keeps no prefix yet.
    pub(crate) fn new(
        model: M,
        tokenizer: Arc<Tokenizer>,
        template: Arc<ChatTemplate>,
        capacity: Capacity,
        recorder: Recorder,
    ) -> Self {
        let blocks = capacity.blocks.max(blocks_for(capacity.context_tokens));
        let table = BlockTable::new(recorder.kv_cache(KvCacheTier::Device), blocks);
        let backend = Backend {
            model,
            tokenizer,
            template,
            prefixes: PrefixCache::new(),
            table,
            recorder: recorder.clone(),
        };
        Self(Scheduler::new(backend, capacity.sequences, recorder))
    }

    /// Starts the engine's thread behind a queue of `waiting_max` jobs. It ends when every clone of the queue is gone
    /// and the jobs that were in it are done.
    ///
    /// # Errors
    /// If the system grants no thread.
    pub(crate) fn start(self, waiting_max: usize) -> io::Result<(Queue, JoinHandle<()>)>
    where
        M::Session: 'static,
    {
        let Self(scheduler) = self;
        let (queue, jobs) = Queue::new(waiting_max, Arc::clone(scheduler.depths()));
        let thread =
            thread::Builder::new().name("engine".to_owned()).spawn(move || scheduler.run(&jobs))?;
        Ok((queue, thread))
    }
}

#[cfg(test)]
mod tests;
