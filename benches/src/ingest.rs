//! Suite `ingest`: what a collector makes of metrics requests, in processor time of its process.

mod mode;
mod row;

use std::{io::Write, path::Path};

use tokio::time::Duration;

pub use self::mode::Mode;
pub(crate) use self::mode::short;
use self::row::IngestRow;
use crate::{
    cli::Args,
    error::BenchError,
    limit::LimitRow,
    load::{Change, Fleet, Payload, Plan, Until, drive},
    pause::pause,
    report::Report,
    subject::{Process, Programs, Subject, Work},
    yardstick,
};

/// Times that every series is sent before anything is measured: whatever a subject remembers, it has seen by then.
const WARM_UP_ROUNDS: usize = 4;

/// Longest that a load with changes runs before it is measured, until what is remembered of changes is at its bound.
const WARM_UP_SECONDS: f64 = 3.0;

/// After a load, until what it set off has been done.
const SETTLE: Duration = Duration::from_secs(1);
const SETTLE_QUICK: Duration = Duration::from_millis(50);

/// What a cell costs ours, and what it may.
type Costs = Vec<(Mode, usize, f64)>;

pub(crate) fn run(
    args: &Args,
    out: &mut dyn Write,
    warnings: &mut dyn Write,
) -> Result<(), BenchError> {
    if let Some(probe) = &args.probe {
        return yardstick::serve(probe);
    }
    let programs = Programs::find(args, &Subject::SHOWING, warnings)?;
    let mut report = Report::begin::<IngestRow>(out, args.json)?;
    let mut costs = Costs::new();
    for mode in Mode::chosen(args) {
        for series in mode.series(args) {
            let mut ours = None;
            for (subject, program) in programs.iter() {
                let cell = Cell { mode, series, seconds: args.seconds(), quick: args.quick };
                let row = cell.measure(subject, program, ours)?;
                if subject == Subject::Inferometer {
                    ours = Some(row.cost());
                    costs.push((mode, series, row.cost()));
                }
                report.row(&row)?;
            }
        }
    }
    show_limits(&costs, &mut report)
}

/// Ours beside what is promised.
fn show_limits(costs: &Costs, report: &mut Report<'_>) -> Result<(), BenchError> {
    if costs.is_empty() {
        return Ok(());
    }
    report.table::<LimitRow>()?;
    for (mode, series, cost) in costs {
        let case = format!("{}/{}", mode.name(), short(*series));
        report.row(&LimitRow::new("ingest", case, *cost, mode.limit(*series), "CPU-s/Mpoint"))?;
    }
    let saturated = |series| {
        let mut found =
            costs.iter().filter(|(mode, of, _)| *mode == Mode::Saturated && *of == series);
        found.next().map(|(_, _, cost)| *cost)
    };
    if let (Some(few), Some(many)) = (saturated(1000), saturated(100_000)) {
        let limit = mode::GROWTH_LIMIT;
        report.row(&LimitRow::new("ingest", "growth/1k to 100k", many / few, limit, "x"))?;
    }
    Ok(())
}

/// What is measured of each subject.
#[derive(Debug, Clone, Copy)]
struct Cell {
    mode: Mode,
    series: usize,
    seconds: f64,
    quick: bool,
}

impl Cell {
    fn measure(
        self,
        subject: Subject,
        program: &Path,
        ours: Option<f64>,
    ) -> Result<IngestRow, BenchError> {
        let process = Process::start(subject, program, Work::Show)?;
        let instances_per_request = self.mode.instances_per_request();
        let mut lanes = Fleet { series: self.series, instances_per_request }.templates();
        let idle = process.resident()?;
        warm_up(&process, &mut lanes, self.mode.change(), self.seconds)?;
        let before = process.cpu()?;
        let plan = Plan {
            change: self.mode.change(),
            rate: self.mode.rate(),
            until: Until::Elapsed(Duration::from_secs_f64(self.seconds)),
        };
        let tally = drive(process.name(), process.otlp(), &mut lanes, plan)?;
        pause(if self.quick { SETTLE_QUICK } else { SETTLE })?;
        let cpu = process.cpu()? - before;
        let resident = process.resident()?;
        Ok(IngestRow::new((self.mode, self.series, subject), &tally, cpu, [idle, resident], ours))
    }
}

/// Sends until every series is known, and for a load with changes until nothing new is remembered of them.
pub(crate) fn warm_up<P: Payload + Send>(
    process: &Process,
    lanes: &mut [Vec<P>],
    change: Change,
    seconds: f64,
) -> Result<(), BenchError> {
    let plan = Plan { change: Change::None, rate: None, until: Until::Rounds(WARM_UP_ROUNDS) };
    drive(process.name(), process.otlp(), lanes, plan)?;
    if change != Change::None {
        let time = Duration::from_secs_f64(seconds.min(WARM_UP_SECONDS));
        let plan = Plan { change, rate: None, until: Until::Elapsed(time) };
        drive(process.name(), process.otlp(), lanes, plan)?;
    }
    Ok(())
}
