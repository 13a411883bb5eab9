//! Tokio's time as a clock of the SDK.

use inferometer_sdk::Clock;
use tokio::time::Instant;

/// When it starts, in nanoseconds since the Unix epoch.
const START: u64 = 1_700_000_000_000_000_000;

/// Reads the time of the runtime that it is read in, which may be paused.
#[derive(Debug, Clone, Copy)]
pub struct TokioClock {
    started: Instant,
}

impl TokioClock {
    /// Starts now.
    #[must_use]
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Default for TokioClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TokioClock {
    fn unix_nanos(&self) -> u64 {
        START + u64::try_from(self.started.elapsed().as_nanos()).expect("a test is short")
    }
}
