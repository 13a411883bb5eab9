//! SmolLM2 through candle's quantized Llama.

use std::io::{Cursor, Read, Seek};

use candle_core::quantized::gguf_file::{self, Content, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use candle_transformers::models::quantized_llama::{MAX_SEQ_LEN, ModelWeights};

use super::{GgufError, GgufFile, Model, ModelError};

/// The weights, with an empty KV cache in every layer.
#[derive(Debug)]
pub(crate) struct Llama {
    pristine: ModelWeights,
    context_tokens: usize,
}

/// The weights' handles with this sequence's KV cache in their layers, and its length.
///
/// candle keeps the cache inside the layers. A clone copies handles, not tensors, and candle never
/// writes to a cached tensor in place, so clones never see each other's tokens.
#[derive(Debug, Clone)]
pub(crate) struct LlamaSession {
    weights: ModelWeights,
    tokens: usize,
}

impl Llama {
    /// Loads the tensors of `file`.
    ///
    /// # Errors
    /// If it is no Llama-shaped model or a tensor can't be read.
    pub(crate) fn load(file: GgufFile) -> Result<Self, GgufError> {
        let architecture = file.text("general.architecture")?;
        if architecture != "llama" {
            return Err(file.unsupported(format!(
                "its architecture is `{architecture}`, only `llama` can be run"
            )));
        }
        let trained_for = file.number("llama.context_length")?;
        let context_tokens = usize::try_from(trained_for).unwrap_or(usize::MAX).min(MAX_SEQ_LEN);
        let (path, content, mut reader) = file.into_parts();
        let pristine = weights(content, &mut reader)
            .map_err(|error| GgufError::Damaged { path, reason: error.to_string() })?;
        Ok(Self { pristine, context_tokens })
    }

    /// The most tokens that a prompt and its completion may have together: what the model was trained
    /// for or what candle's rotary table holds (4096), whichever is less.
    pub(crate) fn context_tokens(&self) -> usize {
        self.context_tokens
    }
}

impl Model for Llama {
    type Session = LlamaSession;

    fn session(&self) -> LlamaSession {
        LlamaSession { weights: self.pristine.clone(), tokens: 0 }
    }

    fn feed(&self, session: &mut LlamaSession, tokens: &[u32]) -> Result<Tensor, ModelError> {
        let input = Tensor::new(tokens, &Device::Cpu)?.unsqueeze(0)?;
        let scores = session.weights.forward(&input, session.tokens)?.squeeze(0)?;
        session.tokens += tokens.len();
        Ok(scores)
    }
}

/// candle multiplies Q4_1 element by element on x86-64 and has vector kernels for Q8_0, so Q4_1 is
/// re-encoded while loading. Q8_0's step is finer than Q4_1's, and the copy is gone after loading.
fn weights<R: Read + Seek>(content: Content, reader: &mut R) -> candle_core::Result<ModelWeights> {
    if !cfg!(target_arch = "x86_64")
        || !content.tensor_infos.values().any(|tensor| tensor.ggml_dtype == GgmlDType::Q4_1)
    {
        return ModelWeights::from_gguf(content, reader, &Device::Cpu);
    }
    let mut tensors = Vec::with_capacity(content.tensor_infos.len());
    for name in content.tensor_infos.keys() {
        let tensor = content.tensor(reader, name, &Device::Cpu)?;
        let tensor = match tensor.dtype() {
            GgmlDType::Q4_1 => {
                QTensor::quantize(&tensor.dequantize(&Device::Cpu)?, GgmlDType::Q8_0)?
            }
            _ => tensor,
        };
        tensors.push((name.as_str(), tensor));
    }
    // The tokenizer's lists are read elsewhere, and are most of the metadata.
    let of_model = content.metadata.iter().filter(|(key, _)| !key.starts_with("tokenizer."));
    let metadata: Vec<(&str, &Value)> =
        of_model.map(|(key, value)| (key.as_str(), value)).collect();
    let tensors: Vec<(&str, &QTensor)> =
        tensors.iter().map(|(name, tensor)| (*name, tensor)).collect();
    let mut encoded = Cursor::new(Vec::new());
    gguf_file::write(&mut encoded, &metadata, &tensors)?;
    encoded.set_position(0);
    ModelWeights::from_gguf(Content::read(&mut encoded)?, &mut encoded, &Device::Cpu)
}

#[cfg(test)]
mod tests;
