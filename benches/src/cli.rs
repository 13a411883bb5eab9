//! What the command line says.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Most threads that a suite runs.
pub(crate) const MAX_THREADS: usize = 256;

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
    /// The operation to run once under callgrind: how suites call themselves.
    #[arg(long, hide = true, value_name = "CASE/LIBRARY")]
    pub probe: Option<String>,
    /// The bench program, where it isn't the running one.
    #[arg(skip)]
    pub program: Option<PathBuf>,
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
        }
    }
}

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(threads @ 1..=MAX_THREADS) => Ok(threads),
        _ => Err(format!("`{text}` is not a number of threads from 1 to {MAX_THREADS}")),
    }
}
