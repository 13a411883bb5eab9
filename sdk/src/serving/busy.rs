//! The time in which at least one of several overlapping things was under way: a union, never a sum.
//!
//! All of it is one word, changed by compare-and-exchange: how many are under way, and up to when time was taken. A
//! moment is handed out once, whoever asks, so parts of the union add up to it however callers overlap.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{AcqRel, Acquire, Release},
};

use crate::fork;

/// Low bits of the word: how many are under way.
const COUNT_BITS: u32 = 12;
const COUNT_MASK: u64 = (1 << COUNT_BITS) - 1;
/// Things under way that are told apart. One that starts beyond them is not counted: the time is busy anyway.
pub(super) const UNDER_WAY_MAX: u64 = COUNT_MASK;
/// Nanoseconds of one tick, as a power of two. The remaining 52 bits of ticks last for nine years; from then on nothing
/// is busy.
const TICK_BITS: u32 = 6;
const TICKS_MAX: u64 = u64::MAX >> COUNT_BITS;

/// A union of time spans, taken in parts.
#[derive(Debug)]
pub(super) struct Busy {
    /// What ticks count from.
    epoch: u64,
    state: AtomicU64,
    /// The process that the state is of, among its forks.
    generation: AtomicU64,
}

#[derive(Debug, Clone, Copy)]
struct State {
    under_way: u64,
    /// The tick up to which busy time was handed out, or from which it is to be counted.
    taken: u64,
}

impl Busy {
    /// Times before `epoch`, in nanoseconds, count as it.
    pub(super) fn since(epoch: u64) -> Self {
        let generation = AtomicU64::new(fork::generation());
        Self { epoch, state: AtomicU64::new(0), generation }
    }

    /// One more is under way; false at [`UNDER_WAY_MAX`], and then it must not [`Self::end`].
    pub(super) fn begin(&self, now: u64) -> bool {
        let tick = self.tick(now, false);
        let begun = self.change(|mut state| {
            if state.under_way == UNDER_WAY_MAX {
                return None;
            }
            if state.under_way == 0 {
                state.taken = state.taken.max(tick);
            }
            state.under_way += 1;
            Some(state)
        });
        begun.is_some()
    }

    /// Hands out the busy nanoseconds up to `now` that nobody was given before.
    pub(super) fn take(&self, now: u64) -> u64 {
        self.advance(now, 0)
    }

    /// One is through, and as [`Self::take`].
    pub(super) fn end(&self, now: u64) -> u64 {
        self.advance(now, 1)
    }

    fn advance(&self, now: u64, ended: u64) -> u64 {
        let tick = self.tick(now, true);
        let before = self.change(|mut state| {
            if state.under_way == 0 {
                return None;
            }
            state.under_way -= ended;
            state.taken = state.taken.max(tick);
            Some(state)
        });
        let ticks = before.map_or(0, |before| tick.saturating_sub(before.taken));
        ticks << TICK_BITS
    }

    /// A start is rounded down and an end up: the union is at most a tick too long, never too short.
    fn tick(&self, now: u64, is_end: bool) -> u64 {
        let round = if is_end { (1 << TICK_BITS) - 1 } else { 0 };
        (now.saturating_sub(self.epoch).saturating_add(round) >> TICK_BITS).min(TICKS_MAX)
    }

    /// The state before the change, or nothing if there was none to make.
    fn change(&self, to: impl Fn(State) -> Option<State>) -> Option<State> {
        let here = fork::generation();
        // In a forked child nothing is under way: what was is its parent's, which counts it.
        if self.generation.load(Acquire) != here && self.generation.swap(here, AcqRel) != here {
            self.state.store(0, Release);
        }
        let changed =
            self.state.fetch_update(AcqRel, Acquire, |word| to(State::of(word)).map(State::word));
        changed.ok().map(State::of)
    }
}

impl State {
    const fn of(word: u64) -> Self {
        Self { under_way: word & COUNT_MASK, taken: word >> COUNT_BITS }
    }

    const fn word(self) -> u64 {
        self.taken << COUNT_BITS | self.under_way
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::atomic::AtomicU64, thread};

    use proptest::prelude::*;

