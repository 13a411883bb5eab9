//! The answer to a request that does not stream, and what both kinds of answer share.

use serde::Serialize;

use crate::engine::{Finish, Usage};

/// What every part of one answer repeats.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Head {
    pub(super) id: String,
    pub(super) object: &'static str,
    /// Seconds since the Unix epoch.
    pub(super) created: u64,
    pub(super) model: String,
}

/// A whole answer.
#[derive(Debug, Serialize)]
pub(super) struct Completion {
    #[serde(flatten)]
    head: Head,
    choices: [Choice; 1],
    usage: UsageObject,
}

#[derive(Debug, Serialize)]
struct Choice {
    index: u32,
    message: Answer,
    logprobs: Option<()>,
    finish_reason: &'static str,
}

#[derive(Debug, Serialize)]
struct Answer {
    role: &'static str,
    content: String,
    refusal: Option<()>,
}

impl Completion {
    pub(super) fn new(head: Head, content: String, finish: Finish, usage: Usage) -> Self {
        let message = Answer { role: "assistant", content, refusal: None };
        Self {
            head,
            choices: [Choice { index: 0, message, logprobs: None, finish_reason: finish.as_str() }],
            usage: usage.into(),
        }
    }
}

/// OpenAI's `usage`.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct UsageObject {
    prompt_tokens: usize,
    completion_tokens: usize,
    total_tokens: usize,
    prompt_tokens_details: PromptTokensDetails,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct PromptTokensDetails {
    cached_tokens: usize,
}

impl From<Usage> for UsageObject {
    fn from(usage: Usage) -> Self {
        Self {
            prompt_tokens: usage.prompt,
            completion_tokens: usage.completion,
            total_tokens: usage.prompt + usage.completion,
            prompt_tokens_details: PromptTokensDetails { cached_tokens: usage.cached },
        }
    }
}
