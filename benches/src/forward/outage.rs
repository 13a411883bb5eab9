//! A backend that is away: what waits on disk meanwhile, and how fast it leaves; with a kill in between too.

use std::path::Path;

use tokio::time::{Duration, Instant};

use super::sink::Sink;
use crate::{
    cli::Args,
    error::BenchError,
    limit::LimitRow,
    load::{Change, Plan, SpanTemplate, Until, drive},
    pause::pause,
    subject::{Forward, Keep, Process, Subject, Work, free_port},
};

/// Spans per second that come meanwhile.
const RATE: u32 = 50_000;

/// How long it is away.
const OUTAGE: Duration = Duration::from_secs(10);

/// Requests that are waiting when it is killed, 105 KB each: a gibibyte.
const BACKLOG: usize = 10_240;
const BACKLOG_QUICK: usize = 64;

/// For all of it to leave.
const DRAIN_MAX: Duration = Duration::from_secs(120);
const DRAIN_PAUSE: Duration = Duration::from_millis(5);

/// After the start, until it has done what it does then.
const SETTLE: Duration = Duration::from_secs(1);

pub(super) fn measure(program: &Path, args: &Args) -> Result<Vec<LimitRow>, BenchError> {
    let mut rows = outage(program, args)?;
    rows.extend(kill(program, args)?);
    Ok(rows)
}

fn start(program: &Path) -> Result<(Process, u16), BenchError> {
    let port = free_port()?;
    let forward = Forward { port, signal: "traces", keep: Keep::Disk, is_sampled: false };
    let process = Process::start(Subject::Inferometer, program, Work::Forward(forward))?;
    pause(SETTLE)?;
    Ok((process, port))
}

fn outage(program: &Path, args: &Args) -> Result<Vec<LimitRow>, BenchError> {
    let (process, port) = start(program)?;
    let idle = process.resident()?;
    let time = if args.quick { Duration::from_secs_f64(args.seconds()) } else { OUTAGE };
    let plan = Plan { change: Change::None, rate: Some(RATE), until: Until::Elapsed(time) };
    let mut lanes = SpanTemplate::lanes();
    let tally = drive(process.name(), process.otlp(), &mut lanes, plan)?;
    let growth = process.resident_peak()? - idle;
    let offered = tally.rate();
    let drained = drain(&process, port, tally.items)?;
    Ok(vec![
        LimitRow::new("forward", "outage/memory above idle", growth, 64.0, "MiB"),
        LimitRow::new("forward", "outage/answers", tally.latency_ms(0.99), 20.0, "ms p99"),
        LimitRow::new("forward", "outage/offered to drained", offered / drained, 1.0 / 3.0, "x"),
    ])
}

fn kill(program: &Path, args: &Args) -> Result<Vec<LimitRow>, BenchError> {
    let (mut process, port) = start(program)?;
    let mut lanes = SpanTemplate::lanes();
    let requests = if args.quick { BACKLOG_QUICK } else { BACKLOG };
    let rounds = requests / lanes.iter().map(Vec::len).sum::<usize>();
    let plan = Plan { change: Change::None, rate: None, until: Until::Rounds(rounds) };
    let tally = drive(process.name(), process.otlp(), &mut lanes, plan)?;
    let listening = process.restart()?;
    let drained = drain(&process, port, tally.items)?;
    let offered = f64::from(RATE);
    let listening = listening.as_secs_f64();
    Ok(vec![
        LimitRow::new("forward", "kill/until it listens", listening, 1.0, "s"),
        LimitRow::new("forward", "kill/50k a second to drained", offered / drained, 1.0 / 3.0, "x"),
    ])
}

/// Brings the backend back. Spans per second, once they come; all of them must, and each once.
fn drain(process: &Process, port: u16, expected: u64) -> Result<f64, BenchError> {
    let sink = Sink::start_on(port)?;
    let begin = Instant::now();
    let mut first = None;
    while sink.items() < expected && begin.elapsed() < DRAIN_MAX {
        pause(DRAIN_PAUSE)?;
        if first.is_none() && sink.items() > 0 {
            first = Some((Instant::now(), sink.items()));
        }
    }
    let (since, before) = first.unwrap_or((begin, 0));
    let rate = (sink.items() - before) as f64 / since.elapsed().as_secs_f64();
    let arrived = sink.settled()?;
    if arrived != expected {
        let message = format!("took {expected} and forwarded {arrived} once its backend was back");
        return Err(BenchError::library(process.name(), message));
    }
    // What came within one pause says no more than that.
    Ok(if arrived == before { arrived as f64 / DRAIN_PAUSE.as_secs_f64() } else { rate })
}
