//! How the collector is run, beside its configuration.

use std::{ops::RangeInclusive, time::Duration};

use clap::Args;
use inferometer_collector::config::duration;

use super::log::LogFormat;

/// The longest drain; whoever wants more wants a queue on disk.
const DRAIN_DEADLINE_MAX: Duration = Duration::from_secs(60 * 60);

/// How often files may be looked at: a look reads all of them.
const WATCH_INTERVALS: RangeInclusive<Duration> =
    Duration::from_millis(100)..=Duration::from_secs(60 * 60);

#[derive(Debug, Args)]
pub(super) struct RunOptions {
    /// How long open requests and queues may take to finish once SIGINT or SIGTERM comes, at most 1h; what is left then is
    /// counted as lost, unless it is on disk. Give it less than the manager waits before it kills: Kubernetes'
    /// terminationGracePeriodSeconds; systemd is asked for the time
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = drain_deadline)]
    pub(super) drain_deadline: Duration,

    /// Reload when a file of the configuration holds something else, such as a ConfigMap of Kubernetes. All of them are read
    /// this often, every 10s without =INTERVAL, which may be from 100ms to 1h; what was the same at two looks is taken
    #[arg(
        long,
        value_name = "INTERVAL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "10s",
        requires = "config",
        value_parser = watch_interval
    )]
    pub(super) watch_config: Option<Duration>,

    /// What the lines on stderr look like, above service.telemetry.logs.encoding
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(super) log_format: Option<LogFormat>,
}

fn drain_deadline(text: &str) -> Result<Duration, String> {
    let deadline = duration(text).filter(|&deadline| deadline <= DRAIN_DEADLINE_MAX);
    deadline
        .ok_or_else(|| format!("{text:?}, expected a duration such as 10s or 1m30s, at most 1h"))
}

fn watch_interval(text: &str) -> Result<Duration, String> {
    let interval = duration(text).filter(|interval| WATCH_INTERVALS.contains(interval));
    interval.ok_or_else(|| {
        format!("{text:?}, expected a duration such as 10s or 1m30s, from 100ms to 1h")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drain_has_from_nothing_to_an_hour() {
        let cases = [
            ("0", Some(0)),
            ("500ms", Some(500)),
            ("1m30s", Some(90_000)),
            ("1h", Some(3_600_000)),
            ("1h1ns", None),
            ("30", None),
            ("-1s", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let seen = drain_deadline(text);
            assert_eq!(seen.clone().ok(), expected.map(Duration::from_millis), "{text}");
            assert!(seen.err().is_none_or(|it| it.contains(&format!("{text:?}"))));
        }
    }
}
