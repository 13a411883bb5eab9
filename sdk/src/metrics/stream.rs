//! One stream of an instrument, and the series that were bound to it.

use std::{
    hash::BuildHasher,
    sync::{
        Arc,
        atomic::{Ordering::Acquire, fence},
    },
};

use foldhash::quality::RandomState;
use hashbrown::HashTable;
use opentelemetry::KeyValue;

use super::{
    attributes::AttributeSet,
    descriptor::Descriptor,
    exemplars::Sampling,
    number::PointValue,
    observed::{Observed, ObservedSeries},
    registry::Terms,
    series::{Bound, Cells, Series},
    stats::Stats,
};
use crate::{clock::Clock, fork::Mutex, otlp};

/// What is exported of an instrument: as it is, or as one view makes it.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) descriptor: Descriptor,
    pub(crate) created_unix_nanos: u64,
    /// Whether it is listed in its scope under a name that may be sent.
    pub(crate) is_exported: bool,
    /// What callbacks told, for observable instruments; their table of series stays empty.
    observed: Mutex<Observed>,
    pub(crate) stats: Arc<Stats>,
    series: Mutex<SeriesTable>,
    clock: Arc<dyn Clock>,
    sampling: Arc<Sampling>,
}

/// Series in the order in which they were bound, found by the bytes that spell their attributes.
#[derive(Debug, Default)]
struct SeriesTable {
    hasher: RandomState,
    in_order: Vec<Arc<Series>>,
    /// Places in `in_order`.
    by_attributes: HashTable<u32>,
    overflow: Option<Arc<Series>>,
}

/// How often the table itself holds a series. Nobody can get a further share while the table is locked.
const TABLE_SHARES: usize = 1;

/// A series for an attribute set, and whether it takes what is over the limit, or nothing at all.
#[derive(Debug)]
pub(crate) struct Binding {
    pub(crate) bound: Bound,
    pub(crate) is_overflow: bool,
}

impl Binding {
    pub(crate) fn new(series: Arc<Series>, is_overflow: bool) -> Self {
        Self { bound: series.into(), is_overflow }
    }
}

impl Stream {
    pub(crate) fn new(descriptor: Descriptor, is_exported: bool, terms: &Terms) -> Self {
        Self {
            descriptor,
            created_unix_nanos: terms.clock.unix_nanos(),
            is_exported,
            observed: Mutex::default(),
            stats: Arc::clone(&terms.stats),
            series: Mutex::default(),
            clock: Arc::clone(&terms.clock),
            sampling: Arc::clone(&terms.sampling),
        }
    }

    /// The series of those of these attributes that the stream keeps, made now if they are new.
    ///
    /// At the stream's cardinality limit, or when the process is out of cells, new attribute sets share the
    /// series `otel.metric.overflow = true`, which is counted.
    pub(crate) fn bind(&self, attributes: AttributeSet) -> Binding {
        if self.descriptor.attributes.is_open() {
            return self.bind_kept(&attributes);
        }
        let (kept, left_out) = attributes.split(&self.descriptor.attributes);
        let mut binding = self.bind_kept(&kept);
        binding.bound.filtered = otlp::encode_exemplar_attributes(&left_out);
        binding
    }

    fn bind_kept(&self, attributes: &AttributeSet) -> Binding {
        let encoded = self.encode(attributes);
        let mut table = self.series.lock();
        if let Some(series) = table.find(&encoded) {
            // Under the table's lock, as the look at its holders is: a handle that comes and goes between two snapshots
            // must not let the series leave with what it recorded.
            series.retirement().held_again();
            return Binding::new(Arc::clone(series), false);
        }
        // The overflow series does not count: as the specification demands, as many sets as the limit allows never
        // overflow, and a stream shows one series more at most.
        if table.by_attributes.len() < self.descriptor.cardinality_limit as usize {
            let series = self.new_series(encoded);
            if !matches!(series.cells, Cells::Nowhere) {
                table.add(Arc::clone(&series));
                return Binding::new(series, false);
            }
        }
        self.stats.count_overflowed_bind();
        let overflow = match &table.overflow {
            Some(overflow) if !matches!(overflow.cells, Cells::Nowhere) => Arc::clone(overflow),
            _ => {
                let overflow = self.new_series(self.encode(&AttributeSet::overflow()));
                table.overflow = Some(Arc::clone(&overflow));
                table.in_order.push(Arc::clone(&overflow));
                overflow
            }
        };
        Binding::new(overflow, true)
    }

