//! Where a series keeps the exemplars of an interval: one for each bucket, or a fair few of all.

use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

use super::{Window, sampled_span::SampledSpan};
use crate::metrics::number::PointValue;

/// Exemplars of an exponential histogram, whose buckets are too many and too fickle to have one each.
///
/// Source: OpenTelemetry specification, metrics SDK, "Exemplar defaults": the smaller of 20 and the most buckets.
pub(super) const FIXED: usize = 20;

/// How often a reader tries a sample that somebody is recording to, a few nanoseconds long, before it leaves it for the
/// next time: first at once, then after others had the processor.
const SPINS: u32 = 64;
const YIELDS: u32 = 64;

/// Attributes that a view left out of a series, as OTLP fields of an exemplar; `None` if there are none.
pub(crate) type Filtered = Option<Arc<[u8]>>;

/// One measurement, as an example of its point.
#[derive(Debug, Clone)]
pub(crate) struct Exemplar {
    pub(crate) value: PointValue,
    pub(crate) unix_nanos: u64,
    pub(crate) span: Option<SampledSpan>,
    pub(crate) filtered: Filtered,
    /// The number of collections that had begun.
    pub(crate) turn: u64,
}

/// The samples of one series.
#[derive(Debug)]
pub(super) enum Reservoir {
    /// One for each bucket of an explicit histogram, or the only one of a number.
    Aligned(Box<[Mutex<Sample<1>>]>),
    Fixed(Box<Mutex<Sample<FIXED>>>),
}

/// A uniform sample of the measurements of one interval, with what is left of those before.
///
/// Recorders only ever try its lock, and readers never sleep on it, so nobody waits for anybody and no unlock has
/// somebody to wake: a measurement that finds it taken is no exemplar, that is all. In a child that was forked while
/// another thread had it, it stays taken.
#[derive(Debug)]
pub(super) struct Sample<const N: usize> {
    /// The interval that `seen` is about.
    turn: u64,
    /// Measurements of this interval.
    seen: u64,
    random: u64,
    kept: [Option<Exemplar>; N],
    /// What a measurement replaced, so that its memory is freed by the next reader and never by a record.
    replaced: Filtered,
}

impl Reservoir {
    pub(super) fn aligned(buckets: usize) -> Self {
        Self::Aligned((0..buckets).map(|_| Mutex::new(Sample::new())).collect())
    }

    pub(super) fn fixed() -> Self {
        Self::Fixed(Box::new(Mutex::new(Sample::new())))
    }

    /// Offers a measurement of the interval `turn`; `bucket` says which, where each has its own. `make` is called if it
    /// is kept. Neither blocks nor allocates.
    pub(super) fn offer(&self, bucket: usize, turn: u64, make: impl FnOnce() -> Exemplar) {
        match self {
            Self::Aligned(samples) => {
                if let Some(mut sample) = samples.get(bucket).and_then(Mutex::try_lock) {
                    sample.offer(turn, make);
                }
            }
            Self::Fixed(sample) => {
                if let Some(mut sample) = sample.try_lock() {
                    sample.offer(turn, make);
                }
            }
        }
    }

    /// Appends what was kept in the window.
    pub(super) fn read(&self, window: &Window, out: &mut Vec<Exemplar>) {
        match self {
            Self::Aligned(samples) => {
                samples.iter().filter_map(lock).for_each(|mut sample| sample.read(window, out));
            }
            Self::Fixed(sample) => {
                lock(sample).into_iter().for_each(|mut sample| sample.read(window, out));
            }
        }
    }
}

/// The lock without sleeping for it; `None` if whoever has it was stopped in the middle.
fn lock<T>(sample: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    for attempt in 0..SPINS + YIELDS {
        if let Some(locked) = sample.try_lock() {
            return Some(locked);
        }
        if attempt < SPINS {
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
        }
    }
    None
}

impl<const N: usize> Sample<N> {
    fn new() -> Self {
        Self {
            turn: 0,
            seen: 0,
            random: crate::random::random(),
            kept: [const { None }; N],
            replaced: None,
        }
    }

    fn offer(&mut self, turn: u64, make: impl FnOnce() -> Exemplar) {
        if self.turn != turn {
            (self.turn, self.seen) = (turn, 0);
        }
        self.seen += 1;
        let Some(at) = self.place() else { return };
        let exemplar = make();
        if let Some(Exemplar { filtered: filtered @ Some(_), .. }) = &mut self.kept[at]
            && !is_same(filtered, &exemplar.filtered)
        {
            if self.replaced.is_some() {
                return;
            }
            self.replaced = filtered.take();
        }
        self.kept[at] = Some(exemplar);
    }

