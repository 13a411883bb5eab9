//! What the items of one response add up to: nothing twice, whichever way they count.

use inferometer_semconv::attributes::FinishReason;

use super::{
    prompt::TokenUsage,
    stream_item::{self, TokenCounts, UsageScope},
};

/// Answers, and prompts of a batch, that one request tells apart; OpenAI's API allows 128 answers to a prompt.
///
/// Of answers from this index on, increments are counted as usual, running totals are not until the usage says what was
/// missed, and neither has a time between tokens. Each item of such an answer is counted as
/// [`Correction::AnswerBeyondLimit`](super::Correction::AnswerBeyondLimit).
pub const MAX_ANSWERS: usize = 4096;

/// The running account of one response.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// By index; grows to the highest that was seen, below [`MAX_ANSWERS`].
    answers: Vec<Answer>,
    /// Answers that the client was promised.
    expected: usize,
    /// By the prompt's index, as `answers`. `None` for one that has not said anything.
    prompts: Vec<Option<TokenUsage>>,
    /// Of the whole request, if anybody said.
    whole: Option<TokenUsage>,
    /// The gravest of all answers'.
    reason: Option<FinishReason>,
}

/// One answer so far.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Answer {
    /// Running totals so far.
    totals: Tokens,
    /// When its last tokens came.
    pub(super) last_token: Option<u64>,
    is_seen: bool,
    is_finished: bool,
}

/// Output tokens that were spoken of; reasoning and tool calls are part of `all`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tokens {
    pub(super) all: Option<u64>,
    pub(super) reasoning: Option<u64>,
    pub(super) tool: Option<u64>,
}

impl Ledger {
    /// The client was promised this many answers; makes room for them.
    pub(super) fn expect(&mut self, answers: usize) {
        self.expected = answers.min(MAX_ANSWERS);
        self.answers.reserve(self.expected);
    }

    /// An answer that something was said about, unless its index is beyond the limit.
    pub(super) fn answer(&mut self, index: u32) -> Option<&mut Answer> {
        let answer = place(&mut self.answers, index)?;
        answer.is_seen = true;
        Some(answer)
    }

    /// Takes a usage; the flag says that there was room for it.
    pub(super) fn take_usage(&mut self, scope: UsageScope, usage: TokenUsage) -> bool {
        match scope {
            UsageScope::Request => self.whole = Some(usage),
            UsageScope::Prompt(index) => match place(&mut self.prompts, index) {
                Some(prompt) => *prompt = Some(usage),
                None => return false,
            },
        }
        true
    }

    /// What the whole request used, as far as its items said. Of a response that is not complete the prompts that have
    /// said something are not all prompts.
    pub(super) fn usage(&self, is_complete: bool) -> TokenUsage {
        let prompts = self.prompts.iter().copied().flatten();
        let of_prompts = || prompts.reduce(stream_item::sum).filter(|_| is_complete);
        self.whole.or_else(of_prompts).unwrap_or_default()
    }

    /// An answer ended; the flag says that there was room to note it.
    pub(super) fn finish(&mut self, index: u32, reason: FinishReason) -> bool {
        self.reason = Some(self.reason.map_or(reason, |before| graver(before, reason)));
        let answer = self.answer(index);
        let is_noted = answer.is_some();
        if let Some(answer) = answer {
            answer.is_finished = true;
        }
        is_noted
    }

    /// Why the request ended, as far as its answers said.
    pub(super) const fn reason(&self) -> Option<FinishReason> {
        self.reason
    }

    /// Every answer that was promised or begun has ended.
    pub(super) fn is_complete(&self) -> bool {
        let mut seen = self.answers.iter().filter(|answer| answer.is_seen);
        self.reason.is_some()
            && seen.clone().count() >= self.expected
            && seen.all(|answer| answer.is_finished)
    }
}

impl Answer {
    /// What an item adds to what was counted before, and whether a total fell.
    pub(super) fn add(&mut self, counts: TokenCounts, said: Tokens) -> (Tokens, bool) {
        if counts == TokenCounts::Increments {
            return (said, false);
        }
        let mut has_fallen = false;
        let mut rise = |total: &mut Option<u64>, said: Option<u64>| {
            let (said, before) = (said?, total.unwrap_or(0));
            has_fallen |= said < before;
            *total = Some(said.max(before));
            Some(said.saturating_sub(before))
        };
        let more = Tokens {
            all: rise(&mut self.totals.all, said.all),
            reasoning: rise(&mut self.totals.reasoning, said.reasoning),
            tool: rise(&mut self.totals.tool, said.tool),
        };
        (more, has_fallen)
    }
}

/// The place of an index, made if it is below the limit.
fn place<T: Default + Clone>(places: &mut Vec<T>, index: u32) -> Option<&mut T> {
    let index = usize::try_from(index).ok().filter(|index| *index < MAX_ANSWERS)?;
    if index >= places.len() {
        places.resize(index + 1, T::default());
    }
    places.get_mut(index)
}

/// Where answers of one request end differently, the request ended as the one that went least well.
const fn graver(one: FinishReason, other: FinishReason) -> FinishReason {
    const fn gravity(reason: FinishReason) -> u8 {
        match reason {
            FinishReason::Stop => 0,
            FinishReason::ToolCall => 1,
            FinishReason::Length => 2,
            FinishReason::ContentFilter => 3,
            FinishReason::BargeIn => 4,
            FinishReason::Abort => 5,
            FinishReason::Error => 6,
        }
    }
    if gravity(other) > gravity(one) { other } else { one }
}
