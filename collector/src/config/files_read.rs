//! Which files a configuration was read from, and whether they hold something else by now.

use std::{collections::BTreeMap, fmt};

use sha2::{Digest, Sha256};

use super::{
    expand,
    load::{ConfigSource, VARIABLES, read_regular},
    problem::Problems,
    resolve,
};

/// The texts that a configuration was read from, by the names that it gives them, and what they held: those of
/// `--config` and of every `${file:PATH}`, also of those that could not be read. Two that are equal come to the same, as
/// long as the variables of the process are the same. Of what they held only digests are kept.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct FilesRead(BTreeMap<String, Held>);

/// What a file held, or why it could not be read.
#[derive(Clone)]
struct Held(Result<[u8; 32], String>);

/// Why a file cannot be read says nothing of what it holds, and depends on who reads it.
impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ref().ok() == other.0.as_ref().ok()
    }
}

impl Eq for Held {}

impl FilesRead {
    pub(super) fn note(&mut self, name: &str, content: Result<&str, String>) {
        let held = content.map(|text| Sha256::digest(text).into());
        self.0.insert(name.to_owned(), Held(held));
    }

    /// The first file that could be read before and cannot be any more, and why.
    #[must_use]
    pub fn lost_since(&self, before: &Self) -> Option<(&str, &str)> {
        self.0.iter().find_map(|(name, held)| {
            let cause = held.0.as_ref().err()?;
            let was_read = before.0.get(name).is_some_and(|held| held.0.is_ok());
            was_read.then_some((name.as_str(), cause.as_str()))
        })
    }

    /// Names of those that hold something else than before, or were not among those before.
    pub fn changed_since<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = &'a str> {
        let changed = self.0.iter().filter(|(name, held)| before.0.get(*name) != Some(*held));
        changed.map(|(name, _)| name.as_str())
    }
}

/// Nothing of the digests, since that of a short password gives it away.
impl fmt::Debug for FilesRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl ConfigSource {
    /// What [`ConfigSource::load`] would read now, within the same bounds; nothing is checked. Blocks, for as long as the
    /// disk takes. Of `--config` only regular files are opened: a pipe is empty after its first reader, or never ends.
    #[must_use]
    pub fn look(&self) -> FilesRead {
        let mut problems = Problems::default();
        let texts = self.texts_of(read_regular);
        if let Some(mut tree) = resolve::merged(texts, &self.settings, &mut problems) {
            expand::expand(&mut tree, VARIABLES, &mut problems);
        }
        problems.sources.into_files()
    }
}
