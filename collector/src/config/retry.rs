//! When a failed request is sent again.

use std::time::Duration;

use super::{problem::Problems, section::Section};

/// When a failed request is sent again; the Collector's `retry_on_failure`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySettings {
    /// Whether it is sent again at all; default true.
    pub enabled: bool,
    /// The wait before the second attempt; default 5 s.
    pub initial_interval: Duration,
    /// The longest wait between two attempts; default 30 s.
    pub max_interval: Duration,
    /// After this long the request is given up and counted; default 5 minutes. 0 means never.
    pub max_elapsed_time: Duration,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            enabled: true,
            initial_interval: Duration::from_secs(5),
            max_interval: Duration::from_secs(30),
            max_elapsed_time: Duration::from_secs(300),
        }
    }
}

/// Reads `retry_on_failure` of an exporter, if it is there. What is kept on disk is tried until it is too old.
pub(super) fn read(
    exporter: &mut Section<'_>,
    problems: &mut Problems,
    is_on_disk: bool,
) -> RetrySettings {
    let mut default = RetrySettings::default();
    if is_on_disk {
        default.max_elapsed_time = Duration::ZERO;
    }
    let Some(mut retry) = exporter.section("retry_on_failure", problems) else {
        return default;
    };
    let read = RetrySettings {
        enabled: retry.flag("enabled", problems).unwrap_or(default.enabled),
        initial_interval: retry
            .positive_duration("initial_interval", problems)
            .unwrap_or(default.initial_interval),
        max_interval: retry
            .positive_duration("max_interval", problems)
            .unwrap_or(default.max_interval),
        max_elapsed_time: retry
            .duration("max_elapsed_time", problems)
            .unwrap_or(default.max_elapsed_time),
    };
    retry.close(problems);
    read
}
