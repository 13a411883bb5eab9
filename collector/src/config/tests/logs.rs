//! `service.telemetry.logs`.

use std::time::Duration;

use super::*;
use crate::config::{LogEncoding, LogSamplingSettings, LogSettings};

#[test]
fn the_log_has_a_format_and_bounds_what_repeats() {
    let logs = |logs: &str| {
        let text = format!("{SOUND}  telemetry: {{logs: {{{logs}}}}}\n");
        Config::parse("c.yaml", &text).expect("it is sound").resolved.logs
    };
    let default = LogSettings::default();
    assert_eq!(logs(""), default);
    let seen = logs("encoding: json, sampling: {tick: 1s, initial: 2, thereafter: 0}");
    let tick = Duration::from_secs(1);
    let sampling = Some(LogSamplingSettings { tick, initial: 2, thereafter: 0 });
    assert_eq!(seen, LogSettings { encoding: LogEncoding::Json, sampling, ..default });
    assert_eq!(logs("sampling: {enabled: false, tick: 1s}").sampling, None);
    check(
        &format!(
            "{SOUND}  telemetry: {{logs: {{encoding: xml, output_paths: [f], sampling: {{tick: 0s, intial: 2}}}}}}\n"
        ),
        &[
            "c.yaml:17:32: error: service.telemetry.logs.encoding is \"xml\", expected one of: console, json",
            "c.yaml:17:37: error: service.telemetry.logs.output_paths is not supported, as the log goes to stderr: remove it",
            "c.yaml:17:73: error: service.telemetry.logs.sampling.tick is 0, expected a duration above zero such as 200ms, \
             1.5s, 5m or 1h30m",
            "c.yaml:17:77: error: unknown key \"intial\" in service.telemetry.logs.sampling, did you mean \"initial\"?",
        ],
    );
}
