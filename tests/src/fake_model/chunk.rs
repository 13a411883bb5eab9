//! Steps as items of a response: what is said for the accounts, and what the client gets.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use inferometer_sdk::{
    Cached, EnginePhase, FinishReason, ItemAccount, ItemTokens, StreamItem, TokenCounts,
    TokenUsage, UsageScope,
};
use serde_json::{Value, json};

use super::script::{Event, Script, Step};

/// Bytes of a sample.
const SAMPLE_BYTES: usize = 2;

/// An item whose tokens are increments, or running totals.
pub(super) struct Chunk<const TOTALS: bool> {
    account: ItemAccount<'static>,
    data: Data,
}

/// What the client may see.
enum Data {
    Nothing,
    Text(Value),
    Usage(Value),
}

impl<const TOTALS: bool> Chunk<TOTALS> {
    pub(super) fn of(step: Step) -> Self {
        let said = ItemAccount::default();
        match step.event {
            Event::Scheduled => Self::silent(EnginePhase::Scheduled),
            Event::Prefilled { cached } => Self::silent(EnginePhase::Prefilled(Some(Cached {
                device: cached,
                ..Cached::default()
            }))),
            Event::Token { answer, index } => Self {
                account: ItemAccount {
                    answer,
                    tokens: ItemTokens::Counted(if TOTALS { index + 1 } else { 1 }),
                    reasoning_tokens: Some(if TOTALS || index == 0 { 1 } else { 0 }),
                    ..said
                },
                data: Data::Text(delta(answer, step.samples)),
            },
            Event::Finished { answer } => Self {
                account: ItemAccount { answer, finish_reason: Some(FinishReason::Stop), ..said },
                data: Data::Text(json!({"choices": [
                    {"index": answer, "delta": {}, "finish_reason": "stop"}
                ]})),
            },
            Event::Usage { input, cached, output, answers } => Self {
                account: ItemAccount { usage: usage(input, cached, output, answers), ..said },
                data: Data::Usage(
                    json!({"choices": [], "usage": usage_object(input, cached, output)}),
                ),
            },
        }
    }

    /// The whole answer; its tokens are in the usage alone.
    pub(super) fn whole(script: &Script) -> Self {
        let (input, cached, output) = (script.prompt_tokens(), script.cached(), script.output());
        let choices: Vec<Value> = (0..script.answers())
            .map(|index| json!({"index": index, "message": {"content": "word"}, "finish_reason": "stop"}))
            .collect();
        let account = ItemAccount {
            usage: usage(input, cached, output, script.answers() as u64),
            finish_reason: Some(FinishReason::Stop),
            ..ItemAccount::default()
        };
        let usage = usage_object(input, cached, output);
        Self { account, data: Data::Text(json!({"choices": choices, "usage": usage})) }
    }

    fn silent(phase: EnginePhase) -> Self {
        let account = ItemAccount { phase: Some(phase), ..ItemAccount::default() };
        Self { account, data: Data::Nothing }
    }
}

impl<const TOTALS: bool> StreamItem for Chunk<TOTALS> {
    type Forwarded = String;
    const COUNTS: TokenCounts =
        if TOTALS { TokenCounts::RunningTotals } else { TokenCounts::Increments };

    fn account(&self, say: &mut dyn FnMut(ItemAccount<'_>)) {
        say(self.account);
    }

    fn forward(self, include_usage: bool) -> Option<String> {
        match self.data {
            Data::Nothing => None,
            Data::Text(data) => Some(data.to_string()),
            Data::Usage(data) => include_usage.then(|| data.to_string()),
        }
    }
}

fn delta(answer: u32, samples: u64) -> Value {
    let mut delta = json!({"content": "word "});
    if samples > 0 {
        let silence = vec![0; usize::try_from(samples).expect("a few") * SAMPLE_BYTES];
        delta["audio"] = json!({"data": BASE64_STANDARD.encode(silence)});
    }
    json!({"choices": [{"index": answer, "delta": delta, "finish_reason": null}]})
}

fn usage(input: u64, cached: u64, output: u64, reasoning: u64) -> Option<(UsageScope, TokenUsage)> {
    let usage = TokenUsage {
        input: Some(input),
        cached: Some(cached),
        output: Some(output),
        reasoning: Some(reasoning),
        ..TokenUsage::default()
    };
    Some((UsageScope::Request, usage))
}

fn usage_object(input: u64, cached: u64, output: u64) -> Value {
    json!({
        "prompt_tokens": input,
        "completion_tokens": output,
        "prompt_tokens_details": {"cached_tokens": cached},
    })
}
