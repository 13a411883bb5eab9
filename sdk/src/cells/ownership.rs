//! Who owns a slab: one flag.

use super::sync::{AtomicBool, Ordering};

/// Whether nobody owns the slab. A new one is not free until it is given back for the first time.
#[derive(Debug)]
pub(super) struct Ownership(AtomicBool);

impl Ownership {
    /// Starts from a flag that is `false`.
    pub(super) const fn taken(free: AtomicBool) -> Self {
        Self(free)
    }

    pub(super) fn is_free(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Takes ownership, if nobody has it. `Acquire` pairs with [`Ownership::release`]: the new owner goes on from the
    /// values that the last one stored.
    pub(super) fn try_take(&self) -> bool {
        self.is_free()
            && self.0.compare_exchange(true, false, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    pub(super) fn release(&self) {
        self.0.store(true, Ordering::Release);
    }
}
