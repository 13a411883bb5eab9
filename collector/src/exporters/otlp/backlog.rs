//! What waits to be sent: its room, and what is lost if it never is.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use bytes::Bytes;

use crate::pipeline::Signal;

/// A request on its way to the other side.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) signal: Signal,
    pub(super) bytes: Bytes,
    pub(super) items: u64,
}

/// Bytes and items of the requests that were taken and are not yet settled.
#[derive(Debug)]
pub(super) struct Backlog {
    bytes_max: usize,
    /// Includes room that is reserved and not yet used.
    bytes: AtomicUsize,
    items: [AtomicU64; Signal::ALL.len()],
    stopping: AtomicBool,
}

impl Backlog {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self {
            bytes_max,
            bytes: AtomicUsize::new(0),
            items: Default::default(),
            stopping: AtomicBool::new(false),
        }
    }

    /// Sets bytes aside; `Err` is how many are in use, if so many more are not free.
    pub(super) fn reserve(&self, bytes: usize) -> Result<(), usize> {
        let fits = |used: usize| used.checked_add(bytes).filter(|sum| *sum <= self.bytes_max);
        self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).map(|_| ())
    }

    /// Gives back bytes that were set aside.
    pub(super) fn release(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Notes a request whose bytes were set aside before.
    pub(super) fn add(&self, waiting: &Waiting) {
        self.items[waiting.signal as usize].fetch_add(waiting.items, Ordering::Relaxed);
    }

    /// Forgets a request that was delivered or given up.
    pub(super) fn settle(&self, waiting: &Waiting) {
        self.release(waiting.bytes.len());
        self.items[waiting.signal as usize].fetch_sub(waiting.items, Ordering::Relaxed);
    }

    /// Items that still wait, by signal.
    pub(super) fn items(&self) -> impl Iterator<Item = (Signal, u64)> + '_ {
        let items = Signal::ALL.into_iter().zip(&self.items);
        items.map(|(signal, items)| (signal, items.load(Ordering::Relaxed)))
    }

    pub(super) const fn bytes_max(&self) -> usize {
        self.bytes_max
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
