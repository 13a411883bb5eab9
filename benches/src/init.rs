//! Suite `init`: from nothing to both providers, once per process, as a program pays for it.
//!
//! The program runs itself once per sample (`--probe`), ours and the peer's in turn, because only the first start of a
//! process pays for pages that are touched for the first time.

mod start;

use std::{env, io::Write, path::PathBuf, process::Command};

use serde::{Deserialize, Serialize};

use crate::{
    cli::{Args, Suite},
    compare::median,
    error::BenchError,
    reading::{Reading, process_cpu},
    report::{Report, ValueRow},
};

const INIT: &str = "inferometer";
const WITHOUT_DETECTORS: &str = "inferometer_without_detectors";
const PEER: &str = "opentelemetry_sdk";

/// Processes of each.
const SAMPLES: usize = 51;
const SAMPLES_QUICK: usize = 2;

/// What one start cost.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Sample {
    /// Nanoseconds until the providers were there.
    wall: u64,
    /// Of all threads until then.
    cpu: u64,
    /// More than before.
    threads: u64,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<(), BenchError> {
    if let Some(probe) = &args.probe {
        return run_probe(probe, out);
    }
    let program = args.program.clone().map_or_else(env::current_exe, Ok)?;
    let [mut with, mut without, mut peer] = [const { Vec::new() }; 3];
    for _ in 0..if args.quick { SAMPLES_QUICK } else { SAMPLES } {
        for (name, samples) in
            [(INIT, &mut with), (WITHOUT_DETECTORS, &mut without), (PEER, &mut peer)]
        {
            samples.push(sample(&program, name)?);
        }
    }
    let mut report = Report::begin::<ValueRow>(out, args.json)?;
    let mut row = |case: &'static str, unit, ours: &[Sample], value: fn(&Sample) -> f64| {
        let middle = |samples: &[Sample]| median(samples.iter().map(value).collect());
        let suite = Suite::Init.name();
        report.row(&ValueRow::new(suite, case, unit, middle(ours), PEER, middle(&peer)))
    };
    row("init", "us", &with, |sample| micros(sample.wall))?;
    row("init_without_detectors", "us", &without, |sample| micros(sample.wall))?;
    row("init_cpu", "us", &with, |sample| micros(sample.cpu))?;
    row("init_without_detectors_cpu", "us", &without, |sample| micros(sample.cpu))?;
    row("init_threads", "{thread}", &with, |sample| sample.threads as f64)
}

/// Starts in a process of its own.
fn sample(program: &PathBuf, name: &'static str) -> Result<Sample, BenchError> {
    let output = Command::new(program).args([Suite::Init.name(), "--probe", name]).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&said).map_err(|error| {
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        BenchError::library(name, format!("{error}: `{said}` {complaint}"))
    })
}

/// What runs in that process.
fn run_probe(probe: &str, out: &mut dyn Write) -> Result<(), BenchError> {
    let sample = match probe {
        INIT => measure(start::init)?,
        WITHOUT_DETECTORS => measure(start::without_detectors)?,
        PEER => {
            // The host's: a program that uses gRPC has one.
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()?;
            let _guard = runtime.enter();
            measure(start::peer)?
        }
        _ => return Err(BenchError::UnknownProbe(probe.to_owned())),
    };
    let text = serde_json::to_string(&sample).map_err(|error| BenchError::library(INIT, error))?;
    writeln!(out, "{text}")?;
    Ok(())
}

/// Times a start, and leaves what it started to the end of the process.
fn measure<T>(start: impl FnOnce() -> Result<T, BenchError>) -> Result<Sample, BenchError> {
    let threads = threads()?;
    let (before, cpu) = (Reading::now()?, process_cpu()?);
    let started = start()?;
    let cpu = process_cpu()?.saturating_sub(cpu);
    let wall = before.until_now()?.wall();
    let threads = self::threads()?.saturating_sub(threads);
    std::mem::forget(started);
    Ok(Sample { wall, cpu, threads })
}

/// Threads of this process.
fn threads() -> Result<u64, BenchError> {
    Ok(std::fs::read_dir("/proc/self/task")?.count() as u64)
}

fn micros(nanos: u64) -> f64 {
    nanos as f64 / 1e3
}