    /// Where the latest measurement goes. All of an interval have the same chance: the n-th is kept with N in n.
    fn place(&mut self) -> Option<usize> {
        let before = usize::try_from(self.seen - 1).unwrap_or(usize::MAX);
        if before < N {
            return Some(before);
        }
        // Weyl's sequence, mixed as in SplitMix64: <https://prng.di.unimi.it/splitmix64.c>.
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        let drawn = (mixed ^ mixed >> 31) % self.seen;
        usize::try_from(drawn).ok().filter(|at| *at < N)
    }

    fn read(&mut self, window: &Window, out: &mut Vec<Exemplar>) {
        self.replaced = None;
        let fresh = self.kept.iter().flatten().filter(|kept| window.has(kept.turn));
        out.extend(fresh.map(|kept| Exemplar {
            // Read after the collection's own time, if it was recorded while that began.
            unix_nanos: kept.unix_nanos.min(window.unix_nanos),
            ..kept.clone()
        }));
    }
}

fn is_same(one: &Filtered, other: &Filtered) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exemplar(value: i64, turn: u64) -> Exemplar {
        Exemplar { value: PointValue::Int(value), unix_nanos: 5, span: None, filtered: None, turn }
    }

    fn read(reservoir: &Reservoir, from: u64, to: u64) -> Vec<i64> {
        let mut out = Vec::new();
        reservoir.read(&Window { from, to, unix_nanos: 9 }, &mut out);
        let value = |exemplar: &Exemplar| match exemplar.value {
            PointValue::Int(value) => value,
            PointValue::Double(_) => -1,
        };
        out.iter().map(value).collect()
    }

    #[test]
    fn a_bucket_has_one_exemplar_and_an_interval_its_own() {
        let reservoir = Reservoir::aligned(2);
        for value in 0..100 {
            reservoir.offer(1, 1, || exemplar(value, 1));
        }
        assert_eq!(read(&reservoir, 0, 2).len(), 1);
        assert_eq!(read(&reservoir, 2, 3), [] as [i64; 0], "it was of the interval before");
        reservoir.offer(1, 3, || exemplar(1000, 3));
        assert_eq!(read(&reservoir, 0, 4), [1000], "the first of an interval is always kept");
        reservoir.offer(7, 3, || exemplar(1, 3));
        assert_eq!(read(&reservoir, 0, 4), [1000], "no such bucket");
    }

    #[test]
    fn a_reader_sees_what_was_recorded_since_its_own_last_collection() {
        let reservoir = Reservoir::aligned(1);
        reservoir.offer(0, 1, || exemplar(1, 1));
        assert_eq!(read(&reservoir, 0, 2), [1]);
        assert_eq!(read(&reservoir, 0, 3), [1], "another reader, which comes more rarely");
        assert_eq!(read(&reservoir, 0, 1), [] as [i64; 0], "recorded after it began");
    }

    #[test]
    fn all_measurements_of_an_interval_have_the_same_chance() {
        const ROUNDS: u64 = 400;
        const OFFERED: u64 = 100;
        let reservoir = Reservoir::fixed();
        let mut early = 0_usize;
        for turn in 1..=ROUNDS {
            for value in 0..100 {
                reservoir.offer(0, turn, || exemplar(value, turn));
            }
            let kept = read(&reservoir, turn, turn + 1);
            assert_eq!(kept.len(), FIXED);
            early += kept.iter().filter(|value| **value < 50).count();
        }
        // 8000 draws, half of them from the first half, give or take nine standard deviations.
        let expected = usize::try_from(ROUNDS).unwrap_or(0) * FIXED / 2;
        assert!(early.abs_diff(expected) < 400, "{early} of {OFFERED}");
    }

    #[test]
    fn no_attributes_are_freed_by_a_record() {
        let sets: Vec<Filtered> = (0..3).map(|byte| Some(Arc::from([byte]))).collect();
        let weak: Vec<_> = sets.iter().flatten().map(Arc::downgrade).collect();
        let reservoir = Reservoir::aligned(1);
        for (turn, filtered) in (1..).zip(sets) {
            reservoir.offer(0, turn, || Exemplar { filtered, ..exemplar(1, turn) });
        }
        // The third found the place of the replaced taken, so the second stayed and the third went as it came.
        assert!(weak[0].strong_count() == 1 && weak[1].strong_count() == 1);
        read(&reservoir, 0, 9);
        assert_eq!(weak[0].strong_count(), 0, "the reader freed it");
    }
}
