//! Where time comes from. Nothing else in this crate reads a clock, so that tests can turn it by hand.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// A monotonic clock tied to the calendar once, at its creation.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Nanoseconds since the Unix epoch; never runs backwards, also when the wall clock is set.
    fn unix_nanos(&self) -> u64;

    /// The same reading as a [`SystemTime`], for spans.
    fn system_time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_nanos(self.unix_nanos())
    }
}

/// The machine's clock: calendar time read once, monotonic time from then on.
///
/// A wall-clock step after the start therefore never makes a duration negative; the price is that a long-lived
/// process keeps the offset that it started with.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    started: Instant,
    unix_nanos_at_start: u64,
}

impl SystemClock {
    /// Reads both clocks.
    #[expect(clippy::disallowed_methods, reason = "this is the clock module")]
    #[must_use]
    pub fn new() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started: Instant::now(), unix_nanos_at_start: nanos(since_epoch) }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn unix_nanos(&self) -> u64 {
        self.unix_nanos_at_start.saturating_add(nanos(self.started.elapsed()))
    }
}

/// The calendar's time now, which may be set back. For a moment in which no [`Clock`] is at hand.
#[expect(clippy::disallowed_methods, reason = "this is the clock module")]
pub(crate) fn wall_unix_nanos() -> u64 {
    nanos(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// A clock that moves only when told to, for tests of what depends on time. Clones are the same clock.
///
/// ```
/// use std::{sync::Arc, time::Duration};
///
/// use inferometer_sdk::{Clock, ManualClock, MeterProvider};
///
/// let clock = ManualClock::at(1_000); // nanoseconds since the Unix epoch
/// let provider = MeterProvider::builder().with_clock(Arc::new(clock.clone())).build();
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.unix_nanos(), 60_000_001_000);
/// # drop(provider);
/// ```
#[derive(Debug, Clone, Default)]
pub struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    /// Starts at `unix_nanos`, nanoseconds since the Unix epoch.
    #[must_use]
    pub fn at(unix_nanos: u64) -> Self {
        Self(Arc::new(AtomicU64::new(unix_nanos)))
    }

    /// Moves forward. There is no way back, as there is none for [`SystemClock`].
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(nanos(by), Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn unix_nanos(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Nanoseconds of a duration; at most `u64::MAX`, which is 584 years.
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
