//! The series of a target by what they are, however a sender spells it.

use std::{sync::Arc, time::Duration};

use hashbrown::HashTable;

use super::known::MetricIdentity;
use crate::series::Series;

/// Series by metric and attributes, the attributes in the order of their keys.
#[derive(Debug, Default)]
pub(super) struct Streams {
    table: HashTable<Stream>,
    bytes: usize,
    /// About, as a series may cost more when it leaves than when it came.
    cost: usize,
}

#[derive(Debug)]
struct Stream {
    hash: u64,
    /// Scope, name, unit and kind; shared by the series of one metric.
    metric: Arc<MetricIdentity>,
    attributes: Box<[u8]>,
    series: Arc<Series>,
}

impl Stream {
    fn is(&self, metric: &Arc<MetricIdentity>, attributes: &[u8]) -> bool {
        *self.attributes == *attributes
            && (Arc::ptr_eq(&self.metric, metric) || self.metric == *metric)
    }
}

impl Streams {
    pub(super) fn find(
        &self,
        hash: u64,
        metric: &Arc<MetricIdentity>,
        attributes: &[u8],
    ) -> Option<&Arc<Series>> {
        let found = self.table.find(hash, |stream| stream.is(metric, attributes));
        found.map(|stream| &stream.series)
    }

    pub(super) fn insert(
        &mut self,
        hash: u64,
        metric: &Arc<MetricIdentity>,
        attributes: &[u8],
        series: Arc<Series>,
    ) {
        self.bytes += attributes.len();
        self.cost += series.cost();
        let stream =
            Stream { hash, metric: Arc::clone(metric), attributes: attributes.into(), series };
        self.table.insert_unique(hash, stream, |stream| stream.hash);
    }

    pub(super) fn remove(&mut self, hash: u64, metric: &Arc<MetricIdentity>, attributes: &[u8]) {
        if let Ok(found) = self.table.find_entry(hash, |stream| stream.is(metric, attributes)) {
            self.bytes -= attributes.len();
            let (stream, _) = found.remove();
            self.cost = self.cost.saturating_sub(stream.series.cost());
        }
    }

    /// Removes the series that got no point since `before`.
    pub(super) fn extract_older(&mut self, before: Duration) -> Vec<Arc<Series>> {
        let mut gone = Vec::new();
        for stream in self.table.extract_if(|stream| stream.series.expire(before)) {
            self.bytes -= stream.attributes.len();
            self.cost = self.cost.saturating_sub(stream.series.cost());
            gone.push(stream.series);
        }
        if self.table.len() * 4 < self.table.capacity() {
            self.table.shrink_to_fit(|stream| stream.hash);
        }
        gone
    }

    /// Bytes of all attributes.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// What all series cost, about.
    pub(super) const fn cost(&self) -> usize {
        self.cost
    }

    pub(super) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }
}
