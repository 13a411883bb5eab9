//! What callers reported wrongly: put right, and counted by reason.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

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

/// Counts of one engine.
#[derive(Debug, Default)]
pub(super) struct Corrections([AtomicU64; Correction::ALL.len()]);

impl Corrections {
    pub(super) fn get(&self, correction: Correction) -> u64 {
        self.0[correction as usize].load(Relaxed)
    }

    #[cold]
    pub(super) fn count(&self, correction: Correction) {
        self.0[correction as usize].fetch_add(1, Relaxed);
    }
}
