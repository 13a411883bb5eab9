//! Suite `isolation`: whether a thread that records notices what the exporter goes through.

mod collector;
mod counted;
mod endurance;
mod latency;
mod mode;
mod row;
mod scene;
mod spans;

use std::{io::Write, thread, time::Duration};

use quanta::Clock;

use self::{
    latency::{BATCH_CALLS, CALLS_TOGETHER, Latency},
    mode::Mode,
    row::IsolationRow,
    scene::Scene,
};
use crate::{
    cli::Args,
    error::BenchError,
    fixture::values,
    op::Op,
    reading::{Reading, pin_to, processors},
    report::Report,
};

/// What is called. The empty call shows what the method itself would take for a record.
const OPERATIONS: [&str; 4] = ["counter", "histogram", "end_span", EMPTY];
const EMPTY: &str = "empty";

/// Its place among them, and that of the one that needs an exporter.
const EMPTY_INDEX: usize = 3;
const END_SPAN_INDEX: usize = 2;

/// What is told of each.
const FIGURES: [&str; 3] = ["p50", "p99", "p99.9"];

/// The share of undisturbed batches below which the machine is reported as too busy.
const ENOUGH_UNDISTURBED: f64 = 0.25;

/// How long and how often.
#[derive(Debug, Clone, Copy)]
struct Method {
    passes: usize,
    /// Of one mode in one pass: longer than many intervals of the exporter.
    time: Duration,
    /// Batches that callgrind counts, with exports in between.
    counted: u32,
    /// Calls of such a batch. When quick, 1000 in all, so that a figure's three digits show a single instruction.
    calls: u32,
    /// The same for ends of spans, fewer, so that a queue that nothing leaves has room for all batches.
    spans: u32,
    /// Of one mode, while its memory is looked at.
    endurance: Duration,
}

impl Method {
    const FULL: Self = Self {
        passes: 5,
        time: Duration::from_secs(1),
        counted: 10,
        calls: 10_000,
        spans: 1000,
        endurance: Duration::from_secs(10),
    };
    const QUICK: Self = Self {
        passes: 1,
        time: Duration::from_millis(30),
        counted: 4,
        calls: 250,
        spans: 250,
        endurance: Duration::from_millis(400),
    };

    const fn new(quick: bool) -> Self {
        if quick { Self::QUICK } else { Self::FULL }
    }
}

pub(crate) fn run(
    args: &Args,
    out: &mut dyn Write,
    warnings: &mut dyn Write,
) -> Result<(), BenchError> {
    let method = Method::new(args.quick);
    if let Some(probe) = &args.probe {
        return counted::probe(probe, method);
    }
    let mut report = Report::begin::<IsolationRow>(out, args.json)?;
    let taken = take(method)?;
    for (operation, name) in OPERATIONS.into_iter().enumerate() {
        // Without an exporter no span is recorded.
        let peer = if operation == END_SPAN_INDEX { Mode::Up } else { Mode::NoExporter };
        for (figure, figure_name) in FIGURES.into_iter().enumerate() {
            let theirs = &taken[peer as usize][operation].nanos[figure];
            for mode in Mode::ALL.into_iter().skip(1) {
                let case = format!("{name}_{figure_name}/{}", mode.name());
                let ours = &taken[mode as usize][operation].nanos[figure];
                report.row(&IsolationRow::of(case, "ns", ours, peer.name(), theirs))?;
            }
        }
    }
    let tried = taken.iter().flatten().filter(|taken| taken.batches > 0);
    let shares = tried.map(Taken::undisturbed);
    if !args.quick && shares.fold(1.0, f64::min) < ENOUGH_UNDISTURBED {
        writeln!(warnings, "warning: the machine is too busy: most batches were interrupted")?;
    }
    endurance::run(method, &mut report)?;
    counted::run(args, method, &mut report, warnings)
}

