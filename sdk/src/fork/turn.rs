//! One after the other, for work that may take long or runs the program's code.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

use super::{gate::wait_until, generation};

/// Nobody has the turn.
const FREE: u64 = 0;

/// Held by one thread at a time. Unlike a [`Mutex`](super::Mutex) it may be held when the process forks: in the child,
/// a turn that was taken in the parent is over. It guards no value, so none is found half changed.
#[derive(Debug, Default)]
pub(crate) struct Turn(AtomicU64);

/// The turn, until this is dropped.
#[derive(Debug)]
pub(crate) struct TurnGuard<'a> {
    turn: &'a Turn,
    holder: u64,
}

impl Turn {
    /// Waits for it.
    pub(crate) fn take(&self) -> TurnGuard<'_> {
        // Unlike a fork, this waits as long as it takes.
        loop {
            let holder = generation() + 1;
            if self.try_take(holder) {
                return TurnGuard { turn: self, holder };
            }
            wait_until(|| self.0.load(Relaxed) != holder);
        }
    }

    fn try_take(&self, holder: u64) -> bool {
        let held = self.0.load(Relaxed);
        held != holder && self.0.compare_exchange(held, holder, Acquire, Relaxed).is_ok()
    }
}

impl Drop for TurnGuard<'_> {
    fn drop(&mut self) {
        // In a child it may be somebody else's by now.
        let _ = self.turn.0.compare_exchange(self.holder, FREE, Release, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_of_another_process_is_over_and_one_of_this_is_not() {
        let turn = Turn::default();
        let own = turn.take();
        assert!(!turn.try_take(generation() + 1));
        assert!(turn.try_take(generation() + 2), "as a child would");
        drop(own);
        assert_eq!(turn.0.load(Relaxed), generation() + 2, "it was not the parent's any more");
    }
}
