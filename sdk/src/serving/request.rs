//! One request: the states it goes through, and what each of them feeds.

use std::{fmt, sync::Arc, thread};

use inferometer_semconv::attributes::{FinishReason, PreemptionMode, RequestState};
use opentelemetry::Context;

use super::{
    correction::Correction,
    engine::EngineState,
    error_types::{OTHER, TIMEOUT},
    formulas::seconds_between,
    instruments::PANIC,
    meters::{Add, Meters, Record},
    prompt::{Cached, Prompt},
    request_end::Outcome,
    request_spans,
    request_usage::Usage,
    timeline::Timeline,
};
use crate::{
    fork::Birth,
    metrics::{SampledSpan, Scope},
};

/// Records one request, from its arrival to its one end.
///
/// | call | state after it | feeds |
/// |---|---|---|
/// | [`Engine::request`](super::Engine::request) | waiting | active, input tokens by modality; the span starts |
/// | [`transferring`](Self::transferring) | transferring: its KV cache is on its way | active |
/// | [`scheduled`](Self::scheduled), the first | running, in prefill | queue time |
/// | [`cached`](Self::cached), [`prefill_chunk`](Self::prefill_chunk) | running, in prefill | prompt tokens by source |
/// | [`prefilled`](Self::prefilled) | running | prefill time, prompt tokens by source |
/// | [`tokens`](Self::tokens), the first | running, in decode | output tokens |
/// | [`tokens`](Self::tokens), later ones | running, in decode | output tokens, time between tokens |
/// | [`preempted`](Self::preempted) | preempted, until it is [`scheduled`](Self::scheduled) again | active, preemptions |
/// | [`finish`](Self::finish), [`fail`](Self::fail), drop | gone | finished, duration, tokens per request, decode time; if it succeeded, time to first token and time per output token; the span ends |
///
/// A request that is dropped without an end failed with the type `panic` if its thread is panicking, or `timeout` if
/// its [deadline](Self::deadline_at) is over; otherwise it was aborted, as by a client that went away.
///
/// What an engine reports out of turn is put right or ignored, and counted, see [`Correction`]: a step that was skipped
/// is taken to have begun and ended with the next one. Who sees a request from outside, as a router or an API server
/// does, reports neither `scheduled` nor `prefilled`; then nothing is recorded for these. Nor is a prefill, unless it is
/// reported, for a request whose prompt tokens nobody told, as in a stage that turns no tokens into anything.
///
/// If its span is sampled, each value that it feeds into a histogram may become an exemplar that leads there, whatever
/// span is current on the thread.
///
/// In a child of `fork`, the end of a request that arrived before is not counted: its parent counts it.
///
/// ```
/// use inferometer_sdk::{Cached, FinishReason, PreemptionMode, Prompt};
/// use opentelemetry::Context;
/// # let telemetry = inferometer_sdk::Telemetry::builder().exporter(inferometer_sdk::Exporter::None).build()?;
/// # let engine = telemetry.engine("llama-3-70b").build();
/// let mut request = engine.request(&Context::new(), Prompt::text(812)); // it arrived, and waits
/// request.scheduled();
/// request.prefilled(Cached { device: 640, ..Default::default() });
/// request.tokens(1); // the first: time to first token
/// request.tokens(3); // a step of three: one wait between tokens
/// request.preempted(PreemptionMode::Recompute);
/// request.scheduled();
/// request.tokens(1);
/// request.finish(FinishReason::Length); // or `fail("out_of_memory")`, or drop it
/// # Ok::<(), inferometer_sdk::StartError>(())
/// ```
///
/// Each call reads the clock once; those ending in `_at` take nanoseconds since the Unix epoch instead, so that all
/// requests of a batch share one reading, see [`Engine::now`](super::Engine::now). A request may move between threads.
#[must_use = "dropping it records an aborted request"]
pub struct Request<M: Meters = Scope> {
    pub(super) engine: Arc<EngineState<M>>,
    pub(super) context: Context,
    /// Where its exemplars lead.
    pub(super) span: Option<SampledSpan>,
    pub(super) times: Timeline,
    pub(super) usage: Usage,
    state: RequestState,
    /// Running, and its last report was of tokens.
    pub(super) is_decoding: bool,
    /// It decodes, and more than one step did: all that a step of more tokens needs to know.
    pub(super) is_steady: bool,
    /// It was preempted after its prefill, so that parts of it may be reported again.
    pub(super) may_recompute: bool,
    deadline: Option<u64>,
    /// A bit for each modality of which an output was begun.
    pub(super) media_begun: u8,
    is_over: bool,
    /// Only the process that received it counts it.
    birth: Birth,
}

