//! What the core refused, overflowed or read torn: nothing is lost without a count.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use inferometer_semconv::attributes::SdkRefusalReason;

use crate::cells;

/// Counts of one [`MeterProvider`](super::MeterProvider) about itself, readable at any time.
#[derive(Debug, Default)]
pub struct Stats {
    refused: [AtomicU64; SdkRefusalReason::ALL.len()],
    overflowed_binds: AtomicU64,
    torn_reads: AtomicU64,
    conflicting_instruments: AtomicU64,
    invalid_names: AtomicU64,
    callback_panics: AtomicU64,
}

impl Stats {
    /// Measurements that were refused for this reason; they are in no total.
    #[must_use]
    pub fn refused(&self, reason: SdkRefusalReason) -> u64 {
        self.refused[reason as usize].load(Relaxed)
    }

    /// Attribute sets that were bound to an overflow series, because their instrument was at its cardinality limit or
    /// the process was out of cells. An observable instrument counts its observations beyond the limit at each
    /// collection.
    #[must_use]
    pub fn overflowed_binds(&self) -> u64 {
        self.overflowed_binds.load(Relaxed)
    }

    /// Histogram parts that a snapshot read while a writer was in the middle of a record for longer than the reader
    /// waits; each is off by what its writers were recording, one value for a thread's own cells, and right again in the
    /// next snapshot.
    #[must_use]
    pub fn torn_reads(&self) -> u64 {
        self.torn_reads.load(Relaxed)
    }

    /// Measurements of the whole process, all its providers together, that went to cells shared by several threads:
    /// their thread had no cells of its own yet, or a snapshot was reading these. They are as exact, and cost a few
    /// locked instructions.
    #[must_use]
    pub fn shared_records(&self) -> u64 {
        cells::shared_records()
    }

    /// Instruments that were registered again with another kind, number type, unit or description, and streams to which
    /// views give the name of another one: both are exported. Instruments that a view does not suit, which are
    /// exported without it. Scopes, instruments, streams, views and callbacks beyond their limits, which are not.
    #[must_use]
    pub fn conflicting_instruments(&self) -> u64 {
        self.conflicting_instruments.load(Relaxed)
    }

    /// Instruments that are not exported because the specification does not allow their names.
    #[must_use]
    pub fn invalid_names(&self) -> u64 {
        self.invalid_names.load(Relaxed)
    }

    /// Callbacks of observable instruments that panicked. What they observed before is exported; the others ran.
    #[must_use]
    pub fn callback_panics(&self) -> u64 {
        self.callback_panics.load(Relaxed)
    }

    /// In a forked child, whose counts are its own.
    pub(crate) fn zero(&self) {
        let Self {
            refused,
            overflowed_binds,
            torn_reads,
            conflicting_instruments,
            invalid_names,
            callback_panics,
        } = self;
        let others =
            [overflowed_binds, torn_reads, conflicting_instruments, invalid_names, callback_panics];
        refused.iter().chain(others).for_each(|count| count.store(0, Relaxed));
    }

    #[cold]
    pub(crate) fn count_refused(&self, reason: SdkRefusalReason) {
        self.refused[reason as usize].fetch_add(1, Relaxed);
    }

    pub(crate) fn count_overflowed_bind(&self) {
        self.overflowed_binds.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_torn_reads(&self, parts: u64) {
        self.torn_reads.fetch_add(parts, Relaxed);
    }

    pub(crate) fn count_conflict(&self) {
        self.count_conflicts(1);
    }

    pub(crate) fn count_conflicts(&self, conflicts: u64) {
        self.conflicting_instruments.fetch_add(conflicts, Relaxed);
    }

    pub(crate) fn count_invalid_name(&self) {
        self.invalid_names.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_callback_panic(&self) {
        self.callback_panics.fetch_add(1, Relaxed);
    }
}
