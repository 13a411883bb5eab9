//! What an engine says about a request's input.

/// The input of a request, in tokens.
///
/// `tokens` is all of them, cached ones included; the others are parts of it, and what they leave is text. Parts beyond
/// the whole are cut and counted as [`Correction::MediaBeyondPrompt`](super::Correction::MediaBeyondPrompt).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prompt {
    /// All prompt tokens.
    pub tokens: u64,
    /// Those that stand for images.
    pub image_tokens: u64,
    /// Those that stand for audio.
    pub audio_tokens: u64,
    /// Those that stand for video.
    pub video_tokens: u64,
}

/// Prompt tokens that were not computed, by the tier in which their KV entries were found.
///
/// What they leave of the prompt was computed. Tokens beyond the prompt are cut and counted as
/// [`Correction::CachedBeyondPrompt`](super::Correction::CachedBeyondPrompt).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cached {
    /// In the accelerator's memory.
    pub device: u64,
    /// In the host's memory.
    pub host: u64,
    /// On local storage.
    pub disk: u64,
    /// On another host or in a shared store; also what a prefill stage sent.
    pub remote: u64,
}