impl<M: Meters> Request<M> {
    pub(super) fn arrived(
        engine: Arc<EngineState<M>>,
        parent: &Context,
        prompt: Option<Prompt>,
        at: u64,
    ) -> Self {
        let state = RequestState::Waiting;
        engine.instruments.active(state).add(1);
        let context = request_spans::start(&engine, parent, at);
        let span = SampledSpan::of(&context);
        if span.is_some() {
            engine.instruments.expect_exemplars();
        }
        let mut request = Self {
            engine,
            context,
            span,
            times: Timeline::starting(at),
            usage: Usage::default(),
            state,
            is_decoding: false,
            is_steady: false,
            may_recompute: false,
            deadline: None,
            media_begun: 0,
            is_over: false,
            birth: Birth::now(),
        };
        if let Some(prompt) = prompt {
            request.prompt(prompt);
        }
        request
    }

    /// The context that holds the request's span: the parent for spans of work done for it, and what to propagate.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.context
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> RequestState {
        self.state
    }

    /// When it must be over. A request that is dropped at this time or later failed with the type `timeout`: whoever
    /// enforces a deadline usually does it by dropping.
    pub fn deadline_at(&mut self, unix_nanos: u64) {
        self.deadline = Some(unix_nanos);
    }

    /// It leaves the queue, for the first time or after a preemption or transfer.
    pub fn scheduled(&mut self) {
        self.scheduled_at(self.engine.clock.unix_nanos());
    }

    /// As [`Request::scheduled`], at a time that the caller read.
    pub fn scheduled_at(&mut self, unix_nanos: u64) {
        if self.state == RequestState::Running {
            return self.correct(Correction::RepeatedTransition);
        }
        let at = self.advance(unix_nanos);
        self.run(at);
    }

    /// It waits for its KV cache to arrive, from another tier or stage.
    pub fn transferring(&mut self) {
        self.transferring_at(self.engine.clock.unix_nanos());
    }

    /// As [`Request::transferring`], at a time that the caller read.
    pub fn transferring_at(&mut self, unix_nanos: u64) {
        if self.state == RequestState::Transferring {
            return self.correct(Correction::RepeatedTransition);
        }
        self.advance(unix_nanos);
        self.enter(RequestState::Transferring);
    }

    /// It gives its blocks back and waits to be scheduled again. Only what runs can: while it waits, this is ignored and
    /// counted as [`Correction::IllegalTransition`].
    pub fn preempted(&mut self, mode: PreemptionMode) {
        self.preempted_at(mode, self.engine.clock.unix_nanos());
    }

    /// As [`Request::preempted`], at a time that the caller read.
    pub fn preempted_at(&mut self, mode: PreemptionMode, unix_nanos: u64) {
        match self.state {
            RequestState::Running => {}
            RequestState::Preempted => return self.correct(Correction::RepeatedTransition),
            RequestState::Waiting | RequestState::Transferring => {
                return self.correct(Correction::IllegalTransition);
            }
        }
        let at = self.advance(unix_nanos);
        self.enter(RequestState::Preempted);
        self.times.preempted.push(at, mode);
        self.may_recompute = true;
        self.engine.instruments.preempted(mode).add(1);
    }

    /// A step of its prefill computed `tokens` of the prompt, where prefill takes several. The last one is reported by
    /// [`Request::prefilled`] too. What is computed again after a preemption counts once.
    pub fn prefill_chunk(&mut self, tokens: u64) {
        self.prefill_chunk_at(tokens, self.engine.clock.unix_nanos());
    }

    /// As [`Request::prefill_chunk`], at a time that the caller read.
    pub fn prefill_chunk_at(&mut self, tokens: u64, unix_nanos: u64) {
        if !self.admits_prefill() {
            return;
        }
        let at = self.advance(unix_nanos);
        self.resume(at);
        if self.times.prefilled.is_none() {
            self.compute(tokens);
        }
    }

    /// Its whole prompt is in the KV cache, of which this much was there before: [`Cached::default()`] if nothing was,
    /// `None` if that is not known or was said by [`Request::cached`].
    pub fn prefilled(&mut self, cached: impl Into<Option<Cached>>) {
        self.prefilled_at(cached, self.engine.clock.unix_nanos());
    }

