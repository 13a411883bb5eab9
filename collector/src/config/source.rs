//! The texts that a configuration is made of: files, and settings of the command line.

use super::{files_read::FilesRead, problem::Position};

/// Texts of one configuration, files that it includes among them.
const SOURCES_MAX: usize = 256;

/// Which of its texts a part of a configuration came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u16);

impl SourceId {
    /// The first text.
    pub(super) const FIRST: Self = Self(0);
}

/// One of the texts.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    /// A file, by the name that it was given.
    File(String),
    /// `--set PATH=VALUE`, by its path.
    Setting(String),
}

/// The texts, in the order in which they were read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Sources {
    list: Vec<Source>,
    files: FilesRead,
}

impl Sources {
    /// A file; nothing if there are too many texts.
    pub(super) fn add_file(&mut self, name: &str) -> Option<SourceId> {
        self.add(Source::File(name.to_owned()))
    }

    /// A setting; nothing if there are too many texts.
    pub(super) fn add_setting(&mut self, path: &str) -> Option<SourceId> {
        self.add(Source::Setting(path.to_owned()))
    }

    fn add(&mut self, source: Source) -> Option<SourceId> {
        let id = u16::try_from(self.list.len()).ok().filter(|_| self.list.len() < SOURCES_MAX)?;
        self.list.push(source);
        Some(SourceId(id))
    }

    /// Remembers what a file held, or why it could not be read.
    pub(super) fn note_file(&mut self, name: &str, content: Result<&str, String>) {
        self.files.note(name, content);
    }

    /// The files, and what they held.
    pub(super) const fn files(&self) -> &FilesRead {
        &self.files
    }

    /// The same, of texts of which nothing else is wanted.
    pub(super) fn into_files(self) -> FilesRead {
        self.files
    }

    /// A file's name, or the setting as it is typed, without its value.
    pub(super) fn name(&self, id: SourceId) -> String {
        match self.list.get(usize::from(id.0)) {
            Some(Source::File(name)) => name.clone(),
            Some(Source::Setting(path)) => format!("--set {path}"),
            None => String::new(),
        }
    }

    /// The line and column of a place in a file; a setting has neither.
    pub(super) fn line_and_column(&self, at: Position) -> Option<(u64, u64)> {
        match self.list.get(usize::from(at.source.0)) {
            Some(Source::Setting(_)) => None,
            _ => (at.line > 0).then_some((at.line, at.column)),
        }
    }

    /// How a message that is about `here` names another place.
    pub(super) fn other(&self, there: Position, here: Position) -> String {
        match self.line_and_column(there) {
            Some((line, _)) if there.source == here.source => format!("line {line}"),
            Some((line, _)) => format!("{}:{line}", self.name(there.source)),
            None => self.name(there.source),
        }
    }
}

/// How many texts there may be, for error messages.
pub(super) fn too_many() -> String {
    format!("there are more than {SOURCES_MAX} files and settings: join some of them")
}
