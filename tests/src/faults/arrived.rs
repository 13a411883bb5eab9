//! What a backend has kept.

use std::collections::BTreeMap;

use super::numbered::Numbered;

/// What arrived, by the numbers of spans.
#[derive(Debug, Clone, Default)]
pub struct Arrived {
    /// What each holds, and how often it came.
    spans: BTreeMap<u64, (u64, u64)>,
    /// In the order of their first arrival.
    order: Vec<u64>,
}

impl Arrived {
    /// Adds the spans of a request.
    ///
    /// # Panics
    /// If one holds something else than it did when it came before.
    pub(super) fn add(&mut self, spans: Vec<Numbered>) {
        for (number, content) in spans {
            let (before, times) = self.spans.entry(number).or_insert((content, 0));
            assert_eq!(*before, content, "span {number} came with two contents");
            *times += 1;
            if *times == 1 {
                self.order.push(number);
            }
        }
    }

    /// The numbers, in the order of their first arrival.
    #[must_use]
    pub fn order(&self) -> &[u64] {
        &self.order
    }

    /// How often a span came at most.
    #[must_use]
    pub fn most_often(&self) -> u64 {
        self.spans.values().map(|(_, times)| *times).max().unwrap_or(0)
    }

    /// What a span holds, if it came.
    pub(super) fn content(&self, number: u64) -> Option<u64> {
        self.spans.get(&number).map(|(content, _)| *content)
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.spans.keys().copied()
    }

    /// Arrivals of spans that had come before.
    pub(super) fn duplicates(&self) -> u64 {
        self.spans.values().map(|(_, times)| times - 1).sum()
    }
}
