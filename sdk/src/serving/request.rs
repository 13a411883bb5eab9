//! One request: the states it goes through, and what each of them feeds.

use std::{fmt, sync::Arc, thread};

use inferometer_semconv::attributes::FinishReason;
use opentelemetry::Context;

use super::{
    correction::Correction,
    engine::EngineState,
    error_types::OTHER,
    formulas::{seconds_between, time_per_output_token, time_to_first_token},
    instruments::PANIC,
    meters::{Add, Meters, Record},
    partition::partition,
    prompt::{Cached, Prompt},
    request_spans::{self, Ended, Outcome},
    timeline::Timeline,
};
use crate::metrics::Scope;

/// Records one request, from its arrival to its one end.
///
/// | call | state after it | feeds |
/// |---|---|---|
/// | [`Engine::request`](super::Engine::request) | waiting | active, input tokens by modality; the span starts |
/// | [`scheduled`](Self::scheduled) | running, in prefill | queue time |
/// | [`prefilled`](Self::prefilled) | running | prefill time, prompt tokens by source |
/// | [`tokens`](Self::tokens), the first | running, in decode | output tokens |
/// | [`tokens`](Self::tokens), later ones | running, in decode | output tokens, time between tokens |
/// | [`finish`](Self::finish), [`fail`](Self::fail), drop | gone | finished, duration, tokens per request, decode time; if it succeeded, time to first token and time per output token; the span ends |
///
/// A request that is dropped without an end was aborted, or failed with the type `panic` if its thread is panicking.
/// A skipped state is taken to have begun and ended with the next call, a repeated one is ignored; both are counted, see
/// [`Correction`]. Each call reads the clock once; those ending in `_at` take nanoseconds since the Unix epoch instead,
/// so that all requests of a batch share one reading.
#[must_use = "dropping it records an aborted request"]
pub struct Request<M: Meters = Scope> {
    engine: Arc<EngineState<M>>,
    context: Context,
    times: Timeline,
    usage: Usage,
    is_over: bool,
}

/// What a request used so far, in tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usage {
    pub(super) input: u64,
    /// `None` until the engine says.
    pub(super) cached: Option<u64>,
    pub(super) output: u64,
    /// Steps that emitted tokens.
    pub(super) steps: u64,
}

impl<M: Meters> Request<M> {
    pub(super) fn arrived(
        engine: Arc<EngineState<M>>,
        parent: &Context,
        prompt: Prompt,
        at: u64,
    ) -> Self {
        let media = [prompt.image_tokens, prompt.audio_tokens, prompt.video_tokens];
        let split = partition(prompt.tokens, media);
        if split.is_cut {
            engine.corrections.count(Correction::MediaBeyondPrompt);
        }
        let [image, audio, video] = split.parts;
        let by_modality = [split.rest, image, audio, video];
        for (counter, tokens) in engine.instruments.token_input.iter().zip(by_modality) {
            counter.add(tokens);
        }
        engine.instruments.waiting.add(1);
        let context = request_spans::start(&engine, parent, at);
        Self {
            engine,
            context,
            times: Timeline::starting(at),
            usage: Usage { input: prompt.tokens, cached: None, output: 0, steps: 0 },
            is_over: false,
        }
    }

