//! The time that says how old a request on disk is.
//!
//! What is written on disk outlives the process, so it is stamped with the time of the wall. That clock may be wrong when
//! the process starts and be put right later: while the process runs, its queue's time goes on by a clock that nobody
//! sets, and a stamp that cannot be true counts as the start of this process. A clock that jumps never has a backlog
//! given up.

use std::time::Duration;

use tokio::time::Instant;

use crate::journal::unix_millis;

/// How far the clocks of two processes may differ: a stamp that is as much older than what is kept, or as much ahead, is
/// taken for wrong.
const SKEW_MAX: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The time of one queue in one process.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    start_unix_millis: u64,
    start: Instant,
}

impl Clock {
    /// A clock that shows the time of the wall, and goes on by itself.
    pub(super) fn start() -> Self {
        Self::at(unix_millis())
    }

    /// A clock that shows this time now.
    pub(super) fn at(unix_millis: u64) -> Self {
        Self { start_unix_millis: unix_millis, start: Instant::now() }
    }

    /// Its time.
    pub(super) fn unix_millis(&self) -> u64 {
        self.after(self.start.elapsed())
    }

    /// Whether what has this stamp is older than `age_max` now.
    pub(super) fn is_too_old(&self, stamp: u64, age_max: Duration) -> bool {
        self.is_too_old_after(self.start.elapsed(), stamp, age_max)
    }

    fn is_too_old_after(&self, elapsed: Duration, stamp: u64, age_max: Duration) -> bool {
        let now = self.after(elapsed);
        let [age_max, skew_max] = [age_max, SKEW_MAX].map(millis);
        let oldest = now.saturating_sub(age_max).saturating_sub(skew_max);
        let latest = now.saturating_add(skew_max);
        let since = if (oldest..=latest).contains(&stamp) { stamp } else { self.start_unix_millis };
        now.saturating_sub(since) > age_max
    }

    fn after(&self, elapsed: Duration) -> u64 {
        self.start_unix_millis.saturating_add(millis(elapsed))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    /// A day in 2026.
    const NOW: u64 = 1_790_000_000_000;

    /// Whether what was stamped `NOW` is too old in a process that started at `start`, and has run for so long.
    fn check(start: u64, elapsed: Duration, expected: bool) {
        let clock = Clock::at(start);
        assert_eq!(clock.is_too_old_after(elapsed, NOW, DAY), expected, "{start}, {elapsed:?}");
    }

    #[test]
    fn an_age_is_counted_across_processes() {
        check(NOW, Duration::ZERO, false);
        check(NOW, DAY, false);
        check(NOW, DAY + Duration::from_millis(1), true);
        check(NOW + millis(DAY / 2), DAY / 2, false);
        check(NOW + millis(DAY / 2), DAY, true);
        check(NOW + millis(3 * DAY), Duration::ZERO, true);
    }

    #[test]
    fn a_stamp_that_cannot_be_true_counts_from_the_start() {
        for start in [0, NOW - millis(10 * YEAR), NOW + millis(10 * YEAR), u64::MAX - millis(DAY)] {
            check(start, Duration::ZERO, false);
            check(start, DAY / 2, false);
        }
        for start in [0, NOW - millis(10 * YEAR), NOW + millis(10 * YEAR)] {
            check(start, DAY * 2, true);
        }
    }

    #[test]
    fn an_hour_forward_or_back_costs_an_hour_at_most() {
        let hour = millis(Duration::from_secs(3600));
        check(NOW + hour, DAY - Duration::from_secs(3600), false);
        check(NOW - hour, DAY, false);
        check(NOW - hour, DAY + Duration::from_secs(3601), true);
    }

    #[test]
    fn no_time_is_too_far_away() {
        for start in [0, 1, NOW, u64::MAX] {
            for stamp in [0, 1, NOW, u64::MAX] {
                for age_max in [Duration::ZERO, DAY, Duration::MAX] {
                    for elapsed in [Duration::ZERO, YEAR, Duration::MAX] {
                        let _ = Clock::at(start).is_too_old_after(elapsed, stamp, age_max);
                    }
                }
            }
        }
        assert_eq!(Clock::at(u64::MAX).unix_millis(), u64::MAX);
    }
}
