//! The labels of a series while they are collected.

use std::borrow::Cow;

use super::{
    target::{INSTANCE, JOB},
    translation::Translation,
};
use crate::series::{Kind, Labels};

/// Where an attribute was found, from the general to the particular.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    Resource,
    Scope,
    Point,
}

/// Attributes on their way to labels.
///
/// Of two with one key and source the first counts; the specification forbids the second. One key in several sources
/// is a collision as any other: different values are joined with `;`, the resource's before the scope's before the
/// point's, and one that all of them have is said once.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    translation: &'a Translation,
    kind: Kind,
    target: Option<(&'a str, &'a str)>,
    entries: Vec<Entry<'a>>,
}

#[derive(Debug)]
struct Entry<'a> {
    key: Cow<'a, str>,
    source: Source,
    value: Cow<'a, str>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(translation: &'a Translation, kind: Kind) -> Self {
        Self { translation, kind, target: None, entries: Vec::new() }
    }

    /// Says whose series it is.
    pub(super) fn of_target(&mut self, job: &'a str, instance: &'a str) {
        self.target = Some((job, instance));
    }

    /// Adds an attribute; an empty value is no label.
    pub(super) fn add(
        &mut self,
        source: Source,
        key: impl Into<Cow<'a, str>>,
        value: impl Into<Cow<'a, str>>,
    ) {
        self.entries.push(Entry { key: key.into(), source, value: value.into() });
    }

    /// The labels, with those that are the same for all series of the exporter: for readers of classic names, and for
    /// readers of any names if they differ.
    pub(super) fn render(mut self) -> (String, Option<String>) {
        let mut labels = Labels::new();
        for (name, value) in &self.translation.const_labels {
            labels.add(name.as_str(), name.as_str(), value.as_str());
        }
        if let Some((job, instance)) = self.target {
            labels.add(JOB, JOB, job);
            labels.add(INSTANCE, INSTANCE, instance);
        }
        // Stable, so the first of a key and source stays the first.
        self.entries.sort_by(|a, b| (&a.key, a.source).cmp(&(&b.key, b.source)));
        self.entries
            .dedup_by(|later, first| (&later.key, later.source) == (&first.key, first.source));
        for same in self.entries.chunk_by(|a, b| a.key == b.key) {
            let key = &*same[0].key;
            labels.add(self.translation.label(self.kind, key), key, joined(same));
        }
        labels.render_both()
    }
}

fn joined(same: &[Entry<'_>]) -> String {
    let mut values: Vec<&str> = Vec::with_capacity(same.len());
    for entry in same {
        if !entry.value.is_empty() && !values.contains(&&*entry.value) {
            values.push(&entry.value);
        }
    }
    values.join(";")
}
