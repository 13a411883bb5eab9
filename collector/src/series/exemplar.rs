//! Exemplars: for a few single measurements of a series, the traces that they were made in.
//!
//! A counter keeps its latest one; a histogram the latest of each of its buckets, so that its slow ones stay however many
//! fast ones come; an exponential histogram, whose buckets are too many for that, its latest ones. Other kinds keep none,
//! as OpenTelemetry's specification has it. They are dropped with their series, or when they are as old as a series may
//! be without points.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::{family::Kind, label, value::Value};

/// Exemplars that a histogram keeps, however many buckets it has; beyond it the oldest gives way.
pub const EXEMPLARS_MAX: usize = 64;
/// Exemplars that an exponential histogram keeps; beyond it the oldest gives way.
pub const EXPONENTIAL_EXEMPLARS_MAX: usize = 16;

/// One measurement.
#[derive(Debug, Clone, PartialEq)]
pub struct Exemplar {
    /// What was measured; finite.
    pub value: f64,
    /// When, nanoseconds since 1970; 0 if unknown.
    pub time: u64,
    labels: Box<str>,
}

impl Exemplar {
    /// One with labels as [`Labels::render`](super::Labels::render) writes them.
    #[must_use]
    pub fn new(value: f64, time: u64, labels: String) -> Self {
        Self { value, time, labels: labels.into() }
    }

    /// The rendered labels without braces, ordered by name; empty if there are none.
    #[must_use]
    pub fn rendered_labels(&self) -> &str {
        &self.labels
    }

    /// Its labels, by name.
    pub fn labels(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        label::parse(&self.labels)
    }

    /// Bytes that it takes where it is kept, about.
    fn cost(&self) -> usize {
        const COUNTS_AND_ALLOCATIONS: usize = 48;
        size_of::<Self>() + self.labels.len() + size_of::<Kept>() + COUNTS_AND_ALLOCATIONS
    }
}

/// The latest exemplar whose value is above a bound and at or below another, of those that
/// [`Series::read_whole`](super::Series::read_whole) gave.
#[must_use]
pub fn latest_exemplar(
    exemplars: &[Arc<Exemplar>],
    above: f64,
    up_to: f64,
) -> Option<&Arc<Exemplar>> {
    exemplars.iter().rfind(|exemplar| above < exemplar.value && exemplar.value <= up_to)
}

/// Bytes that the exemplars of all series take.
#[derive(Debug, Default)]
pub(super) struct ExemplarMemory(AtomicUsize);