/// Every operation's times in every mode.
fn take(method: Method) -> Result<Vec<[Taken; OPERATIONS.len()]>, BenchError> {
    let mut taken: Vec<[Taken; OPERATIONS.len()]> = Mode::ALL.map(|_| Default::default()).into();
    for _ in 0..method.passes {
        for (mode, taken) in Mode::ALL.into_iter().zip(&mut taken) {
            let scene = Scene::set(mode)?;
            let latencies = thread::scope(|scope| {
                let recording = scope.spawn(|| record(&scene, method.time));
                recording.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })?;
            scene.check()?;
            for (taken, latency) in taken.iter_mut().zip(&latencies) {
                taken.add(latency, &latencies[EMPTY_INDEX]);
            }
        }
    }
    Ok(taken)
}

/// One pass of one mode, on a processor of its own; the operations take turns.
fn record(scene: &Scene, time: Duration) -> Result<[Latency; OPERATIONS.len()], BenchError> {
    let first = processors()?.first().copied().unwrap_or(0);
    pin_to(first)?;
    let (clock, values) = (Clock::new(), values()?);
    let mut values = values.iter().copied().cycle();
    let [counters, histograms] = [counter_op(scene), histogram_op(scene)?];
    let ends = spans::end_op(scene, spans::AT_ONCE);
    let nothing = Op::new(|| (), || 0.0);
    let mut latencies = OPERATIONS.map(|_| Latency::new());
    let start = Reading::now()?;
    while Duration::from_nanos(start.until_now()?.wall()) < time {
        let [counter, histogram, span, empty] = &mut latencies;
        counter.together(&counters, CALLS_TOGETHER)?;
        histogram.together(&histograms, CALLS_TOGETHER)?;
        empty.together(&nothing, CALLS_TOGETHER)?;
        counter.one_by_one(&clock, BATCH_CALLS, || scene.counter.add(1))?;
        let mut value = || values.next().unwrap_or(0.1);
        histogram.one_by_one(&clock, BATCH_CALLS, || scene.histogram.record(value()))?;
        empty.one_by_one(&clock, BATCH_CALLS, || ())?;
        if scene.takes(2 * spans::AT_ONCE) {
            scene.will_end(2 * spans::AT_ONCE);
            ends.tidy();
            span.together(&ends, spans::BATCH_CALLS)?;
            let mut started: Vec<_> =
                (0..spans::AT_ONCE).map(|_| spans::start(&scene.tracer)).collect();
            let mut started = started.iter_mut();
            span.one_by_one(&clock, spans::BATCH_CALLS as usize, || {
                if let Some(span) = started.next() {
                    spans::end(span);
                }
            })?;
        }
    }
    Ok(latencies)
}

/// Percentiles of one operation in one mode, a value for each pass.
#[derive(Debug, Default)]
struct Taken {
    nanos: [Vec<f64>; FIGURES.len()],
    batches: usize,
    undisturbed: usize,
}

impl Taken {
    /// Takes from the time of a single call what two readings cost by themselves: the median of the empty calls.
    fn add(&mut self, latency: &Latency, empty: &Latency) {
        let own = empty.percentile(500);
        let tail = |thousandths| (latency.percentile(thousandths) - own).max(0.0);
        for (taken, nanos) in self.nanos.iter_mut().zip([latency.median(), tail(990), tail(999)]) {
            taken.push(nanos);
        }
        self.batches += latency.batches;
        self.undisturbed += latency.undisturbed;
    }

    #[expect(clippy::cast_precision_loss, reason = "numbers of batches are far below 2^53")]
    fn undisturbed(&self) -> f64 {
        self.undisturbed as f64 / self.batches.max(1) as f64
    }
}

fn counter_op(scene: &Scene) -> Op {
    let counter = scene.counter.clone();
    Op::new(move || counter.add(1), || 0.0)
}

fn histogram_op(scene: &Scene) -> Result<Op, BenchError> {
    let histogram = scene.histogram.clone();
    Ok(Op::of_values(values()?, move |value| histogram.record(value), || 0.0))
}
