//! Suite `isolation`: whether a thread that records notices what the exporter goes through.

mod collector;
mod latency;
mod mode;

use std::{
    io::Write,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use quanta::Clock;
use serde::Serialize;

use self::{
    latency::Latency,
    mode::{Mode, NO_EXPORTER, Scene},
};
use crate::{
    cli::{Args, Suite},
    compare::median,
    error::BenchError,
    fixture::values,
    instructions::Callgrind,
    op::{Op, run_batch},
    reading::{Reading, pin_to, processors},
    report::{Report, Row, ValueRow},
};

/// What is called. The empty call shows what the method itself would take for a record.
const OPERATIONS: [&str; 3] = ["counter", "histogram", "empty"];

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
}

impl Method {
    const FULL: Self = Self { passes: 5, time: Duration::from_secs(1), counted: 10, calls: 10_000 };
    const QUICK: Self = Self { passes: 1, time: Duration::from_millis(30), counted: 4, calls: 250 };

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
        return run_probe(probe, method);
    }
    let mut report = Report::begin::<IsolationRow>(out, args.json)?;
    let mut taken: Vec<[Taken; 3]> = Mode::ALL.map(|_| Default::default()).into();
    for _ in 0..method.passes {
        for (mode, taken) in Mode::ALL.into_iter().zip(&mut taken) {
            let scene = Scene::set(mode)?;
            let latencies = thread::scope(|scope| {
                let recording = scope.spawn(|| record(&scene, method.time));
                recording.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })?;
            scene.check()?;
            for (taken, latency) in taken.iter_mut().zip(&latencies) {
                taken.add(latency, &latencies[2]);
            }
        }
    }
    for (operation, name) in OPERATIONS.into_iter().enumerate() {
        for (figure, figure_name) in FIGURES.into_iter().enumerate() {
            let peer = &taken[0][operation].nanos[figure];
            for (mode, taken) in Mode::ALL.into_iter().zip(&taken).skip(1) {
                let case = format!("{name}_{figure_name}/{}", mode.name());
                let row = IsolationRow::of(case, "ns", &taken[operation].nanos[figure], peer);
                report.row(&row)?;
            }
        }
    }
    let shares = taken.iter().flatten().map(Taken::undisturbed);
    if !args.quick && shares.fold(1.0, f64::min) < ENOUGH_UNDISTURBED {
        writeln!(warnings, "warning: the machine is too busy: most batches were interrupted")?;
    }
    count_instructions(args, method, &mut report, warnings)
}

/// One pass of one mode, on a processor of its own; the operations take turns.
fn record(scene: &Scene, time: Duration) -> Result<[Latency; 3], BenchError> {
    let first = processors()?.first().copied().unwrap_or(0);
    pin_to(first)?;
    let (clock, values) = (Clock::new(), values()?);
    let mut values = values.iter().copied().cycle();
    let [counters, histograms] = [counter_op(scene), histogram_op(scene)?];
    let nothing = Op::new(|| (), || 0.0);
    let mut latencies = OPERATIONS.map(|_| Latency::new());
    let start = Reading::now()?;
    while Duration::from_nanos(start.until_now()?.wall()) < time {
        let [counter, histogram, empty] = &mut latencies;
        counter.together(&counters)?;
        histogram.together(&histograms)?;
        empty.together(&nothing)?;
        counter.one_by_one(&clock, || scene.counter.add(1))?;
        histogram.one_by_one(&clock, || scene.histogram.record(values.next().unwrap_or(0.1)))?;
        empty.one_by_one(&clock, || ())?;
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

fn count_instructions(
    args: &Args,
    method: Method,
    report: &mut Report<'_>,
    warnings: &mut dyn Write,
) -> Result<(), BenchError> {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    if version.is_err() {
        writeln!(warnings, "SKIPPED: instructions: install Debian's package `valgrind`")?;
        return Ok(());
    }
    let callgrind = Callgrind::new(args)?;
    let calls = f64::from(method.counted) * f64::from(method.calls);
    for operation in ["counter", "histogram"] {
        let count = |mode: Mode| -> Result<f64, BenchError> {
            Ok(callgrind.count(&format!("{operation}/{}", mode.name()))? / calls)
        };
        let peer = [count(Mode::NoExporter)?];
        for mode in Mode::ALL.into_iter().skip(1) {
            let case = format!("{operation}_instructions/{}", mode.name());
            report.row(&IsolationRow::of(case, "{instruction}", &[count(mode)?], &peer))?;
        }
    }
    Ok(())
}

/// What runs under callgrind.
fn run_probe(probe: &str, method: Method) -> Result<(), BenchError> {
    let unknown = || BenchError::UnknownProbe(probe.to_owned());
    let (operation, mode) = probe.split_once('/').ok_or_else(unknown)?;
    let mode = Mode::ALL.into_iter().find(|known| known.name() == mode).ok_or_else(unknown)?;
    let scene = Scene::set(mode)?;
    let op = match operation {
        "counter" => counter_op(&scene),
        "histogram" => histogram_op(&scene)?,
        _ => return Err(unknown()),
    };
    op.warm_up(u64::from(method.calls));
    for _ in 0..method.counted {
        Scene::let_it_export();
        run_batch(&op, u64::from(method.calls));
    }
    scene.check()
}

fn counter_op(scene: &Scene) -> Op {
    let counter = scene.counter.clone();
    Op::new(move || counter.add(1), || 0.0)
}

fn histogram_op(scene: &Scene) -> Result<Op, BenchError> {
    let histogram = scene.histogram.clone();
    Ok(Op::of_values(values()?, move |value| histogram.record(value), || 0.0))
}

/// A row with the spread of our figure over the passes, which the table alone shows.
#[derive(Debug, Serialize)]
struct IsolationRow {
    #[serde(flatten)]
    value: ValueRow,
    #[serde(skip)]
    spread: [f64; 2],
}

impl IsolationRow {
    fn of(case: String, unit: &'static str, ours: &[f64], peer: &[f64]) -> Self {
        let middle = |values: &[f64]| median(values.to_vec());
        let suite = Suite::Isolation.name();
        let lowest = ours.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = ours.iter().copied().fold(0.0, f64::max);
        Self {
            value: ValueRow::new(suite, case, unit, middle(ours), NO_EXPORTER, middle(peer)),
            spread: [lowest, highest],
        }
    }
}

impl Row for IsolationRow {
    const HEAD: &'static str = "case                                     ours  peer                               peer    ratio  unit           passes";

    fn line(&self) -> String {
        let [lowest, highest] = self.spread;
        let line = self.value.line();
        let unit = self.value.unit;
        let gap = 15_usize.saturating_sub(unit.len());
        format!("{line}{:gap$}{lowest:.2}..{highest:.2}", "")
    }
}
