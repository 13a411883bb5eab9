//! How a silent connection to a backend is found out to be dead.

use std::time::Duration;

use super::{problem::Problems, section::Section};

/// How a silent connection over gRPC is found out to be dead; the Collector's `keepalive` of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepAliveSettings {
    /// Silence after which the other side is asked for a sign of life; default 30 s.
    pub time: Duration,
    /// How long it may take to give it; default 20 s. Then the connection is closed, and what was under way is sent
    /// again over another.
    pub timeout: Duration,
    /// Whether it is asked also while no request is under way; default false, as many servers close connections that
    /// ask for nothing else.
    pub permit_without_stream: bool,
}

impl Default for KeepAliveSettings {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(30),
            timeout: Duration::from_secs(20),
            permit_without_stream: false,
        }
    }
}

/// Reads `keepalive` of an exporter over gRPC, if it is there.
pub(super) fn read(exporter: &mut Section<'_>, problems: &mut Problems) -> KeepAliveSettings {
    let default = KeepAliveSettings::default();
    let Some(mut section) = exporter.section("keepalive", problems) else {
        return default;
    };
    let read = KeepAliveSettings {
        time: section.positive_duration("time", problems).unwrap_or(default.time),
        timeout: section.positive_duration("timeout", problems).unwrap_or(default.timeout),
        permit_without_stream: section
            .flag("permit_without_stream", problems)
            .unwrap_or(default.permit_without_stream),
    };
    section.close(problems);
    read
}
