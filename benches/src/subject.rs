//! The collectors that are measured, each in a process of its own.

mod process;
mod programs;
mod setup;

pub(crate) use self::{
    process::{Process, free_port},
    programs::Programs,
    setup::{Forward, Keep, Work},
};

use clap::ValueEnum;

/// A collector that can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Subject {
    /// Ours: the program `inferometer`, built beside this one.
    Inferometer,
    /// What anybody would write first: tonic and prost, a hash map behind a lock, a page put together in a loop.
    Yardstick,
    /// A plain relay: takes a call, makes the same call of the backend, and gives its answer back. It reads nothing and
    /// keeps nothing, so that it is the least that forwarding costs.
    Relay,
    /// Rotel from PyPI, which has no page: it takes metrics and drops them, or forwards them.
    Rotel,
}

impl Subject {
    /// Those that show metrics, ours first: the others are shown as a ratio to it.
    pub(crate) const SHOWING: [Self; 3] = [Self::Inferometer, Self::Yardstick, Self::Rotel];
    /// Those that forward.
    pub(crate) const FORWARDING: [Self; 3] = [Self::Inferometer, Self::Relay, Self::Rotel];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Inferometer => "inferometer",
            Self::Yardstick => "yardstick",
            Self::Relay => "relay",
            Self::Rotel => "rotel",
        }
    }
}
