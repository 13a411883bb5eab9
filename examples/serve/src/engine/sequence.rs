//! One job under way: its tokens so far, and what of them the model has been fed.

use candle_core::Tensor;
use candle_transformers::generation::LogitsProcessor;
use inferometer_sdk::{Cached, EnginePhase, PreemptionMode, StepBatch};
use tokio::sync::mpsc::Sender;

use super::answer::{Answer, Said};
use super::backend::Backend;
use super::block_table::Blocks;
use super::event::{Event, Failure};
use super::{Finish, Job, Usage};
use crate::model::{Model, ModelError};
use crate::prompt::Prompt;

/// Tokens of a prompt that are computed in one step. Between steps the other sequences have their turn; the attention
/// scores of a step take memory in proportion.
pub(super) const PREFILL_TOKENS_MAX: usize = 256;

/// A job that holds a place in the batch. Its blocks are free again when it is dropped.
pub(super) struct Sequence<S> {
    session: S,
    pub(super) blocks: Blocks,
    /// How many of the tokens the session holds.
    fed: usize,
    /// All tokens but the last were fed: a step computes one and gives one.
    is_decoding: bool,
    job: Paused,
}

/// A job without a place in the batch. It knows what it said, so that it can go on where it was.
pub(super) struct Paused {
    prompt: Prompt,
    /// The prompt, and the answer so far.
    pub(super) tokens: Vec<u32>,
    max_tokens: usize,
    sampler: LogitsProcessor,
    answer: Answer,
    usage: Usage,
    events: Sender<Event>,
}

/// Why a job ends without an answer.
pub(super) enum Broken {
    /// Nobody listens any more.
    Abandoned,
    /// The model could not compute a step.
    Failed(ModelError),
    /// The model has a defect.
    Panicked,
}

impl From<ModelError> for Broken {
    fn from(error: ModelError) -> Self {
        Self::Failed(error)
    }
}

impl From<Job> for Paused {
    fn from(job: Job) -> Self {
        let Job { prompt, settings, events } = job;
        Self {
            tokens: prompt.tokens().to_vec(),
            usage: Usage { prompt: prompt.tokens().len(), ..Usage::default() },
            prompt,
            max_tokens: settings.max_tokens,
            sampler: settings.sampling.sampler(),
            answer: Answer::new(settings.stop),
            events,
        }
    }
}

impl Paused {
    pub(super) fn is_abandoned(&self) -> bool {
        self.events.is_closed()
    }

    /// Takes a place in the batch. `blocks` hold its tokens.
    pub(super) fn start<M: Model>(
        mut self,
        backend: &mut Backend<M>,
        blocks: Blocks,
    ) -> Sequence<M::Session> {
        self.enter(EnginePhase::Scheduled, backend.recorder.now());
        let (session, cached) = backend.session(&self.tokens);
        if self.usage.completion == 0 {
            self.usage.cached = cached;
        }
        Sequence { session, blocks, fed: cached, is_decoding: false, job: self }
    }

    /// It is over.
    pub(super) fn end(self, outcome: Result<Finish, Broken>, at: u64) {
        let failed = |failure| Event::Failed { failure, at };
        let event = match outcome {
            Ok(finish) => Event::Finished { finish, usage: self.usage, at },
            Err(Broken::Abandoned) => return,
            Err(Broken::Failed(error)) => failed(Failure::Model(error.to_string())),
            Err(Broken::Panicked) => failed(Failure::Panic),
        };
        // If the client left meanwhile, there is nobody to tell.
        let _ = self.events.try_send(event);
    }

    /// Tells of a state, if that leaves room for a whole answer; see [`super::Settings::events_max`].
    fn enter(&self, phase: EnginePhase, at: u64) {
        if self.events.capacity() > self.max_tokens + 1 {
            // If the client left meanwhile, there is nobody to tell.
            let _ = self.events.try_send(Event::State { phase, at });
        }
    }

    /// Takes the next token of the answer; says how it ended if that was the last one.
    fn take<M: Model>(
        &mut self,
        scores: &Tensor,
        backend: &Backend<M>,
    ) -> Result<Option<Finish>, Broken> {
        let token = self.sampler.sample(scores).map_err(ModelError::from)?;
        self.tokens.push(token);
        self.usage.completion += 1;
        let at = backend.recorder.now();
        let said = if backend.template.ends(token) {
            Said::Last(self.answer.finish(), Finish::Stop)
        } else {
            match self.answer.push(backend.tokenizer.bytes(token)) {
                Said::More(text) if self.usage.completion == self.max_tokens => {
                    Said::Last(text + &self.answer.finish(), Finish::Length)
                }
                said => said,
            }
        };
        match said {
            Said::More(text) => self.tell(text, at).map(|()| None),
            Said::Last(text, finish) => self.tell(text, at).map(|()| Some(finish)),
        }
    }

    /// Sends a token. The channel has room for a whole answer ([`super::Settings::events_max`]), so that a client that
    /// reads slowly never holds up the engine; it refuses only when nobody listens.
    fn tell(&self, text: String, at: u64) -> Result<(), Broken> {
        self.events.try_send(Event::Token { text, at }).map_err(|_| Broken::Abandoned)
    }
}

impl<S: Clone> Sequence<S> {
    /// How many tokens the session will hold after the next step.
    pub(super) fn tokens_after_step(&self) -> usize {
        let shared = self.job.prompt.shared();
        let boundary = if self.fed < shared { shared } else { self.job.tokens.len() };
        boundary.min(self.fed + PREFILL_TOKENS_MAX)
    }

    /// One forward pass: feeds tokens, and once all are fed, takes the next one. Adds to `batch` what it computed.
    pub(super) fn step<M: Model<Session = S>>(
        &mut self,
        backend: &mut Backend<M>,
        batch: &mut StepBatch,
    ) -> Result<Option<Finish>, Broken> {
        if self.job.is_abandoned() {
            return Err(Broken::Abandoned);
        }
        let (begin, end) = (self.fed, self.tokens_after_step());
        let scores = backend.model.feed(&mut self.session, &self.job.tokens[begin..end])?;
        self.fed = end;
        batch.requests += 1;
        let computed =
            if self.is_decoding { &mut batch.decode_tokens } else { &mut batch.prefill_tokens };
        *computed += (end - begin) as u64;
        if end == self.job.prompt.shared() {
            backend.keep(&self.job.tokens[..end], &self.session);
        }
        if end < self.job.tokens.len() {
            return Ok(None);
        }
        if !self.is_decoding {
            self.is_decoding = true;
            let cached = Cached { device: self.job.usage.cached as u64, ..Cached::default() };
            self.job.enter(EnginePhase::Prefilled(Some(cached)), backend.recorder.now());
        }
        self.job.take(&scores, backend)
    }

    /// Gives up its place for good.
    pub(super) fn release(self) -> Paused {
        self.job
    }

    /// Gives up its place: its cache is computed again when it has its next turn.
    pub(super) fn preempt(self, at: u64) -> (Paused, Blocks) {
        self.job.enter(EnginePhase::Preempted(PreemptionMode::Recompute), at);
        (self.job, self.blocks)
    }
}
