//! Why the program ends without having done its work.

use std::{
    fmt::{self, Display},
    process::ExitCode,
};

use inferometer_collector::{
    StartError,
    config::{ConfigError, LogLevel},
};

use super::log;

/// Exit code for what failed while starting or running.
const RUN_TIME: u8 = 1;
/// Exit code for wrong usage and configuration.
const USAGE: u8 = 2;
/// Exit code for an end that a second signal has cut short.
const CUT_SHORT: u8 = 3;

/// Every exit code, for `--help` and the manual.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
0: done. Also where queued items were lost at the deadline: the last line of the log and the counters say how many.
1: failed while starting or running, such as a port that is taken; or a queue is damaged, or not all of it was sent.
2: wrong usage or configuration: the same would fail again.
3: a second SIGINT or SIGTERM ended it before what was under way was finished.
101: a defect of the program, which it has described.";

/// What to say, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Nothing if it was said already.
    message: Option<String>,
    code: u8,
}

impl Failure {
    /// The program cannot start.
    pub(crate) fn start(cause: &dyn Display) -> Self {
        Self { message: Some(format!("inferometer: error: {cause}")), code: RUN_TIME }
    }

    /// The configuration cannot be used, which was said already.
    pub(super) const fn told() -> Self {
        Self { message: None, code: USAGE }
    }

    /// What was asked for cannot be done.
    pub(super) fn usage(cause: &dyn Display) -> Self {
        Self { code: USAGE, ..Self::start(cause) }
    }

    /// A second signal came while the collector was stopping.
    pub(super) fn cut_short() -> Self {
        Self {
            message: Some(
                "inferometer: stopped at once by a second signal, what was queued in memory is lost"
                    .to_owned(),
            ),
            code: CUT_SHORT,
        }
    }

    /// Says why on stderr and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        // Nobody is left to tell if stderr is closed; the exit code says it too.
        if let Some(message) = self.message {
            log::say(LogLevel::Error, &message);
        }
        ExitCode::from(self.code)
    }
}

/// Nothing if it was said already.
impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.as_deref().unwrap_or_default())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::start(&error)
    }
}

impl From<ConfigError> for Failure {
    /// The lines as they are, so that editors find the places.
    fn from(error: ConfigError) -> Self {
        Self { message: Some(error.to_string()), code: USAGE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_code_is_explained() {
        for code in [0, RUN_TIME, USAGE, CUT_SHORT, 101] {
            let line = format!("\n{code}: ");
            assert!(EXIT_CODES.contains(&line), "{code} is not in {EXIT_CODES}");
        }
    }
}
