//! The body of a chat completion request as it is typed; `resolve` checks it.

use serde::Deserialize;
use serde_json::{Map, Value};

/// What OpenAI's clients send. A field that is `null` counts as absent.
#[derive(Debug, Deserialize)]
pub(super) struct ChatRequest {
    pub(super) model: String,
    pub(super) messages: Vec<RawMessage>,
    /// The older name of `max_completion_tokens`.
    pub(super) max_tokens: Option<u64>,
    pub(super) max_completion_tokens: Option<u64>,
    pub(super) temperature: Option<f64>,
    pub(super) top_p: Option<f64>,
    pub(super) seed: Option<i64>,
    pub(super) stop: Option<Stop>,
    pub(super) stream: Option<bool>,
    pub(super) stream_options: Option<StreamOptions>,
    /// Every other field.
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

/// A message before its role and content are checked.
#[derive(Debug, Deserialize)]
pub(super) struct RawMessage {
    pub(super) role: String,
    pub(super) content: Content,
}

/// The content of a message: a text, or a list of parts.
#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "a message's content is a string, or a list of parts like {\"type\": \"text\", \"text\": \"...\"}"
)]
pub(super) enum Content {
    Text(String),
    Parts(Vec<Part>),
}

/// A part of a message; only text can be served.
#[derive(Debug, Deserialize)]
pub(super) struct Part {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) text: Option<String>,
}

/// Where to stop.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "`stop` is a string or a list of strings")]
pub(super) enum Stop {
    One(String),
    Several(Vec<String>),
}

/// What a stream is to carry besides the answer.
#[derive(Debug, Default, Deserialize)]
pub(super) struct StreamOptions {
    #[serde(default)]
    pub(super) include_usage: bool,
}
