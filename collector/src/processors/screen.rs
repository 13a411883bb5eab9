//! A look at the bytes of a request that tells whether decoding it can be of use.

use memchr::memmem::Finder;

/// Texts of which a request must hold at least one for a processor to do anything.
///
/// Protobuf writes texts as they are, so what is not among the bytes is in no key and no value.
#[derive(Debug)]
pub(super) struct Screen(Option<Vec<Finder<'static>>>);

impl Screen {
    /// A screen that lets every request through if it is not known what it must hold.
    pub(super) fn new<'a>(needed: Option<impl IntoIterator<Item = &'a str>>) -> Self {
        Self(needed.map(|needed| {
            needed.into_iter().map(|text| Finder::new(text.as_bytes()).into_owned()).collect()
        }))
    }

    pub(super) fn lets_through(&self, bytes: &[u8]) -> bool {
        self.0.as_ref().is_none_or(|needed| needed.iter().any(|text| text.find(bytes).is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_the_texts_must_be_there() {
        let screen = Screen::new(Some(["engine", "dp_rank"]));
        assert!(screen.lets_through(b"\x0a\x07dp_rank"));
        assert!(!screen.lets_through(b"\x0a\x07tp_rank"));
        assert!(!Screen::new(Some([])).lets_through(b"anything"));
        assert!(Screen::new(None::<[&str; 0]>).lets_through(b""));
    }
}