    /// As [`Request::prefilled`], at a time that the caller read.
    pub fn prefilled_at(&mut self, cached: impl Into<Option<Cached>>, unix_nanos: u64) {
        if !self.admits_prefill() {
            return;
        }
        let at = self.advance(unix_nanos);
        self.resume(at);
        if self.times.prefilled.is_none() {
            self.prefill(cached.into(), at);
        }
        self.may_recompute = false;
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
    pub(super) fn advance(&mut self, unix_nanos: u64) -> u64 {
        let (at, is_past) = self.times.advance(unix_nanos);
        if is_past {
            self.correct(Correction::TimeWentBack);
        }
        at
    }

    pub(super) fn correct(&self, correction: Correction) {
        self.engine.corrections.count(correction);
    }

    fn enter(&mut self, state: RequestState) {
        let instruments = &self.engine.instruments;
        instruments.active(self.state).add(-1);
        instruments.active(state).add(1);
        self.state = state;
        (self.is_decoding, self.is_steady) = (false, false);
    }

    fn run(&mut self, at: u64) {
        self.enter(RequestState::Running);
        if self.times.scheduled.is_none() && self.times.first_token.is_none() {
            self.times.scheduled = Some(at);
            let waited = seconds_between(self.times.arrived, at);
            self.engine.instruments.queue_duration.record_in_span(waited, self.span);
        }
    }

    /// Work was reported, so it runs, whether or not somebody said so.
    fn resume(&mut self, at: u64) {
        if self.state != RequestState::Running {
            self.correct(Correction::MissingTransition);
            self.run(at);
        }
    }

    fn admits_prefill(&self) -> bool {
        let is_first = self.times.prefilled.is_none() && self.times.first_token.is_none();
        let is_admitted = is_first || self.may_recompute;
        if !is_admitted {
            self.correct(Correction::RepeatedTransition);
        }
        is_admitted
    }

    fn prefill(&mut self, cached: Option<Cached>, at: u64) {
        if let Some(cached) = cached {
            self.cached(cached);
        }
        self.compute_rest();
        let scheduled = self.times.scheduled.unwrap_or(at);
        let took = seconds_between(scheduled, at);
        self.engine.instruments.prefill_duration.record_in_span(took, self.span);
        self.times.prefilled = Some(at);
    }

    /// Generated tokens were reported, so whatever was skipped before them is over. Returns whether they are the first.
    #[cold]
    pub(super) fn enter_decode(&mut self, at: u64) -> bool {
        if self.is_seen_from_outside() {
            self.enter(RequestState::Running);
        } else {
            self.fill_in_prefill(at);
        }
        self.may_recompute = false;
        self.is_decoding = true;
        let is_first = self.times.first_token.is_none();
        if is_first {
            self.times.first_token = Some(at);
        }
        is_first
    }

    /// Nobody told of its queue or prefill.
    const fn is_seen_from_outside(&self) -> bool {
        self.times.scheduled.is_none()
    }

    /// A stage that reads no tokens, such as a vocoder, has no prefill to tell of.
    pub(super) const fn has_prefill(&self) -> bool {
        self.usage.input.is_some() || self.times.prefilled.is_some()
    }

    pub(super) fn fill_in_prefill(&mut self, at: u64) {
        self.resume(at);
        if self.times.prefilled.is_none() {
            self.correct(Correction::MissingTransition);
            self.prefill(None, at);
        }
    }

    fn end(&mut self, outcome: Outcome<'_>, unix_nanos: u64) {
        self.is_over = true;
        if !self.birth.is_here() {
            return;
        }
        let at = self.advance(unix_nanos);
        if outcome.is_whole() && !self.is_seen_from_outside() && self.has_prefill() {
            self.fill_in_prefill(at);
        }
        self.engine.instruments.active(self.state).add(-1);
        self.record_end(&outcome, at);
        request_spans::end(self, outcome, at);
    }
}

impl<M: Meters> Drop for Request<M> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let now = self.engine.clock.unix_nanos();
        let outcome = if thread::panicking() {
            Outcome::Failed(PANIC)
        } else if self.deadline.is_some_and(|deadline| now >= deadline) {
            Outcome::Failed(TIMEOUT)
        } else {
            Outcome::Finished(FinishReason::Abort)
        };
        self.end(outcome, now);
    }
}

impl<M: Meters> fmt::Debug for Request<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("state", &self.state)
            .field("times", &self.times)
            .field("usage", &self.usage)
            .finish_non_exhaustive()
    }
}
