//! What makes a record a dead letter: one that is kept although nobody will deliver it.

/// Why a request was given up, and what was said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Why.
    pub reason: DeadLetterReason,
    /// The other side's words, or ours; at most [`DeadLetter::SAID_BYTES_MAX`].
    pub said: String,
}

/// Why a request was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadLetterReason {
    /// The other side will never take it.
    Remote = 1,
    /// Its bytes changed on disk, so that it is not what was sent.
    Corrupt = 2,
}

impl DeadLetter {
    /// Bytes of what was said that are kept.
    pub const SAID_BYTES_MAX: usize = 4096;

    /// With as much of what was said as is kept.
    #[must_use]
    pub fn new(reason: DeadLetterReason, said: &str) -> Self {
        let said = said[..said.floor_char_boundary(Self::SAID_BYTES_MAX)].to_owned();
        Self { reason, said }
    }
}

impl DeadLetterReason {
    /// Its name, that of the reason by which its items were counted as rejected.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Remote => "remote",
            Self::Corrupt => "corrupt",
        }
    }

    /// `None` for a byte that means nothing.
    pub(super) const fn decode(byte: u8) -> Option<Option<Self>> {
        match byte {
            0 => Some(None),
            1 => Some(Some(Self::Remote)),
            2 => Some(Some(Self::Corrupt)),
            _ => None,
        }
    }
}
