//! Names and passwords as `htpasswd` writes them, one `NAME:PASSWORD` a line.

use base64::{Engine, prelude::BASE64_STANDARD};
use sha1::{Digest as _, Sha1};
use subtle::ConstantTimeEq;

use super::{digest::Digest, material::Text};

/// The most that bcrypt may cost: with each more a check takes twice as long, at this some seconds.
const BCRYPT_COST_MAX: u32 = 16;

/// What is kept of a password.
pub(super) enum Stored {
    /// Made by `htpasswd -B`.
    Bcrypt(String),
    /// Made by `htpasswd -s`.
    Sha1([u8; 20]),
    /// Written as it is.
    Plain(Digest),
}

/// A line, or nothing if it is a comment.
///
/// # Errors
/// It is none of the known ways to write a password; the message shows nothing of it.
pub(super) fn entry<'a>(
    text: &'a Text,
    (line, entry): (usize, &'a [u8]),
) -> Result<Option<(&'a [u8], Stored)>, String> {
    if entry.starts_with(b"#") {
        return Ok(None);
    }
    let wrong = |what| Err(text.wrong(line, what));
    let Some(colon) = memchr::memchr(b':', entry) else {
        return wrong("has no colon, expected NAME:PASSWORD");
    };
    let (name, stored) = (&entry[..colon], &entry[colon + 1..]);
    if name.is_empty() || stored.is_empty() {
        return wrong("has no name or no password, expected NAME:PASSWORD");
    }
    let is_bcrypt = [b"$2a$", b"$2b$", b"$2y$"].iter().any(|start| stored.starts_with(*start));
    let stored = if is_bcrypt {
        let hash = str::from_utf8(stored).ok().and_then(|hash| {
            let parts: bcrypt::HashParts = hash.parse().ok()?;
            (parts.get_cost() <= BCRYPT_COST_MAX).then(|| hash.to_owned())
        });
        match hash {
            Some(hash) => Stored::Bcrypt(hash),
            None => return wrong("has a broken hash of bcrypt, or one of a cost above 16"),
        }
    } else if let Some(encoded) = stored.strip_prefix(b"{SHA}") {
        match BASE64_STANDARD.decode(encoded).ok().and_then(|hash| hash.try_into().ok()) {
            Some(hash) => Stored::Sha1(hash),
            None => return wrong("has a broken hash of SHA-1"),
        }
    } else if stored.starts_with(b"$") || stored.starts_with(b"{") {
        return wrong("is hashed in a way that is not known here: make it anew with `htpasswd -B`");
    } else {
        Stored::Plain(Digest::of(&[stored]))
    };
    Ok(Some((name, stored)))
}

impl Stored {
    /// Whether a check takes so long that it is made beside the threads of connections.
    pub(super) const fn is_slow(&self) -> bool {
        matches!(self, Self::Bcrypt(_))
    }

    /// Whether this is the password, in a time that does not say where it differs.
    pub(super) fn is(&self, password: &[u8]) -> bool {
        match self {
            Self::Bcrypt(hash) => bcrypt::verify(password, hash).unwrap_or(false),
            Self::Sha1(hash) => {
                let presented: [u8; 20] = Sha1::digest(password).into();
                presented.ct_eq(hash).into()
            }
            Self::Plain(digest) => Digest::of(&[password]).ct_eq(digest).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Option<(String, Stored)>, String> {
        let text = Text { name: "htpasswd.file f".to_owned(), text: Vec::new() };
        let read = entry(&text, (3, line.as_bytes()))?;
        Ok(read.map(|(name, stored)| (String::from_utf8_lossy(name).into_owned(), stored)))
    }

    #[track_caller]
    fn check(line: &str, password: &str) {
        let (name, stored) = read(line).unwrap().unwrap();
        assert_eq!(name, "ann");
        assert!(stored.is(password.as_bytes()));
        for other in ["", "wrong", &format!("{password}x"), &password.to_uppercase()] {
            assert!(!stored.is(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn passwords_are_known_again_as_others_have_hashed_them() {
        // Made by libxcrypt, by OpenSSL, and by hand.
        check("ann:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", "secret");
        check("ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", "secret");
        check("ann:se:cret", "se:cret");
    }

    #[test]
    fn a_line_that_cannot_be_used_is_named_and_not_shown() {
        assert!(read("# ann:secret").unwrap().is_none());
        for (line, part) in [
            ("secret", "has no colon"),
            (":secret", "has no name"),
            ("ann:", "no password"),
            ("ann:$apr1$secret", "make it anew with `htpasswd -B`"),
            ("ann:{SSHA}secret", "make it anew with `htpasswd -B`"),
            ("ann:{SHA}secret", "broken hash of SHA-1"),
            ("ann:$2y$05$secret", "broken hash of bcrypt"),
            ("ann:$2y$31$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", "a cost above 16"),
        ] {
            let error = read(line).map(drop).unwrap_err();
            assert!(error.starts_with("htpasswd.file f, line 3: "), "{error}");
            assert!(error.contains(part), "{part:?} is not in {error:?}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
