//! How long requests take while somebody scrapes.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use tokio::time::{Duration, Instant};

use super::client::{Form, scrape};
use crate::{
    cli::Args,
    compare::median,
    error::BenchError,
    load::{Change, Plan, Template, Until, drive},
    pause::pause,
    subject::Process,
};

/// Points per second: a load that leaves the machine time for a scrape.
const RATE: u32 = 200_000;

/// Between the beginnings of two scrapes.
const INTERVAL: Duration = Duration::from_secs(1);

/// Passes with and without scrapes, which alternate.
const PASSES: usize = 3;
const PASSES_QUICK: usize = 1;

/// The 99th percentile of requests in milliseconds, each the median of the passes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Latency {
    pub(super) without: f64,
    pub(super) scraped: f64,
}

impl Latency {
    /// What scrapes add.
    pub(super) fn added(self) -> f64 {
        (self.scraped - self.without).max(0.0)
    }
}

pub(super) fn latency(
    process: &Process,
    lanes: &mut [Vec<Template>],
    args: &Args,
) -> Result<Latency, BenchError> {
    let time = Duration::from_secs_f64(args.seconds());
    let plan = Plan { change: Change::None, rate: Some(RATE), until: Until::Elapsed(time) };
    let (mut without, mut scraped) = (Vec::new(), Vec::new());
    for _ in 0..if args.quick { PASSES_QUICK } else { PASSES } {
        without.push(drive(process.name(), process.otlp(), lanes, plan)?.latency_ms(0.99));
        scraped.push(while_scraped(process, lanes, plan)?);
    }
    Ok(Latency { without: median(without), scraped: median(scraped) })
}

fn while_scraped(
    process: &Process,
    lanes: &mut [Vec<Template>],
    plan: Plan,
) -> Result<f64, BenchError> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let scraper = scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let start = Instant::now();
                scrape(process, Form::Plain)?;
                pause(INTERVAL.saturating_sub(start.elapsed()))?;
            }
            Ok::<(), BenchError>(())
        });
        let tally = drive(process.name(), process.otlp(), lanes, plan);
        is_over.store(true, Ordering::Relaxed);
        match scraper.join() {
            Ok(outcome) => outcome?,
            Err(panic) => std::panic::resume_unwind(panic),
        }
        Ok(tally?.latency_ms(0.99))
    })
}
