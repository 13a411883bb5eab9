//! Stop sequences: text at which a completion ends, never shown to the client.

/// Passes text on and watches for stop sequences, also across the pieces that it comes in.
///
/// Keeps back at most one byte less than the longest sequence: what could still become one.
#[derive(Debug)]
pub(crate) struct StopFilter {
    sequences: Vec<String>,
    held: String,
}

/// What became of a piece of text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Passed {
    /// Text to show; the completion goes on.
    Text(String),
    /// The text before a stop sequence; the completion is over.
    Stopped(String),
}

impl StopFilter {
    /// Watches for `sequences`, none of them empty.
    pub(crate) fn new(sequences: Vec<String>) -> Self {
        Self { sequences, held: String::new() }
    }

    /// Takes the next piece.
    pub(crate) fn push(&mut self, piece: &str) -> Passed {
        self.held.push_str(piece);
        if let Some(start) =
            self.sequences.iter().filter_map(|sequence| self.held.find(sequence)).min()
        {
            self.held.truncate(start);
            return Passed::Stopped(std::mem::take(&mut self.held));
        }
        let candidates = self.held.char_indices().map(|(start, _)| start);
        let keep = candidates
            .filter(|start| self.may_begin(&self.held[*start..]))
            .min()
            .unwrap_or(self.held.len());
        let kept = self.held.split_off(keep);
        Passed::Text(std::mem::replace(&mut self.held, kept))
    }

    /// The text kept back, when no more comes.
    pub(crate) fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    fn may_begin(&self, tail: &str) -> bool {
        self.sequences.iter().any(|sequence| sequence.starts_with(tail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sequences: &[&str], pieces: &[&str], shown: &str, stopped: bool) {
        let mut filter = StopFilter::new(sequences.iter().map(|text| (*text).to_owned()).collect());
        let mut found = String::new();
        for piece in pieces {
            match filter.push(piece) {
                Passed::Text(text) => found.push_str(&text),
                Passed::Stopped(text) => {
                    assert!(stopped, "stopped at {piece:?}");
                    assert_eq!(found + &text, shown);
                    return;
                }
            }
        }
        found.push_str(&filter.finish());
        assert_eq!((found.as_str(), false), (shown, stopped));
    }

    #[test]
    fn a_sequence_across_pieces_ends_the_text_before_it() {
        check(&["END"], &["some E", "N", "D more"], "some ", true);
    }

    #[test]
    fn the_earliest_of_several_sequences_wins() {
        check(&["c", "b"], &["abc"], "a", true);
    }

    #[test]
    fn what_only_looked_like_a_sequence_is_shown() {
        check(&["END"], &["E", "N", "E", "N"], "ENEN", false);
        check(&["€€"], &["a€", "b€"], "a€b€", false);
    }

    #[test]
    fn without_sequences_nothing_is_held() {
        let mut filter = StopFilter::new(Vec::new());
        assert_eq!(filter.push("text"), Passed::Text("text".to_owned()));
    }
}