impl ExemplarMemory {
    pub(super) fn held(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Whether so many bytes more are at most `most`; then they are taken.
    fn take(&self, bytes: usize, most: usize) -> bool {
        let add = |held: usize| held.checked_add(bytes).filter(|sum| *sum <= most);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Where exemplars are kept: what they take of the memory that all share, and how much that may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room<'a> {
    pub(super) memory: &'a Arc<ExemplarMemory>,
    pub(super) most: usize,
}

/// The exemplars of one series.
#[derive(Debug)]
pub(super) struct Exemplars {
    kept: Vec<Kept>,
    bytes: usize,
    memory: Arc<ExemplarMemory>,
}

#[derive(Debug)]
struct Kept {
    exemplar: Arc<Exemplar>,
    /// By the store's clock, when it came first.
    since: Duration,
}

impl Exemplars {
    /// Adds one to those of a series, which may have none yet. Whether there was room.
    pub(super) fn keep(
        own: &mut Option<Box<Self>>,
        kind: Kind,
        value: &Value,
        exemplar: Exemplar,
        now: Duration,
        room: Room<'_>,
    ) -> bool {
        let exemplars = own.get_or_insert_with(|| {
            let memory = Arc::clone(room.memory);
            Box::new(Self { kept: Vec::new(), bytes: 0, memory })
        });
        let has_room = exemplars.add(kind, value, exemplar, now, room.most);
        if exemplars.kept.is_empty() {
            *own = None;
        }
        has_room
    }

    fn add(
        &mut self,
        kind: Kind,
        value: &Value,
        exemplar: Exemplar,
        now: Duration,
        most: usize,
    ) -> bool {
        // Some senders repeat one until there is another: it is as old as it was.
        if self.kept.iter().any(|known| *known.exemplar == exemplar) {
            return true;
        }
        let replaced = match (kind, value) {
            (Kind::Counter, _) => self.kept.first().map(|_| 0),
            (_, Value::Histogram(histogram)) => {
                let bucket = |value: f64| histogram.bounds.partition_point(|bound| *bound < value);
                let own = bucket(exemplar.value);
                let same = self.kept.iter().position(|kept| bucket(kept.exemplar.value) == own);
                same.or_else(|| self.oldest_of(EXEMPLARS_MAX))
            }
            (_, Value::Exponential(_)) => self.oldest_of(EXPONENTIAL_EXEMPLARS_MAX),
            _ => return true,
        };
        if let Some(place) = replaced {
            if self.kept[place].exemplar.time > exemplar.time {
                return true;
            }
            self.remove(place);
        }
        let bytes = exemplar.cost();
        if !self.memory.take(bytes, most) {
            return false;
        }
        self.bytes += bytes;
        self.kept.push(Kept { exemplar: Arc::new(exemplar), since: now });
        true
    }

    /// The place of the oldest one, if there are as many as may be.
    fn oldest_of(&self, most: usize) -> Option<usize> {
        let oldest = || self.kept.iter().enumerate().min_by_key(|(_, kept)| kept.exemplar.time);
        (self.kept.len() >= most).then(oldest).flatten().map(|(place, _)| place)
    }

    fn remove(&mut self, place: usize) {
        let bytes = self.kept.swap_remove(place).exemplar.cost();
        self.bytes -= bytes;
        self.memory.give_back(bytes);
    }

    /// Drops those that came at `before` or earlier, and with the last one the room for them.
    pub(super) fn expire(own: &mut Option<Box<Self>>, before: Duration) {
        let Some(exemplars) = own else {
            return;
        };
        while let Some(place) = exemplars.kept.iter().position(|kept| kept.since <= before) {
            exemplars.remove(place);
        }
        if exemplars.kept.is_empty() {
            *own = None;
        }
    }

    /// Appends them to others.
    pub(super) fn copy_to(&self, others: &mut Vec<Arc<Exemplar>>) {
        others.extend(self.kept.iter().map(|kept| Arc::clone(&kept.exemplar)));
    }
}

impl Drop for Exemplars {
    fn drop(&mut self) {
        self.memory.give_back(self.bytes);
    }
}

/// Puts exemplars in the order in which they are read: by time, and by value where that is the same.
pub(super) fn order(exemplars: &mut [Arc<Exemplar>]) {
    exemplars.sort_unstable_by(|a, b| {
        a.time
            .cmp(&b.time)
            .then_with(|| a.value.total_cmp(&b.value))
            .then_with(|| a.labels.cmp(&b.labels))
    });
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            exponential::{Exponential, Side},
            value::Histogram,
        },
        *,
    };
    use crate::series::Bounds;

    const NOW: Duration = Duration::from_secs(1000);

    fn histogram(bounds: impl IntoIterator<Item = f64>) -> Value {
        let bounds = Arc::new(Bounds::new(bounds));
        Value::Histogram(Box::new(Histogram { bounds, ..Histogram::default() }))
    }

    fn exponential() -> Value {
        let positive = Side { offset: 0, counts: vec![1] };
        Value::Exponential(Box::new(Exponential { positive, ..Exponential::default() }))
    }

    /// The exemplars of one series.
    struct Fixture {
        own: Option<Box<Exemplars>>,
        memory: Arc<ExemplarMemory>,
        kind: Kind,
        value: Value,
    }

    impl Fixture {
        fn new(kind: Kind, value: Value) -> Self {
            Self { own: None, memory: Arc::default(), kind, value }
        }

        fn keep(&mut self, value: f64, time: u64, now: Duration, most: usize) -> bool {
            let exemplar = Exemplar::new(value, time, "trace_id=\"ab\"".to_owned());
            let room = Room { memory: &self.memory, most };
            Exemplars::keep(&mut self.own, self.kind, &self.value, exemplar, now, room)
        }

