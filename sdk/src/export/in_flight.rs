//! Items on their way: each is settled once, or counted as lost when whoever carries them is dropped.

use std::sync::Arc;

use super::stats::{Counters, ExportFailure};

/// Items that are neither delivered nor counted as lost.
#[derive(Debug)]
pub(super) struct InFlight {
    counters: Arc<Counters>,
    items: u64,
}

impl InFlight {
    pub(super) fn new(counters: Arc<Counters>, items: u64) -> Self {
        counters.enter(items);
        Self { counters, items }
    }

    /// `items` of them arrived, but for the rejected ones.
    pub(super) fn arrived(&mut self, items: u64, rejected: u64) {
        let rejected = rejected.min(items);
        self.counters.count_exported(items - rejected);
        self.counters.count_rejected(rejected);
        self.settle(items);
    }

    pub(super) fn lost(&mut self, reason: ExportFailure, items: u64) {
        self.counters.count_failed(reason, items);
        self.settle(items);
    }

    pub(super) const fn items(&self) -> u64 {
        self.items
    }

    /// Somebody else carries them on, and has counted them anew.
    pub(super) fn hand_over(mut self) {
        self.settle(self.items);
    }

    /// After its items were counted elsewhere, so that at no moment one is in no count.
    fn settle(&mut self, items: u64) {
        self.items -= items;
        self.counters.leave(items);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let reason = if std::thread::panicking() {
            ExportFailure::Panicked
        } else {
            ExportFailure::Interrupted
        };
        self.lost(reason, self.items);
    }
}
