//! The bench client as a program. Exit code 1 if a request failed, 2 for a wrong command line.

use std::{
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
};

use clap::Parser;
use inferometer_bench_client::{BenchError, Load, Options, Outcome, table};
use inferometer_sdk::{Clock, SystemClock, formulas::seconds_between};

#[tokio::main]
async fn main() -> ExitCode {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let started = clock.unix_nanos();
    let (text, code) = match run(Options::parse(), Arc::clone(&clock)).await {
        Ok(outcome) => {
            let seconds = seconds_between(started, clock.unix_nanos());
            report(&outcome, seconds)
        }
        Err(error) => (format!("inferometer-bench-client: error: {error}\n"), ExitCode::FAILURE),
    };
    // A closed pipe needs no report.
    let _ = io::stdout().write_all(text.as_bytes());
    code
}

async fn run(options: Options, clock: Arc<dyn Clock>) -> Result<Outcome, BenchError> {
    let load = Load::of(options, Arc::clone(&clock)).await?;
    Ok(load.run(clock).await)
}

fn report(outcome: &Outcome, seconds: f64) -> (String, ExitCode) {
    let answered = outcome.measures.duration.count();
    let mut text =
        format!("{answered} requests answered in {seconds:.3} s, {} failed\n", outcome.failed);
    if let Some(error) = &outcome.first_error {
        text += &format!("the first: {error}\n");
    }
    text += &table(&outcome.measures);
    (text, if outcome.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
