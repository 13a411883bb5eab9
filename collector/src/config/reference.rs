//! Every key that a configuration may have: the table behind `docs/configuration.md`, and behind the defaults that
//! `inferometer config print --resolved` fills in.
//!
//! Tests compare it with the readers: that each key is asked for and none is missing, what each takes, and that each
//! default changes nothing when it is written down.

mod connectors;
mod exporters;
mod extensions;
mod page;
mod processors;
mod receivers;
mod service;

pub use page::keys_page;

/// A key, below what its part names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// Keys between dots.
    pub(super) key: &'static str,
    pub(super) takes: Takes,
    pub(super) default: Default,
    /// What it does, and what happens at the limit.
    pub(super) about: &'static str,
}

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Takes {
    /// Such as `200ms` or `1h30m`.
    Duration,
    /// The same, and not zero.
    DurationAboveZero,
    /// A whole number from one to the other.
    Number(u64, u64),
    /// `true` or `false`.
    Flag,
    /// One of these.
    Word(&'static [&'static str]),
    /// `IP:PORT` or `localhost:PORT`.
    Address,
    /// What this says.
    Other(&'static str),
}

/// What holds without the key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Default {
    /// It must be there.
    Needed,
    /// This value, in YAML.
    Is(&'static str),
    /// One of two values, or none, as another key of the component is there or not.
    ByKey { key: &'static str, there: Option<&'static str>, absent: Option<&'static str> },
    /// What this says, which no value of the key can.
    Says(&'static str),
}

/// Keys that several components have, or one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) title: &'static str,
    /// What the keys are below; the types of components stand for their ids.
    pub(super) under: &'static [&'static str],
    /// What is to be known beside the keys.
    pub(super) about: &'static str,
    pub(super) entries: &'static [Entry],
}

const fn entry(key: &'static str, takes: Takes, default: Default, about: &'static str) -> Entry {
    Entry { key, takes, default, about }
}

/// All parts, in the order of the page.
pub(super) fn parts() -> impl Iterator<Item = &'static Part> {
    [
        receivers::PARTS,
        processors::PARTS,
        exporters::PARTS,
        connectors::PARTS,
        extensions::PARTS,
        service::PARTS,
    ]
    .into_iter()
    .flatten()
}
