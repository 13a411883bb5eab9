//! Requests on disk, as long as something of them waits.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
};

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::journal::Header;

/// A request on disk, as long as something of it waits.
#[derive(Debug)]
pub(super) struct Source {
    header: Header,
    /// Pieces of it that undecided traces have; changed under the lock of the sampler alone.
    undecided: AtomicU32,
    settled: Arc<Settled>,
}

/// Requests of which nothing waits any more, to be settled; no more than there are on disk.
#[derive(Debug, Default)]
pub(super) struct Settled {
    headers: Mutex<Vec<Header>>,
    /// Bytes on disk of requests of which undecided traces have something.
    undecided: AtomicU64,
    /// What is let go of now is not settled: it stays for the next process.
    is_frozen: AtomicBool,
    pub(super) wake: Notify,
}

impl Settled {
    /// Nothing is settled from now on, but what was before.
    pub(super) fn freeze(&self) {
        self.is_frozen.store(true, Ordering::Release);
    }

    /// What is to be settled since the last time.
    pub(super) fn take(&self) -> Vec<Header> {
        std::mem::take(&mut *self.headers.lock())
    }

    /// Bytes on disk of requests of which undecided traces have something.
    pub(super) fn undecided_bytes(&self) -> u64 {
        self.undecided.load(Ordering::Relaxed)
    }
}

impl Source {
    pub(super) fn new(header: Header, settled: &Arc<Settled>) -> Arc<Self> {
        let (undecided, settled) = (AtomicU32::new(0), Arc::clone(settled));
        Arc::new(Self { header, undecided, settled })
    }

    /// An undecided trace has a piece of it.
    pub(super) fn hold(&self) {
        if self.undecided.fetch_add(1, Ordering::Relaxed) == 0 {
            self.settled.undecided.fetch_add(self.header.bytes(), Ordering::Relaxed);
        }
    }

    /// The trace that has a piece of it is decided.
    pub(super) fn let_go(&self) {
        if self.undecided.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.settled.undecided.fetch_sub(self.header.bytes(), Ordering::Relaxed);
        }
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        if !self.settled.is_frozen.load(Ordering::Acquire) {
            self.settled.headers.lock().push(self.header);
            self.settled.wake.notify_one();
        }
    }
}
