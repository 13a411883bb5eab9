//! Tokens to text while they come: a token may end in the middle of a character.

use std::str;

/// Collects bytes and gives out whole characters.
///
/// Keeps at most the three bytes of a character that is not complete yet. Bytes that can't belong to
/// any character become U+FFFD, as a lossy conversion of the whole would.
#[derive(Debug, Default)]
pub(crate) struct Detokenizer {
    pending: Vec<u8>,
}

impl Detokenizer {
    /// Takes the bytes of the next token and returns the characters that are now complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> String {
        self.pending.extend_from_slice(bytes);
        let mut text = String::new();
        loop {
            match str::from_utf8(&self.pending) {
                Ok(valid) => {
                    text.push_str(valid);
                    self.pending.clear();
                    return text;
                }
                Err(error) => {
                    let (valid, rest) = self.pending.split_at(error.valid_up_to());
                    text.push_str(&String::from_utf8_lossy(valid));
                    let Some(invalid) = error.error_len() else {
                        self.pending = rest.to_vec();
                        return text;
                    };
                    text.push(char::REPLACEMENT_CHARACTER);
                    self.pending = rest[invalid..].to_vec();
                }
            }
        }
    }

    /// What is left at the end: an incomplete character becomes U+FFFD.
    pub(crate) fn finish(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.pending)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tokens: &[&[u8]], expected: &[&str]) {
        let mut detokenizer = Detokenizer::default();
        let mut found: Vec<String> = tokens.iter().map(|bytes| detokenizer.push(bytes)).collect();
        found.push(detokenizer.finish());
        assert_eq!(found, expected);
    }

    #[test]
    fn a_character_is_never_split() {
        check(&[b"a\xE2", b"\x82", b"\xACb"], &["a", "", "€b", ""]);
        check(&[b"\xF0\x9D\x84", b"\x9E"], &["", "𝄞", ""]);
    }

    #[test]
    fn an_impossible_byte_is_replaced_and_the_text_goes_on() {
        check(&[b"a\xFFb", b"\xC3", b"x"], &["a\u{FFFD}b", "", "\u{FFFD}x", ""]);
    }

    #[test]
    fn a_character_cut_off_at_the_end_is_replaced() {
        check(&[b"\xE2\x82"], &["", "\u{FFFD}"]);
    }
}
