//! The real program that goes on with another configuration, and its page, which tells when it has.

use std::{net::SocketAddr, time::Duration};

use crate::{CollectorProcess, http, wait};

/// For a reload, which waits for what the one before has replaced.
const PATIENCE: Duration = Duration::from_secs(90);

/// The values of the collector's own series of a name, by what is in their labels. Read out of the text, since the page
/// is asked for again and again.
///
/// # Panics
/// If the page is not served, or one of them is not there.
#[must_use]
pub fn values<const N: usize>(page: SocketAddr, name: &str, labels: [&str; N]) -> [f64; N] {
    let text = http::get(page, "/metrics").expect("the page is served").text();
    labels.map(|label| {
        let mut lines = text.lines();
        let line =
            lines.find(|line| line.starts_with(&format!("{name}{{")) && line.contains(label));
        let value = line.and_then(|line| line.rsplit(' ').next()?.parse().ok());
        value.unwrap_or_else(|| panic!("{name} of {label} is not there:\n{text}"))
    })
}

/// How many reloads were taken, and how many were not.
///
/// # Panics
/// As [`values`].
#[must_use]
pub fn reloads(page: SocketAddr) -> [f64; 2] {
    values(page, "infer_collector_config_reload_total", ["\"renewed\"", "\"failed\""])
}

/// Gives it a configuration by SIGHUP and waits until it has taken it, or not.
///
/// # Panics
/// If it does not in time what is expected of it.
#[track_caller]
pub fn reload(collector: &CollectorProcess, page: SocketAddr, text: &str, is_sound: bool) {
    reload_by(CollectorProcess::reload, collector, page, text, is_sound);
}

/// How a collector is given a configuration.
pub type Give = fn(&CollectorProcess, &str);

/// The same in another way. It is tried once, sound or not.
///
/// # Panics
/// As [`reload`].
#[track_caller]
pub fn reload_by(
    give: Give,
    collector: &CollectorProcess,
    page: SocketAddr,
    text: &str,
    is_sound: bool,
) {
    let mut expected = reloads(page);
    expected[usize::from(!is_sound)] += 1.0;
    give(collector, text);
    wait::until_within(PATIENCE, "a reload", || match reloads(page) {
        now if now == expected => Ok(()),
        now => Err(format!("{now:?}, expected {expected:?}")),
    });
}
