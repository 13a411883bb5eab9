//! One series, and the part of the store that finds it by identity.

use std::{borrow::Cow, sync::Arc, time::Duration};

use hashbrown::HashTable;
use parking_lot::Mutex;

use super::{
    family::{Description, Kind},
    label,
    point::{Point, Reading},
    rejection::Rejection,
    value::Value,
};

/// One series: its rendered name and labels, and its last value.
#[derive(Debug)]
pub struct Series {
    /// `name{labels} `, or `name ` without labels.
    prefix: Box<str>,
    name_bytes: usize,
    kind: Kind,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Nanoseconds since 1970; 0 if unknown.
    start: u64,
    /// Nanoseconds since 1970; 0 if unknown.
    time: u64,
    /// By the store's clock, when the last point was kept.
    updated: Duration,
    value: Value,
}

impl Series {
    /// A series with its first point; none if that point only ends it.
    pub(super) fn new(description: &Description, point: &Point<'_>, now: Duration) -> Option<Self> {
        let Description { family, labels, kind, .. } = description;
        let prefix =
            if labels.is_empty() { format!("{family} ") } else { format!("{family}{{{labels}}} ") };
        let state = State {
            start: point.start,
            time: point.time,
            updated: now,
            value: Value::of(&point.reading)?,
        };
        Some(Self {
            prefix: prefix.into(),
            name_bytes: family.len(),
            kind: *kind,
            state: Mutex::new(state),
        })
    }

    /// `name{labels} `: everything before the value of a plain sample.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The name of its family.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.prefix[..self.name_bytes]
    }

    /// The rendered labels without braces; empty if there are none.
    #[must_use]
    pub fn rendered_labels(&self) -> &str {
        let rest = &self.prefix[self.name_bytes..];
        rest.strip_prefix('{').and_then(|rest| rest.strip_suffix("} ")).unwrap_or("")
    }

    /// Its labels, by name.
    pub fn labels(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        label::parse(self.rendered_labels())
    }

    /// What its family is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Looks at the value, which is always that of one single point. Ingest of this series waits meanwhile.
    pub fn read<T>(&self, look: impl FnOnce(&Value) -> T) -> T {
        look(&self.state.lock().value)
    }

    /// Takes over a point.
    pub(super) fn take(&self, point: &Point<'_>, now: Duration) -> Result<(), Rejection> {
        let mut state = self.state.lock();
        let reset = state.orders(point)?;
        state.value.set(&point.reading);
        state.start = if point.start == 0 { state.start } else { point.start };
        // A reset may come from a sender whose clock is behind that of the one before.
        state.time = if reset { point.time } else { state.time.max(point.time) };
        state.updated = now;
        Ok(())
    }

    /// Whether a point that ends the series may do so.
    pub(super) fn ends_by(&self, point: &Point<'_>) -> Result<(), Rejection> {
        self.state.lock().orders(point).map(|_| ())
    }

    /// Keeps it alive without a new value.
    pub(super) fn touch(&self, now: Duration) {
        self.state.lock().updated = now;
    }

    pub(super) fn updated(&self) -> Duration {
        self.state.lock().updated
    }
}

impl State {
    /// Whether the point starts the series anew.
    fn orders(&self, point: &Point<'_>) -> Result<bool, Rejection> {
        // A restarted sender takes over with its later start; what the one before it still has in flight comes late.
        let ends = matches!(point.reading, Reading::Gone);
        if !ends && self.start != 0 && point.start != 0 && point.start != self.start {
            if point.start > self.start {
                return Ok(true);
            }
            return Err(Rejection::OutOfOrder { by: self.start - point.start });
        }
        if self.time != 0 && point.time != 0 && point.time < self.time {
            return Err(Rejection::OutOfOrder { by: self.time - point.time });
        }
        Ok(false)
    }
}

/// The series whose identity hashes to one shard.
#[derive(Debug, Default)]
pub(super) struct Shard(HashTable<Entry>);

#[derive(Debug)]
struct Entry {
    hash: u64,
    identity: Box<[u8]>,
    series: Arc<Series>,
}

impl Shard {
    /// The series of an identity; its bytes are compared, so a crafted hash collision finds nothing wrong.
    pub(super) fn find(&self, hash: u64, identity: &[u8]) -> Option<&Arc<Series>> {
        let entry = self.0.find(hash, |entry| &*entry.identity == identity)?;
        Some(&entry.series)
    }

    pub(super) fn insert(&mut self, hash: u64, identity: &[u8], series: Arc<Series>) {
        let entry = Entry { hash, identity: identity.into(), series };
        self.0.insert_unique(hash, entry, |entry| entry.hash);
    }

    pub(super) fn remove(&mut self, hash: u64, identity: &[u8]) -> Option<Arc<Series>> {
        let entry = self.0.find_entry(hash, |entry| &*entry.identity == identity).ok()?;
        Some(entry.remove().0.series)
    }

    /// Removes the series that `ended` names.
    pub(super) fn extract(&mut self, ended: impl Fn(&Series) -> bool) -> Vec<Arc<Series>> {
        let gone =
            self.0.extract_if(|entry| ended(&entry.series)).map(|entry| entry.series).collect();
        if self.0.len() * 4 < self.0.capacity() {
            self.0.shrink_to_fit(|entry| entry.hash);
        }
        gone
    }
}
