//! What the callbacks of one instrument observed, by attribute set.

use std::sync::Arc;

use foldhash::quality::RandomState;
use hashbrown::HashMap;
use opentelemetry::KeyValue;

use super::{
    aggregation::Aggregation,
    attributes::{AttributeSet, Canonical},
    instrument::Instrument,
    number::PointValue,
};
use crate::otlp;

/// An attribute set that callbacks observe.
#[derive(Debug)]
pub(crate) struct ObservedSeries {
    /// The attributes as OTLP fields of a data point, encoded once.
    pub(crate) encoded_attributes: Box<[u8]>,
}

/// The sets of one instrument. Those that are not observed any more are kept until their room is needed.
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

    /// Takes one observation; the last one of a set wins.
    ///
    /// At the instrument's cardinality limit, sets that were observed neither this time nor the time before make room.
    /// If there are none, new sets share the overflow series, which adds up what a sum's sets observe.
    pub(super) fn observe(
        &mut self,
        instrument: &Instrument,
        value: PointValue,
        attributes: &[KeyValue],
    ) {
        let turn = self.turn;
        let known = Canonical::new(attributes).and_then(|set| self.sets.get_mut(&set));
        if let Some(set) = known {
            return set.observe(value, turn);
        }
        let attributes = AttributeSet::new(attributes);
        if let Some(set) = self.sets.get_mut(&attributes) {
            return set.observe(value, turn);
        }
        if self.has_room(instrument) {
            let set = Set::new(instrument, &attributes, value, turn);
            self.sets.insert(attributes, set);
            return;
        }
        instrument.stats.count_overflowed_bind();
        let is_sum = matches!(instrument.descriptor.aggregation, Aggregation::Sum { .. });
        match &mut self.overflow {
            Some(overflow) if overflow.seen == turn && is_sum => {
                overflow.value = overflow.value.plus(value);
            }
            Some(overflow) => overflow.observe(value, turn),
            none => *none = Some(Set::new(instrument, &AttributeSet::overflow(), value, turn)),
        }
    }

    /// The overflow series does not count towards the limit, nor does it for recorded instruments.
    fn has_room(&mut self, instrument: &Instrument) -> bool {
        let limit = instrument.descriptor.cardinality_limit as usize;
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
    fn new(
        instrument: &Instrument,
        attributes: &AttributeSet,
        value: PointValue,
        turn: u64,
    ) -> Self {
        let aggregation = &instrument.descriptor.aggregation;
        let encoded_attributes = otlp::encode_point_attributes(aggregation, attributes);
        Self {
            series: Arc::new(ObservedSeries { encoded_attributes }),
            start_unix_nanos: instrument.created_unix_nanos,
            value,
            shown: None,
            seen: turn,
        }
    }

    const fn observe(&mut self, value: PointValue, turn: u64) {
        self.value = value;
        self.seen = turn;
    }
}
