//! Rates of counters over the last seconds, as they were received.

use std::{collections::VecDeque, time::Duration};

use super::summary::RunningTotals;

/// Readings that are kept. Metrics arrive twice a second, so that over one second alone a rate would jump.
const READINGS_MAX: usize = 6;

/// The latest readings.
#[derive(Debug, Default)]
pub(super) struct Rates {
    readings: VecDeque<(Duration, RunningTotals)>,
}

/// Per second.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Rate {
    pub(super) input_tokens: f64,
    pub(super) output_tokens: f64,
    pub(super) transfer_bytes: f64,
}

impl Rate {
    /// The averages of a whole run; zero if it took no time.
    pub(super) fn of_run(took: Duration, totals: RunningTotals) -> Self {
        let mut run = Rates::default();
        run.read(Duration::ZERO, RunningTotals::default());
        run.read(took, totals);
        run.now()
    }
}

impl Rates {
    /// Takes the totals at a time.
    pub(super) fn read(&mut self, time: Duration, totals: RunningTotals) {
        if self.readings.len() == READINGS_MAX {
            self.readings.pop_front();
        }
        self.readings.push_back((time, totals));
    }

    /// From the oldest reading that is kept to the latest; zero before there are two.
    pub(super) fn now(&self) -> Rate {
        let ends = self.readings.front().zip(self.readings.back());
        let Some((&(since, before), &(time, totals))) = ends else {
            return Rate::default();
        };
        let seconds = time.saturating_sub(since).as_secs_f64();
        if seconds == 0.0 {
            return Rate::default();
        }
        let rate = |now: u64, before: u64| now.saturating_sub(before) as f64 / seconds;
        Rate {
            input_tokens: rate(totals.input_tokens, before.input_tokens),
            output_tokens: rate(totals.output_tokens, before.output_tokens),
            transfer_bytes: rate(totals.transfer_bytes, before.transfer_bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_has_its_averages() {
        let totals = RunningTotals { output_tokens: 300, ..RunningTotals::default() };
        let rate = |seconds| Rate::of_run(Duration::from_secs(seconds), totals).output_tokens;
        assert_eq!((rate(3), rate(0)), (100.0, 0.0));
    }

    #[test]
    fn a_rate_covers_the_readings_that_are_kept() {
        let mut rates = Rates::default();
        let mut read = |second: u64, output_tokens| {
            let totals = RunningTotals { output_tokens, ..RunningTotals::default() };
            rates.read(Duration::from_secs(second), totals);
            rates.now().output_tokens
        };
        assert_eq!(read(1, 100), 0.0);
        assert_eq!(read(2, 300), 200.0);
        for second in 3..=6 {
            read(second, 300);
        }
        assert_eq!(read(7, 300), 0.0);
        assert_eq!(read(8, 800), 100.0);
    }
}
