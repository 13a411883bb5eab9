//! The time that is written beside a record: its age outlives any clock of the process.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, now; 0 for a clock that is before that.
#[expect(
    clippy::disallowed_methods,
    reason = "the age of what is on disk outlives any clock of this process"
)]
#[must_use]
pub fn unix_millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
