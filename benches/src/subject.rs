//! The collectors that are measured, each in a process of its own.

mod process;
mod programs;
mod setup;

pub(crate) use self::{process::Process, programs::Programs, setup::Work};

use clap::ValueEnum;

/// A collector that can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Subject {
    /// Ours: the program `inferometer`, built beside this one.
    Inferometer,
    /// What anybody would write first: tonic and prost, a hash map behind a lock, a page put together in a loop.
    Yardstick,
    /// Rotel from PyPI, which has no page: it takes metrics and drops them, or forwards them.
    Rotel,
}

impl Subject {
    /// All, ours first: the others are shown as a ratio to it.
    pub(crate) const ALL: [Self; 3] = [Self::Inferometer, Self::Yardstick, Self::Rotel];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Inferometer => "inferometer",
            Self::Yardstick => "yardstick",
            Self::Rotel => "rotel",
        }
    }
}
