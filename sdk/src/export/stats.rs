//! What became of every item that was to be exported.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// Why items did not reach the collector.
///
/// Metrics are cumulative: a lost data point loses no value, the next one carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExportFailure {
    /// The collector refused the request for good.
    Refused,
    /// The collector could not be reached, or asked to come back, at every attempt.
    RetriesExhausted,
    /// The collector did not answer within the timeout.
    DeadlineExceeded,
    /// The collector's answer was over the limit of 4 MiB, so nobody knows what became of the request.
    ResponseTooLarge,
    /// A flush or the shutdown needed the time that was left.
    Interrupted,
    /// The exporter panicked; it goes on with the next export.
    Panicked,
    /// Spans only: too many were waiting when it ended, or too many bytes.
    QueueFull,
    /// The request would have been over 64 MiB, because of a single item.
    RequestTooLarge,
    /// Spans only: it alone holds more bytes than all that may wait.
    SpanTooLarge,
    /// Spans only: it ended after the shutdown had begun.
    AlreadyShutDown,
    /// Spans only: it began before this process was forked, and its end here is not the one that the parent exports.
    Forked,
}

impl ExportFailure {
    /// Every reason, in the order in which pages list them.
    pub const ALL: [Self; 11] = [
        Self::Refused,
        Self::RetriesExhausted,
        Self::DeadlineExceeded,
        Self::ResponseTooLarge,
        Self::Interrupted,
        Self::Panicked,
        Self::QueueFull,
        Self::RequestTooLarge,
        Self::SpanTooLarge,
        Self::AlreadyShutDown,
        Self::Forked,
    ];

    /// Why a span is lost before it is on its way.
    pub(crate) const AT_END: [Self; 4] =
        [Self::QueueFull, Self::SpanTooLarge, Self::AlreadyShutDown, Self::Forked];

    /// The reason as one word, for logs and labels.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::RetriesExhausted => "retries_exhausted",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::ResponseTooLarge => "response_too_large",
            Self::Interrupted => "interrupted",
            Self::Panicked => "panicked",
            Self::QueueFull => "queue_full",
            Self::RequestTooLarge => "request_too_large",
            Self::SpanTooLarge => "span_too_large",
            Self::AlreadyShutDown => "already_shutdown",
            Self::Forked => "forked",
        }
    }
}

/// Counts of one signal since the start.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ExportStats {
    /// Items that the collector accepted.
    pub exported: u64,
    /// Items that the collector rejected out of a request that it accepted (partial success).
    pub rejected: u64,
    /// Requests that were sent again.
    pub retries: u64,
    /// Exports that took longer than the interval, so that the next one came late. Metrics only.
    pub late: u64,
    /// Items that wait for their export at this moment. Spans only.
    pub queued: u64,
    /// Items that are on their way at this moment.
    pub in_flight: u64,
    failed: [u64; ExportFailure::ALL.len()],
}

impl ExportStats {
    /// Items that were lost for this reason.
    #[must_use]
    pub fn failed(&self, reason: ExportFailure) -> u64 {
        self.failed[reason as usize]
    }

    /// Items that were lost for any reason, rejected ones left out.
    #[must_use]
    pub fn failed_total(&self) -> u64 {
        self.failed.iter().sum()
    }

    /// Spans that were lost before they were on their way.
    pub(crate) fn lost_at_end(&self) -> u64 {
        ExportFailure::AT_END.into_iter().map(|reason| self.failed(reason)).sum()
    }

    /// Items that were on their way and did not arrive.
    pub(crate) fn undelivered(&self) -> u64 {
        self.rejected + self.failed_total() - self.lost_at_end()
    }
}

impl fmt::Debug for ExportStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Those that happened, by their reasons.
        struct Failed<'a>(&'a ExportStats);
        impl fmt::Debug for Failed<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let counts =
                    ExportFailure::ALL.iter().map(|why| (why.as_str(), self.0.failed(*why)));
                f.debug_map().entries(counts.filter(|(_, items)| *items > 0)).finish()
            }
        }
        let Self { exported, rejected, retries, late, queued, in_flight, failed: _ } = self;
        f.debug_struct("ExportStats")
            .field("exported", exported)
            .field("rejected", rejected)
            .field("retries", retries)
            .field("late", late)
            .field("queued", queued)
            .field("in_flight", in_flight)
            .field("failed", &Failed(self))
            .finish()
    }
}

/// Counts of a [`Telemetry`](crate::Telemetry) about its exports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TelemetryStats {
    /// Items are data points.
    pub metrics: ExportStats,
    /// Items are spans.
    pub spans: ExportStats,
}

/// The counts while they change.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    exported: AtomicU64,
    rejected: AtomicU64,
    retries: AtomicU64,
    late: AtomicU64,
    queued: AtomicU64,
    in_flight: AtomicU64,
    failed: [AtomicU64; ExportFailure::ALL.len()],
}

impl Counters {
    /// One more waits; returns how many did before.
    pub(super) fn queue(&self) -> u64 {
        self.queued.fetch_add(1, Relaxed)
    }

    pub(super) fn unqueue(&self, items: u64) {
        self.queued.fetch_sub(items, Relaxed);
    }

    pub(super) fn enter(&self, items: u64) {
        self.in_flight.fetch_add(items, Relaxed);
    }

    pub(super) fn leave(&self, items: u64) {
        self.in_flight.fetch_sub(items, Relaxed);
    }

    pub(super) fn count_exported(&self, items: u64) {
        self.exported.fetch_add(items, Relaxed);
    }

    pub(super) fn count_rejected(&self, items: u64) {
        self.rejected.fetch_add(items, Relaxed);
    }

    pub(super) fn count_retry(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    pub(super) fn count_late(&self) {
        self.late.fetch_add(1, Relaxed);
    }

    pub(super) fn count_failed(&self, reason: ExportFailure, items: u64) {
        self.failed[reason as usize].fetch_add(items, Relaxed);
    }

    pub(crate) fn read(&self) -> ExportStats {
        ExportStats {
            exported: self.exported.load(Relaxed),
            rejected: self.rejected.load(Relaxed),
            retries: self.retries.load(Relaxed),
            late: self.late.load(Relaxed),
            queued: self.queued.load(Relaxed),
            in_flight: self.in_flight.load(Relaxed),
            failed: std::array::from_fn(|reason| self.failed[reason].load(Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_counted_under_its_own_name() {
        let counters = Counters::default();
        for (index, reason) in ExportFailure::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, index, "{reason:?}");
            counters.count_failed(reason, index as u64 + 1);
        }
        let stats = counters.read();
        assert_eq!(stats.failed(ExportFailure::Refused), 1);
        assert_eq!(stats.failed(ExportFailure::RequestTooLarge), 8);
        assert_eq!(stats.failed_total(), 66);
        assert_eq!(stats.lost_at_end(), 7 + 9 + 10 + 11);
    }
}
