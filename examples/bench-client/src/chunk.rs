//! An event of a streamed answer, as far as it is measured.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;

/// Bytes of a sample: OpenAI streams speech as 16-bit PCM.
const SAMPLE_BYTES: usize = 2;

#[derive(Debug, Deserialize)]
pub(crate) struct Chunk {
    #[serde(default)]
    pub(crate) choices: Vec<Choice>,
    pub(crate) usage: Option<Usage>,
    pub(crate) error: Option<Failure>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Choice {
    #[serde(default)]
    pub(crate) index: u32,
    #[serde(default)]
    delta: Delta,
    /// Instead of a delta, in the older API for completions.
    text: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Delta {
    content: Option<String>,
    reasoning_content: Option<String>,
    audio: Option<Audio>,
    #[serde(default)]
    tool_calls: Vec<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Audio {
    data: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Usage {
    pub(crate) completion_tokens: u64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Failure {
    #[serde(default)]
    pub(crate) message: String,
}

impl Choice {
    /// Samples of speech that it brings.
    pub(crate) fn samples(&self) -> u64 {
        let data = self.delta.audio.as_ref().and_then(|audio| audio.data.as_ref());
        let bytes = data.and_then(|data| BASE64_STANDARD.decode(data).ok());
        (bytes.map_or(0, |bytes| bytes.len()) / SAMPLE_BYTES) as u64
    }

    /// It brings something: the chunk that says who speaks, and the one that says why it ended, do not.
    pub(crate) fn has_output(&self) -> bool {
        let has_text = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        has_text(&self.delta.content)
            || has_text(&self.delta.reasoning_content)
            || has_text(&self.text)
            || !self.delta.tool_calls.is_empty()
            || self.delta.audio.as_ref().is_some_and(|audio| has_text(&audio.data))
    }
}
