//! What an answer says, as its tokens come: whole characters, and nothing from a stop sequence on.

use super::Finish;
use crate::detokenizer::Detokenizer;
use crate::stop::{Passed, StopFilter};

/// The text of one answer.
#[derive(Debug)]
pub(super) struct Answer {
    detokenizer: Detokenizer,
    stop: StopFilter,
}

/// What a token adds to the answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Text, perhaps empty; more may come.
    More(String),
    /// The rest of the text; the answer is over.
    Last(String, Finish),
}

impl Answer {
    pub(super) fn new(stop: Vec<String>) -> Self {
        Self { detokenizer: Detokenizer::default(), stop: StopFilter::new(stop) }
    }

    /// Takes the bytes of the next token.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Said {
        let text = self.detokenizer.push(bytes);
        match self.stop.push(&text) {
            Passed::Text(text) => Said::More(text),
            Passed::Stopped(text) => Said::Last(text, Finish::Stop),
        }
    }

    /// The text that was held back, when no token follows.
    pub(super) fn finish(&mut self) -> String {
        let rest = self.detokenizer.finish();
        match self.stop.push(&rest) {
            Passed::Text(text) => text + &self.stop.finish(),
            Passed::Stopped(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_held_for_a_stop_sequence_is_shown_at_the_end() {
        let mut answer = Answer::new(vec!["END".to_owned()]);
        assert_eq!(answer.push(b"a EN"), Said::More("a ".to_owned()));
        assert_eq!(answer.finish(), "EN");
    }

    #[test]
    fn a_stop_sequence_ends_the_answer_before_it() {
        let mut answer = Answer::new(vec!["€".to_owned()]);
        assert_eq!(answer.push(b"5 \xE2\x82"), Said::More("5 ".to_owned()));
        assert_eq!(answer.push(b"\xAC!"), Said::Last(String::new(), Finish::Stop));
    }
}
