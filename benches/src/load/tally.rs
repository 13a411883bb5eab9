//! What came back.

/// What connections saw together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    /// Points or spans that were taken.
    pub(crate) items: u64,
    /// Those of taken requests that were not.
    pub(crate) rejected: u64,
    /// Requests that were refused, and sent again.
    pub(crate) refused: u64,
    /// From the first request to the last answer in seconds, of the connection that took longest.
    pub(crate) seconds: f64,
    /// Of every answer, in nanoseconds.
    pub(super) latencies: Vec<u64>,
}

impl Tally {
    /// Of two connections at the same time.
    pub(super) fn join(self, other: Self) -> Self {
        let seconds = self.seconds.max(other.seconds);
        Self { seconds, ..self.then(other) }
    }

    /// Of one load after the other.
    pub(crate) fn then(mut self, other: Self) -> Self {
        self.items += other.items;
        self.rejected += other.rejected;
        self.refused += other.refused;
        self.seconds += other.seconds;
        self.latencies.extend(other.latencies);
        self
    }

    /// Points or spans taken per second.
    pub(crate) fn rate(&self) -> f64 {
        if self.seconds > 0.0 { self.items as f64 / self.seconds } else { 0.0 }
    }

    /// The time within which this share of the answers came, in milliseconds.
    pub(crate) fn latency_ms(&self, share: f64) -> f64 {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a length is an index"
        )]
        let index = (sorted.len() as f64 * share) as usize;
        let last = sorted.len().saturating_sub(1);
        sorted.get(index.min(last)).map_or(0.0, |nanos| *nanos as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latency_is_that_of_the_share_of_answers() {
        let tally =
            Tally { latencies: (1..=100).map(|ms| ms * 1_000_000).collect(), ..Tally::default() };
        assert_eq!(tally.latency_ms(0.5), 51.0);
        assert_eq!(tally.latency_ms(0.99), 100.0);
        assert_eq!(tally.latency_ms(1.0), 100.0);
        assert_eq!(Tally::default().latency_ms(0.5), 0.0);
    }
}
