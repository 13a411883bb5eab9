//! Turns what a response's items say into calls of its request's recorder, and ends it once.

use std::fmt;

use inferometer_semconv::attributes::FinishReason;

use super::{
    correction::Correction,
    formulas::seconds_between,
    instruments::PANIC,
    meters::{Add, Meters, Record},
    request::Request,
    stream_item::{EnginePhase, ItemAccount, ItemTokens, StreamItem, TokenCounts},
    stream_ledger::{Ledger, Tokens},
};

/// The `error.type` of a response that ended without saying why.
const INCOMPLETE: &str = "incomplete";

/// The accounts of one response: of a stream, or of a whole answer as a stream of one item.
pub(super) struct Accounting<M: Meters> {
    /// `None` once it ended.
    request: Option<Request<M>>,
    pub(super) ledger: Ledger,
    /// Why a response ended that ended without saying.
    pub(super) ends_as: Option<FinishReason>,
    /// When the last answer ended or the last usage was told, if the sender said.
    ended_at: Option<u64>,
    /// An item is being asked; if it never answered, it panicked.
    is_asking: bool,
}

impl<M: Meters> Accounting<M> {
    pub(super) fn of(request: Request<M>) -> Self {
        Self {
            request: Some(request),
            ledger: Ledger::default(),
            ends_as: None,
            ended_at: None,
            is_asking: false,
        }
    }

    /// The request, until it has ended.
    pub(super) const fn request(&self) -> Option<&Request<M>> {
        self.request.as_ref()
    }

    /// An item passes.
    pub(super) fn item<T: StreamItem>(&mut self, item: &T) {
        let Some(request) = &self.request else { return };
        let now = request.engine.clock.unix_nanos();
        self.is_asking = true;
        item.account(&mut |account| self.account(T::COUNTS, &account, now));
        self.is_asking = false;
    }

    /// The response came to its end.
    pub(super) fn ended(&mut self) {
        let Some(mut request) = self.request.take() else { return };
        let usage = self.ledger.usage(true);
        request.usage(usage);
        // Output that no item owned up to was in the last one.
        if request.times.first_token.is_none() && request.output_tokens() > 0 {
            request.emitted();
        }
        let at = self.ended_at.unwrap_or_else(|| request.engine.clock.unix_nanos());
        match self.ledger.reason().or(self.ends_as) {
            Some(reason) => request.finish_at(reason, at),
            None => request.fail_at(INCOMPLETE, at),
        }
    }

    /// What makes the items broke.
    pub(super) fn panicked(&mut self) {
        self.broke(PANIC, None);
    }

    fn broke(&mut self, error_type: &str, unix_nanos: Option<u64>) {
        let Some(mut request) = self.request.take() else { return };
        request.usage(self.ledger.usage(false));
        match unix_nanos {
            Some(at) => request.fail_at(error_type, at),
            None => request.fail(error_type),
        }
    }

    fn account(&mut self, counts: TokenCounts, account: &ItemAccount<'_>, now: u64) {
        let Some(request) = &mut self.request else { return };
        let at = account.unix_nanos.unwrap_or(now);
        match account.phase {
            Some(EnginePhase::Scheduled) => request.scheduled_at(at),
            Some(EnginePhase::Prefilled(cached)) => request.prefilled_at(cached, at),
            Some(EnginePhase::Preempted(mode)) => request.preempted_at(mode, at),
            None => {}
        }
        self.count(counts, account, at);
        if let Some((scope, usage)) = account.usage {
            let has_room = self.ledger.take_usage(scope, usage);
            self.correct_unless(has_room, Correction::AnswerBeyondLimit);
        }
        if account.usage.is_some() || account.finish_reason.is_some() {
            self.ended_at = account.unix_nanos;
        }
        if let Some(reason) = account.finish_reason {
            let is_noted = self.ledger.finish(account.answer, reason);
            self.correct_unless(is_noted, Correction::AnswerBeyondLimit);
        }
        if let Some(error_type) = account.error_type {
            self.broke(error_type, Some(at));
        }
    }

    fn count(&mut self, counts: TokenCounts, account: &ItemAccount<'_>, at: u64) {
        let Some(request) = &mut self.request else { return };
        let said = Tokens::of(account);
        let is_uncounted = account.tokens == ItemTokens::Uncounted;
        if said == Tokens::default() && !is_uncounted {
            return;
        }
        let mut answer = self.ledger.answer(account.answer);
        let (added, has_fallen) = match (&mut answer, counts) {
            (Some(answer), _) => answer.add(counts, said),
            (None, TokenCounts::Increments) => (said, false),
            (None, TokenCounts::RunningTotals) => (Tokens::default(), false),
        };
        if answer.is_none() {
            request.correct(Correction::AnswerBeyondLimit);
        }
        if has_fallen {
            request.correct(Correction::CumulativeDecrease);
        }
        let tokens = added.all.unwrap_or(0);
        if is_uncounted || tokens > 0 {
            request.step_of_answer(tokens, answer.map(|answer| &mut answer.last_token), at);
        }
        if let Some(reasoning) = added.reasoning {
            request.reasoning_tokens(saturated(reasoning));
        }
        if let Some(tool) = added.tool {
            request.tool_tokens(saturated(tool));
        }
    }

    fn correct_unless(&self, is_right: bool, correction: Correction) {
        if let (false, Some(request)) = (is_right, &self.request) {
            request.correct(correction);
        }
    }
}

impl Tokens {
    const fn of(account: &ItemAccount<'_>) -> Self {
        let all = match account.tokens {
            ItemTokens::Counted(tokens) => Some(tokens),
            ItemTokens::None | ItemTokens::Uncounted => None,
        };
        Self { all, reasoning: account.reasoning_tokens, tool: account.tool_tokens }
    }
}

impl<M: Meters> Request<M> {
    /// As [`Request::tokens_at`], of one of several answers: what its reader waited is the time since its own tokens
    /// before, not since those of any other. There is none to its first tokens, nor if nobody keeps that time.
    fn step_of_answer(&mut self, tokens: u64, last_token: Option<&mut Option<u64>>, at: u64) {
        let at = self.advance(at);
        let before = last_token.and_then(|last_token| last_token.replace(at));
        let is_first = !self.is_decoding && self.enter_decode(at);
        if let Some(before) = before.filter(|_| !is_first) {
            let gap = seconds_between(before, at);
            self.engine.instruments.time_between_tokens.record(gap);
            self.usage.has_decoded = true;
        }
        self.times.last_token = at;
        self.engine.instruments.token_output_own.add(tokens);
        self.usage.output = self.usage.output.saturating_add(tokens);
    }
}

impl<M: Meters> Drop for Accounting<M> {
    /// Nobody wants the rest. A client that has every answer and does not wait for the stream's end has not given up;
    /// in any other case the request knows why it is dropped.
    fn drop(&mut self) {
        if self.is_asking {
            return self.panicked();
        }
        let Some(mut request) = self.request.take() else { return };
        let is_complete = self.ledger.is_complete();
        request.usage(self.ledger.usage(is_complete));
        if let Some(reason) = self.ledger.reason().filter(|_| is_complete) {
            let at = self.ended_at.unwrap_or_else(|| request.engine.clock.unix_nanos());
            request.finish_at(reason, at);
        }
    }
}

impl<M: Meters> fmt::Debug for Accounting<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounting")
            .field("request", &self.request)
            .field("ledger", &self.ledger)
            .finish_non_exhaustive()
    }
}

fn saturated(tokens: u64) -> usize {
    usize::try_from(tokens).unwrap_or(usize::MAX)
}
