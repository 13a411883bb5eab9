//! What the engine says of a job: to the client, to the accounts, or to both.
//!
//! The accounts get every event, by the SDK's adapter, with the time at which it happened on the engine's thread. The
//! client gets what the adapter leaves.

use futures_util::{Stream, stream};
use inferometer_sdk::{
    EnginePhase, ItemAccount, ItemTokens, Request, StreamItem, TokenCounts, TokenUsage, UsageScope,
};
use tokio::sync::mpsc::Receiver;

use super::{Finish, Usage};

/// In order: states and tokens, then one of the others. `at` is the recorder's time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// The job has come to a state, which concerns no client.
    State { phase: EnginePhase, at: u64 },
    /// A token came. Its text is empty while it is a part of a character, or perhaps of a stop sequence.
    Token { text: String, at: u64 },
    /// The answer is complete.
    Finished { finish: Finish, usage: Usage, at: u64 },
    /// There will be no (further) answer.
    Failed { failure: Failure, at: u64 },
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The model could not compute a step.
    Model(String),
    /// The model has a defect.
    Panic,
}

/// What the client may learn, in order: any number of texts, then one of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    /// A piece of the answer; never empty, never part of a character.
    Text(String),
    /// The answer is complete. Its usage is there if the client asked.
    Finished(Finish, Option<Usage>),
    /// There will be no (further) answer, and why.
    Failed(String),
}

/// Hands `request` to what the engine says of it. Dropping the stream, as happens when the client leaves, ends both.
pub(crate) fn told(
    request: Request,
    mut events: Receiver<Event>,
    include_usage: bool,
) -> impl Stream<Item = Told> + Unpin + Send {
    let events = stream::poll_fn(move |task| events.poll_recv(task));
    request.stream(events).answers(1).include_usage(include_usage)
}

impl StreamItem for Event {
    type Forwarded = Told;
    const COUNTS: TokenCounts = TokenCounts::Increments;

    fn account(&self, say: &mut dyn FnMut(ItemAccount<'_>)) {
        let said = |at: &u64| ItemAccount { unix_nanos: Some(*at), ..ItemAccount::default() };
        say(match self {
            Self::State { phase, at } => ItemAccount { phase: Some(*phase), ..said(at) },
            Self::Token { at, .. } => ItemAccount { tokens: ItemTokens::Counted(1), ..said(at) },
            Self::Finished { finish, usage, at } => ItemAccount {
                finish_reason: Some((*finish).into()),
                usage: Some((UsageScope::Request, (*usage).into())),
                ..said(at)
            },
            Self::Failed { failure, at } => {
                ItemAccount { error_type: Some(failure.error_type()), ..said(at) }
            }
        });
    }

    fn forward(self, include_usage: bool) -> Option<Told> {
        match self {
            Self::State { .. } => None,
            Self::Token { text, .. } => (!text.is_empty()).then_some(Told::Text(text)),
            Self::Finished { finish, usage, .. } => {
                Some(Told::Finished(finish, include_usage.then_some(usage)))
            }
            Self::Failed { failure, .. } => Some(Told::Failed(failure.into_message())),
        }
    }
}

impl Failure {
    const fn error_type(&self) -> &'static str {
        match self {
            Self::Model(_) => "model_error",
            Self::Panic => "model_panic",
        }
    }

    fn into_message(self) -> String {
        match self {
            Self::Model(message) => message,
            Self::Panic => "the model panicked".to_owned(),
        }
    }
}

impl From<Usage> for TokenUsage {
    fn from(usage: Usage) -> Self {
        Self {
            input: Some(usage.prompt as u64),
            cached: Some(usage.cached as u64),
            output: Some(usage.completion as u64),
            ..Self::default()
        }
    }
}
