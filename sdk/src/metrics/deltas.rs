//! What one reader saw last of each series, and the difference to what it sees now.

use std::{
    any::Any,
    sync::{Arc, Weak},
};

use foldhash::fast::RandomState;
use hashbrown::{HashMap, hash_map::Entry};

use super::{
    number::PointValue,
    snapshot::{Point, Snapshot, Source, Value},
    stream::Stream,
    temporality::TemporalityPreference,
};
use crate::cells::{ExponentialTotals, Totals};

/// The last cumulative values, by the address of their series.
#[derive(Debug, Default)]
pub(super) struct Deltas {
    turn: u64,
    last: HashMap<usize, Last, RandomState>,
    scratch: Vec<u64>,
}

#[derive(Debug)]
struct Last {
    /// Keeps the address from being given to another series, without keeping the series.
    series: Weak<dyn Any + Send + Sync>,
    seen: u64,
    value: LastValue,
    /// Of a histogram.
    buckets: Vec<u64>,
}

#[derive(Debug)]
enum LastValue {
    Number(PointValue),
    Histogram { count: u64, sum: f64 },
    Exponential(ExponentialTotals),
}

impl Deltas {
    /// Turns the snapshot's cumulative points into what happened since the last call, where that is preferred.
    pub(super) fn subtract(
        &mut self,
        snapshot: &mut Snapshot,
        preference: TemporalityPreference,
        previous_unix_nanos: Option<u64>,
    ) {
        self.turn += 1;
        let mut seen = 0;
        let since = snapshot.since_unix_nanos();
        snapshot.prefer(preference, |stream, point, buckets| {
            seen += 1;
            point.start_unix_nanos =
                previous_unix_nanos.unwrap_or(stream.created_unix_nanos.max(since));
            self.subtract_point(stream, point, buckets)
        });
        // Sets that no callback observed this time still exist; series that are gone for good do not.
        if self.last.len() > seen {
            let turn = self.turn;
            self.last.retain(|_, last| last.seen == turn || last.series.strong_count() > 0);
        }
    }

    /// `false` if nothing happened.
    fn subtract_point(&mut self, stream: &Stream, point: &mut Point, buckets: &mut [u64]) -> bool {
        let turn = self.turn;
        match self.last.entry(point.source.address()) {
            Entry::Vacant(entry) => {
                entry.insert(Last::new(point, buckets, turn));
                !is_nothing(&point.value)
            }
            Entry::Occupied(mut entry) => {
                let last = entry.get_mut();
                last.seen = turn;
                let is_total = stream.descriptor.is_total();
                last.replace(&mut point.value, is_total, buckets, &mut self.scratch);
                !is_nothing(&point.value)
            }
        }
    }
}

impl Last {
    fn new(point: &Point, buckets: &[u64], turn: u64) -> Self {
        let (value, buckets) = match &point.value {
            Value::Number(value) => (LastValue::Number(*value), Vec::new()),
            Value::Histogram { totals, buckets: range } => {
                (LastValue::histogram(totals), buckets[range.clone()].to_vec())
            }
            Value::Exponential { totals, buckets: range } => {
                (LastValue::Exponential(*totals), buckets[range.clone()].to_vec())
            }
        };
        Self { series: point.source.downgrade(), seen: turn, value, buckets }
    }

    /// Remembers `value` and leaves the difference in its place.
    fn replace(
        &mut self,
        value: &mut Value,
        is_total: bool,
        buckets: &mut [u64],
        scratch: &mut Vec<u64>,
    ) {
        match (value, &mut self.value) {
            (Value::Number(value), LastValue::Number(last)) => {
                let total = std::mem::replace(last, *value);
                // A total that fell was begun anew by whoever keeps it: all of it is new.
                if !(is_total && value.is_below(total)) {
                    *value = value.minus(total);
                }
            }
            (Value::Histogram { totals, buckets: range }, last @ LastValue::Histogram { .. }) => {
                let counts = &mut buckets[range.clone()];
                scratch.clear();
                scratch.extend_from_slice(counts);
                for (count, last) in counts.iter_mut().zip(&self.buckets) {
                    *count = count.saturating_sub(*last);
                }
                std::mem::swap(&mut self.buckets, scratch);
                last.subtract_from(totals);
            }
            (Value::Exponential { totals, buckets: range }, LastValue::Exponential(last)) => {
                let counts = &mut buckets[range.clone()];
                scratch.clear();
                scratch.extend_from_slice(counts);
                let seen = *totals;
                subtract_exponential(totals, counts, last, &self.buckets);
                trim(totals, range, buckets);
                std::mem::swap(&mut self.buckets, scratch);
                *last = seen;
            }
            // A series is of one kind for all its life.
            _ => {}
        }
    }
}

impl LastValue {
    const fn histogram(totals: &Totals) -> Self {
        Self::Histogram { count: totals.count, sum: totals.sum }
    }

    fn subtract_from(&mut self, totals: &mut Totals) {
        let seen = Self::histogram(totals);
        if let Self::Histogram { count, sum } = self {
            totals.count = totals.count.saturating_sub(*count);
            totals.sum -= *sum;
        }
        *self = seen;
    }
}

/// The last buckets are at the same scale or a finer one, whose buckets merge without rest.
fn subtract_exponential(
    totals: &mut ExponentialTotals,
    counts: &mut [u64],
    last: &ExponentialTotals,
    last_counts: &[u64],
) {
    let shift = last.scale.saturating_sub(totals.scale).clamp(0, 31);
    for (index, count) in (last.first_index..).zip(last_counts) {
        let at = usize::try_from((index >> shift) - totals.first_index).ok();
        if let Some(merged) = at.and_then(|at| counts.get_mut(at)) {
            *merged = merged.saturating_sub(*count);
        }
    }
    totals.zeros = totals.zeros.saturating_sub(last.zeros);
    totals.totals.count = totals.totals.count.saturating_sub(last.totals.count);
    totals.totals.sum -= last.totals.sum;
}

/// Leaves out the empty buckets at either end.
fn trim(totals: &mut ExponentialTotals, range: &mut std::ops::Range<usize>, buckets: &[u64]) {
    let counts = &buckets[range.clone()];
    let empty = counts.iter().take_while(|count| **count == 0).count();
    let end = counts.iter().rposition(|count| *count > 0).map_or(empty, |last| last + 1);
    totals.first_index =
        totals.first_index.saturating_add_unsigned(u32::try_from(empty).unwrap_or(0));
    *range = range.start + empty..range.start + end;
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Number(value) => value.is_zero(),
        Value::Histogram { totals, .. } => totals.count == 0,
        Value::Exponential { totals, .. } => totals.totals.count == 0,
    }
}

impl Source {
    fn address(&self) -> usize {
        match self {
            Self::Recorded(series) => Arc::as_ptr(series).addr(),
            Self::Observed(series) => Arc::as_ptr(series).addr(),
        }
    }

    fn downgrade(&self) -> Weak<dyn Any + Send + Sync> {
        match self {
            Self::Recorded(series) => Arc::downgrade(series) as _,
            Self::Observed(series) => Arc::downgrade(series) as _,
        }
    }
}
