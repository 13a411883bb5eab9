//! Threads that run the same batch at the same moment, each on a processor of its own.

use std::{
    hint::spin_loop,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    thread::{self, yield_now},
};

use parking_lot::Mutex;

use crate::{
    error::BenchError,
    op::{Op, run_batch},
    reading::{Reading, Span, pin_to, processors},
};

/// How long each thread's batch must have run beside the others', or the batch doesn't show contention.
const MIN_OVERLAP: f64 = 0.85;

/// Turns of the barrier's loop before it offers the processor to somebody else.
const SPINS_BEFORE_YIELD: u32 = 1 << 14;

/// The command that ends a follower.
const STOP: u64 = 0;

/// One batch of all threads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Batch {
    /// Processor time of one call, mean over the threads, in nanoseconds.
    pub(crate) nanos: f64,
    /// Whether no thread was pushed off its processor and all ran side by side.
    pub(crate) undisturbed: bool,
}

/// The threads' meeting place.
pub(crate) struct Crew<'a> {
    ops: &'a [&'a Op],
    barrier: SpinBarrier,
    /// What to run next: the operation's place in `ops`, and how often.
    op: AtomicUsize,
    times: AtomicU64,
    spans: Vec<Mutex<Result<Span, BenchError>>>,
}

impl<'a> Crew<'a> {
    /// Calls `lead` on the first of `threads` pinned threads, while the others follow its batches.
    pub(crate) fn work<T: Send>(
        threads: usize,
        ops: &'a [&'a Op],
        lead: impl FnOnce(&Self) -> Result<T, BenchError> + Send,
    ) -> Result<T, BenchError> {
        let processors = processors()?;
        if threads > processors.len() {
            return Err(BenchError::TooFewProcessors { threads, processors: processors.len() });
        }
        let crew = Self {
            ops,
            barrier: SpinBarrier::new(threads),
            op: AtomicUsize::new(0),
            times: AtomicU64::new(STOP),
            spans: (0..threads).map(|_| Mutex::new(Ok(Span::default()))).collect(),
        };
        let crew = &crew;
        thread::scope(|scope| {
            let mut places = processors.iter().copied().take(threads).enumerate();
            let first = places.next().map_or(0, |(_, processor)| processor);
            for (member, processor) in places {
                scope.spawn(move || crew.follow(member, processor));
            }
            let leader = scope.spawn(move || {
                let outcome = pin_to(first).and_then(|()| lead(crew));
                crew.times.store(STOP, Ordering::Relaxed);
                crew.barrier.wait();
                outcome
            });
            leader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// Runs one batch on all threads. Called by the leader alone.
    pub(crate) fn batch(&self, op: usize, times: u64) -> Result<Batch, BenchError> {
        self.op.store(op, Ordering::Relaxed);
        self.times.store(times.max(1), Ordering::Relaxed);
        self.barrier.wait();
        self.run(0);
        self.barrier.wait();
        self.ops[op].tidy();
        let spans =
            self.spans.iter().map(|span| std::mem::replace(&mut *span.lock(), Ok(Span::default())));
        let spans = spans.collect::<Result<Vec<Span>, _>>()?;
        Ok(Batch::of(&spans, times))
    }

    fn follow(&self, member: usize, processor: usize) {
        let pinned = pin_to(processor);
        let mut failed = pinned.err();
        loop {
            self.barrier.wait();
            if self.times.load(Ordering::Relaxed) == STOP {
                return;
            }
            self.run(member);
            if let Some(error) = failed.take() {
                *self.spans[member].lock() = Err(error);
            }
            self.barrier.wait();
        }
    }

    fn run(&self, member: usize) {
        let times = self.times.load(Ordering::Relaxed);
        let op = self.ops[self.op.load(Ordering::Relaxed)];
        let span = Reading::now().and_then(|before| {
            run_batch(op, times);
            before.until_now()
        });
        *self.spans[member].lock() = span;
    }
}

impl Batch {
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of a batch are far below 2^53")]
    fn of(spans: &[Span], times: u64) -> Self {
        let cpu: u64 = spans.iter().map(|span| span.cpu).sum();
        let calls = times.max(1) * spans.len() as u64;
        let start = spans.iter().map(|span| span.start);
        let end = spans.iter().map(|span| span.end);
        let (first_start, last_start) =
            (start.clone().min().unwrap_or(0), start.max().unwrap_or(0));
        let (first_end, last_end) = (end.clone().min().unwrap_or(0), end.max().unwrap_or(0));
        let together = first_end.saturating_sub(last_start) as f64;
        let overlap = together / last_end.saturating_sub(first_start).max(1) as f64;
        Self {
            nanos: cpu as f64 / calls as f64,
            undisturbed: overlap >= MIN_OVERLAP && !spans.iter().any(|span| span.preempted),
        }
    }
}

/// Lets all threads go at the same moment, which a barrier that sleeps cannot.
struct SpinBarrier {
    size: usize,
    arrived: AtomicUsize,
    generation: AtomicUsize,
}

impl SpinBarrier {
    const fn new(size: usize) -> Self {
        Self { size, arrived: AtomicUsize::new(0), generation: AtomicUsize::new(0) }
    }

    fn wait(&self) {
        let generation = self.generation.load(Ordering::Acquire);
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.size {
            self.arrived.store(0, Ordering::Relaxed);
            self.generation.fetch_add(1, Ordering::Release);
            return;
        }
        let mut spins = 0_u32;
        while self.generation.load(Ordering::Acquire) == generation {
            spins = spins.wrapping_add(1);
            if spins.is_multiple_of(SPINS_BEFORE_YIELD) {
                yield_now();
            } else {
                spin_loop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(spans: &[(u64, u64, bool)], undisturbed: bool) {
        let spans: Vec<Span> = spans
            .iter()
            .map(|(start, end, preempted)| Span {
                start: *start,
                end: *end,
                cpu: end - start,
                preempted: *preempted,
            })
            .collect();
        assert_eq!(Batch::of(&spans, 10).undisturbed, undisturbed, "{spans:?}");
    }

    #[test]
    fn a_batch_counts_only_if_all_threads_ran_side_by_side_and_none_was_pushed_off() {
        check(&[(0, 100, false)], true);
        check(&[(0, 100, true)], false);
        check(&[(0, 100, false), (5, 105, false)], true);
        check(&[(0, 100, false), (50, 150, false)], false);
        check(&[(0, 100, false), (200, 300, false)], false);
        check(&[(0, 100, false), (0, 100, true)], false);
    }

    #[test]
    fn a_call_costs_the_mean_of_the_threads_processor_time() {
        let span = |cpu| Span { start: 0, end: 100, cpu, preempted: false };
        let batch = Batch::of(&[span(100), span(300)], 10);
        assert!((batch.nanos - 20.0).abs() < 1e-9, "{batch:?}");
    }
}
