//! One load on one subject, all of which must arrive.

use std::path::Path;

use tokio::time::{Duration, Instant};

use super::{disk::Syncs, row::ForwardRow, sink::Sink};
use crate::{
    error::BenchError,
    ingest::warm_up,
    limit::LimitRow,
    load::{Change, Payload, Plan, Tally, Until, drive},
    pause::pause,
    subject::{Forward, Keep, Process, Subject, Work},
};

/// For what a subject holds to arrive after the load.
const ARRIVAL_MAX: Duration = Duration::from_secs(20);
const ARRIVAL_PAUSE: Duration = Duration::from_millis(20);

/// After the last has arrived, until its answer has been dealt with.
const SETTLE: Duration = Duration::from_millis(500);

/// After the last span of a trace, until it is decided whether it is sent on.
const DECISION: Duration = Duration::from_secs(2);

/// How often a load that is compared with the disk takes turns with a look at it.
const LOOKS: usize = 5;

/// The share of spans that may arrive where one trace of a hundred is chosen.
const SAMPLED: std::ops::RangeInclusive<f64> = 0.005..=0.02;

/// A load, and how ours is configured for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) signal: &'static str,
    /// Points or spans per second; without it, as many as are taken.
    pub(super) rate: Option<u32>,
    keep: Keep,
    is_sampled: bool,
    /// CPU-seconds that a million may cost.
    cost_limit: Option<f64>,
    /// Milliseconds within which 99 of a hundred answers come.
    answer_limit: Option<Answers>,
}

/// What is sent.
pub(super) struct Load<'a, P> {
    /// Which series, where that matters.
    pub(super) name: &'a str,
    /// The requests of each connection.
    pub(super) lanes: &'a dyn Fn() -> Vec<Vec<P>>,
    pub(super) seconds: f64,
}

/// How soon answers come.
#[derive(Debug, Clone, Copy)]
enum Answers {
    Milliseconds(f64),
    /// Twice as long as the disk takes for a write and a sync of one request, when they come as often.
    TwoSyncs,
}

const METRICS_SATURATED: Case = Case {
    name: "saturated",
    signal: "metrics",
    rate: None,
    keep: Keep::Memory,
    is_sampled: false,
    cost_limit: Some(0.4),
    answer_limit: None,
};

/// The second with a pace, which shows what a point costs where nothing waits.
pub(super) const METRICS: [Case; 2] = [
    METRICS_SATURATED,
    Case { name: "paced", rate: Some(50_000), cost_limit: None, ..METRICS_SATURATED },
];

const TRACES_SATURATED: Case =
    Case { signal: "traces", cost_limit: Some(0.9), ..METRICS_SATURATED };
const TRACES_PACED: Case =
    Case { name: "paced", rate: Some(20_000), cost_limit: None, ..TRACES_SATURATED };

/// Those behind the first two are ours alone, as a ratio to the first: nobody else here has a queue on disk.
pub(super) const TRACES: [Case; 6] = [
    TRACES_SATURATED,
    TRACES_PACED,
    Case { name: "disk", keep: Keep::Disk, cost_limit: Some(1.3), ..TRACES_SATURATED },
    Case {
        name: "disk-paced",
        keep: Keep::Disk,
        answer_limit: Some(Answers::Milliseconds(20.0)),
        ..TRACES_PACED
    },
    Case {
        name: "synced-paced",
        keep: Keep::Synced,
        answer_limit: Some(Answers::TwoSyncs),
        ..TRACES_PACED
    },
    Case { name: "one-of-100", is_sampled: true, cost_limit: Some(2.0), ..TRACES_SATURATED },
];

impl Case {
    /// Whether a subject can do it.
    pub(super) fn is_for(&self, subject: Subject) -> bool {
        subject == Subject::Inferometer || (self.keep == Keep::Memory && !self.is_sampled)
    }

