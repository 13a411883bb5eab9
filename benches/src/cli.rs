//! What the command line says.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::{forward::Forwarded, ingest::Mode, subject::Subject};

/// Most threads that a suite runs.
pub(crate) const MAX_THREADS: usize = 256;

/// Most series that a load has: its requests take a quarter of a gibibyte.
pub(crate) const MAX_SERIES: usize = 1_000_000;

/// Series of which every connection has one instance at least.
const SERIES_STEP: usize = 200;

/// Longest load in seconds.
const MAX_SECONDS: f64 = 3600.0;
const SECONDS_QUICK: f64 = 0.3;

/// Measures this workspace beside its peers.
#[derive(Debug, Clone, Parser)]
#[command(name = "inferometer-benches")]
pub struct Args {
    /// What to measure.
    pub suite: Suite,
    /// Threads that record at once, each pinned to a processor of its own.
    #[arg(long, value_name = "N,..", value_delimiter = ',', default_value = "1,2", value_parser = threads)]
    pub threads: Vec<usize>,
    /// Print one JSON object a line instead of a table.
    #[arg(long)]
    pub json: bool,
    /// Run just long enough to show that everything works; the figures mean nothing.
    #[arg(long)]
    pub quick: bool,
    /// How suites that measure collectors are run.
    #[command(flatten)]
    pub load: LoadArgs,
    /// The operation to run once under callgrind, or the yardstick to be: how suites call themselves.
    #[arg(long, hide = true, value_name = "CASE/LIBRARY")]
    pub probe: Option<String>,
    /// The bench program, where it isn't the running one.
    #[arg(skip)]
    pub program: Option<PathBuf>,
}

/// How suites that measure collectors are run.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Suites ingest, scrape, forward")]
pub struct LoadArgs {
    /// Collectors to measure [default: all]
    #[arg(long, value_name = "NAME,..", value_delimiter = ',')]
    pub subject: Vec<Subject>,
    /// Loads of suite `ingest` [default: all]
    #[arg(long, value_name = "NAME,..", value_delimiter = ',')]
    pub mode: Vec<Mode>,
    /// What suite `forward` does [default: all]
    #[arg(long, value_name = "NAME,..", value_delimiter = ',')]
    pub forward: Vec<Forwarded>,
    /// Series, whole multiples of 200 [default: those that are promised]
    #[arg(long, value_name = "N,..", value_delimiter = ',', value_parser = series)]
    pub series: Vec<usize>,
    /// How long a load is measured.
    #[arg(long, value_name = "S", default_value = "5", value_parser = seconds)]
    pub seconds: f64,
    /// The program `inferometer` [default: beside this program]
    #[arg(long, value_name = "FILE")]
    pub collector: Option<PathBuf>,
    /// The program `rotel-agent` [default: from the environment `rotel` in the target folder]
    #[arg(long, value_name = "FILE")]
    pub rotel: Option<PathBuf>,
}

impl Args {
    /// How long a load is measured.
    pub(crate) const fn seconds(&self) -> f64 {
        if self.quick { SECONDS_QUICK } else { self.load.seconds }
    }
}

/// A group of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Suite {
    /// One measurement into one series, in nanoseconds.
    Record,
    /// A request's token step, and a whole request, in nanoseconds.
    Request,
    /// Reading and encoding 10,000 histograms: time, allocations, bytes.
    Snapshot,
    /// One measurement into one series, in instructions; needs valgrind.
    Instructions,
    /// One measurement while the collector fails in every way; its instructions need valgrind.
    Isolation,
    /// One sample of eight GPUs over a fake driver: processor time, calls of the driver.
    Gpu,
    /// The start of a process's telemetry: time, processor time, threads.
    Init,
    /// What a million points cost a collector that shows them: processor time, memory.
    Ingest,
    /// What a page of 100,000 series costs, and what it does to requests meanwhile.
    Scrape,
    /// What a million points or spans cost a collector that forwards them, and what an outage of its backend does.
    Forward,
}

impl Suite {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Request => "request",
            Self::Snapshot => "snapshot",
            Self::Instructions => "instructions",
            Self::Isolation => "isolation",
            Self::Gpu => "gpu",
            Self::Init => "init",
            Self::Ingest => "ingest",
            Self::Scrape => "scrape",
            Self::Forward => "forward",
        }
    }
}

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(threads @ 1..=MAX_THREADS) => Ok(threads),
        _ => Err(format!("`{text}` is not a number of threads from 1 to {MAX_THREADS}")),
    }
}

fn series(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(series @ SERIES_STEP..=MAX_SERIES) if series % SERIES_STEP == 0 => Ok(series),
        _ => Err(format!(
            "`{text}` is not a multiple of {SERIES_STEP} from {SERIES_STEP} to {MAX_SERIES}"
        )),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.1..=MAX_SECONDS).contains(&seconds) => Ok(seconds),
        _ => Err(format!("`{text}` is not a number of seconds from 0.1 to {MAX_SECONDS}")),
    }
}
