//! Why a suite ended without its figures.

use std::{error::Error, fmt, io};

/// Why a suite ended without its figures.
#[derive(Debug)]
#[non_exhaustive]
pub enum BenchError {
    /// More threads than processors: their figures would show the scheduler.
    TooFewProcessors {
        /// Threads asked for.
        threads: usize,
        /// Processors that this process may use.
        processors: usize,
    },
    /// The system refused a clock, a usage count or a thread's place.
    System {
        /// What was asked of it.
        what: &'static str,
        /// What it answered.
        source: nix::Error,
    },
    /// A library under test could not be set up, or did something else than what is measured.
    Library {
        /// Its name in the tables.
        name: &'static str,
        /// What it said or did.
        message: String,
    },
    /// valgrind did not count.
    Valgrind(String),
    /// `--probe` names no operation.
    UnknownProbe(String),
    /// The figures could not be printed.
    Output(io::Error),
}

impl BenchError {
    /// 2 if the command line is to blame, otherwise 1.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::TooFewProcessors { .. } | Self::UnknownProbe(_) => 2,
            _ => 1,
        }
    }

    pub(crate) fn library(name: &'static str, message: impl fmt::Display) -> Self {
        Self::Library { name, message: message.to_string() }
    }
}

impl fmt::Display for BenchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewProcessors { threads, processors } => write!(
                f,
                "{threads} threads need a processor each and this process may use {processors}: give a smaller --threads"
            ),
            Self::System { what, source } => write!(f, "cannot {what}: {source}"),
            Self::Library { name, message } => write!(f, "{name}: {message}"),
            Self::Valgrind(message) => {
                write!(f, "valgrind: {message}; install Debian's package `valgrind`")
            }
            Self::UnknownProbe(probe) => write!(f, "no operation `{probe}`: give CASE/LIBRARY"),
            Self::Output(error) => write!(f, "cannot print: {error}"),
        }
    }
}

impl Error for BenchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::System { source, .. } => Some(source),
            Self::Output(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for BenchError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
