//! How long to wait between two attempts.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    time::Duration,
};

use crate::config::RetrySettings;

/// Each wait is this much longer than the one before.
const GROWTH: f64 = 1.5;
/// Each wait is spread by this share in both directions, so that senders that failed together do not return together.
const SPREAD: f64 = 0.5;
/// The longest delay that is taken from the other side.
pub(super) const ASKED_DELAY_MAX: Duration = Duration::from_secs(300);

/// The growing waits of one request.
#[derive(Debug)]
pub(super) struct Backoff {
    interval: Duration,
    interval_max: Duration,
}

impl Backoff {
    pub(super) fn new(settings: &RetrySettings) -> Self {
        Self {
            interval: settings.initial_interval.min(settings.max_interval),
            interval_max: settings.max_interval,
        }
    }

    /// The next wait; `share` in 0..1 says where in the spread it lies. The other side may ask for a longer one.
    pub(super) fn next(&mut self, share: f64, asked: Option<Duration>) -> Duration {
        let wait = self.interval.mul_f64(1.0 - SPREAD + 2.0 * SPREAD * share);
        self.interval = self.interval.mul_f64(GROWTH).min(self.interval_max);
        wait.max(asked.unwrap_or_default().min(ASKED_DELAY_MAX))
    }
}

/// A number in 0..1 that differs from call to call and from process to process.
pub(super) fn random_share() -> f64 {
    let random = RandomState::new().build_hasher().finish();
    f64::from(u32::try_from(random >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backoff() -> Backoff {
        Backoff::new(&RetrySettings {
            initial_interval: Duration::from_secs(4),
            max_interval: Duration::from_secs(8),
            ..RetrySettings::default()
        })
    }

    #[test]
    fn waits_grow_to_their_maximum() {
        let mut backoff = backoff();
        let waits: Vec<_> = (0..4).map(|_| backoff.next(0.5, None).as_secs()).collect();
        assert_eq!(waits, [4, 6, 8, 8]);
    }

    #[test]
    fn waits_are_spread() {
        assert_eq!(backoff().next(0.0, None), Duration::from_secs(2));
        assert_eq!(backoff().next(1.0, None), Duration::from_secs(6));
        assert!((0.0..=1.0).contains(&random_share()));
    }

    #[test]
    fn an_asked_delay_is_honoured_up_to_its_limit() {
        let asked = |seconds| backoff().next(0.5, Some(Duration::from_secs(seconds)));
        assert_eq!(asked(1), Duration::from_secs(4));
        assert_eq!(asked(60), Duration::from_secs(60));
        assert_eq!(asked(u64::MAX), ASKED_DELAY_MAX);
    }
}
