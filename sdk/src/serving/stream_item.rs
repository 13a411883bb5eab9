//! What an item of a response's stream says for the accounts, and what of it the client gets.

use std::any::type_name;

use inferometer_semconv::attributes::{FinishReason, PreemptionMode};

use super::prompt::{Cached, TokenUsage};

/// An item of a response's stream, as an engine or a worker sends it; also a whole response, as one item.
///
/// ```
/// use inferometer_sdk::{
///     FinishReason, ItemAccount, ItemTokens, StreamItem, TokenCounts, TokenUsage, UsageScope,
/// };
///
/// /// A chunk with the number of tokens that it brings; the last one has the usage and nothing else.
/// struct Chunk { text: String, tokens: u64, finish: Option<FinishReason>, usage: Option<TokenUsage> }
///
/// impl StreamItem for Chunk {
///     type Forwarded = String;
///     const COUNTS: TokenCounts = TokenCounts::Increments;
///
///     fn account(&self, say: &mut dyn FnMut(ItemAccount<'_>)) {
///         say(ItemAccount {
///             tokens: ItemTokens::Counted(self.tokens),
///             finish_reason: self.finish,
///             usage: self.usage.map(|usage| (UsageScope::Request, usage)),
///             ..ItemAccount::default()
///         });
///     }
///
///     fn forward(self, include_usage: bool) -> Option<String> {
///         match self.usage {
///             Some(usage) => include_usage.then(|| format!("{usage:?}")),
///             None => Some(self.text),
///         }
///     }
/// }
/// ```
pub trait StreamItem: Sized {
    /// What the client gets of it. A type without the accounts cannot leak them.
    type Forwarded;

    /// What the numbers of an [`ItemAccount`] mean.
    const COUNTS: TokenCounts;

    /// Says everything that it has for the accounts, once for each answer that it is about. Called once, when the item
    /// passes; must not block.
    fn account(&self, say: &mut dyn FnMut(ItemAccount<'_>));

    /// What the client gets; nothing of an item that is there for the accounts alone. `include_usage` says whether the
    /// client asked for usage.
    fn forward(self, include_usage: bool) -> Option<Self::Forwarded>;
}

/// How the token counts of an item type are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenCounts {
    /// Each item says how many tokens it brings.
    Increments,
    /// Each item says how many tokens its answer has so far. One that says fewer than an item before it is taken as
    /// unchanged and counted as [`Correction::CumulativeDecrease`](super::Correction::CumulativeDecrease).
    RunningTotals,
}

/// What an item says; by default nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers fill it, with `..Default::default()`")]
pub struct ItemAccount<'a> {
    /// When it happened, in nanoseconds since the Unix epoch by the request's clock, if the sender has that one; see
    /// [`Engine::now`](super::Engine::now). Else it happens when it passes. If the item that says why the last answer
    /// ended, or the usage after it, has a time, the request ended then; else when the stream did.
    pub unix_nanos: Option<u64>,
    /// What the engine has done, if the engine is behind the stream and tells of it here.
    pub phase: Option<EnginePhase>,
    /// The answer that it is about: OpenAI's index of the choice, which counts on over the prompts of a batch. The time
    /// between tokens is that between the tokens of one answer.
    pub answer: u32,
    /// Output tokens.
    pub tokens: ItemTokens,
    /// How many of the output tokens are reasoning, if that is known; an increment or a total like them.
    pub reasoning_tokens: Option<u64>,
    /// How many of the output tokens belong to a tool call, if that is known; an increment or a total like them.
    pub tool_tokens: Option<u64>,
    /// What was used, and by what. A later one replaces an earlier one of the same scope.
    pub usage: Option<(UsageScope, TokenUsage)>,
    /// Why its answer ended.
    pub finish_reason: Option<FinishReason>,
    /// The response broke: an `error.type`, a word from a small set. Nothing is accounted after it.
    pub error_type: Option<&'a str>,
}

/// Output tokens of an item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ItemTokens {
    /// It brings no output.
    #[default]
    None,
    /// It brings this many, or a total of this many has been brought; see [`TokenCounts`].
    Counted(u64),
    /// It brings output and does not say how many tokens. They are counted when the usage comes.
    Uncounted,
}

/// A state that the engine reports by the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnginePhase {
    /// As [`Request::scheduled`](super::Request::scheduled).
    Scheduled,
    /// As [`Request::prefilled`](super::Request::prefilled).
    Prefilled(Option<Cached>),
    /// As [`Request::preempted`](super::Request::preempted).
    Preempted(PreemptionMode),
}

/// What a usage covers: a stream of several prompts or answers may tell of each, or of all together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UsageScope {
    /// The whole request: all prompts, all answers. Where there is one, usages of prompts are not looked at.
    Request,
    /// The prompt of a batch with this index, with all its answers. The request's usage is the sum, once its response
    /// is complete; what one of the prompts does not say is unknown of the request. Those from
    /// [`MAX_ANSWERS`](super::MAX_ANSWERS) on are left out and counted as
    /// [`Correction::AnswerBeyondLimit`](super::Correction::AnswerBeyondLimit).
    Prompt(u32),
}

/// An item or the error that took its place, whose `error.type` is the name of its Rust type. Where that says too
/// little, implement [`StreamItem`] for an item type of your own.
impl<T: StreamItem, E> StreamItem for Result<T, E> {
    type Forwarded = Result<T::Forwarded, E>;
    const COUNTS: TokenCounts = T::COUNTS;

    fn account(&self, say: &mut dyn FnMut(ItemAccount<'_>)) {
        match self {
            Ok(item) => item.account(say),
            Err(_) => {
                say(ItemAccount { error_type: Some(type_name::<E>()), ..ItemAccount::default() });
            }
        }
    }

    fn forward(self, include_usage: bool) -> Option<Self::Forwarded> {
        match self {
            Ok(item) => item.forward(include_usage).map(Ok),
            Err(error) => Some(Err(error)),
        }
    }
}

/// The sum of what both know. One that does not know makes the sum unknown.
pub(super) fn sum(one: TokenUsage, other: TokenUsage) -> TokenUsage {
    let add = |one: Option<u64>, other: Option<u64>| Some(one?.saturating_add(other?));
    TokenUsage {
        input: add(one.input, other.input),
        cached: add(one.cached, other.cached),
        input_audio: add(one.input_audio, other.input_audio),
        output: add(one.output, other.output),
        reasoning: add(one.reasoning, other.reasoning),
        tool: add(one.tool, other.tool),
        output_audio: add(one.output_audio, other.output_audio),
    }
}
