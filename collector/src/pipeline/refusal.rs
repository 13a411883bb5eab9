//! Why an item was not taken: closed enums, since each value is a label, a documentation row and a test.

use std::{fmt, time::Duration};

/// A whole request was refused; nothing of it was kept, and the sender may know when to come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why, for counters and status codes.
    pub reason: RefusalReason,
    /// Value, limit and remedy, for the sender.
    pub message: String,
    /// When a retry makes sense; `None` leaves it to the sender's back-off.
    pub retry_after: Option<Duration>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason.as_str(), self.message)
    }
}

impl std::error::Error for Refusal {}

/// Reasons to refuse a whole request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RefusalReason {
    /// The body is not the protobuf message that the path promises.
    Malformed,
    /// The content type, encoding or method is one that this endpoint does not speak.
    Unsupported,
    /// The body is larger than the limit, on the wire or inflated.
    TooLarge,
    /// No pipeline takes this signal.
    NoPipeline,
    /// A queue is full.
    QueueFull,
    /// The memory limiter is at its limit.
    Memory,
    /// The collector is shutting down.
    Stopping,
}

impl RefusalReason {
    /// Every reason, in the order in which pages list them.
    pub const ALL: [Self; 7] = [
        Self::Malformed,
        Self::Unsupported,
        Self::TooLarge,
        Self::NoPipeline,
        Self::QueueFull,
        Self::Memory,
        Self::Stopping,
    ];

    /// The value of the `reason` label.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too_large",
            Self::NoPipeline => "no_pipeline",
            Self::QueueFull => "queue_full",
            Self::Memory => "memory",
            Self::Stopping => "stopping",
        }
    }
}

/// Reasons why single points or spans of an accepted request were not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RejectReason {
    /// The store is at its series limit.
    SeriesLimit,
    /// Another kind of metric already has this Prometheus name.
    TypeConflict,
    /// A point that Prometheus cannot show: delta temporality, exponential buckets, no value.
    NotExpressible,
    /// A point older than the one shown.
    OutOfOrder,
    /// The point contradicts itself, for example more bounds than buckets.
    InvalidPoint,
    /// The ring or queue made room for newer data.
    Evicted,
    /// The other side refused it for good.
    Remote,
    /// The other side could not be reached before the deadline.
    Unreachable,
}

impl RejectReason {
    /// Every reason, in the order in which pages list them.
    pub const ALL: [Self; 8] = [
        Self::SeriesLimit,
        Self::TypeConflict,
        Self::NotExpressible,
        Self::OutOfOrder,
        Self::InvalidPoint,
        Self::Evicted,
        Self::Remote,
        Self::Unreachable,
    ];

    /// The value of the `reason` label.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SeriesLimit => "series_limit",
            Self::TypeConflict => "type_conflict",
            Self::NotExpressible => "not_expressible",
            Self::OutOfOrder => "out_of_order",
            Self::InvalidPoint => "invalid_point",
            Self::Evicted => "evicted",
            Self::Remote => "remote",
            Self::Unreachable => "unreachable",
        }
    }
}
