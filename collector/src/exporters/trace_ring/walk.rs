//! All traces of the ring, one after the other, while it takes further ones.

use std::{sync::Arc, vec};

use parking_lot::Mutex;

use super::ring::{Ring, Trace};

/// Traces that are shared under one hold of the lock, each by a look-up and a count: receiving never waits longer for a
/// search, whatever that does with them.
const STEP: usize = 256;

/// Every trace that was in the ring when the walk began and is not gone when its turn comes, the latest first.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    ring: &'a Mutex<Ring>,
    place: u64,
    step: vec::IntoIter<Arc<Trace>>,
}

pub(super) fn latest_first(ring: &Mutex<Ring>) -> Walk<'_> {
    Walk { ring, place: u64::MAX, step: Vec::new().into_iter() }
}

impl Iterator for Walk<'_> {
    type Item = Arc<Trace>;

    fn next(&mut self) -> Option<Arc<Trace>> {
        if self.step.len() == 0 {
            let (step, place) = self.ring.lock().before(self.place, STEP);
            self.place = place;
            self.step = step.into_iter();
        }
        self.step.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exporters::trace_ring::span::StoredSpan;

    #[test]
    fn spans_are_taken_while_others_are_looked_at() {
        let steps = 3 * u8::MAX as usize;
        let ring = Mutex::new(Ring::new(steps, usize::MAX));
        let id = |number: usize| u128::to_be_bytes(number as u128 + 1);
        for number in 0..steps {
            ring.lock().push(id(number), StoredSpan::blank(number));
        }
        let mut sizes = Vec::new();
        for trace in latest_first(&ring) {
            let mut ring = ring.try_lock().expect("nobody holds the lock");
            // The oldest goes for each one that comes.
            ring.push(id(steps + sizes.len()), StoredSpan::blank(0));
            sizes.push(trace.spans()[0].encoded.len());
        }
        let expected: Vec<usize> = (0..steps).rev().take(sizes.len()).collect();
        assert_eq!(sizes, expected, "each once, the latest first");
        assert!((STEP..steps).contains(&sizes.len()), "{} were still there", sizes.len());
    }
}
