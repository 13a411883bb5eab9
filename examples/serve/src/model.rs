//! The model as the engine sees it, and the one it runs: a Llama-shaped GGUF through candle.

mod gguf;
mod llama;

use std::fmt::Debug;

use candle_core::Tensor;

pub(crate) use gguf::{GgufError, GgufFile};
pub(crate) use llama::Llama;

/// A decoder that continues a sequence of tokens.
///
/// What a sequence has been told so far lives in its [`Model::Session`], so that a session is a
/// prefix: whoever clones it shares the work done for its tokens.
pub(crate) trait Model: Send + 'static {
    /// The state of one sequence (its KV cache). Cloning shares the tensors, so it is cheap.
    type Session: Clone + Send;

    /// A session that holds no tokens.
    fn session(&self) -> Self::Session;

    /// Appends `tokens`, at least one, and returns the scores of the token after the last of them.
    ///
    /// # Errors
    /// If the backend fails; the session is then unusable.
    fn feed(&self, session: &mut Self::Session, tokens: &[u32]) -> Result<Tensor, ModelError>;
}

/// The backend could not compute a step.
#[derive(Debug)]
pub(crate) struct ModelError(candle_core::Error);

impl From<candle_core::Error> for ModelError {
    fn from(error: candle_core::Error) -> Self {
        Self(error)
    }
}

impl std::fmt::Display for ModelError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the model failed: {}", self.0)
    }
}

impl std::error::Error for ModelError {}

#[cfg(test)]
pub(crate) mod fake {
    //! A model for tests that needs no weights and remembers what it is fed.

    use std::sync::mpsc::Receiver;
    use std::sync::{Arc, Mutex};

    use candle_core::Device;

    use super::{Model, ModelError, Tensor};

    /// A prompt with this token in it makes [`Scripted`] panic.
    pub(crate) const POISON: u8 = 0x07;

    /// Says `script` token by token, then `end` for ever.
    #[derive(Debug)]
    pub(crate) struct Scripted {
        pub(crate) script: Vec<u32>,
        pub(crate) end: u32,
        pub(crate) vocabulary: usize,
        /// The token with which the prompt ends: what comes after it is the answer.
        pub(crate) prompt_end: u32,
        /// What every step was fed, over all sessions.
        pub(crate) steps: Arc<Mutex<Vec<Vec<u32>>>>,
        /// Every step takes one out of it and waits for that; none once the other end is gone.
        pub(crate) permits: Mutex<Receiver<()>>,
    }

    impl Model for Scripted {
        type Session = Vec<u32>;

        fn session(&self) -> Vec<u32> {
            Vec::new()
        }

        fn feed(&self, session: &mut Vec<u32>, tokens: &[u32]) -> Result<Tensor, ModelError> {
            assert!(!tokens.is_empty(), "a step computes at least one token");
            assert!(!tokens.contains(&u32::from(POISON)), "poisoned");
            let permits = self.permits.lock().expect("no panic while locked");
            permits.recv().unwrap_or_default();
            drop(permits);
            self.steps.lock().expect("no panic while locked").push(tokens.to_vec());
            session.extend_from_slice(tokens);
            let answered =
                session.iter().rev().take_while(|token| **token != self.prompt_end).count();
            let next = self.script.get(answered).copied().unwrap_or(self.end);
            let scores: Vec<f32> = (0..self.vocabulary)
                .map(|token| if token == next as usize { 9.0 } else { 0.0 })
                .collect();
            Ok(Tensor::new(scores, &Device::Cpu)?)
        }
    }
}
