//! A module's own recorder beside the built-in one: how many keys are through, whatever became of them.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use inferometer_sdk::{StorageEvent, StorageEventKind, StorageObserver};

/// Counts on the thread that reports, so it must be quick, and is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger(Arc<AtomicU64>);

impl Ledger {
    pub(crate) fn keys(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

impl StorageObserver for Ledger {
    fn name(&self) -> &str {
        "ledger"
    }

    fn on_event(&self, event: &StorageEvent<'_>) {
        let has_only_begun = matches!(
            event.kind,
            StorageEventKind::ReadReserved
                | StorageEventKind::WriteReserved
                | StorageEventKind::StoreSubmitted
                | StorageEventKind::LoadSubmitted
                | StorageEventKind::LookupSubmitted
                | StorageEventKind::PrefetchSubmitted
        );
        if !has_only_begun {
            self.0.fetch_add(event.done.count + event.failed.count, Relaxed);
        }
    }
}
