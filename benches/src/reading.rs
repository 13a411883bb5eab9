//! What the kernel knows about the calling thread: its processor time, and how often it was pushed off.

use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    sys::resource::{UsageWho, getrusage},
    time::{ClockId, clock_gettime},
    unistd::Pid,
};

use crate::error::BenchError;

/// A moment of the calling thread.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reading {
    /// Monotonic time in nanoseconds, the same for all threads.
    pub(crate) wall: u64,
    /// Processor time of this thread in nanoseconds.
    pub(crate) cpu: u64,
    /// Times that the scheduler took the processor away.
    pub(crate) preemptions: i64,
}

/// From one reading to a later one of the same thread.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) cpu: u64,
    pub(crate) preempted: bool,
}

impl Span {
    /// Monotonic time in nanoseconds.
    pub(crate) const fn wall(self) -> u64 {
        self.end.saturating_sub(self.start)
    }
}

impl Reading {
    pub(crate) fn now() -> Result<Self, BenchError> {
        let usage = getrusage(UsageWho::RUSAGE_THREAD)
            .map_err(|source| BenchError::System { what: "read the thread's usage", source })?;
        Ok(Self {
            wall: nanos(ClockId::CLOCK_MONOTONIC)?,
            cpu: nanos(ClockId::CLOCK_THREAD_CPUTIME_ID)?,
            preemptions: usage.involuntary_context_switches(),
        })
    }

    pub(crate) fn until_now(self) -> Result<Span, BenchError> {
        // In the opposite order of `now`, so that no clock's cost is counted by another.
        let cpu = nanos(ClockId::CLOCK_THREAD_CPUTIME_ID)?;
        let now = Self::now()?;
        Ok(Span {
            start: self.wall,
            end: now.wall,
            cpu: cpu.saturating_sub(self.cpu),
            preempted: now.preemptions != self.preemptions,
        })
    }
}

/// Processor time of all threads of this process in nanoseconds.
pub(crate) fn process_cpu() -> Result<u64, BenchError> {
    nanos(ClockId::CLOCK_PROCESS_CPUTIME_ID)
}

/// Processor time of all threads of another process in nanoseconds.
pub(crate) fn process_cpu_of(process: Pid) -> Result<u64, BenchError> {
    let clock = ClockId::pid_cpu_clock_id(process)
        .map_err(|source| BenchError::System { what: "find a process's clock", source })?;
    nanos(clock)
}

/// Nanoseconds since 1970.
pub(crate) fn unix_nanos() -> Result<u64, BenchError> {
    nanos(ClockId::CLOCK_REALTIME)
}

fn nanos(clock: ClockId) -> Result<u64, BenchError> {
    let time = clock_gettime(clock)
        .map_err(|source| BenchError::System { what: "read a clock", source })?;
    let nanos = time.tv_sec() * 1_000_000_000 + time.tv_nsec();
    Ok(u64::try_from(nanos).unwrap_or(0))
}

/// The processors that this process may use, in order.
pub(crate) fn processors() -> Result<Vec<usize>, BenchError> {
    let allowed = sched_getaffinity(Pid::from_raw(0))
        .map_err(|source| BenchError::System { what: "list the processors", source })?;
    Ok((0..CpuSet::count()).filter(|cpu| allowed.is_set(*cpu).unwrap_or(false)).collect())
}

/// Ties the calling thread to one processor.
pub(crate) fn pin_to(processor: usize) -> Result<(), BenchError> {
    let mut set = CpuSet::new();
    set.set(processor)
        .and_then(|()| sched_setaffinity(Pid::from_raw(0), &set))
        .map_err(|source| BenchError::System { what: "pin a thread to a processor", source })
}
