//! Items between worker and frontend: what the client may see, and beside it what only the metrics need.

use inferometer_sdk::{
    FinishReason, ItemAccount, ItemTokens, StreamItem, TokenCounts, TokenUsage, UsageScope,
};

/// An item of a response, annotated for the metrics.
pub(crate) struct Annotated {
    pub(crate) delta: Delta,
    pub(crate) metrics: LlmMetrics,
}

/// What clients see.
pub(crate) enum Delta {
    Text(&'static str),
    Finish(FinishReason),
    /// Optional in OpenAI's API.
    Usage,
}

/// What was counted for this item. Cached tokens come with the last one; until then they are not known.
#[derive(Default)]
pub(crate) struct LlmMetrics {
    pub(crate) chunk_tokens: u64,
    pub(crate) input_tokens: Option<u64>,
    pub(crate) cached_tokens: Option<u64>,
}

impl Delta {
    pub(crate) const fn as_json(&self) -> &'static str {
        match self {
            Self::Text(text) => text,
            Self::Finish(_) => r#"{"choices":[{"delta":{},"finish_reason":"length"}]}"#,
            Self::Usage => r#"{"choices":[],"usage":{}}"#,
        }
    }
}

impl StreamItem for Annotated {
    type Forwarded = Delta;
    const COUNTS: TokenCounts = TokenCounts::Increments;

    fn account(&self, say: &mut dyn FnMut(ItemAccount<'_>)) {
        let LlmMetrics { chunk_tokens, input_tokens, cached_tokens } = self.metrics;
        let usage =
            TokenUsage { input: input_tokens, cached: cached_tokens, ..TokenUsage::default() };
        say(ItemAccount {
            tokens: ItemTokens::Counted(chunk_tokens),
            usage: cached_tokens.map(|_| (UsageScope::Request, usage)),
            finish_reason: match self.delta {
                Delta::Finish(reason) => Some(reason),
                Delta::Text(_) | Delta::Usage => None,
            },
            ..ItemAccount::default()
        });
    }

    fn forward(self, include_usage: bool) -> Option<Delta> {
        let is_wanted = include_usage || !matches!(self.delta, Delta::Usage);
        is_wanted.then_some(self.delta)
    }
}
