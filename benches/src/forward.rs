//! Suite `forward`: what a collector that forwards metrics by OTLP makes of a million points.

mod row;
mod sink;

use std::{io::Write, path::Path};

use tokio::time::{Duration, Instant};

use self::{row::ForwardRow, sink::Sink};
use crate::{
    cli::Args,
    error::BenchError,
    ingest::warm_up,
    limit::LimitRow,
    load::{Change, Fleet, Plan, Until, drive},
    pause::pause,
    report::Report,
    subject::{Process, Programs, Subject, Work},
};

const SERIES: usize = 10_000;
const SERIES_QUICK: usize = 1000;

/// Points per second of the load with a pace, which shows what a point costs where nothing waits.
const PACE: u32 = 50_000;

/// For what a subject holds to arrive after the load.
const ARRIVAL_MAX: Duration = Duration::from_secs(20);
const ARRIVAL_PAUSE: Duration = Duration::from_millis(20);

/// After the last has arrived, until its answer has been dealt with.
const SETTLE: Duration = Duration::from_millis(500);

/// CPU-seconds that a million points may cost as fast as they are taken.
const LIMIT: f64 = 0.4;

pub(crate) fn run(
    args: &Args,
    out: &mut dyn Write,
    warnings: &mut dyn Write,
) -> Result<(), BenchError> {
    let programs = Programs::find(args, &[Subject::Inferometer, Subject::Rotel], warnings)?;
    let mut report = Report::begin::<ForwardRow>(out, args.json)?;
    let mut limits = Vec::new();
    for series in series(args) {
        for (mode, rate) in [("saturated", None), ("paced", Some(PACE))] {
            let mut ours = None;
            for (subject, program) in programs.iter() {
                let load = Load { mode, rate, series, seconds: args.seconds() };
                let row = load.measure(subject, program, ours)?;
                if subject == Subject::Inferometer {
                    ours = Some(row.cost());
                    if rate.is_none() {
                        limits.push((series, row.cost()));
                    }
                }
                report.row(&row)?;
            }
        }
    }
    if !limits.is_empty() {
        report.table::<LimitRow>()?;
    }
    for (series, cost) in limits {
        let case = format!("saturated/{}", crate::ingest::short(series));
        report.row(&LimitRow::new("forward", case, cost, LIMIT, "CPU-s/Mpoint"))?;
    }
    Ok(())
}

fn series(args: &Args) -> Vec<usize> {
    match &*args.load.series {
        [] if args.quick => vec![SERIES_QUICK],
        [] => vec![SERIES],
        named => named.into(),
    }
}

/// What is measured of each subject.
#[derive(Debug, Clone, Copy)]
struct Load {
    mode: &'static str,
    rate: Option<u32>,
    series: usize,
    seconds: f64,
}

impl Load {
    fn measure(
        self,
        subject: Subject,
        program: &Path,
        ours: Option<f64>,
    ) -> Result<ForwardRow, BenchError> {
        let sink = Sink::start()?;
        let process = Process::start(subject, program, Work::Forward(sink.port()))?;
        let mut lanes = Fleet { series: self.series, instances_per_request: 10 }.templates();
        warm_up(&process, &mut lanes, Change::None, self.seconds)?;
        let known: u64 = sink.settled()?;
        let before = process.cpu()?;
        let until = Until::Elapsed(Duration::from_secs_f64(self.seconds));
        let plan = Plan { change: Change::None, rate: self.rate, until };
        let tally = drive(process.name(), process.otlp(), &mut lanes, plan)?;
        let sent = known + tally.points;
        let start = Instant::now();
        while sink.points() < sent && start.elapsed() < ARRIVAL_MAX {
            pause(ARRIVAL_PAUSE)?;
        }
        pause(SETTLE)?;
        let cpu = process.cpu()? - before;
        let arrived = sink.points() - known;
        if arrived != tally.points {
            let message = format!("took {} points and forwarded {arrived}", tally.points);
            return Err(BenchError::library(process.name(), message));
        }
        let resident = process.resident()?;
        Ok(ForwardRow::new((self.mode, self.series, subject), &tally, cpu, resident, ours))
    }
}
