//! A worker whose model is a toy: it decodes all of its sequences by one token per forward pass.

use std::{
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use inferometer_sdk::{
    Cached, Engine, FinishReason, KvCache, KvCacheTier, KvStats, Prompt, Request,
};
use opentelemetry::Context;
use tokio::sync::mpsc::Sender;

use crate::annotated::{Annotated, Delta, LlmMetrics};

/// Tokens of every prompt, and those of them that all prompts share.
pub(crate) const PROMPT_TOKENS: u64 = 96;
const PREFIX_TOKENS: u64 = 64;
/// Tokens of every answer.
const ANSWER_TOKENS: u8 = 5;
/// Items of an answer: its tokens, why it ended, what was used.
pub(crate) const ITEMS_MAX: usize = ANSWER_TOKENS as usize + 2;
const TOKEN: &str = r#"{"choices":[{"delta":{"content":"word "}}]}"#;
const BLOCK_TOKENS: u64 = 16;
const TOTAL_BLOCKS: u64 = 64;
/// Requests that may wait; whoever sends one more waits too.
const WAITING_MAX: usize = 16;

pub(crate) type Jobs = SyncSender<Ask>;

/// A request as it comes from the frontend.
pub(crate) struct Ask {
    /// The span of the frontend's request.
    pub(crate) parent: Context,
    pub(crate) answer: Sender<Annotated>,
}

pub(crate) struct Worker {
    engine: Engine,
    publisher: KvCache,
    /// The shared prefix is in the cache.
    has_prefix: bool,
    prompt_tokens: u64,
    hit_tokens: u64,
}

/// A request that is being decoded.
struct Sequence {
    request: Request,
    answer: Sender<Annotated>,
    cached: u64,
    tokens: u64,
}

impl Worker {
    /// Works until the last sender of jobs is gone.
    pub(crate) fn start(engine: &Engine) -> (Jobs, thread::JoinHandle<Self>) {
        let (jobs, waiting) = sync_channel(WAITING_MAX);
        let publisher = engine.kv_cache(KvCacheTier::Device);
        let engine = engine.clone();
        let mut worker =
            Self { engine, publisher, has_prefix: false, prompt_tokens: 0, hit_tokens: 0 };
        worker.publish(&[]);
        let work = move || {
            worker.work(&waiting);
            worker
        };
        (jobs, thread::spawn(work))
    }

    fn work(&mut self, waiting: &Receiver<Ask>) {
        let mut batch: Vec<Sequence> = Vec::new();
        loop {
            if batch.is_empty() {
                let Ok(ask) = waiting.recv() else { return };
                batch.push(self.admit(ask));
            }
            batch.extend(waiting.try_iter().map(|ask| self.admit(ask)));
            let now = self.engine.now();
            batch = batch.into_iter().filter_map(|sequence| sequence.step(now)).collect();
            self.publish(&batch);
        }
    }

    fn admit(&mut self, Ask { parent, answer }: Ask) -> Sequence {
        let cached = if self.has_prefix { PREFIX_TOKENS } else { 0 };
        self.has_prefix = true;
        self.prompt_tokens += PROMPT_TOKENS;
        self.hit_tokens += cached;
        let mut request = self.engine.request(&parent, Prompt::text(PROMPT_TOKENS));
        request.scheduled();
        request.prefilled(Cached { device: cached, ..Cached::default() });
        Sequence { request, answer, cached, tokens: 0 }
    }

    /// Once per forward pass: everything about the cache in one call, so that no scrape mixes two passes.
    fn publish(&mut self, batch: &[Sequence]) {
        let active = batch.iter().map(Sequence::blocks).sum();
        let cached_blocks = if self.has_prefix { PREFIX_TOKENS / BLOCK_TOKENS } else { 0 };
        self.publisher.publish(KvStats {
            active_blocks: active,
            cached_blocks,
            total_blocks: TOTAL_BLOCKS,
            prefix_hit: (self.prompt_tokens > 0)
                .then(|| share(self.hit_tokens, self.prompt_tokens)),
            ..KvStats::default()
        });
    }
}

impl Sequence {
    /// The shared prefix is not its own.
    fn blocks(&self) -> u64 {
        (PROMPT_TOKENS - PREFIX_TOKENS + self.tokens).div_ceil(BLOCK_TOKENS)
    }

    /// One more token; nothing once it has all, or once its client has left.
    fn step(mut self, now: u64) -> Option<Self> {
        self.request.tokens_at(1, now);
        self.tokens += 1;
        let metrics = LlmMetrics { chunk_tokens: 1, ..LlmMetrics::default() };
        self.tell(Delta::Text(TOKEN), metrics)?;
        if self.tokens < u64::from(ANSWER_TOKENS) {
            return Some(self);
        }
        self.tell(Delta::Finish(FinishReason::Length), LlmMetrics::default())?;
        let used = LlmMetrics {
            input_tokens: Some(PROMPT_TOKENS),
            cached_tokens: Some(self.cached),
            ..LlmMetrics::default()
        };
        self.tell(Delta::Usage, used)?;
        self.request.finish_at(FinishReason::Length, now);
        None
    }

    /// There is room for a whole answer, so this fails only if nobody listens; the request is dropped then, and aborted.
    fn tell(&self, delta: Delta, metrics: LlmMetrics) -> Option<()> {
        self.answer.try_send(Annotated { delta, metrics }).ok()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
