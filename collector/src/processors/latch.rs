//! A state that is told of when it begins and when it ends, and not each time in between.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether it is so now; counters count each time whatever it says.
#[derive(Debug, Default)]
pub(super) struct Latch(AtomicBool);

impl Latch {
    /// It is not so.
    pub(super) const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Takes over how it is now; whether that is a change.
    pub(super) fn turns(&self, is_so: bool) -> bool {
        self.0.swap(is_so, Ordering::Relaxed) != is_so
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_change_is_told_of() {
        let latch = Latch::new();
        let told = [false, true, true, false, false, true].map(|is_so| latch.turns(is_so));
        assert_eq!(told, [false, true, false, true, false, true]);
    }
}
