//! What callbacks told one stream of an instrument, by attribute set.

use std::sync::Arc;

use foldhash::quality::RandomState;
use hashbrown::HashMap;
use opentelemetry::KeyValue;

use super::{
    aggregation::Aggregation,
    attributes::{AttributeSet, Canonical},
    descriptor::Descriptor,
    number::PointValue,
    stream::Stream,
};
use crate::otlp;

/// An attribute set that callbacks observe.
#[derive(Debug)]
pub(crate) struct ObservedSeries {
    /// The attributes as OTLP fields of a data point, encoded once.
    pub(crate) encoded_attributes: Box<[u8]>,
}

/// The sets of one stream. Those that are not observed any more are kept until their room is needed.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    /// Counts collections.
    turn: u64,
    previous_unix_nanos: u64,
    sets: HashMap<AttributeSet, Set, RandomState>,
    overflow: Option<Set>,
    /// The turn in which unobserved sets were last let go.
    cleared_in: u64,
}

#[derive(Debug)]
struct Set {
    series: Arc<ObservedSeries>,
    start_unix_nanos: u64,
    value: PointValue,
    /// The value that was shown last.
    shown: Option<PointValue>,
    /// The turn in which the value was observed.
    seen: u64,
}

impl Observed {
    pub(super) fn begin(&mut self) {
        self.turn += 1;
    }

    /// Takes one observation. The last one of a set wins; but where the stream leaves attributes out, sums add up what
    /// is observed of sets that become alike.
    ///
    /// At the stream's cardinality limit, sets that were observed neither this time nor the time before make room.
    /// If there are none, new sets share the overflow series, which adds up what a sum's sets observe.
    pub(super) fn observe(&mut self, stream: &Stream, value: PointValue, attributes: &[KeyValue]) {
        let turn = self.turn;
        let Descriptor { aggregation, attributes: filter, .. } = &stream.descriptor;
        let is_sum = matches!(aggregation, Aggregation::Sum { .. });
        let is_merged = is_sum && !filter.is_open();
        if filter.is_open()
            && let Some(set) = Canonical::new(attributes).and_then(|set| self.sets.get_mut(&set))
        {
            return set.observe(value, turn, is_merged);
        }
        let (attributes, _left_out) = AttributeSet::new(attributes).split(filter);
        if let Some(set) = self.sets.get_mut(&attributes) {
            return set.observe(value, turn, is_merged);
        }
        if self.has_room(stream) {
            let set = Set::new(stream, &attributes, value, turn);
            self.sets.insert(attributes, set);
            return;
        }
        stream.stats.count_overflowed_bind();
        match &mut self.overflow {
            Some(overflow) => overflow.observe(value, turn, is_sum),
            none => *none = Some(Set::new(stream, &AttributeSet::overflow(), value, turn)),
        }
    }

    /// The overflow series does not count towards the limit, nor does it for recorded instruments.
    fn has_room(&mut self, stream: &Stream) -> bool {
        let limit = stream.descriptor.cardinality_limit as usize;
        if self.sets.len() >= limit && self.cleared_in < self.turn {
            self.cleared_in = self.turn;
            let turn = self.turn;
            self.sets.retain(|_, set| set.seen + 1 >= turn);
        }
        self.sets.len() < limit
    }

    /// Visits the sets that were observed this time. A monotonic total that fell was begun anew by whoever keeps it:
    /// its start moves to the collection before.
    pub(super) fn finish(
        &mut self,
        now_unix_nanos: u64,
        is_monotonic: bool,
        mut visit: impl FnMut(&Arc<ObservedSeries>, u64, PointValue),
    ) {
        let turn = self.turn;
        let seen = self.sets.values_mut().chain(&mut self.overflow).filter(|set| set.seen == turn);
        for set in seen {
            if is_monotonic && set.shown.is_some_and(|shown| set.value.is_below(shown)) {
                set.start_unix_nanos = self.previous_unix_nanos;
            }
            set.shown = Some(set.value);
            visit(&set.series, set.start_unix_nanos, set.value);
        }
        self.previous_unix_nanos = now_unix_nanos;
    }
}

impl Set {
    fn new(stream: &Stream, attributes: &AttributeSet, value: PointValue, turn: u64) -> Self {
        let aggregation = &stream.descriptor.aggregation;
        let encoded_attributes = otlp::encode_point_attributes(aggregation, attributes);
        Self {
            series: Arc::new(ObservedSeries { encoded_attributes }),
            start_unix_nanos: stream.created_unix_nanos,
            value,
            shown: None,
            seen: turn,
        }
    }

    fn observe(&mut self, value: PointValue, turn: u64, adds_up: bool) {
        self.value = if adds_up && self.seen == turn { self.value.plus(value) } else { value };
        self.seen = turn;
    }
}
