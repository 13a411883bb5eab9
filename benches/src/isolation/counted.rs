//! Instructions of one call in every mode, counted by callgrind.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use super::{
    Method, counter_op, histogram_op,
    mode::{Mode, NO_EXPORTER},
    row::IsolationRow,
    scene::{LONG_QUEUE, Scene},
    spans,
};
use crate::{cli::Args, error::BenchError, instructions::Callgrind, op::run_batch, report::Report};

pub(super) fn run(
    args: &Args,
    method: Method,
    report: &mut Report<'_>,
    warnings: &mut dyn Write,
) -> Result<(), BenchError> {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    if version.is_err() {
        writeln!(warnings, "SKIPPED: instructions: install Debian's package `valgrind`")?;
        return Ok(());
    }
    let callgrind = Callgrind::new(args)?;
    let count = |operation: &str, calls: u32, mode: Mode| -> Result<f64, BenchError> {
        let counted = callgrind.count(&format!("{operation}/{}", mode.name()))?;
        Ok(counted / (f64::from(method.counted) * f64::from(calls)))
    };
    for operation in ["counter", "histogram"] {
        let theirs = [count(operation, method.calls, Mode::NoExporter)?];
        for mode in Mode::ALL.into_iter().skip(1) {
            let case = format!("{operation}_instructions/{}", mode.name());
            let ours = [count(operation, method.calls, mode)?];
            let row = IsolationRow::of(case, "{instruction}", &ours, NO_EXPORTER, &theirs);
            report.row(&row)?;
        }
    }
    let theirs = [count("end_span", method.spans, Mode::Up)?];
    for mode in Mode::ALL.into_iter().skip(1) {
        let case = format!("end_span_instructions/{}", mode.name());
        let ours = if mode == Mode::Up { theirs } else { [count("end_span", method.spans, mode)?] };
        let row = IsolationRow::of(case, "{instruction}", &ours, Mode::Up.name(), &theirs);
        report.row(&row)?;
    }
    Ok(())
}

/// What runs under callgrind.
pub(super) fn probe(probe: &str, method: Method) -> Result<(), BenchError> {
    let unknown = || BenchError::UnknownProbe(probe.to_owned());
    let (operation, mode) = probe.split_once('/').ok_or_else(unknown)?;
    let mode = Mode::ALL.into_iter().find(|known| known.name() == mode).ok_or_else(unknown)?;
    // No batch gets complete, so that every end is alike.
    let scene = Scene::with(mode, LONG_QUEUE, LONG_QUEUE)?;
    let (op, calls) = match operation {
        "counter" => (counter_op(&scene), method.calls),
        "histogram" => (histogram_op(&scene)?, method.calls),
        "end_span" => (spans::end_op(&scene, method.spans), method.spans),
        _ => return Err(unknown()),
    };
    op.tidy();
    op.warm_up(u64::from(calls));
    for _ in 0..method.counted {
        op.tidy();
        Scene::let_it_export();
        run_batch(&op, u64::from(calls));
    }
    scene.check()
}
