//! What an engine says about a request's tokens. A number that is absent is not known, which is not zero.

/// The input of a request, in tokens.
///
/// `tokens` is all of them, cached ones included; the others are parts of it, and what they leave is text. Parts beyond
/// the whole are cut and counted as [`Correction::MediaBeyondPrompt`](super::Correction::MediaBeyondPrompt).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers fill it, with `..Default::default()`")]
pub struct Prompt {
    /// All prompt tokens.
    pub tokens: u64,
    /// Those that stand for images.
    pub image_tokens: Option<u64>,
    /// Those that stand for audio.
    pub audio_tokens: Option<u64>,
    /// Those that stand for video.
    pub video_tokens: Option<u64>,
}

impl Prompt {
    /// `tokens` of nothing but text.
    #[must_use]
    pub const fn text(tokens: u64) -> Self {
        Self { tokens, image_tokens: None, audio_tokens: None, video_tokens: None }
    }
}

/// Prompt tokens that were not computed, by the tier in which their KV entries were found.
///
/// What they leave of the prompt is computed. Tokens beyond the prompt are cut and counted as
/// [`Correction::CachedBeyondPrompt`](super::Correction::CachedBeyondPrompt).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers fill it, with `..Default::default()`")]
pub struct Cached {
    /// In the accelerator's memory, in tokens.
    pub device: u64,
    /// In the host's memory, in tokens.
    pub host: u64,
    /// On local storage, in tokens.
    pub disk: u64,
    /// On another host or in a shared store; also what a prefill stage sent.
    pub remote: u64,
}

/// Totals of a request so far, as a response's usage has them: for whoever sees a stream rather than the engine.
///
/// A total adds what no report before it counted, so that the same usage may be seen many times. One that contradicts
/// what was counted is ignored, and counted as [`Correction::CumulativeDecrease`](super::Correction::CumulativeDecrease)
/// if it is an output that fell, or as [`Correction::RepeatedTransition`](super::Correction::RepeatedTransition) if it is
/// another input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers fill it, with `..Default::default()`")]
pub struct TokenUsage {
    /// Prompt tokens, cached ones included.
    pub input: Option<u64>,
    /// Prompt tokens that were found in a cache of whatever tier.
    pub cached: Option<u64>,
    /// Prompt tokens that stand for audio.
    pub input_audio: Option<u64>,
    /// Generated tokens, reasoning and tool calls included.
    pub output: Option<u64>,
    /// Generated tokens that are reasoning.
    pub reasoning: Option<u64>,
    /// Generated tokens that are arguments of tool calls.
    pub tool: Option<u64>,
    /// Generated tokens that stand for audio.
    pub output_audio: Option<u64>,
}
