//! What a thread that never lets up makes of the process's memory, and what its calls allocate.

use std::{fs, time::Duration};

use allocation_counter::measure;

use super::{
    Method, counter_op, histogram_op,
    mode::{Mode, NO_EXPORTER},
    row::IsolationRow,
    scene::{BATCH, Scene},
    spans,
};
use crate::{error::BenchError, op::Op, reading::Reading, report::Report};

/// Calls whose allocations are counted.
const CALLS: u32 = 1000;

/// Spans that may wait: the SDK's default.
const QUEUE: u32 = 2048;

/// The share of the time after which memory is looked at: the queue is full by then where it ever will be. The highest
/// value until half time is then compared with the highest one after it.
const WARM_UP_SHARE: u32 = 4;

/// The calls' allocations, and by how much resident memory grew, in every mode.
pub(super) fn run(method: Method, report: &mut Report<'_>) -> Result<(), BenchError> {
    let mut theirs = None;
    for mode in Mode::ALL {
        let endured = endure(mode, method.endurance)?;
        let theirs = theirs.get_or_insert(endured);
        if mode == Mode::NoExporter {
            continue;
        }
        for (operation, index) in [("counter", 0), ("histogram", 1), ("end_span", 2)] {
            let case = format!("{operation}_allocations/{}", mode.name());
            let (ours, theirs) = (endured.allocations[index], theirs.allocations[index]);
            report.row(&IsolationRow::of(case, "{allocation}", &[ours], NO_EXPORTER, &[theirs]))?;
        }
        let case = format!("resident_growth/{}", mode.name());
        report.row(&IsolationRow::of(
            case,
            "KiB",
            &[endured.growth],
            NO_EXPORTER,
            &[theirs.growth],
        ))?;
    }
    Ok(())
}

#[derive(Debug, Clone, Copy)]
struct Endured {
    allocations: [f64; 3],
    /// In KiB.
    growth: f64,
}

fn endure(mode: Mode, time: Duration) -> Result<Endured, BenchError> {
    let scene = Scene::with(mode, QUEUE, BATCH)?;
    let ops = [counter_op(&scene), histogram_op(&scene)?, spans::end_op(&scene, CALLS)];
    let [mut before, mut after] = [0.0_f64; 2];
    let start = Reading::now()?;
    loop {
        for op in &ops {
            op.tidy();
            op.warm_up(u64::from(CALLS));
        }
        let elapsed = Duration::from_nanos(start.until_now()?.wall());
        let resident = resident_kib()?;
        if elapsed >= time {
            break;
        } else if elapsed >= time / 2 {
            after = after.max(resident);
        } else if elapsed >= time / WARM_UP_SHARE {
            before = before.max(resident);
        }
    }
    let allocations = ops.each_ref().map(allocations);
    scene.check()?;
    Ok(Endured { allocations, growth: (after - before).max(0.0) })
}

#[expect(clippy::cast_precision_loss, reason = "a count of at most a few thousand")]
fn allocations(op: &Op) -> f64 {
    op.tidy();
    measure(|| op.warm_up(u64::from(CALLS))).count_total as f64
}

/// What the system holds in memory for this process.
fn resident_kib() -> Result<f64, BenchError> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok());
    number.ok_or_else(|| BenchError::Output(std::io::ErrorKind::InvalidData.into()))
}