    use super::*;

    const TICK: u64 = 1 << TICK_BITS;

    #[test]
    fn what_a_parent_had_under_way_is_not_its_childs() {
        let busy = Busy::since(1000 * TICK);
        assert!(busy.begin(1010 * TICK));
        // As after a fork.
        busy.generation.store(u64::MAX, Release);
        assert_eq!(busy.end(1030 * TICK), 0);
        assert!(busy.begin(1040 * TICK));
        assert_eq!(busy.end(1050 * TICK), 10 * TICK);
        assert_eq!(busy.take(1060 * TICK), 0);
    }

    #[test]
    fn two_that_overlap_are_busy_once() {
        let busy = Busy::since(1000 * TICK);
        assert!(busy.begin(1010 * TICK));
        assert!(busy.begin(1020 * TICK));
        assert_eq!(busy.end(1030 * TICK), 20 * TICK);
        assert_eq!(busy.end(1050 * TICK), 20 * TICK);
        assert!(busy.begin(1060 * TICK), "the pause before it is not busy");
        assert_eq!(busy.take(1061 * TICK), TICK);
        assert_eq!(busy.end(1061 * TICK), 0, "no moment is handed out twice");
    }

    #[test]
    fn less_than_a_tick_is_a_whole_one_never_nothing() {
        let busy = Busy::since(0);
        assert!(busy.begin(1));
        assert_eq!(busy.end(2), TICK);
        assert!(busy.begin(3));
        assert_eq!(busy.end(4), 0, "the same tick");
    }

    #[test]
    fn nobody_under_way_is_not_busy() {
        let busy = Busy::since(0);
        assert_eq!(busy.take(99 * TICK), 0);
        assert_eq!(busy.end(99 * TICK), 0);
    }

    #[test]
    fn times_out_of_order_hand_out_no_moment_twice() {
        let busy = Busy::since(0);
        assert!(busy.begin(10 * TICK));
        assert_eq!(busy.end(20 * TICK), 10 * TICK);
        assert!(busy.begin(15 * TICK), "before the end of the one before");
        assert_eq!(busy.end(12 * TICK), 0);
    }

    #[test]
    fn one_beyond_the_limit_is_refused_and_the_rest_goes_on() {
        let busy = Busy::since(0);
        assert!((0..UNDER_WAY_MAX).all(|_| busy.begin(0)));
        assert!(!busy.begin(0));
        assert_eq!(busy.take(TICK), TICK);
    }

    /// Spans of whole ticks, as (start, length).
    fn spans() -> impl Strategy<Value = Vec<(u64, u64)>> {
        prop::collection::vec((0..1000_u64, 1..100_u64), 1..40)
    }

    proptest! {
        #[test]
        fn what_is_handed_out_is_the_union_of_all_spans(spans in spans()) {
            // Ends before starts of the same moment, as a pause of no length is none.
            let mut moments: Vec<(u64, bool)> = spans
                .iter()
                .flat_map(|&(start, length)| [(start, false), (start + length, true)])
                .collect();
            moments.sort_unstable_by_key(|&(at, is_end)| (at, !is_end));
            let busy = Busy::since(0);
            let mut taken = 0;
            for (at, is_end) in moments {
                if is_end {
                    taken += busy.end(at * TICK);
                } else {
                    busy.begin(at * TICK);
                }
            }
            let is_busy = |tick: &u64| spans.iter().any(|&(start, length)| (start..start + length).contains(tick));
            let union = (0..1100).filter(is_busy).count() as u64;
            prop_assert_eq!(taken, union * TICK);
        }
    }

    #[test]
    fn threads_share_the_time_among_them() {
        let (busy, clock, taken) = (Busy::since(0), AtomicU64::new(0), AtomicU64::new(0));
        let turn = || clock.fetch_add(TICK, AcqRel);
        busy.begin(turn());
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        busy.begin(turn());
                        taken.fetch_add(busy.end(turn()), AcqRel);
                    }
                });
            }
        });
        let end = turn();
        taken.fetch_add(busy.end(end), AcqRel);
        assert_eq!(taken.into_inner(), end, "busy from the first tick to the last");
    }
}
