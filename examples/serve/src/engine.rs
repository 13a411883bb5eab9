//! The engine: one thread that completes one request at a time, in the order in which they came.
//!
//! A request is a [`Job`]. It waits in the bounded [`Queue`], the engine feeds its prompt to the model
//! (less what a kept prefix already holds), samples token after token, and sends what the client may
//! see as [`Event`]s. The request's recorder travels with the job, so that every way a job can end
//! goes through one place and is counted once.

mod answer;
mod job;
mod kv_memory;
mod queue;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread::{self, JoinHandle};

use candle_core::Tensor;
use inferometer_sdk::{Cached, FinishReason, Request};
use tokio::sync::mpsc::Sender;

use crate::model::{Model, ModelError};
use crate::prefix_cache::PrefixCache;
use crate::prompt::{ChatTemplate, Prompt};
use crate::tokenizer::Tokenizer;
use answer::{Answer, Said};

pub(crate) use job::{Event, Finish, Job, Sampling, Settings, Usage};
pub(crate) use kv_memory::KvMemory;
pub(crate) use queue::{Queue, Refused};

/// Tokens of a prompt that are computed in one step. Between steps the engine looks whether the client
/// is still there; the attention scores of a step take memory in proportion.
const PREFILL_TOKENS_MAX: usize = 256;

/// The model and what it needs to answer.
#[derive(Debug)]
pub(crate) struct Engine<M: Model> {
    model: M,
    tokenizer: Arc<Tokenizer>,
    template: Arc<ChatTemplate>,
    prefixes: PrefixCache<M::Session>,
    memory: KvMemory,
}

/// Why a job ends without an answer.
enum Broken {
    /// Nobody listens any more.
    Abandoned,
    /// The model could not compute a step.
    Failed(ModelError),
}

impl From<ModelError> for Broken {
    fn from(error: ModelError) -> Self {
        Self::Failed(error)
    }
}

impl<M: Model> Engine<M> {
    /// An engine that keeps no prefix yet.
    pub(crate) fn new(
        model: M,
        tokenizer: Arc<Tokenizer>,
        template: Arc<ChatTemplate>,
        memory: KvMemory,
    ) -> Self {
        Self { model, tokenizer, template, prefixes: PrefixCache::new(), memory }
    }

    /// Starts the engine's thread behind a queue of `waiting_max` jobs. It ends when every clone of the
    /// queue is gone and the jobs that were in it are done.
    ///
    /// # Errors
    /// If the system grants no thread.
    pub(crate) fn start(self, waiting_max: usize) -> io::Result<(Queue, JoinHandle<()>)>
    where
        M::Session: 'static,
    {
        let (queue, jobs) = Queue::new(waiting_max);
        let thread =
            thread::Builder::new().name("engine".to_owned()).spawn(move || self.run(&jobs))?;
        Ok((queue, thread))
    }

    fn run(mut self, jobs: &Receiver<Job>) {
        for job in jobs {
            self.serve(job);
            self.memory.publish(0, self.prefixes.tokens());
        }
    }

    /// Completes one job. What the recorder counts is complete before the client hears of the end.
    fn serve(&mut self, job: Job) {
        let Job { prompt, settings, events, mut request } = job;
        if events.is_closed() {
            request.finish(FinishReason::Abort);
            return;
        }
        request.scheduled();
        // A defect in a backend costs one request, not the server: the session it may have left half
        // written is dropped here, and kept prefixes are never written to.
        let completed = catch_unwind(AssertUnwindSafe(|| {
            self.complete(&prompt, settings, &events, &mut request)
        }));
        let event = match completed {
            Ok(Ok((finish, usage))) => {
                request.finish(finish.into());
                Event::Finished(finish, usage)
            }
            Ok(Err(Broken::Abandoned)) => {
                request.finish(FinishReason::Abort);
                return;
            }
            Ok(Err(Broken::Failed(error))) => {
                request.fail("model_error");
                Event::Failed(error.to_string())
            }
            Err(_) => {
                request.fail("model_panic");
                Event::Failed("the model panicked".to_owned())
            }
        };
        // If the client left meanwhile, there is nobody to tell.
        let _ = events.try_send(event);
    }

    fn complete(
        &mut self,
        prompt: &Prompt,
        settings: Settings,
        events: &Sender<Event>,
        request: &mut Request,
    ) -> Result<(Finish, Usage), Broken> {
        let Prefilled { mut session, mut scores, cached } = self.prefill(prompt, events)?;
        request.prefilled(Cached { device: cached as u64, ..Cached::default() });
        let mut usage = Usage { prompt: prompt.tokens().len(), cached, completion: 0 };
        let mut sampler = settings.sampling.sampler();
        let mut answer = Answer::new(settings.stop);
        loop {
            let token = sampler.sample(&scores).map_err(ModelError::from)?;
            usage.completion += 1;
            request.tokens(1);
            let said = if self.template.ends(token) {
                Said::Last(answer.finish(), Finish::Stop)
            } else {
                match answer.push(self.tokenizer.bytes(token)) {
                    Said::More(text) if usage.completion == settings.max_tokens => {
                        Said::Last(text + &answer.finish(), Finish::Length)
                    }
                    said => said,
                }
            };
            match said {
                Said::More(text) => tell(events, text)?,
                Said::Last(text, finish) => {
                    tell(events, text)?;
                    return Ok((finish, usage));
                }
            }
            scores = self.model.feed(&mut session, &[token])?;
            self.memory.publish(usage.prompt + usage.completion, self.prefixes.tokens());
        }
    }

    /// Feeds the prompt, except for the tokens of the longest kept prefix, and keeps its shared part.
    ///
    /// `cached` is where the feeding starts, so the tokens fed are the prompt's less the cached ones.
    fn prefill(
        &mut self,
        prompt: &Prompt,
        events: &Sender<Event>,
    ) -> Result<Prefilled<M::Session>, Broken> {
        let tokens = prompt.tokens();
        let (mut session, cached) =
            self.prefixes.longest(tokens).unwrap_or_else(|| (self.model.session(), 0));
        let mut scores = None;
        let mut fed = cached;
        while fed < tokens.len() {
            if events.is_closed() {
                return Err(Broken::Abandoned);
            }
            let boundary = if fed < prompt.shared() { prompt.shared() } else { tokens.len() };
            let end = boundary.min(fed + PREFILL_TOKENS_MAX);
            scores = Some(self.model.feed(&mut session, &tokens[fed..end])?);
            fed = end;
            if fed == prompt.shared() {
                self.prefixes.insert(&tokens[..fed], session.clone());
            }
            self.memory.publish(fed, self.prefixes.tokens());
        }
        // A prompt is never empty and a kept prefix always shorter, so a step was computed.
        scores.map(|scores| Prefilled { session, scores, cached }).ok_or(Broken::Abandoned)
    }
}

/// A session that holds the whole prompt, and the scores of the first token of the answer.
struct Prefilled<S> {
    session: S,
    scores: Tensor,
    cached: usize,
}

/// Sends text that is not empty. The channel has room for a whole answer ([`Settings::events_max`]), so
/// that a client that reads slowly never holds up the engine; it refuses only when nobody listens.
fn tell(events: &Sender<Event>, text: String) -> Result<(), Broken> {
    if events.is_closed() {
        return Err(Broken::Abandoned);
    }
    if text.is_empty() {
        return Ok(());
    }
    events.try_send(Event::Text(text)).map_err(|_| Broken::Abandoned)
}

#[cfg(test)]
mod tests;
