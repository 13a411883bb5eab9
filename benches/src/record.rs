//! Suite `record`: one measurement into one series that all threads share.

mod cases;
mod exemplars;
mod inferometer;
mod measured;
mod metrics;
mod opentelemetry;
mod prometheus;
mod prometheus_client;
mod text;

use std::io::Write;

pub(crate) use self::cases::{CASES, OURS};
use crate::{
    cli::Args,
    compare::Method,
    error::BenchError,
    op::Op,
    report::{RecordRow, Report, Row},
};

pub(crate) fn run(
    args: &Args,
    out: &mut dyn Write,
    warnings: &mut dyn Write,
) -> Result<(), BenchError> {
    let method = Method::new(args.quick);
    let mut report = Report::begin::<RecordRow>(out, args.json)?;
    for threads in args.threads.iter().copied() {
        for case in CASES {
            for (peer, build) in case.peers {
                let (ours, theirs) = ((case.ours)()?, build()?);
                let figures = method.compare(threads, &ours, &theirs)?;
                check_that_it_counted(OURS, &ours)?;
                check_that_it_counted(peer, &theirs)?;
                let row = RecordRow::new(case.name, threads, peer, figures);
                if !args.quick && !row.is_quotable() {
                    writeln!(
                        warnings,
                        "warning: the machine is too busy for this one: {}",
                        row.line()
                    )?;
                }
                report.row(&row)?;
            }
        }
    }
    Ok(())
}

/// Otherwise the figure would be the cost of doing nothing.
fn check_that_it_counted(library: &'static str, op: &Op) -> Result<(), BenchError> {
    if op.shown() > 0.0 {
        return Ok(());
    }
    Err(BenchError::library(library, "shows nothing of what was recorded"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::run_batch;

    #[test]
    fn every_library_shows_what_was_recorded_into_it() {
        let values = crate::fixture::values().expect("values");
        for case in CASES {
            let ours = (OURS, case.ours);
            for (library, build) in [ours].iter().chain(case.peers) {
                let op = build().expect("the library is set up");
                run_batch(&op, 1000);
                op.tidy();
                let expected = if case.name == "gauge" { values[999] } else { 1000.0 };
                let shown = op.shown();
                assert!(
                    (shown - expected).abs() < 1e-9,
                    "{} through {library} shows {shown}, not {expected}",
                    case.name
                );
            }
        }
    }
}
