//! Suite `instructions`: what one call executes, counted by callgrind, which a busy machine cannot disturb.
//!
//! The program runs itself under valgrind once per operation (`--probe`) and has callgrind count only between the
//! entry and the return of `run_batch`. The loop around the call is counted too, for all alike.

use std::{collections::HashMap, env, io::Write, path::PathBuf, process::Command};

use crate::{
    cli::{Args, Suite},
    error::BenchError,
    op::run_batch,
    record::{CASES, OURS},
    report::{Report, ValueRow},
};

/// Calls that are counted.
const CALLS: u32 = 10_000;
const CALLS_QUICK: u32 = 1_000;

/// Calls before those, so that first-time costs are not counted.
const WARM_UP: u32 = 100;

/// What callgrind calls the function to count in, mangled or not.
const COUNTED: &str = "--toggle-collect=*run_batch*";

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<(), BenchError> {
    if let Some(probe) = &args.probe {
        return run_probe(probe, calls(args));
    }
    let callgrind = Callgrind::new(args)?;
    let mut report = Report::begin::<ValueRow>(out, args.json)?;
    let mut known = HashMap::new();
    for case in CASES {
        for (peer, _) in case.peers {
            let mut count = |library| match known.get(&(case.name, library)) {
                Some(instructions) => Ok(*instructions),
                None => {
                    let instructions = callgrind.count(&format!("{}/{library}", case.name))?
                        / f64::from(calls(args));
                    known.insert((case.name, library), instructions);
                    Ok::<f64, BenchError>(instructions)
                }
            };
            let (ours, theirs) = (count(OURS)?, count(peer)?);
            let suite = Suite::Instructions.name();
            report.row(&ValueRow::new(suite, case.name, "{instruction}", ours, peer, theirs))?;
        }
    }
    Ok(())
}

const fn calls(args: &Args) -> u32 {
    if args.quick { CALLS_QUICK } else { CALLS }
}

/// The program's way to run one of its own probes under callgrind.
#[derive(Debug)]
pub(crate) struct Callgrind {
    program: PathBuf,
    suite: Suite,
    quick: bool,
}

impl Callgrind {
    pub(crate) fn new(args: &Args) -> Result<Self, BenchError> {
        let program = args.program.clone().map_or_else(env::current_exe, Ok)?;
        Ok(Self { program, suite: args.suite, quick: args.quick })
    }

    /// Instructions that the probe's thread executed in `run_batch`.
    pub(crate) fn count(&self, probe: &str) -> Result<f64, BenchError> {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", COUNTED]);
        command.arg(&self.program).args([self.suite.name(), "--probe", probe]);
        if self.quick {
            command.arg("--quick");
        }
        let output = command.output().map_err(|error| BenchError::Valgrind(error.to_string()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let instructions = collected(&said).filter(|_| output.status.success());
        instructions.ok_or_else(|| {
            let last = said.lines().last().unwrap_or_default();
            BenchError::Valgrind(format!("{probe}: {}, `{last}`", output.status))
        })
    }
}

/// The total in callgrind's closing words, `==PID== Collected : N`; `None` also if it is 0, that is, if the function
/// was not found.
fn collected(said: &str) -> Option<f64> {
    let line = said.lines().find_map(|line| line.split_once("Collected : "))?.1;
    line.trim().parse().ok().filter(|instructions| *instructions > 0.0)
}

/// What runs under callgrind.
fn run_probe(probe: &str, calls: u32) -> Result<(), BenchError> {
    let build = CASES.iter().find_map(|case| {
        let library = probe.strip_prefix(case.name)?.strip_prefix('/')?;
        let ours = (OURS, case.ours);
        [ours].iter().chain(case.peers).find(|(name, _)| *name == library).map(|(_, build)| *build)
    });
    let op = build.ok_or_else(|| BenchError::UnknownProbe(probe.to_owned()))?()?;
    op.warm_up(u64::from(WARM_UP));
    op.tidy();
    run_batch(&op, u64::from(calls));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_counted_is_no_answer() {
        assert_eq!(collected("==7== \n==7== Collected : 80012\n==7== \n"), Some(80_012.0));
        assert_eq!(collected("==7== Collected : 0\n"), None);
        assert_eq!(collected("valgrind: no such file"), None);
    }
}
