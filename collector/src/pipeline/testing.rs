//! Ends of pipelines for tests.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use parking_lot::Mutex;

use super::{Ack, Counts, Exporter, Item, Refusal, RefusalReason, Reservation, Signal, Tenant};
use crate::self_metrics::ExporterMetrics;

/// An exporter with room for a number of items.
#[derive(Debug, Default)]
pub(crate) struct Bin {
    pub(crate) capacity: AtomicUsize,
    pub(crate) taken: AtomicUsize,
    /// Bytes of the largest request that it takes, if there is one.
    pub(crate) bytes_max: OnceLock<usize>,
    pub(crate) kept: Mutex<Vec<Bytes>>,
    pub(crate) tenants: Mutex<Vec<Tenant>>,
    /// Where it counts, if a test wants to know.
    pub(crate) metrics: OnceLock<Arc<ExporterMetrics>>,
}

pub(crate) struct Room<'a>(&'a Bin, bool);

impl Bin {
    pub(crate) fn with_room(capacity: usize) -> Arc<Self> {
        Arc::new(Self { capacity: capacity.into(), ..Self::default() })
    }
}

impl Exporter for Bin {
    fn reserve(&self, item: &Item) -> Result<Box<dyn Reservation + '_>, Refusal> {
        if self.bytes_max.get().is_some_and(|max| item.bytes.len() > *max) {
            return Err(refusal(RefusalReason::TooLarge));
        }
        let taken = self.taken.fetch_add(1, Ordering::Relaxed);
        if taken >= self.capacity.load(Ordering::Relaxed) {
            self.taken.fetch_sub(1, Ordering::Relaxed);
            return Err(refusal(RefusalReason::QueueFull));
        }
        Ok(Box::new(Room(self, false)))
    }

    fn reach(&self, visit: &mut dyn FnMut(&ExporterMetrics)) {
        self.metrics.get().into_iter().for_each(|metrics| visit(metrics));
    }
}

impl Reservation for Room<'_> {
    fn commit(mut self: Box<Self>, item: Item) {
        self.1 = true;
        self.0.kept.lock().push(item.bytes);
        self.0.tenants.lock().push(item.tenant);
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        if !self.1 {
            self.0.taken.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

pub(crate) fn refusal(reason: RefusalReason) -> Refusal {
    Refusal { reason, message: String::new(), retry_after: None }
}

/// One item that nobody can decode.
pub(crate) fn item(signal: Signal) -> Item {
    Item {
        signal,
        bytes: Bytes::from_static(b"x"),
        counts: Counts { items: 1 },
        tenant: Tenant::default(),
        ack: Ack::ignored(),
        traced: Default::default(),
    }
}
