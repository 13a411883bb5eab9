//! Why one attempt did not get through.

use super::{retry::Verdict, stats::ExportFailure};

/// Characters of a collector's own words that are shown; the rest is not worth a log's room.
const MAX_SAID_CHARS: usize = 200;

/// An attempt that failed.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) verdict: Verdict,
    /// For people: what the collector or the network said.
    pub(super) detail: String,
}

impl Fault {
    pub(super) fn new(verdict: Verdict, detail: impl Into<String>) -> Self {
        Self { verdict, detail: detail.into() }
    }

    /// The connection was not made, or broke: worth another attempt.
    pub(super) fn network(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut detail = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            detail = format!("{detail}: {error}");
            cause = error.source();
        }
        Self::new(Verdict::AGAIN, format!("is not reached: {}", said(&detail)))
    }

    pub(super) fn response_too_large() -> Self {
        Self::new(
            Verdict::Final(ExportFailure::ResponseTooLarge),
            format!("answers with more than {} bytes", super::MAX_RESPONSE_BYTES),
        )
    }
}

/// A stranger's words, short and without control characters.
pub(super) fn said(text: &str) -> String {
    let mut words: String = text.chars().take(MAX_SAID_CHARS).collect();
    words = words.escape_debug().to_string();
    if text.chars().nth(MAX_SAID_CHARS).is_some() {
        words.push_str("...");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_words_are_short_and_plain() {
        assert_eq!(said("no\n\u{1b}[31m"), "no\\n\\u{1b}[31m");
        assert_eq!(said(&"x".repeat(1000)).len(), MAX_SAID_CHARS + 3);
    }
}
