//! The traces that wait for their decision, in the order in which they are due.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use foldhash::quality::RandomState;
use tokio::time::Instant;

use super::trace::{Features, Key, Piece, Trace};

/// How long traces wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waits {
    /// After the last span.
    pub(super) last: Duration,
    /// After the root span, at most as long.
    pub(super) root: Duration,
}

/// Undecided traces.
#[derive(Debug)]
pub(super) struct Traces {
    waits: Waits,
    by_key: HashMap<Key, Trace, RandomState>,
    /// Those with a root span, the one that came first in front.
    rooted: BTreeMap<u64, Key>,
    /// The others, the one whose last span came first in front.
    waiting: BTreeMap<u64, Key>,
    next: u64,
    /// What is charged for all of them.
    charge: usize,
}

impl Traces {
    pub(super) fn new(waits: Waits) -> Self {
        Self {
            waits,
            by_key: HashMap::default(),
            rooted: BTreeMap::new(),
            waiting: BTreeMap::new(),
            next: 0,
            charge: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Bytes that are charged for all of them.
    pub(super) const fn charge(&self) -> usize {
        self.charge
    }

    /// What is known of a trace.
    pub(super) fn features(&self, key: &Key) -> Option<Features> {
        self.by_key.get(key).map(|trace| trace.features)
    }

    /// Adds spans to their trace, which is new if it is not there. Whether it is.
    pub(super) fn add(
        &mut self,
        key: &Key,
        features: &Features,
        piece: Piece,
        now: Instant,
    ) -> bool {
        let before = self.by_key.len();
        let Self { by_key, rooted, waiting, next, charge, .. } = self;
        let trace = match by_key.get_mut(key) {
            Some(trace) => trace,
            None => {
                let (trace, order) = (Trace::new(now, *next), *next);
                *charge += trace.charge;
                *next += 1;
                waiting.insert(order, key.clone());
                by_key.entry(key.clone()).or_insert(trace)
            }
        };
        let had_root = trace.features.has_root;
        trace.features.add(features);
        let moves = if had_root { false } else { trace.features.has_root || trace.since != now };
        if moves && let Some(key) = waiting.remove(&trace.order) {
            let order = if trace.features.has_root { &mut *rooted } else { &mut *waiting };
            order.insert(*next, key);
            (trace.order, trace.since) = (*next, now);
            *next += 1;
        }
        if let Some(source) = &piece.source {
            source.hold();
        }
        let more = piece.charge();
        trace.charge += more;
        *charge += more;
        trace.pieces.push(piece);
        by_key.len() > before
    }

    /// A trace that is decided.
    pub(super) fn remove(&mut self, key: &Key) -> Option<Trace> {
        let trace = self.by_key.remove(key)?;
        trace.pieces.iter().filter_map(|piece| piece.source.as_ref()).for_each(|it| it.let_go());
        let order = if trace.features.has_root { &mut self.rooted } else { &mut self.waiting };
        order.remove(&trace.order);
        self.charge -= trace.charge;
        Some(trace)
    }

    /// When the next one is due, and which.
    pub(super) fn next_due(&self) -> Option<(Instant, &Key)> {
        let rooted = self.front(&self.rooted, self.waits.root);
        let waiting = self.front(&self.waiting, self.waits.last);
        match (rooted, waiting) {
            (Some(rooted), Some(waiting)) => {
                Some(if rooted.0 <= waiting.0 { rooted } else { waiting })
            }
            (rooted, waiting) => rooted.or(waiting),
        }
    }

    fn front<'a>(
        &'a self,
        order: &'a BTreeMap<u64, Key>,
        wait: Duration,
    ) -> Option<(Instant, &'a Key)> {
        let (_, key) = order.first_key_value()?;
        Some((self.by_key.get(key)?.since + wait, key))
    }
}
