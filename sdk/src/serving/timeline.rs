//! When a request reached each of its states, in nanoseconds since the Unix epoch.

use inferometer_semconv::attributes::PreemptionMode;

/// Preemptions of one request that its span shows as events; further ones are in the counter only.
pub(super) const MAX_PREEMPTION_EVENTS: usize = 8;

/// The times of one request. They never run backwards.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeline {
    pub(super) arrived: u64,
    /// When it first left the queue; `None` while it waits, and if nobody said.
    pub(super) scheduled: Option<u64>,
    /// When its whole prompt was first in the KV cache.
    pub(super) prefilled: Option<u64>,
    /// When the first step that emitted tokens ended.
    pub(super) first_token: Option<u64>,
    /// When the last step that emitted tokens ended; its arrival if none did.
    pub(super) last_token: u64,
    pub(super) preempted: Preemptions,
    /// The latest time of all.
    latest: u64,
}

impl Timeline {
    pub(super) const fn starting(arrived: u64) -> Self {
        Self {
            arrived,
            scheduled: None,
            prefilled: None,
            first_token: None,
            last_token: arrived,
            preempted: Preemptions::NONE,
            latest: arrived,
        }
    }

    /// Moves on to `unix_nanos`, or stays if that is in the past; the flag says that it was.
    #[inline]
    pub(super) const fn advance(&mut self, unix_nanos: u64) -> (u64, bool) {
        let is_past = unix_nanos < self.latest;
        if !is_past {
            self.latest = unix_nanos;
        }
        (self.latest, is_past)
    }
}

/// When a request gave its blocks back, and what became of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Preemptions {
    first: [(u64, PreemptionMode); MAX_PREEMPTION_EVENTS],
    count: usize,
}

impl Preemptions {
    const NONE: Self =
        Self { first: [(0, PreemptionMode::Recompute); MAX_PREEMPTION_EVENTS], count: 0 };

    pub(super) fn push(&mut self, at: u64, mode: PreemptionMode) {
        if let Some(place) = self.first.get_mut(self.count) {
            *place = (at, mode);
        }
        self.count = (self.count + 1).min(MAX_PREEMPTION_EVENTS);
    }

    pub(super) fn events(&self) -> &[(u64, PreemptionMode)] {
        &self.first[..self.count]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stays_where_it_was_when_it_would_go_back() {
        let mut times = Timeline::starting(10);
        assert_eq!(times.advance(9), (10, true));
        assert_eq!(times.advance(10), (10, false));
        assert_eq!(times.advance(12), (12, false));
    }

    #[test]
    fn the_first_preemptions_are_kept() {
        let mut preemptions = Preemptions::NONE;
        for at in 0..20 {
            preemptions.push(at, PreemptionMode::Swap);
        }
        assert_eq!(preemptions.events().len(), MAX_PREEMPTION_EVENTS);
        assert_eq!(preemptions.events()[7].0, 7);
    }
}