    /// Measures a subject. `ours` is what ours costs as fast as it goes, with its queue in memory.
    pub(super) fn measure<P: Payload + Send>(
        &self,
        (subject, program): (Subject, &Path),
        load: &Load<'_, P>,
        ours: Option<f64>,
    ) -> Result<(ForwardRow, Vec<LimitRow>), BenchError> {
        let sink = Sink::start()?;
        let Self { signal, keep, is_sampled, .. } = *self;
        let forward = Forward { port: sink.port(), signal, keep, is_sampled };
        let process = Process::start(subject, program, Work::Forward(forward))?;
        let mut lanes = (load.lanes)();
        warm_up(&process, &mut lanes, Change::None, load.seconds)?;
        self.wait_for_decisions()?;
        let known = sink.settled()?;
        let mut syncs = Syncs::default();
        let before = process.cpu()?;
        let tally = self.load(&process, &mut lanes, load.seconds, &mut syncs)?;
        self.wait(&sink, known + tally.items)?;
        let cpu = process.cpu()? - before;
        let arrived = sink.items() - known;
        if !self.is_right(arrived, tally.items) {
            let message = format!("took {} and forwarded {arrived}", tally.items);
            return Err(BenchError::library(process.name(), message));
        }
        let cost = [cpu, process.resident()?];
        let row = ForwardRow::new((self, load.name, subject), &tally, arrived, cost, ours);
        let limits = match subject {
            Subject::Inferometer => self.limits(load.name, &row, &syncs),
            _ => Vec::new(),
        };
        Ok((row, limits))
    }

    fn wait(&self, sink: &Sink, expected: u64) -> Result<(), BenchError> {
        let start = Instant::now();
        while !self.is_sampled && sink.items() < expected && start.elapsed() < ARRIVAL_MAX {
            pause(ARRIVAL_PAUSE)?;
        }
        self.wait_for_decisions()?;
        pause(SETTLE)
    }

    fn wait_for_decisions(&self) -> Result<(), BenchError> {
        if self.is_sampled { pause(DECISION) } else { Ok(()) }
    }

    fn is_right(&self, arrived: u64, taken: u64) -> bool {
        match self.is_sampled {
            true => SAMPLED.contains(&(arrived as f64 / taken.max(1) as f64)),
            false => arrived == taken,
        }
    }

    /// Sends for so many seconds; where answers are compared with the disk, several times as long, with looks at the disk
    /// in between, at the same pace: a shared disk is not the same from one second to the next.
    fn load<P: Payload + Send>(
        &self,
        process: &Process,
        lanes: &mut [Vec<P>],
        seconds: f64,
        syncs: &mut Syncs,
    ) -> Result<Tally, BenchError> {
        let until = Until::Elapsed(Duration::from_secs_f64(seconds));
        let plan = Plan { change: Change::None, rate: self.rate, until };
        let (Some(Answers::TwoSyncs), Some(rate)) = (self.answer_limit, self.rate) else {
            return drive(process.name(), process.otlp(), lanes, plan);
        };
        let items = lanes.iter().flatten().next().map_or(0, Payload::items);
        let interval = Duration::from_secs_f64(items as f64 / f64::from(rate));
        let mut tally = Tally::default();
        for _ in 0..LOOKS {
            syncs.look(process.folder(), interval)?;
            tally = tally.then(drive(process.name(), process.otlp(), lanes, plan)?);
        }
        Ok(tally)
    }

    fn limits(&self, load: &str, row: &ForwardRow, syncs: &Syncs) -> Vec<LimitRow> {
        let name = format!("{}/{}/{load}", self.signal, self.name);
        let mut limits = Vec::new();
        if let Some(limit) = self.cost_limit {
            limits.push(LimitRow::new("forward", name.clone(), row.cost(), limit, "CPU-s/M"));
        }
        if let Some(answers) = self.answer_limit {
            let limit = match answers {
                Answers::Milliseconds(limit) => limit,
                Answers::TwoSyncs => 2.0 * syncs.p99_ms(),
            };
            limits.push(LimitRow::new("forward", name, row.p99_ms(), limit, "ms p99"));
        }
        limits
    }
}
