//! Which requests of a second are shown.

use std::time::Duration;

use tokio::time::Instant;

/// The time after which the count begins again.
const SECOND: Duration = Duration::from_secs(1);

/// Takes the first requests of each second, and then each so manieth.
#[derive(Debug)]
pub(super) struct Sampler {
    initial: u64,
    thereafter: u64,
    begin: Option<Instant>,
    seen: u64,
}

impl Sampler {
    pub(super) const fn new(initial: u64, thereafter: u64) -> Self {
        Self { initial, thereafter, begin: None, seen: 0 }
    }

    /// Whether the request that comes now is shown.
    pub(super) fn takes(&mut self, now: Instant) -> bool {
        if self.begin.is_none_or(|begin| now.duration_since(begin) >= SECOND) {
            self.begin = Some(now);
            self.seen = 0;
        }
        self.seen += 1;
        match self.seen.checked_sub(self.initial) {
            None | Some(0) => true,
            // As the Collector has it: the last of each so many, not the first.
            Some(beyond) => beyond.checked_rem(self.thereafter) == Some(0),
        }
    }
}
