//! The section `service.telemetry`: what the collector says of itself.

use std::time::Duration;

use super::{problem::Problems, section::Section};

/// The most that `initial` and `thereafter` take.
const REPEATS_MAX: u64 = 1_000_000;

/// The log, which goes to stderr; `service.telemetry.logs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// What is logged unless `RUST_LOG` says otherwise.
    pub level: LogLevel,
    /// What a line looks like.
    pub encoding: LogEncoding,
    /// What happens to messages that repeat; none if every one is logged.
    pub sampling: Option<LogSamplingSettings>,
}

/// How much is logged; `service.telemetry.logs.level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogLevel {
    /// Everything, for those who change the code.
    Debug,
    /// Starts, stops and what an operator may act on.
    #[default]
    Info,
    /// What is wrong and what is about to be.
    Warn,
    /// What is wrong.
    Error,
}

/// What a line of the log looks like; `service.telemetry.logs.encoding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogEncoding {
    /// `console`: for people.
    #[default]
    Console,
    /// `json`: one object, for machines.
    Json,
}

/// How often one message may repeat; `service.telemetry.logs.sampling`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogSamplingSettings {
    /// The time that repeats are counted for.
    pub tick: Duration,
    /// So many in each tick are logged.
    pub initial: u64,
    /// Of those after that each such one is; of 0 none. What is left out is told at the end of the tick.
    pub thereafter: u64,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            level: LogLevel::default(),
            encoding: LogEncoding::default(),
            sampling: Some(LogSamplingSettings::default()),
        }
    }
}

impl Default for LogSamplingSettings {
    fn default() -> Self {
        Self { tick: Duration::from_secs(10), initial: 10, thereafter: 100 }
    }
}

impl LogLevel {
    /// Every level, most talkative first.
    pub const ALL: [Self; 4] = [Self::Debug, Self::Info, Self::Warn, Self::Error];

    /// The name that the file uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Reads `logs`.
pub(super) fn read(section: &mut Section<'_>, problems: &mut Problems) -> LogSettings {
    let levels = LogLevel::ALL.map(|level| (level.as_str(), level));
    let encodings = [("console", LogEncoding::Console), ("json", LogEncoding::Json)];
    let default = LogSettings::default();
    let settings = LogSettings {
        level: section.word("level", &levels, problems).unwrap_or(default.level),
        encoding: section.word("encoding", &encodings, problems).unwrap_or(default.encoding),
        sampling: match section.section("sampling", problems) {
            Some(mut section) => {
                let sampling = sampling(&mut section, problems);
                section.close(problems);
                sampling
            }
            None => default.sampling,
        },
    };
    for key in ["output_paths", "error_output_paths", "processors"] {
        section.refuse(key, "the log goes to stderr: remove it", problems);
    }
    settings
}

fn sampling(section: &mut Section<'_>, problems: &mut Problems) -> Option<LogSamplingSettings> {
    let default = LogSamplingSettings::default();
    let is_enabled = section.flag("enabled", problems).unwrap_or(true);
    let mut number =
        |key, default| section.number(key, 0..=REPEATS_MAX, problems).unwrap_or(default);
    let initial = number("initial", default.initial);
    let thereafter = number("thereafter", default.thereafter);
    let tick = section.positive_duration("tick", problems).unwrap_or(default.tick);
    is_enabled.then_some(LogSamplingSettings { tick, initial, thereafter })
}