    fn encode(&self, attributes: &AttributeSet) -> Box<[u8]> {
        otlp::encode_point_attributes(&self.descriptor.aggregation, attributes)
    }

    fn new_series(&self, encoded_attributes: Box<[u8]>) -> Arc<Series> {
        let start = self.clock.unix_nanos();
        let Self { descriptor, stats, sampling, .. } = self;
        Arc::new(Series::new(descriptor, encoded_attributes, start, stats, sampling))
    }

    /// A collection begins.
    pub(crate) fn begin_observing(&self) {
        self.observed.lock().begin();
    }

    /// Takes what a callback tells.
    pub(crate) fn observe(&self, value: PointValue, attributes: &[KeyValue]) {
        self.observed.lock().observe(self, value, attributes);
    }

    /// Visits what callbacks told in this collection: each set with its start time and value.
    pub(crate) fn for_each_observed(
        &self,
        now_unix_nanos: u64,
        visit: impl FnMut(&Arc<ObservedSeries>, u64, PointValue),
    ) {
        self.observed.lock().finish(now_unix_nanos, self.descriptor.is_total(), visit);
    }

    /// Visits every series in the order in which they were bound. Those whose handles have been gone for
    /// [`RETIRE_AFTER`](super::RETIRE_AFTER) leave instead, and their cells with them.
    pub(crate) fn for_each_series(&self, now_unix_nanos: u64, mut visit: impl FnMut(&Arc<Series>)) {
        let mut table = self.series.lock();
        let SeriesTable { in_order, overflow, .. } = &mut *table;
        let before = in_order.len();
        in_order.retain(|series| {
            let is_overflow = overflow.as_ref().is_some_and(|known| Arc::ptr_eq(known, series));
            let is_held = is_overflow || Arc::strong_count(series) > TABLE_SHARES;
            if !is_held {
                // The count is read without order; what the last holder wrote before it let go must be seen.
                fence(Acquire);
            }
            if series.retirement().is_due(is_held, now_unix_nanos) {
                return false;
            }
            visit(series);
            true
        });
        if in_order.len() < before {
            table.index_again();
        }
    }
}

impl SeriesTable {
    fn find(&self, encoded: &[u8]) -> Option<&Arc<Series>> {
        let is_same = |at: &u32| *self.in_order[*at as usize].encoded_attributes == *encoded;
        let at = self.by_attributes.find(self.hasher.hash_one(encoded), is_same)?;
        Some(&self.in_order[*at as usize])
    }

    fn add(&mut self, series: Arc<Series>) {
        // The cardinality limit is a `u32`.
        let at = u32::try_from(self.in_order.len()).unwrap_or(u32::MAX);
        self.in_order.push(series);
        self.index(at);
    }

    fn index(&mut self, at: u32) {
        let Self { hasher, in_order, by_attributes, .. } = self;
        let hash = |at: &u32| hasher.hash_one(&*in_order[*at as usize].encoded_attributes);
        by_attributes.insert_unique(hash(&at), at, hash);
    }

    /// Places have moved, because series have left.
    fn index_again(&mut self) {
        self.by_attributes.clear();
        for at in 0..u32::try_from(self.in_order.len()).unwrap_or(u32::MAX) {
            let series = &self.in_order[at as usize];
            if !self.overflow.as_ref().is_some_and(|overflow| Arc::ptr_eq(overflow, series)) {
                self.index(at);
            }
        }
    }
}