        fn read(&self) -> Vec<(f64, u64)> {
            let mut exemplars = Vec::new();
            self.own.iter().for_each(|own| own.copy_to(&mut exemplars));
            order(&mut exemplars);
            let bytes: usize = exemplars.iter().map(|exemplar| exemplar.cost()).sum();
            assert_eq!(bytes, self.memory.held());
            exemplars.iter().map(|exemplar| (exemplar.value, exemplar.time)).collect()
        }
    }

    #[test]
    fn a_histogram_keeps_the_latest_of_each_bucket() {
        let mut fixture = Fixture::new(Kind::Histogram, histogram([1.0, 2.0]));
        for (value, time) in [(0.5, 1), (1.0, 3), (0.7, 2), (2.5, 4), (9.0, 5), (1.5, 6)] {
            assert!(fixture.keep(value, time, NOW, usize::MAX));
        }
        assert_eq!(fixture.read(), [(1.0, 3), (9.0, 5), (1.5, 6)]);
    }

    #[test]
    fn there_are_never_more_than_the_limit_whatever_the_buckets() {
        let cases = [
            (histogram((0..500).map(f64::from)), EXEMPLARS_MAX),
            (exponential(), EXPONENTIAL_EXEMPLARS_MAX),
        ];
        for (value, most) in cases {
            let mut fixture = Fixture::new(Kind::Histogram, value);
            for number in 0..300_u32 {
                assert!(fixture.keep(f64::from(number), u64::from(number), NOW, usize::MAX));
            }
            let kept = fixture.read();
            assert_eq!(kept.len(), most);
            assert_eq!(kept.last(), Some(&(299.0, 299)), "the latest stay");
        }
    }

    #[test]
    fn a_counter_keeps_one_and_a_gauge_none() {
        let mut counter = Fixture::new(Kind::Counter, Value::Int(0));
        let mut gauge = Fixture::new(Kind::Gauge, Value::Int(0));
        for (value, time) in [(1.0, 5), (2.0, 7), (3.0, 6)] {
            assert!(counter.keep(value, time, NOW, usize::MAX));
            assert!(gauge.keep(value, time, NOW, usize::MAX));
        }
        assert_eq!((counter.read(), gauge.read()), (vec![(2.0, 7)], vec![]));
        assert!(gauge.own.is_none());
    }

    #[test]
    fn what_does_not_fit_is_refused_and_room_comes_back() {
        let mut fixture = Fixture::new(Kind::Histogram, histogram([1.0, 2.0]));
        assert!(fixture.keep(0.5, 1, NOW, usize::MAX));
        let most = fixture.memory.held();
        assert!(!fixture.keep(1.5, 2, NOW, most));
        assert!(fixture.keep(0.6, 3, NOW, most), "it takes the place of another");
        assert_eq!(fixture.read(), [(0.6, 3)]);
        fixture.own = None;
        assert_eq!(fixture.memory.held(), 0);
        assert!(!fixture.keep(1.5, 2, NOW, 0));
        assert!(fixture.own.is_none());
    }

    #[test]
    fn an_exemplar_that_is_sent_again_and_again_grows_old() {
        let mut fixture = Fixture::new(Kind::Counter, Value::Int(0));
        assert!(fixture.keep(1.0, 5, NOW, usize::MAX));
        assert!(fixture.keep(1.0, 5, 3 * NOW, usize::MAX));
        Exemplars::expire(&mut fixture.own, NOW - Duration::from_nanos(1));
        assert_eq!(fixture.read(), [(1.0, 5)]);
        Exemplars::expire(&mut fixture.own, NOW);
        assert!(fixture.own.is_none());
        assert_eq!(fixture.memory.held(), 0);
    }

    #[test]
    fn the_latest_of_a_bucket_is_found_by_its_bounds() {
        let exemplars: Vec<_> = [(1.0, 1), (2.0, 2), (1.5, 3)]
            .map(|(value, time)| Arc::new(Exemplar::new(value, time, String::new())))
            .into();
        let found = |above, up_to| latest_exemplar(&exemplars, above, up_to).map(|e| e.value);
        assert_eq!(found(f64::NEG_INFINITY, 1.0), Some(1.0));
        assert_eq!(found(1.0, 2.0), Some(1.5));
        assert_eq!(found(2.0, f64::INFINITY), None);
    }
}
