//! Whether a thread's records are worth a second look, for an exemplar: to all others one load and a branch.
//!
//! The word lies in the slab that a record writes to anyway, so no further thread-local is read. It is a hint: who looks
//! a second time finds out for himself whether there is a span.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// A sampled span is current on the thread that owns the slab.
const SPAN: u8 = 1;
/// Some provider of the process wants exemplars of records outside spans too.
const EVERY: u8 = 2;

#[derive(Debug)]
pub(super) struct Attention(AtomicU8);

impl Attention {
    pub(super) const fn none() -> Self {
        Self(AtomicU8::new(0))
    }

    /// Of a slab that several threads share, which therefore cannot tell.
    pub(super) const fn all() -> Self {
        Self(AtomicU8::new(SPAN | EVERY))
    }

    /// Whether a record may belong to a span that is current, or is wanted without one.
    #[inline(always)]
    pub(super) fn is_due(&self) -> bool {
        self.0.load(Relaxed) != 0
    }

    /// Whether a record is wanted without a span.
    #[inline(always)]
    pub(super) fn is_due_without_span(&self) -> bool {
        self.0.load(Relaxed) & EVERY != 0
    }

    /// Called as spans come and go, so nothing is written, nor locked, where nothing changes.
    pub(super) fn set_span(&self, is_current: bool) {
        if (self.0.load(Relaxed) & SPAN != 0) == is_current {
            return;
        }
        if is_current {
            self.0.fetch_or(SPAN, Relaxed);
        } else {
            self.0.fetch_and(!SPAN, Relaxed);
        }
    }

    pub(super) fn set_every(&self) {
        if !self.is_due_without_span() {
            self.0.fetch_or(EVERY, Relaxed);
        }
    }
}
