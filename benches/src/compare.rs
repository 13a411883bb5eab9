//! Two operations in turn, so that whatever slows the machine slows both.

use crate::{
    crew::{Batch, Crew},
    error::BenchError,
    op::Op,
};

/// How long and how often to measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Method {
    /// Processor time of one batch in nanoseconds: long enough for the clock, short enough to fit between two
    /// interruptions.
    batch_nanos: f64,
    /// Undisturbed batches of each operation in a pass.
    batches: usize,
    /// Batches that a pass tries at most. A machine that leaves fewer than `batches` of them undisturbed is reported.
    max_batches: usize,
    passes: usize,
}

/// The median of the passes' medians.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figure {
    /// Processor time of one call in nanoseconds.
    pub(crate) nanos: f64,
    /// Undisturbed batches, as a share of those that were run.
    pub(crate) undisturbed: f64,
    /// Whether there were enough undisturbed batches. If not, `nanos` is from all batches.
    pub(crate) enough: bool,
}

const OURS: usize = 0;
const PEER: usize = 1;

impl Method {
    /// For figures that are quoted.
    const FULL: Self = Self { batch_nanos: 100_000.0, batches: 200, max_batches: 4000, passes: 5 };
    /// For showing that everything works.
    const QUICK: Self = Self { batch_nanos: 10_000.0, batches: 3, max_batches: 6, passes: 1 };

    pub(crate) const fn new(quick: bool) -> Self {
        if quick { Self::QUICK } else { Self::FULL }
    }

    /// Measures both operations on the same threads.
    pub(crate) fn compare(
        self,
        threads: usize,
        ours: &Op,
        peer: &Op,
    ) -> Result<[Figure; 2], BenchError> {
        Crew::work(threads, &[ours, peer], |crew| {
            let times = [self.calibrate(crew, OURS)?, self.calibrate(crew, PEER)?];
            let mut passes = Vec::with_capacity(self.passes);
            for _ in 0..self.passes {
                passes.push(self.pass(crew, times)?);
            }
            Ok([Figure::of(&passes, OURS), Figure::of(&passes, PEER)])
        })
    }

    /// Calls per batch: as many as take about `batch_nanos`.
    fn calibrate(self, crew: &Crew<'_>, op: usize) -> Result<u64, BenchError> {
        let mut times = 16_u64;
        // What only a thread's first calls cost would make the batches too short.
        crew.batch(op, times)?;
        loop {
            let nanos = crew.batch(op, times)?.nanos.max(0.01);
            let wanted = self.batch_nanos / nanos;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "positive and at most 100 times the batch's nanoseconds"
            )]
            if (times as f64) < wanted / 2.0 {
                times = (times * 4).min(wanted as u64);
            } else {
                return Ok((wanted as u64).max(1));
            }
        }
    }

    fn pass(self, crew: &Crew<'_>, times: [u64; 2]) -> Result<[Pass; 2], BenchError> {
        let mut passes = [Pass::default(), Pass::default()];
        for _ in 0..self.max_batches {
            for (op, pass) in passes.iter_mut().enumerate() {
                pass.batches.push(crew.batch(op, times[op])?);
            }
            if passes.iter().all(|pass| pass.undisturbed() >= self.batches) {
                break;
            }
        }
        for pass in &mut passes {
            pass.enough = pass.undisturbed() >= self.batches;
        }
        Ok(passes)
    }
}

#[derive(Debug, Default)]
struct Pass {
    batches: Vec<Batch>,
    enough: bool,
}

impl Pass {
    fn undisturbed(&self) -> usize {
        self.batches.iter().filter(|batch| batch.undisturbed).count()
    }

    fn median(&self) -> f64 {
        let chosen = self.batches.iter().filter(|batch| batch.undisturbed || !self.enough);
        median(chosen.map(|batch| batch.nanos).collect())
    }
}

impl Figure {
    #[expect(clippy::cast_precision_loss, reason = "numbers of batches are far below 2^53")]
    fn of(passes: &[[Pass; 2]], op: usize) -> Self {
        let passes = || passes.iter().map(|pass| &pass[op]);
        let run: usize = passes().map(|pass| pass.batches.len()).sum();
        let undisturbed: usize = passes().map(Pass::undisturbed).sum();
        Self {
            nanos: median(passes().map(Pass::median).collect()),
            undisturbed: undisturbed as f64 / run.max(1) as f64,
            enough: passes().all(|pass| pass.enough),
        }
    }
}

/// The middle value, or the mean of the two middle ones; 0 of nothing.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        length if length % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disturbed_batches_are_left_out_unless_too_few_others_remain() {
        let batch = |nanos, undisturbed| Batch { nanos, undisturbed };
        let batches = vec![batch(1.0, true), batch(9.0, false), batch(9.0, false)];
        let mut pass = Pass { batches, enough: true };
        assert_eq!(pass.median().to_bits(), 1.0_f64.to_bits());
        pass.enough = false;
        assert_eq!(pass.median().to_bits(), 9.0_f64.to_bits());
    }

    #[test]
    fn the_median_is_the_middle() {
        for (values, middle) in [(vec![], 0.0), (vec![3.0, 1.0, 2.0], 2.0), (vec![4.0, 1.0], 2.5)] {
            assert_eq!(median(values).to_bits(), f64::to_bits(middle));
        }
    }
}
