//! One streamed answer as its client sees it: what came, and when.

use crate::{chunk::Chunk, error::BenchError};

/// The data of the event that ends a stream.
const DONE: &[u8] = b"[DONE]";

/// Chunks of an answer that are read; an answer that has more is given up.
pub const MAX_CHUNKS: usize = 1 << 20;

/// Times are readings of the client's clock, in nanoseconds since the Unix epoch.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(crate) sent: u64,
    pub(crate) first_output: Option<u64>,
    pub(crate) ended: u64,
    /// If the server said.
    pub(crate) output_tokens: Option<u64>,
    /// Samples, and when the last of them came.
    pub(crate) speech: Option<(u64, u64)>,
    /// When output came: the choice and the time.
    outputs: Vec<(u32, u64)>,
    is_done: bool,
}

impl Answer {
    pub(crate) const fn to_request_at(sent: u64) -> Self {
        Self {
            sent,
            first_output: None,
            ended: sent,
            output_tokens: None,
            speech: None,
            outputs: Vec::new(),
            is_done: false,
        }
    }

    /// An event came.
    pub(crate) fn event(&mut self, data: &[u8], at: u64) -> Result<(), BenchError> {
        self.ended = at;
        if data == DONE {
            self.is_done = true;
            return Ok(());
        }
        let chunk: Chunk = serde_json::from_slice(data)?;
        if let Some(failure) = chunk.error {
            return Err(BenchError::Failed(failure.message));
        }
        for choice in chunk.choices.iter().filter(|choice| choice.has_output()) {
            self.first_output.get_or_insert(at);
            if self.outputs.len() == MAX_CHUNKS {
                return Err(BenchError::Endless);
            }
            self.outputs.push((choice.index, at));
            let samples = choice.samples();
            if samples > 0 {
                let (before, _) = self.speech.unwrap_or_default();
                self.speech = Some((before + samples, at));
            }
        }
        if let Some(usage) = chunk.usage {
            self.output_tokens = Some(usage.completion_tokens);
        }
        Ok(())
    }

    /// There are no more events.
    pub(crate) fn end(self) -> Result<Self, BenchError> {
        if self.is_done { Ok(self) } else { Err(BenchError::Incomplete) }
    }

    /// The times of outputs that followed one another in the same choice.
    pub(crate) fn gaps(&self) -> impl Iterator<Item = (u64, u64)> {
        let outputs = self.outputs.iter().enumerate();
        outputs.filter_map(|(position, (choice, at))| {
            let earlier = self.outputs[..position].iter().rev();
            let before = earlier.copied().find(|(other, _)| other == choice);
            before.map(|(_, before)| (before, *at))
        })
    }
}
