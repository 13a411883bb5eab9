//! Tokens, one a line, as they are or as `sha256:` and their digest.

use subtle::{Choice, ConstantTimeEq};

use super::{digest::Digest, material::Text};

/// Tokens that a listener may have; each request is compared with all of them.
const TOKENS_MAX: usize = 1000;

/// What stands before the digest of a token that nobody can read out of its file.
const HASHED: &[u8] = b"sha256:";

/// The tokens of a listener.
#[derive(Debug)]
pub(super) struct Tokens(Vec<Digest>);

impl Tokens {
    /// Reads the tokens of texts.
    ///
    /// # Errors
    /// There is none, there are more than 1000, or a digest is none; the message names the line and nothing of it.
    pub(super) fn parse(texts: &[Text]) -> Result<Self, String> {
        let mut digests = Vec::new();
        for text in texts {
            for (line, token) in text.lines() {
                digests.push(match token.strip_prefix(HASHED) {
                    None => Digest::of(&[token]),
                    Some(hex) => Digest::from_hex(hex).ok_or_else(|| {
                        let what = "has no 64 hexadecimal digits behind sha256:, as `sha256sum` prints them";
                        text.wrong(line, what)
                    })?,
                });
            }
        }
        let names: Vec<_> = texts.iter().map(|text| &*text.name).collect();
        match digests.len() {
            0 => Err(format!("{} holds no token", names.join(" and "))),
            1..=TOKENS_MAX => Ok(Self(digests)),
            more => Err(format!(
                "{} holds {more} tokens, the limit is {TOKENS_MAX}",
                names.join(" and ")
            )),
        }
    }

    /// Whether this is one of them; all are compared in any case.
    pub(super) fn hold(&self, token: &[u8]) -> bool {
        let presented = Digest::of(&[token]);
        let found = self.0.iter().fold(Choice::from(0), |found, one| found | one.ct_eq(&presented));
        found.into()
    }
}

/// The token that a client sends: the first.
///
/// # Errors
/// There is none, or it is a digest, of which nobody knows the token.
pub(super) fn first(text: &Text) -> Result<&[u8], String> {
    match text.lines().next() {
        None => Err(format!("{} holds no token", text.name)),
        Some((line, token)) if token.starts_with(HASHED) => {
            Err(text.wrong(line, "is a digest, which cannot be sent: write the token itself"))
        }
        Some((_, token)) => Ok(token),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Text {
        Text { name: "filename tokens".to_owned(), text: text.as_bytes().to_vec() }
    }

    #[test]
    fn every_token_of_a_file_is_known_and_no_other() {
        let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let tokens = Tokens::parse(&[text(&format!("first\r\n\n  second \n{abc}"))]).unwrap();
        for token in ["first", "second", "abc"] {
            assert!(tokens.hold(token.as_bytes()), "{token}");
        }
        for token in ["", "firs", "firsts", "First", "second ", abc, "first\n"] {
            assert!(!tokens.hold(token.as_bytes()), "{token}");
        }
    }

    #[test]
    fn what_holds_no_tokens_is_an_error_that_shows_nothing_of_it() {
        for (holds, expected) in [
            ("\n \n", "filename tokens holds no token"),
            (
                "a\nsha256:secret",
                "filename tokens, line 2: has no 64 hexadecimal digits behind sha256:, as `sha256sum` prints them",
            ),
            (&"x\n".repeat(1001), "filename tokens holds 1001 tokens, the limit is 1000"),
        ] {
            assert_eq!(Tokens::parse(&[text(holds)]).unwrap_err(), expected);
        }
    }

    #[test]
    fn a_client_sends_the_first_token() {
        assert_eq!(first(&text("\n one\ntwo")).unwrap(), b"one");
        assert!(first(&text("sha256:00")).unwrap_err().contains("cannot be sent"));
    }
}
