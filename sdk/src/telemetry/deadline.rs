//! One total time for a call that waits several times.

use std::time::Duration;

use crate::clock::{Clock, SystemClock};

/// A moment after which a call waits no longer.
#[derive(Debug)]
pub(crate) struct Deadline {
    clock: SystemClock,
    unix_nanos: u64,
}

impl Deadline {
    pub(crate) fn after(timeout: Duration) -> Self {
        let clock = SystemClock::new();
        let nanos = u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX);
        Self { clock, unix_nanos: clock.unix_nanos().saturating_add(nanos) }
    }

    /// Zero once it has passed.
    pub(crate) fn remaining(&self) -> Duration {
        Duration::from_nanos(self.unix_nanos.saturating_sub(self.clock.unix_nanos()))
    }
}
