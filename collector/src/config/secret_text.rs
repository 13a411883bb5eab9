//! Text that is never shown.

use std::{fmt, path::PathBuf};

use super::{problem::Problems, raw::Value, section::Section};

/// A token, a password, or the value of a header. Its `Debug` shows nothing of it, and it has no `Display`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// What must not be shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, to be sent or compared, never to be shown.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Where a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// The configuration itself.
    Inline(Secret),
    /// A file, which is read again while the collector runs.
    File(PathBuf),
}

/// Reads a key that holds a secret. What is wrong with it is told without it.
pub(super) fn read(
    section: &mut Section<'_>,
    key: &'static str,
    expected: &str,
    problems: &mut Problems,
) -> Option<Secret> {
    let node = section.node(key)?;
    let wrong = match node.text() {
        Some(text) if !text.is_empty() => return Some(Secret::new(text)),
        None if node.value != Value::Null => format!("is no text, expected {expected}, in quotes"),
        _ => format!("is empty, expected {expected}"),
    };
    section.wrong(key, &wrong, problems);
    None
}

/// Reads a list of secrets.
pub(super) fn read_list(
    section: &mut Section<'_>,
    key: &'static str,
    problems: &mut Problems,
) -> Option<Vec<Secret>> {
    let node = section.node(key)?;
    let Value::List(entries) = &node.value else {
        section.wrong(key, "is no list, expected a list of tokens", problems);
        return None;
    };
    let mut secrets = Vec::new();
    for entry in entries {
        match entry.text() {
            Some(text) if !text.is_empty() => secrets.push(Secret::new(text)),
            _ => {
                let path = section.path_of(key);
                let message = format!("an entry of {path} is no text, expected a token, in quotes");
                problems.error(entry.at, message);
            }
        }
    }
    Some(secrets)
}

/// Reads a secret, or the file that holds it; not both.
pub(super) fn read_source(
    section: &mut Section<'_>,
    (key, file): (&'static str, &'static str),
    expected: &str,
    problems: &mut Problems,
) -> Option<SecretSource> {
    let path = section.text(file, "a file", problems);
    let inline = read(section, key, expected, problems);
    if path.is_some() && inline.is_some() {
        section.wrong(key, &format!("is there beside {file}: keep one of them"), problems);
    }
    let file = path.map(|path| SecretSource::File(path.into()));
    file.or(inline.map(SecretSource::Inline))
}
