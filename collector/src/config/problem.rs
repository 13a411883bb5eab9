//! Something wrong with a file, and where.

use std::fmt;

use super::source::{SourceId, Sources};

/// A place in a file, counted from 1 as editors do; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Which of the texts.
    pub source: SourceId,
    /// Line, from 1; 0 is the text as a whole.
    pub line: u64,
    /// Column, from 1, in characters.
    pub column: u64,
}

impl Position {
    /// The first character of the first text.
    pub const START: Self = Self::start_of(SourceId::FIRST);

    /// A text as a whole.
    pub(super) const fn whole(source: SourceId) -> Self {
        Self { source, line: 0, column: 0 }
    }

    /// The first character of a text.
    pub(super) const fn start_of(source: SourceId) -> Self {
        Self { source, line: 1, column: 1 }
    }
}

/// Whether the file can be used all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// The file can be used; the reader should know.
    Warning,
}

/// One thing that is wrong: what, with its value, what was expected, and a hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where; nowhere if it is all of the texts together.
    pub at: Option<Position>,
    /// How bad.
    pub severity: Severity,
    /// What, in one line.
    pub message: String,
}

impl Problem {
    pub(super) fn error(at: Position, message: impl Into<String>) -> Self {
        Self { at: Some(at), ..Self::of_all(message) }
    }

    /// An error of all texts together.
    pub(super) fn of_all(message: impl Into<String>) -> Self {
        Self { at: None, severity: Severity::Error, message: in_one_line(message.into()) }
    }

    pub(super) fn warning(at: Position, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(at, message) }
    }
}

/// A message as a terminal may be shown it: keys of a file can hold anything.
fn in_one_line(message: String) -> String {
    if !message.contains(char::is_control) {
        return message;
    }
    let shown = |c: char| {
        let escaped = c.is_control().then(|| c.escape_default());
        let plain = escaped.is_none().then_some(c);
        escaped.into_iter().flatten().chain(plain)
    };
    message.chars().flat_map(shown).collect()
}

impl Severity {
    /// Its name in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl fmt::Display for Problem {
    /// `LINE:COL: error: MESSAGE`, or `error: MESSAGE` without a place; the caller puts the file's name in front.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Position { line: line @ 1.., column, .. }) = self.at {
            write!(f, "{line}:{column}: ")?;
        }
        write!(f, "{}: {}", self.severity.as_str(), self.message)
    }
}

/// Collects problems, so that a reader sees them all at once.
#[derive(Debug, Default)]
pub(super) struct Problems {
    /// Where problems may be.
    pub(super) sources: Sources,
    found: Vec<Problem>,
    /// Values whose problem is known to its root: what else is wrong with them follows from it.
    settled: Vec<Position>,
}

impl Problems {
    pub(super) fn error(&mut self, at: Position, message: impl Into<String>) {
        if !self.settled.contains(&at) {
            self.found.push(Problem::error(at, message));
        }
    }

    /// An error after which nothing more is said about the value at this place.
    pub(super) fn settle(&mut self, at: Position, message: impl Into<String>) {
        self.error(at, message);
        self.settled.push(at);
    }

    pub(super) fn warning(&mut self, at: Position, message: impl Into<String>) {
        self.found.push(Problem::warning(at, message));
    }

    /// Whether any of them makes the file unusable.
    pub(super) fn any_error(&self) -> bool {
        self.found.iter().any(|problem| problem.severity == Severity::Error)
    }

    pub(super) fn add(&mut self, problem: Problem) {
        self.found.push(problem);
    }

    /// All of them in the order of the files, and where they are.
    pub(super) fn sorted(mut self) -> (Vec<Problem>, Sources) {
        self.found.sort_by_key(|problem| (problem.at, problem.severity));
        (self.found, self.sources)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_without_a_terminal_s_commands_whatever_a_key_holds() {
        for (message, expected) in [
            ("a.b is \"c\"", "a.b is \"c\""),
            ("a\tb\nc.\u{1b}[2J is ü", "a\\tb\\nc.\\u{1b}[2J is ü"),
        ] {
            assert_eq!(Problem::of_all(message).message, expected);
            assert_eq!(Problem::warning(Position::START, message).message, expected);
        }
    }
}
