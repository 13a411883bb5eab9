//! The log under crashes, damage and full disks.

mod crashes;
mod damage;
mod no_files;
mod order;

use bytes::Bytes;

use super::{
    log::{Durability, Journal, Settings},
    record::{Content, Stored},
    simulated::Simulated,
    storage::Storage,
};
use crate::pipeline::{Signal, Tenant};

const SETTINGS: Settings = Settings { durability: Durability::Fsync, segment_bytes: 400, seed: 7 };

/// A record that says which it is, `length` bytes long at least.
fn content(id: usize, length: usize) -> Content {
    let mut bytes = format!("{id}:").into_bytes();
    bytes.resize(bytes.len().max(length), b'.');
    let tenant = if id.is_multiple_of(3) { Tenant::named("a") } else { Tenant::default() };
    let signal = Signal::ALL[id % 3];
    Content { signal, items: 1, tenant, bytes: Bytes::from(bytes), dead: None }
}

/// Which it is.
fn id(content: &Content) -> usize {
    let text = String::from_utf8_lossy(&content.bytes);
    let id = text.split(':').next().and_then(|id| id.parse().ok());
    let id = id.unwrap_or_else(|| panic!("{text} is no record"));
    assert_eq!(*content, super::tests::content(id, content.bytes.len()));
    id
}

fn open(folder: &Simulated, settings: Settings) -> Journal<Simulated> {
    Journal::open(folder.clone(), settings).expect("it can be read").journal
}

/// Takes all that waits.
fn take_all<S: Storage>(journal: &mut Journal<S>) -> Vec<Stored> {
    let mut all = Vec::new();
    while let Some(place) = journal.take().expect("it can be read") {
        all.push(place.read().expect("it can be read"));
    }
    all
}

/// Which of them are whole.
fn ids(stored: &[Stored]) -> Vec<usize> {
    let whole = stored.iter().filter_map(|stored| match stored {
        Stored::Whole(content) => Some(id(content)),
        Stored::Corrupt(_) => None,
    });
    whole.collect()
}
