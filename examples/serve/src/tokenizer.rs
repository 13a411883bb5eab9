//! Text to tokens and back, built from the GGUF's own metadata.

use std::collections::HashMap;
use std::fmt;

use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;

use crate::model::{GgufError, GgufFile};

/// How a tokenizer cuts text before it merges, as GGUF spells it in `tokenizer.ggml.pre`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// GPT-2's expression alone.
    Gpt2,
    /// Every digit on its own, then GPT-2's expression.
    Smollm,
}

/// A byte-level BPE tokenizer.
///
/// Control tokens such as `<|im_end|>` are known to [`Tokenizer::control`] only: [`Tokenizer::encode`]
/// never produces one, so no message can forge the end of its turn.
pub(crate) struct Tokenizer {
    bpe: tokenizers::Tokenizer,
    /// The bytes each token stands for, by id; control tokens stand for none.
    bytes: Vec<Box<[u8]>>,
    control: HashMap<String, u32>,
}

/// GGUF's number for a control token in `tokenizer.ggml.token_type`.
const CONTROL: u32 = 3;

impl Tokenizer {
    /// Reads vocabulary, merges and token types from the metadata of `file`.
    ///
    /// # Errors
    /// If they are missing, or describe another kind of tokenizer than byte-level BPE.
    pub(crate) fn from_gguf(file: &GgufFile) -> Result<Self, GgufError> {
        let kind = file.text("tokenizer.ggml.model")?;
        if kind != "gpt2" {
            return Err(file.unsupported(format!(
                "its tokenizer is `{kind}`, only `gpt2` (byte-level BPE) is supported"
            )));
        }
        let cut = match file.text("tokenizer.ggml.pre")? {
            "gpt-2" => Cut::Gpt2,
            "smollm" => Cut::Smollm,
            other => {
                return Err(file.unsupported(format!(
                    "its pre-tokenizer is `{other}`, only `smollm` and `gpt-2` are supported"
                )));
            }
        };
        let tokens = file.texts("tokenizer.ggml.tokens")?;
        let types = file.numbers("tokenizer.ggml.token_type")?;
        if types.len() != tokens.len() {
            return Err(file.unsupported(format!(
                "it lists {} tokens and {} token types",
                tokens.len(),
                types.len()
            )));
        }
        let merges = file.texts("tokenizer.ggml.merges")?;
        let tokens: Vec<(&str, bool)> =
            tokens.into_iter().zip(types.into_iter().map(|kind| kind == CONTROL)).collect();
        Self::new(&tokens, &merges, cut).map_err(|error| file.unsupported(error.to_string()))
    }

    /// A tokenizer of `tokens` in the order of their ids, each with whether it is a control token, and
    /// of `merges`, each two tokens with a space between, the earliest first.
    ///
    /// # Errors
    /// If a merge or a token is no byte-level spelling.
    pub(crate) fn new(
        tokens: &[(&str, bool)],
        merges: &[&str],
        cut: Cut,
    ) -> Result<Self, TokenizerError> {
        let byte_of = byte_alphabet();
        let mut vocabulary = Vocab::default();
        let mut control = HashMap::new();
        let mut bytes = Vec::with_capacity(tokens.len());
        for (id, (text, is_control)) in (0_u32..).zip(tokens) {
            vocabulary.insert((*text).to_owned(), id);
            if *is_control {
                control.insert((*text).to_owned(), id);
                bytes.push(Box::default());
                continue;
            }
            let spelled: Option<Box<[u8]>> =
                text.chars().map(|symbol| byte_of.get(&symbol).copied()).collect();
            bytes.push(spelled.ok_or_else(|| {
                TokenizerError(format!(
                    "its token {id} `{text}` is not spelled in the byte-level alphabet"
                ))
            })?);
        }
        let merges: Option<Vec<(String, String)>> = merges
            .iter()
            .map(|merge| {
                merge.split_once(' ').map(|(left, right)| (left.to_owned(), right.to_owned()))
            })
            .collect();
        let merges = merges.ok_or_else(|| {
            TokenizerError("one of its merges is not two tokens with a space between".to_owned())
        })?;
        let bpe = BPE::builder()
            .vocab_and_merges(vocabulary, merges)
            .build()
            .map_err(|error| TokenizerError(error.to_string()))?;
        let mut bpe = tokenizers::Tokenizer::new(bpe);
        // No space before the first word, and GPT-2's expression after the digits.
        let byte_level = ByteLevel::new(false, false, true);
        match cut {
            Cut::Gpt2 => bpe.with_pre_tokenizer(Some(byte_level)),
            Cut::Smollm => bpe.with_pre_tokenizer(Some(Sequence::new(vec![
                Digits::new(true).into(),
                byte_level.into(),
            ]))),
        };
        Ok(Self { bpe, bytes, control })
    }

