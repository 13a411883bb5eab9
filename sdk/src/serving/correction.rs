//! What callers reported wrongly: put right, and counted by reason.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// Why something was recorded otherwise than it was reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Correction {
    /// A step of a request was skipped, for example tokens before it was scheduled. The step was taken to have happened
    /// at the time of the next one.
    MissingTransition,
    /// A step of a request was reported again, or after a later one. The report was ignored.
    RepeatedTransition,
    /// More cached tokens than the prompt has. They were cut, the farthest tiers first.
    CachedBeyondPrompt,
    /// More image, audio and video tokens than the prompt has. They were cut, video first.
    MediaBeyondPrompt,
    /// More active and cached blocks than a tier has. They were cut, cached ones first.
    BlocksBeyondTotal,
    /// A time before that of the step before. The step before's was used, so the duration is zero.
    TimeWentBack,
    /// An error type beyond [`MAX_ERROR_TYPES`](super::MAX_ERROR_TYPES). Metrics show it as `_OTHER`, spans in full.
    ErrorTypeBeyondLimit,
}

impl Correction {
    /// Every reason, in the order in which pages list them.
    pub const ALL: [Self; 7] = [
        Self::MissingTransition,
        Self::RepeatedTransition,
        Self::CachedBeyondPrompt,
        Self::MediaBeyondPrompt,
        Self::BlocksBeyondTotal,
        Self::TimeWentBack,
        Self::ErrorTypeBeyondLimit,
    ];

    /// One lower-case word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingTransition => "missing_transition",
            Self::RepeatedTransition => "repeated_transition",
            Self::CachedBeyondPrompt => "cached_beyond_prompt",
            Self::MediaBeyondPrompt => "media_beyond_prompt",
            Self::BlocksBeyondTotal => "blocks_beyond_total",
            Self::TimeWentBack => "time_went_back",
            Self::ErrorTypeBeyondLimit => "error_type_beyond_limit",
        }
    }
}

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
    use inferometer_semconv::attributes::SdkCorrectionReason;

    use super::*;

    #[test]
    fn the_registry_lists_the_same_reasons() {
        let listed = SdkCorrectionReason::ALL.map(|reason| reason.as_str());
        assert_eq!(Correction::ALL.map(Correction::as_str), listed);
    }

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
