//! Who a series is, spelled as bytes: equal identities have equal bytes, and no crafted value can imitate another.

/// A buffer in which identities are spelled, from the resource down to the point.
///
/// Everything written is tagged and length-prefixed, so joining two texts never spells a third. What many points
/// share is written once: take a [`Mark`] behind it and [`rewind`](Self::rewind) to it for each next point.
#[derive(Debug, Clone, Default)]
pub struct Identity(Vec<u8>);

/// A place in an [`Identity`] to go back to.
#[derive(Debug, Clone, Copy)]
pub struct Mark(usize);

impl Identity {
    /// An empty one, of which `space` names the kind of things that are told apart in it.
    #[must_use]
    pub fn new(space: u8) -> Self {
        Self(vec![space])
    }

    /// Adds a value of which `tag` names the type or role.
    pub fn push(&mut self, tag: u8, bytes: &[u8]) {
        self.open(tag, bytes.len());
        self.0.extend_from_slice(bytes);
    }

    /// Adds the head of a list of `elements` values, which must follow.
    pub fn open(&mut self, tag: u8, elements: usize) {
        self.0.push(tag);
        // Most are short, and every series keeps its identity: seven bits a byte, the last below 128.
        let mut left = elements;
        loop {
            let low = u8::try_from(left & 0x7f).unwrap_or(0);
            left >>= 7;
            if left == 0 {
                self.0.push(low);
                return;
            }
            self.0.push(low | 0x80);
        }
    }

    /// Where the buffer ends now.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark(self.0.len())
    }

    /// Forgets everything written since `mark`.
    pub fn rewind(&mut self, mark: Mark) {
        self.0.truncate(mark.0);
    }

    /// Forgets everything, and keeps the memory.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The bytes that stand for the series.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spell(texts: &[&str]) -> Identity {
        let mut identity = Identity::new(0);
        for text in texts {
            identity.push(b's', text.as_bytes());
        }
        identity
    }

    #[test]
    fn joined_texts_never_spell_a_third() {
        assert_ne!(spell(&["a", "b"]).as_bytes(), spell(&["ab", ""]).as_bytes());
        assert_ne!(spell(&["a*b"]).as_bytes(), spell(&["a", "b"]).as_bytes());
        assert_eq!(spell(&["a", "b"]).as_bytes(), spell(&["a", "b"]).as_bytes());
    }

    #[test]
    fn one_and_the_text_one_differ() {
        let mut number = Identity::new(0);
        number.push(b'i', b"1");
        assert_ne!(number.as_bytes(), spell(&["1"]).as_bytes());
    }

    #[test]
    fn rewinding_forgets_what_came_after_the_mark() {
        let mut identity = spell(&["shared"]);
        let mark = identity.mark();
        identity.push(b's', b"first");
        identity.rewind(mark);
        identity.push(b's', b"second");
        assert_eq!(identity.as_bytes(), spell(&["shared", "second"]).as_bytes());
    }
}
