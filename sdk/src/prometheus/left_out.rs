//! Why a series is not on the page.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// Why a [`PrometheusCollector`](super::PrometheusCollector) did not show a series. It is exported over OTLP all the
/// same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LeftOut {
    /// The Prometheus name, or one that a histogram derives from its own, is taken by an instrument of another kind.
    TypeConflict,
    /// Another series has the same Prometheus name and the same labels.
    SameLabels,
    /// The Prometheus name is `target_info`, which is made from the resource.
    ReservedName,
}

impl LeftOut {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::TypeConflict, Self::SameLabels, Self::ReservedName];

    const fn remedy(self) -> &'static str {
        match self {
            Self::TypeConflict => "another kind of instrument has the Prometheus name; rename one",
            Self::SameLabels => {
                "another series has the same Prometheus name and labels; \
                 use attributes that differ in more than type or punctuation"
            }
            Self::ReservedName => {
                "the Prometheus name is made from the resource; rename the instrument"
            }
        }
    }
}

/// Series that were left out, by reason; each reason is told once.
#[derive(Debug, Default)]
pub(super) struct LeftOutCounts {
    series: [AtomicU64; LeftOut::ALL.len()],
    is_known: [AtomicBool; LeftOut::ALL.len()],
}

impl LeftOutCounts {
    pub(super) fn of(&self, reason: LeftOut) -> u64 {
        self.series[reason as usize].load(Relaxed)
    }

    pub(super) fn count(&self, reason: LeftOut, series: u64, instrument: &str) {
        self.series[reason as usize].fetch_add(series, Relaxed);
        if !self.is_known[reason as usize].swap(true, Relaxed) {
            let remedy = reason.remedy();
            tracing::warn!(instrument, series, remedy, "series left out of the Prometheus page");
        }
    }
}
