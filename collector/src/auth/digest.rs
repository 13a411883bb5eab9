//! What is kept of a secret: enough to know it again, and no more.

use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// SHA-256 of a secret. Two are compared in a time that says nothing of where they differ, and nothing of the secrets'
/// lengths.
#[derive(Clone, Copy)]
pub(super) struct Digest([u8; 32]);

impl Digest {
    /// Of parts, one behind the other.
    pub(super) fn of(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// Reads 64 hexadecimal digits.
    pub(super) fn from_hex(text: &[u8]) -> Option<Self> {
        let mut digest = [0; 32];
        if text.len() != 2 * digest.len() {
            return None;
        }
        for (byte, digits) in digest.iter_mut().zip(text.chunks_exact(2)) {
            let digit = |digit: u8| char::from(digit).to_digit(16);
            let (high, low) = (digit(digits[0])?, digit(digits[1])?);
            *byte = u8::try_from(high << 4 | low).ok()?;
        }
        Some(Self(digest))
    }
}

impl ConstantTimeEq for Digest {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_that_of_others() {
        // printf abc | sha256sum
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let read = Digest::from_hex(known.to_uppercase().as_bytes()).unwrap();
        assert!(bool::from(read.ct_eq(&Digest::of(&[b"a", b"bc"]))));
        assert!(!bool::from(read.ct_eq(&Digest::of(&[b"abd"]))));
    }

    #[test]
    fn what_is_no_digest_is_none() {
        for text in ["", "ba78", &"g".repeat(64), &"0".repeat(63), &"0".repeat(65)] {
            assert!(Digest::from_hex(text.as_bytes()).is_none(), "{text}");
        }
    }
}
