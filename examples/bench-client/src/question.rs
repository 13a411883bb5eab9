//! What is asked.

use serde_json::{Value, json};

/// A request of OpenAI's chat completion API, streamed and with usage.
#[derive(Debug, Clone)]
pub struct Question {
    /// The id of the model.
    pub model: String,
    /// The user's message.
    pub prompt: String,
    /// The most tokens of an answer.
    pub max_tokens: u64,
    /// How many answers.
    pub answers: u64,
    /// Whether they are wanted as speech too.
    pub is_spoken: bool,
}

impl Question {
    pub(crate) fn to_json(&self) -> Value {
        let mut question = json!({
            "model": self.model,
            "messages": [{"role": "user", "content": self.prompt}],
            "max_tokens": self.max_tokens,
            "temperature": 0,
            "stream": true,
            "stream_options": {"include_usage": true},
        });
        // Servers that cannot do it need not be asked for one answer in writing.
        if self.answers > 1 {
            question["n"] = json!(self.answers);
        }
        if self.is_spoken {
            question["modalities"] = json!(["text", "audio"]);
            question["audio"] = json!({"voice": "alloy", "format": "pcm16"});
        }
        question
    }
}