    /// The context that holds the request's span: the parent for spans of work done for it, and what to propagate.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.context
    }

    /// It leaves the queue: prefill begins.
    pub fn scheduled(&mut self) {
        self.scheduled_at(self.engine.clock.unix_nanos());
    }

    /// As [`Request::scheduled`], at a time that the caller read.
    pub fn scheduled_at(&mut self, unix_nanos: u64) {
        if self.times.scheduled.is_some() {
            return self.correct(Correction::RepeatedTransition);
        }
        let at = self.advance(unix_nanos);
        self.schedule(at);
    }

    /// Its whole prompt is in the KV cache, of which this much was there before.
    pub fn prefilled(&mut self, cached: Cached) {
        self.prefilled_at(cached, self.engine.clock.unix_nanos());
    }

    /// As [`Request::prefilled`], at a time that the caller read.
    pub fn prefilled_at(&mut self, cached: Cached, unix_nanos: u64) {
        if self.times.prefilled.is_some() {
            return self.correct(Correction::RepeatedTransition);
        }
        let at = self.advance(unix_nanos);
        self.fill_in_schedule(at);
        let cached = self.prefill(cached, at);
        self.usage.cached = Some(cached);
    }

    /// A step emitted `n` tokens. A step that emitted none is none.
    ///
    /// The time since the step before is recorded once, not once per token: it is what a reader of the stream waits.
    #[inline]
    pub fn tokens(&mut self, n: usize) {
        self.tokens_at(n, self.engine.clock.unix_nanos());
    }

    /// As [`Request::tokens`], at a time that the caller read.
    #[inline]
    pub fn tokens_at(&mut self, n: usize, unix_nanos: u64) {
        if n == 0 {
            return;
        }
        let n = n as u64;
        let step_before = self.times.latest;
        let at = self.advance(unix_nanos);
        if self.times.first_token.is_some() {
            let gap = seconds_between(step_before, at);
            self.engine.instruments.time_between_tokens.record(gap);
        } else {
            self.first_token(at);
        }
        self.engine.instruments.token_output.add(n);
        self.usage.output = self.usage.output.saturating_add(n);
        self.usage.steps += 1;
    }

    /// It ended. [`FinishReason::Error`] is a failure of the type `_OTHER`; [`Request::fail`] says which.
    pub fn finish(self, reason: FinishReason) {
        let now = self.engine.clock.unix_nanos();
        self.finish_at(reason, now);
    }

    /// As [`Request::finish`], at a time that the caller read.
    pub fn finish_at(mut self, reason: FinishReason, unix_nanos: u64) {
        let outcome = match reason {
            FinishReason::Error => Outcome::Failed(OTHER),
            reason => Outcome::Finished(reason),
        };
        self.end(outcome, unix_nanos);
    }

    /// The engine failed. `error_type` is a word from a small set, such as `timeout`: it becomes a label, of which the
    /// first [`MAX_ERROR_TYPES`](super::MAX_ERROR_TYPES) are told apart.
    pub fn fail(self, error_type: &str) {
        let now = self.engine.clock.unix_nanos();
        self.fail_at(error_type, now);
    }

    /// As [`Request::fail`], at a time that the caller read.
    pub fn fail_at(mut self, error_type: &str, unix_nanos: u64) {
        self.end(Outcome::Failed(error_type), unix_nanos);
    }

    #[inline]
    fn advance(&mut self, unix_nanos: u64) -> u64 {
        let (at, is_past) = self.times.advance(unix_nanos);
        if is_past {
            self.correct(Correction::TimeWentBack);
        }
        at
    }

    fn correct(&self, correction: Correction) {
        self.engine.corrections.count(correction);
    }

    fn schedule(&mut self, at: u64) {
        self.times.scheduled = Some(at);
        let instruments = &self.engine.instruments;
        instruments.waiting.add(-1);
        instruments.running.add(1);
        let waited = seconds_between(self.times.arrived, at);
        instruments.queue_duration.record(waited);
    }

    /// Returns how many of the prompt's tokens were cached.
    fn prefill(&mut self, cached: Cached, at: u64) -> u64 {
        let tiers = [cached.device, cached.host, cached.disk, cached.remote];
        let split = partition(self.usage.input, tiers);
        if split.is_cut {
            self.correct(Correction::CachedBeyondPrompt);
        }
        let [device, host, disk, remote] = split.parts;
        let by_source = [split.rest, device, host, disk, remote];
        let instruments = &self.engine.instruments;
        for (counter, tokens) in instruments.prompt_tokens.iter().zip(by_source) {
            counter.add(tokens);
        }
        let scheduled = self.times.scheduled.unwrap_or(at);
        instruments.prefill_duration.record(seconds_between(scheduled, at));
        self.times.prefilled = Some(at);
        self.usage.input - split.rest
    }

    fn fill_in_schedule(&mut self, at: u64) {
        if self.times.scheduled.is_none() {
            self.correct(Correction::MissingTransition);
            self.schedule(at);
        }
    }

    /// Where nobody said what was cached, all of the prompt counts as computed.
    fn fill_in_prefill(&mut self, at: u64) {
        self.fill_in_schedule(at);
        if self.times.prefilled.is_none() {
            self.correct(Correction::MissingTransition);
            self.prefill(Cached::default(), at);
        }
    }

    #[cold]
    fn first_token(&mut self, at: u64) {
        self.fill_in_prefill(at);
        self.times.first_token = Some(at);
    }

    fn end(&mut self, outcome: Outcome<'_>, unix_nanos: u64) {
        self.is_over = true;
        let last_token = self.times.latest;
        let ended = self.advance(unix_nanos);
        if outcome.is_success() {
            self.fill_in_prefill(ended);
        }
        self.leave_state();
        self.record_outcome(&outcome, ended);
        if let Some(first_token) = self.times.first_token {
            self.record_tokens(&outcome, first_token, last_token, ended);
        }
        let ended = Ended { times: &self.times, usage: &self.usage, outcome, last_token, ended };
        ended.tell(&self.engine, &self.context);
    }

    fn leave_state(&self) {
        let instruments = &self.engine.instruments;
        let state = match self.times.scheduled {
            Some(_) => &instruments.running,
            None => &instruments.waiting,
        };
        state.add(-1);
    }

    fn record_outcome(&self, outcome: &Outcome<'_>, ended: u64) {
        let instruments = &self.engine.instruments;
        let duration = seconds_between(self.times.arrived, ended);
        instruments.input_tokens.record(self.usage.input);
        instruments.output_tokens.record(self.usage.output);
        match outcome {
            Outcome::Finished(reason) => {
                instruments.duration.record(duration);
                if let Some(finished) = instruments.finished(*reason) {
                    finished.add(1);
                }
            }
            Outcome::Failed(error_type) => {
                let (failed, is_own) = instruments.failed(error_type);
                if !is_own {
                    self.correct(Correction::ErrorTypeBeyondLimit);
                }
                if let Some(failed) = failed {
                    failed.duration.record(duration);
                    failed.finished.add(1);
                }
            }
        }
    }

    /// What a single step says nothing about is not recorded: no zero stands for a decode that did not happen. The time
    /// per output token is upstream's mean over a request: (duration - time to first token) / tokens after the first.
    fn record_tokens(&self, outcome: &Outcome<'_>, first: u64, last: u64, ended: u64) {
        let instruments = &self.engine.instruments;
        let has_decoded = self.usage.steps > 1;
        if has_decoded {
            instruments.decode_duration.record(seconds_between(first, last));
        }
        if !outcome.is_success() {
            return;
        }
        let to_first = time_to_first_token(self.times.arrived, first);
        instruments.time_to_first_token.record(to_first);
        let mean = time_per_output_token(first, ended, self.usage.output);
        if let Some(mean) = mean.filter(|_| has_decoded) {
            instruments.time_per_output_token.record(mean);
        }
    }
}

impl<M: Meters> Drop for Request<M> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let outcome = if thread::panicking() {
            Outcome::Failed(PANIC)
        } else {
            Outcome::Finished(FinishReason::Abort)
        };
        self.end(outcome, self.engine.clock.unix_nanos());
    }
}

impl<M: Meters> fmt::Debug for Request<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("times", &self.times)
            .field("usage", &self.usage)
            .finish_non_exhaustive()
    }
}
