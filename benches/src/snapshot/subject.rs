//! What both libraries are asked to do, and how their memory is counted.

use std::{sync::Barrier, thread};

use allocation_counter::{AllocationInfo, measure};

use crate::{error::BenchError, fixture::values, otlp::Shown};

/// Values that each series holds.
pub(super) const VALUES_PER_SERIES: u32 = 20;

/// Rounds of recording and settling after which every thread has all the memory that it will get: what a thread asks
/// for in one round it has in the next.
const ROUNDS: u32 = 6;

/// A library with [`SERIES`](crate::fixture::SERIES) histograms.
pub(super) trait Subject: Sized + Sync {
    const NAME: &'static str;

    /// Binds all series.
    fn new() -> Self;

    /// Records one value into every series.
    fn touch(&self, value: f64);

    /// What is left to the reader's thread after new threads have recorded.
    fn settle(&self);

    /// Reads and encodes all series into memory that is kept; returns the bytes encoded.
    fn cycle(&mut self) -> Result<u64, BenchError>;

    /// What a cycle's bytes show.
    fn shown(&mut self) -> Result<Shown, BenchError>;
}

/// A subject whose series hold [`VALUES_PER_SERIES`] values each, and the bytes that they keep.
pub(super) fn build<S: Subject>() -> (S, u64) {
    let values = values().unwrap_or_default();
    let mut subject = None;
    let info = measure(|| {
        let new = S::new();
        for value in values.iter().take(VALUES_PER_SERIES as usize) {
            new.touch(*value);
            new.settle();
        }
        subject = Some(new);
    });
    (subject.unwrap_or_else(S::new), kept(info))
}

/// Counts the allocations of a call.
pub(super) fn counted<T>(
    call: impl FnOnce() -> Result<T, BenchError>,
) -> Result<AllocationInfo, BenchError> {
    let mut outcome = None;
    let info = measure(|| outcome = Some(call()));
    outcome.transpose()?;
    Ok(info)
}

/// The bytes that `threads` further threads, all alive at once, make the subject keep by recording into every series.
pub(super) fn touch_from_more_threads<S: Subject>(subject: &S, threads: u32) -> u64 {
    let meeting = Barrier::new(threads as usize + 1);
    thread::scope(|scope| {
        let touch = || {
            let mut bytes = 0;
            for _ in 0..ROUNDS {
                bytes += kept(measure(|| subject.touch(0.1)));
                meeting.wait();
                meeting.wait();
            }
            bytes
        };
        let touching: Vec<_> = (0..threads).map(|_| scope.spawn(touch)).collect();
        let mut bytes = 0;
        for _ in 0..ROUNDS {
            meeting.wait();
            bytes += kept(measure(|| subject.settle()));
            meeting.wait();
        }
        let touched = touching.into_iter().map(|thread| thread.join().unwrap_or(0));
        bytes + touched.sum::<u64>()
    })
}

fn kept(info: AllocationInfo) -> u64 {
    u64::try_from(info.bytes_current).unwrap_or(0)
}
