//! What the exporter may have to do with while a thread records.

use std::time::Duration;

use inferometer_sdk::{ExportFailure, TelemetryStats};

use super::collector::Manner;

/// The peer that every other mode is compared with.
pub(super) const NO_EXPORTER: &str = "no_exporter";

/// Time for one export: a collector that trickles says two or three bytes within.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Where nothing may leave the queue.
const FOREVER: Duration = Duration::from_secs(24 * 3600);

/// Spans that may wait where the queue is to be full.
const FULL_QUEUE: u32 = 64;

/// An exporter's lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    NoExporter,
    Up,
    Refused,
    Hung,
    Trickle,
    /// The exporter panics at every request.
    Panicking,
    /// The collector hangs, and no further span fits into the queue.
    QueueFull,
}

impl Mode {
    pub(super) const ALL: [Self; 7] = [
        Self::NoExporter,
        Self::Up,
        Self::Refused,
        Self::Hung,
        Self::Trickle,
        Self::Panicking,
        Self::QueueFull,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::NoExporter => NO_EXPORTER,
            Self::Up => "up",
            Self::Refused => "refused",
            Self::Hung => "hung",
            Self::Trickle => "trickle",
            Self::Panicking => "panicking",
            Self::QueueFull => "queue_full",
        }
    }

    /// How its collector behaves, if it listens at all.
    pub(super) const fn manner(self) -> Option<Manner> {
        match self {
            Self::Up => Some(Manner::Answers),
            Self::Hung | Self::QueueFull => Some(Manner::Hangs),
            Self::Trickle => Some(Manner::Trickles),
            Self::NoExporter | Self::Refused | Self::Panicking => None,
        }
    }

    pub(super) const fn timeout(self) -> Duration {
        match self {
            Self::QueueFull => FOREVER,
            _ => TIMEOUT,
        }
    }

    /// Spans that may wait, where it makes no difference to the mode.
    pub(super) const fn queue(self, wanted: u32) -> u32 {
        match self {
            Self::QueueFull => FULL_QUEUE,
            _ => wanted,
        }
    }

    /// Whether the exporter has come to know this mode.
    pub(super) fn is_met(self, stats: &TelemetryStats) -> bool {
        let (metrics, spans) = (&stats.metrics, &stats.spans);
        let nothing_arrived = metrics.exported == 0 && spans.exported == 0;
        let stuck = metrics.in_flight > 0 || metrics.failed_total() > 0;
        match self {
            Self::NoExporter => nothing_arrived,
            Self::Up => metrics.exported > 0,
            Self::Refused => nothing_arrived && (metrics.retries > 0 || metrics.failed_total() > 0),
            Self::Hung | Self::Trickle => nothing_arrived && stuck,
            Self::Panicking => nothing_arrived && metrics.failed(ExportFailure::Panicked) > 0,
            Self::QueueFull => {
                nothing_arrived
                    && stuck
                    && spans.in_flight > 0
                    && spans.failed(ExportFailure::QueueFull) > 2 * u64::from(FULL_QUEUE)
            }
        }
    }
}
