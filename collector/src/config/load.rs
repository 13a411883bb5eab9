//! Reads a configuration file.

use std::{
    fmt,
    fs::File,
    io::{self, Read},
    path::Path,
};

use super::{
    problem::Problem,
    resolve::{Machine, resolve},
    resolved::Resolved,
};

/// Bytes of a configuration file; a larger one is refused unread.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// A configuration that can be run, and what its author should know about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// What the components get.
    pub resolved: Resolved,
    /// What was found that does not keep it from running.
    pub warnings: Warnings,
}

/// Warnings of one file; shown one per line, as `FILE:LINE:COL: warning: ...`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Warnings(Problems);

/// Everything that is wrong with a file; shown one per line, as `FILE:LINE:COL: error: ...`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(Problems);

/// Problems of one file, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Problems {
    file: String,
    list: Vec<Problem>,
}

impl Config {
    /// Reads and checks a file of at most 1 MiB, and the certificates and keys that it names.
    ///
    /// # Errors
    /// Everything that is wrong with it and them, not only the first; or that it cannot be read.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let file = path.display().to_string();
        let text = read_text(path).map_err(|cause| {
            let problem = Problem::of_file(format!("cannot read this file: {cause}"));
            ConfigError(Problems { file: file.clone(), list: vec![problem] })
        })?;
        Self::check(file, &text, Machine::Read)
    }

    /// Checks a text, and none of the files that it names; `file` stands in front of every problem.
    ///
    /// # Errors
    /// Everything that is wrong with it, not only the first.
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigError> {
        Self::check(file.to_owned(), text, Machine::Unread)
    }

    fn check(file: String, text: &str, machine: Machine) -> Result<Self, ConfigError> {
        let (resolved, list) = resolve(text, machine);
        let problems = Problems { file, list };
        match resolved {
            Some(resolved) => Ok(Self { resolved, warnings: Warnings(problems) }),
            None => Err(ConfigError(problems)),
        }
    }
}

/// What `inferometer` runs without a file.
impl Default for Config {
    fn default() -> Self {
        Resolved::default().into()
    }
}

/// For a configuration that no file stands behind.
impl From<Resolved> for Config {
    fn from(resolved: Resolved) -> Self {
        Self { resolved, warnings: Warnings::default() }
    }
}

impl Warnings {
    /// `FILE:LINE:COL: warning: MESSAGE` for each of them.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.0.lines()
    }

    /// The warnings, in the order of the file.
    #[must_use]
    pub fn list(&self) -> &[Problem] {
        &self.0.list
    }
}

impl ConfigError {
    /// The problems, in the order of the file; at least one is an error.
    #[must_use]
    pub fn list(&self) -> &[Problem] {
        &self.0.list
    }
}

fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_string(&mut text)?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(io::Error::other(format!("it is larger than {FILE_BYTES_MAX} bytes")));
    }
    Ok(text)
}

impl Problems {
    fn lines(&self) -> impl Iterator<Item = String> + '_ {
        let separator = |problem: &Problem| if problem.at.is_some() { ":" } else { ": " };
        let line = move |problem| format!("{}{}{problem}", self.file, separator(problem));
        self.list.iter().map(line)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, line) in self.lines().enumerate() {
            let separator = if i == 0 { "" } else { "\n" };
            write!(f, "{separator}{line}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Warnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for ConfigError {}