    /// The tokens of `text`.
    ///
    /// # Errors
    /// If the vocabulary lacks a byte of it.
    pub(crate) fn encode(&self, text: &str) -> Result<Vec<u32>, TokenizerError> {
        let encoding =
            self.bpe.encode_fast(text, false).map_err(|error| TokenizerError(error.to_string()))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The bytes that `token` stands for, which may be part of a character; none for a control token
    /// and for a number that is no token.
    pub(crate) fn bytes(&self, token: u32) -> &[u8] {
        usize::try_from(token)
            .ok()
            .and_then(|token| self.bytes.get(token))
            .map_or(&[], |bytes| bytes)
    }

    /// The id of the control token that is written `text`.
    pub(crate) fn control(&self, text: &str) -> Option<u32> {
        self.control.get(text).copied()
    }
}

impl fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokenizer")
            .field("tokens", &self.bytes.len())
            .field("control", &self.control.len())
            .finish_non_exhaustive()
    }
}

/// The tokenizer can't be built, or can't encode a text.
#[derive(Debug)]
pub(crate) struct TokenizerError(String);

impl fmt::Display for TokenizerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TokenizerError {}

/// GPT-2's alphabet: a printable character for each byte, so that a token is text. Bytes that print
/// stand for themselves, the others for the characters from U+0100 on, in order.
fn byte_alphabet() -> HashMap<char, u8> {
    let mut hidden = 0_u32;
    let symbol = |byte: u8| match byte {
        b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF => char::from(byte),
        _ => {
            hidden += 1;
            char::from_u32(0xFF + hidden).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
    };
    (0..=u8::MAX).map(symbol).zip(0..=u8::MAX).collect()
}

#[cfg(test)]
pub(crate) mod tiny {
    //! A tokenizer of single bytes and ChatML's control tokens.

    use super::{Cut, Tokenizer, byte_alphabet};

    /// The id of `<|im_start|>`; `<|im_end|>` and `<|endoftext|>` follow. The ids below are bytes.
    pub(crate) const START: u32 = 256;
    pub(crate) const END: u32 = 257;
    pub(crate) const VOCABULARY: usize = 259;

    pub(crate) fn tokenizer(merges: &[&str], cut: Cut) -> Tokenizer {
        let alphabet = byte_alphabet();
        let mut symbols: Vec<(u8, String)> =
            alphabet.iter().map(|(symbol, byte)| (*byte, symbol.to_string())).collect();
        symbols.sort_unstable();
        let mut tokens: Vec<(&str, bool)> =
            symbols.iter().map(|(_, symbol)| (symbol.as_str(), false)).collect();
        tokens.extend([("<|im_start|>", true), ("<|im_end|>", true), ("<|endoftext|>", true)]);
        let merged: Vec<String> = merges.iter().map(|merge| merge.replace(' ', "")).collect();
        tokens.extend(merged.iter().map(|merge| (merge.as_str(), false)));
        Tokenizer::new(&tokens, merges, cut).expect("a sound vocabulary")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(merges: &[&str], cut: Cut, text: &str, expected: &[&str]) {
        let tokenizer = tiny::tokenizer(merges, cut);
        let tokens = tokenizer.encode(text).expect("every byte is a token");
        let found: Vec<_> =
            tokens.iter().map(|token| String::from_utf8_lossy(tokenizer.bytes(*token))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn merges_apply_inside_a_word_only() {
        check(&["a b", "ab c"], Cut::Gpt2, "abcab ab", &["abc", "ab", " ", "ab"]);
    }

    #[test]
    fn smollm_never_merges_digits() {
        check(&["1 2"], Cut::Gpt2, "12", &["12"]);
        check(&["1 2"], Cut::Smollm, "12", &["1", "2"]);
    }

    #[test]
    fn a_message_cannot_forge_a_control_token() {
        let tokenizer = tiny::tokenizer(&[], Cut::Smollm);
        let tokens = tokenizer.encode("<|im_end|>").expect("every byte is a token");
        assert_eq!(tokens.len(), "<|im_end|>".len());
        assert!(tokens.iter().all(|token| *token < tiny::START));
    }

    #[test]
    fn every_byte_survives_the_round_trip() {
        let tokenizer = tiny::tokenizer(&[], Cut::Smollm);
        let text: String = "\0\t\n\r é€𝄞 \u{a0}\u{ad}".to_owned();
        let tokens = tokenizer.encode(&text).expect("every byte is a token");
        let bytes: Vec<u8> =
            tokens.iter().flat_map(|token| tokenizer.bytes(*token)).copied().collect();
        assert_eq!(bytes, text.as_bytes());
    }

    #[test]
    fn a_token_outside_the_alphabet_is_refused() {
        let error =
            Tokenizer::new(&[("漢", false)], &[], Cut::Gpt2).expect_err("no byte-level token");
        assert!(error.to_string().contains("token 0 `漢`"), "{error}");
    }
}
