//! What the files hold that an authenticator names.

use std::{fmt, path::Path};

use crate::{config::Secret, small_file};

/// Secrets as text, and what they are called in messages: the key of the settings, and the file.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) name: String,
    pub(super) text: Vec<u8>,
}

impl Text {
    /// What the configuration itself says.
    pub(super) fn of(key: &str, secret: &Secret) -> Self {
        Self { name: key.to_owned(), text: secret.reveal().as_bytes().to_vec() }
    }

    /// Reads a file. Blocks, for as long as the disk takes.
    ///
    /// # Errors
    /// It cannot be read, or is larger than 1 MiB; the message names it and its key.
    pub(super) fn read(key: &str, path: &Path) -> Result<Self, String> {
        let name = format!("{key} {}", path.display());
        let text =
            small_file::read(path).map_err(|cause| format!("{name} cannot be read: {cause}"))?;
        Ok(Self { name, text })
    }

    /// Its lines that hold anything, with their numbers from 1; spaces around them do not count.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &[u8])> {
        let lines = self.text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        (1..).zip(lines).filter(|(_, line)| !line.is_empty())
    }

    pub(super) fn wrong(&self, line: usize, what: &str) -> String {
        format!("{}, line {line}: {what}", self.name)
    }
}

impl fmt::Debug for Text {
    /// The name alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Text").field(&self.name).finish()
    }
}
