//! How long calls take: many together for the median, and each between two readings of the clock for the tail.

use quanta::Clock;

use crate::{
    compare::median,
    error::BenchError,
    op::{Op, run_batch},
    reading::Reading,
};

/// Longer calls are counted as this long, in nanoseconds.
const LONGEST: usize = 1 << 16;

/// Calls of one batch at most: with the readings around them about 100 µs.
pub(super) const BATCH_CALLS: usize = 2000;

/// Calls that are timed together: about as long.
pub(super) const CALLS_TOGETHER: u32 = 20_000;

/// Calls before each batch, so that what ran in between does not count.
pub(super) const WARM_UP: u32 = 100;

/// How many calls took how many nanoseconds.
#[derive(Debug)]
pub(super) struct Latency {
    counts: Vec<u64>,
    /// Processor time of one call, a mean for each batch of calls that were timed together.
    means: Vec<f64>,
    pub(super) batches: usize,
    pub(super) undisturbed: usize,
}

impl Latency {
    pub(super) fn new() -> Self {
        Self { counts: vec![0; LONGEST + 1], means: Vec::new(), batches: 0, undisturbed: 0 }
    }

    /// Times a batch of calls together, and forgets it if the thread lost its processor meanwhile.
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of a batch are far below 2^53")]
    pub(super) fn together(&mut self, op: &Op, calls: u32) -> Result<(), BenchError> {
        op.warm_up(u64::from(WARM_UP));
        let before = Reading::now()?;
        run_batch(op, u64::from(calls));
        let span = before.until_now()?;
        self.batches += 1;
        if !span.preempted {
            self.undisturbed += 1;
            self.means.push(span.cpu as f64 / f64::from(calls));
        }
        Ok(())
    }

    /// The median of calls that were timed together; 0 of nothing.
    pub(super) fn median(&self) -> f64 {
        median(self.means.clone())
    }

    /// Times a batch of at most [`BATCH_CALLS`] calls one by one, and forgets them if the thread lost its processor meanwhile.
    pub(super) fn one_by_one(
        &mut self,
        clock: &Clock,
        calls: usize,
        mut call: impl FnMut(),
    ) -> Result<(), BenchError> {
        let mut pairs = [(0_u64, 0_u64); BATCH_CALLS];
        let pairs = &mut pairs[..calls.min(BATCH_CALLS)];
        for _ in 0..WARM_UP {
            call();
        }
        let before = Reading::now()?;
        for pair in pairs.iter_mut() {
            let start = clock.raw();
            call();
            *pair = (start, clock.raw());
        }
        let span = before.until_now()?;
        self.batches += 1;
        if !span.preempted {
            self.undisturbed += 1;
            for (start, end) in pairs {
                self.add(clock.delta_as_nanos(*start, *end));
            }
        }
        Ok(())
    }

    fn add(&mut self, nanos: u64) {
        let nanos = usize::try_from(nanos).unwrap_or(LONGEST).min(LONGEST);
        self.counts[nanos] += 1;
    }

    /// The shortest time that at most `thousandths` of all calls stay within; 0 of nothing.
    pub(super) fn percentile(&self, thousandths: u64) -> f64 {
        let all: u64 = self.counts.iter().sum();
        let wanted = (all * thousandths).div_ceil(1000);
        let mut seen = 0;
        let found = self.counts.iter().position(|count| {
            seen += count;
            seen >= wanted
        });
        u32::try_from(found.unwrap_or(0)).map_or(0.0, f64::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_time_that_so_many_calls_stay_within() {
        let mut latency = Latency::new();
        assert_eq!(latency.percentile(500).to_bits(), 0.0_f64.to_bits());
        (1..=1000).for_each(|nanos| latency.add(nanos));
        latency.add(u64::MAX);
        for (thousandths, expected) in [(500, 501.0), (999, 1000.0), (1000, 65_536.0)] {
            assert_eq!(latency.percentile(thousandths).to_bits(), f64::to_bits(expected));
        }
    }
}
