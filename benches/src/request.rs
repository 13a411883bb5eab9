//! Suite `request`: what recording a request costs, beside the same written by hand with `opentelemetry_sdk`.

mod cases;
mod hand_written;
mod inferometer;
mod instruments;
mod recorder;

use std::io::Write;

use self::cases::CASES;
use crate::{
    cli::{Args, Suite},
    compare::Method,
    error::BenchError,
    op::Op,
    report::{RecordRow, Report, Row},
};

const OURS: &str = "inferometer";

pub(crate) fn run(
    args: &Args,
    out: &mut dyn Write,
    warnings: &mut dyn Write,
) -> Result<(), BenchError> {
    let method = Method::new(args.quick);
    let mut report = Report::begin::<RecordRow>(out, args.json)?;
    for case in CASES {
        check_allocations(case)?;
    }
    for threads in args.threads.iter().copied() {
        for case in CASES {
            for (peer, build) in case.peers {
                let (ours, theirs) = ((case.ours)()?, build()?);
                let figures = method.compare(threads, &ours, &theirs)?;
                let row = RecordRow::new(case.name, threads, peer, figures);
                let row = row.of_suite(Suite::Request.name());
                if !args.quick && !row.is_quotable() {
                    let line = row.line();
                    writeln!(warnings, "warning: the machine is too busy for this one: {line}")?;
                }
                report.row(&row)?;
            }
        }
    }
    Ok(())
}

/// A step that allocates is a fault, not a figure.
fn check_allocations(case: &cases::Case) -> Result<(), BenchError> {
    if !case.is_free_of_allocations {
        return Ok(());
    }
    let op: Op = (case.ours)()?;
    op.warm_up(100);
    let counted = allocation_counter::measure(|| op.warm_up(1000)).count_total;
    if counted > 0 {
        let message = format!("{counted} allocations in 1,000 calls of {}", case.name);
        return Err(BenchError::library(OURS, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::run_batch;

    #[test]
    fn by_hand_shows_what_we_show() {
        for case in CASES {
            let ours = (case.ours)().expect("ours is set up");
            run_batch(&ours, 300);
            assert!(ours.shown() > 300.0, "{} shows {}", case.name, ours.shown());
            for (peer, build) in case.peers {
                let theirs = build().expect("the peer is set up");
                run_batch(&theirs, 300);
                let (ours, theirs) = (ours.shown(), theirs.shown());
                assert!((ours - theirs).abs() < 1e-6, "{}: {ours}, {peer}: {theirs}", case.name);
            }
        }
    }

    #[test]
    fn a_token_step_allocates_nothing() {
        for case in CASES {
            check_allocations(case).expect("no allocation");
        }
    }
}
