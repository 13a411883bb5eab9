//! Why an item was not taken. The reasons are closed sets of the registry, since each is a label, a documentation row
//! and a test.

use std::{fmt, time::Duration};

/// Reasons to refuse a whole request.
pub use inferometer_semconv::attributes::CollectorRefusalReason as RefusalReason;
/// Reasons why single points or spans of an accepted request were not kept.
pub use inferometer_semconv::attributes::CollectorRejectionReason as RejectReason;

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
