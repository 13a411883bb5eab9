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
    /// The latest time of all but the last token's.
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
    pub(super) const fn advance(&mut self, unix_nanos: u64) -> (u64, bool) {
        let latest = if self.latest > self.last_token { self.latest } else { self.last_token };
        let is_past = unix_nanos < latest;
        self.latest = if is_past { latest } else { unix_nanos };
        (self.latest, is_past)
    }
}

/// When a request gave its blocks back, and what became of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Preemptions {
    first: [u64; MAX_PREEMPTION_EVENTS],
    /// A bit for each that swapped its blocks out, instead of computing them again.
    swapped: u8,
    count: u8,
}

// One bit each.
const _: () = assert!(MAX_PREEMPTION_EVENTS <= u8::BITS as usize);

impl Preemptions {
    const NONE: Self = Self { first: [0; MAX_PREEMPTION_EVENTS], swapped: 0, count: 0 };

    pub(super) fn push(&mut self, at: u64, mode: PreemptionMode) {
        if let Some(place) = self.first.get_mut(usize::from(self.count)) {
            *place = at;
            self.swapped |= u8::from(mode == PreemptionMode::Swap) << self.count;
            self.count += 1;
        }
    }

    pub(super) fn events(&self) -> impl Iterator<Item = (u64, PreemptionMode)> {
        let mode = |index: usize| match self.swapped >> index & 1 {
            0 => PreemptionMode::Recompute,
            _ => PreemptionMode::Swap,
        };
        let times = self.first.iter().take(self.count.into()).enumerate();
        times.map(move |(index, at)| (*at, mode(index)))
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
            let mode = if at == 3 { PreemptionMode::Recompute } else { PreemptionMode::Swap };
            preemptions.push(at, mode);
        }
        let events: Vec<_> = preemptions.events().collect();
        assert_eq!(events.len(), MAX_PREEMPTION_EVENTS);
        assert_eq!(events[3], (3, PreemptionMode::Recompute));
        assert_eq!(events[7], (7, PreemptionMode::Swap));
    }
}
