//! What callers reported wrongly: put right, and counted by reason.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// Why something was recorded otherwise than it was reported: the registry's closed list.
pub use inferometer_semconv::attributes::SdkCorrectionReason as Correction;

/// Counts of one engine, or of all engines of a [`Telemetry`](crate::Telemetry).
#[derive(Debug, Default)]
pub(crate) struct Corrections {
    counts: [AtomicU64; Correction::ALL.len()],
    /// Counts everything again.
    total: Option<Arc<Self>>,
}

impl Corrections {
    /// Counts that are part of a total.
    pub(super) fn within(total: Option<Arc<Self>>) -> Self {
        Self { counts: Default::default(), total }
    }

    pub(crate) fn get(&self, correction: Correction) -> u64 {
        self.counts[correction as usize].load(Relaxed)
    }

    /// In a forked child, whose counts are its own.
    pub(crate) fn zero(&self) {
        self.counts.iter().for_each(|count| count.store(0, Relaxed));
    }

    #[cold]
    pub(super) fn count(&self, correction: Correction) {
        self.counts[correction as usize].fetch_add(1, Relaxed);
        if let Some(total) = &self.total {
            total.counts[correction as usize].fetch_add(1, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correction_is_counted_in_the_total_too() {
        let total = Arc::<Corrections>::default();
        let engines = [0, 1].map(|_| Corrections::within(Some(Arc::clone(&total))));
        for engine in &engines {
            engine.count(Correction::TimeWentBack);
            assert_eq!(engine.get(Correction::TimeWentBack), 1);
        }
        assert_eq!(total.get(Correction::TimeWentBack), 2);
    }
}
