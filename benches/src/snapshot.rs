//! Suite `snapshot`: from 10,000 histograms to OTLP bytes, as a reader does at every interval.

mod inferometer;
mod opentelemetry;
mod subject;

use std::io::Write;

pub(crate) use self::opentelemetry::SharedReader;
use self::{inferometer::Inferometer, opentelemetry::OpenTelemetry, subject::Subject};
use crate::{
    cli::{Args, Suite},
    compare::median,
    error::BenchError,
    fixture::SERIES,
    reading::Reading,
    report::{Report, ValueRow},
};

const PEER: &str = "opentelemetry_sdk";

/// Threads that touch every series for the second memory figure: a small engine's workers.
const MEMORY_THREADS: u32 = 8;

/// Cycles that are counted, after those that let buffers grow.
const CYCLES: usize = 41;
const CYCLES_QUICK: usize = 3;
const WARM_UP: usize = 3;

pub(crate) fn run(
    args: &Args,
    out: &mut dyn Write,
    warnings: &mut dyn Write,
) -> Result<(), BenchError> {
    let mut report = Report::begin::<ValueRow>(out, args.json)?;
    let (mut ours, our_memory) = subject::build::<Inferometer>();
    let (mut peer, peer_memory) = subject::build::<OpenTelemetry>();
    let cycles = if args.quick { CYCLES_QUICK } else { CYCLES };
    for _ in 0..WARM_UP {
        check(&mut ours)?;
        check(&mut peer)?;
    }

    let (mut our_times, mut peer_times) = (Times::default(), Times::default());
    for _ in 0..cycles {
        our_times.take(&mut ours)?;
        peer_times.take(&mut peer)?;
    }
    if !args.quick && (our_times.disturbed > cycles / 2 || peer_times.disturbed > cycles / 2) {
        writeln!(warnings, "warning: the machine is busy: most cycles were interrupted")?;
    }
    let allocations = |info: allocation_counter::AllocationInfo| info.count_total;
    let our_allocations = allocations(subject::counted(|| ours.cycle())?);
    let peer_allocations = allocations(subject::counted(|| peer.cycle())?);
    let (our_bytes, peer_bytes) = (ours.cycle()?, peer.cycle()?);
    let our_more = subject::touch_from_more_threads(&ours, MEMORY_THREADS - 1);
    let peer_more = subject::touch_from_more_threads(&peer, MEMORY_THREADS - 1);

    let mut row = |case, unit, ours: f64, peer: f64| {
        report.row(&ValueRow::new(Suite::Snapshot.name(), case, unit, ours, PEER, peer))
    };
    row("collect_encode_10k_histograms", "ms", our_times.millis(), peer_times.millis())?;
    row("allocations_per_cycle", "{allocation}", float(our_allocations), float(peer_allocations))?;
    row("encoded_bytes_per_series", "By", per_series(our_bytes), per_series(peer_bytes))?;
    row("memory_per_series_1_thread", "By", per_series(our_memory), per_series(peer_memory))?;
    let (our_memory, peer_memory) = (our_memory + our_more, peer_memory + peer_more);
    row("memory_per_series_8_threads", "By", per_series(our_memory), per_series(peer_memory))
}

/// Both must show all series and all that was recorded, or one of them was measured doing less.
fn check<S: Subject>(subject: &mut S) -> Result<(), BenchError> {
    let shown = subject.shown()?;
    let expected = f64::from(SERIES) * f64::from(subject::VALUES_PER_SERIES);
    if shown.points != SERIES as usize || (shown.total - expected).abs() > 0.5 {
        let message = format!("shows {shown:?}, not {SERIES} points and a total of {expected}");
        return Err(BenchError::library(S::NAME, message));
    }
    Ok(())
}

/// Processor time of cycles, by whether the scheduler came in between.
#[derive(Debug, Default)]
struct Times {
    nanos: Vec<u64>,
    disturbed: usize,
}

impl Times {
    /// Cycles are longer than the time between two interruptions on a busy machine, so they all count: processor time
    /// leaves out what others ran, and the median the worst of what they did to the caches.
    fn take<S: Subject>(&mut self, subject: &mut S) -> Result<(), BenchError> {
        let mut outcome = Ok(0);
        let before = Reading::now()?;
        // Leaves out the bookkeeping of each allocation, which would count against whoever allocates more.
        allocation_counter::opt_out(|| outcome = subject.cycle());
        let span = before.until_now()?;
        outcome?;
        self.nanos.push(span.cpu);
        self.disturbed += usize::from(span.preempted);
        Ok(())
    }

    fn millis(&self) -> f64 {
        median(self.nanos.iter().map(|nanos| float(*nanos) / 1e6).collect())
    }
}

fn per_series(bytes: u64) -> f64 {
    float(bytes) / f64::from(SERIES)
}

#[expect(clippy::cast_precision_loss, reason = "times and sizes of benches are far below 2^53")]
const fn float(value: u64) -> f64 {
    value as f64
}
