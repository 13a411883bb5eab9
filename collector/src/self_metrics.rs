//! What the collector counts about itself: every item that came in, and where it went.
//!
//! For each signal and exporter, `accepted = exported + Σ rejected{reason} + queued`; what was refused was never
//! accepted, and its sender knows. A loss that no reason below explains is a defect.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::pipeline::{RefusalReason, RejectReason, Signal};

/// Counters of the collector itself, shared by all its components; every method is one relaxed addition.
///
/// Who counts what: a receiver says what it accepted and refused, an exporter what it exported and rejected.
#[derive(Debug, Default)]
pub struct SelfMetrics {
    accepted: PerSignal<AtomicU64>,
    refused_requests: PerSignal<[AtomicU64; RefusalReason::ALL.len()]>,
    refused_items: PerSignal<[AtomicU64; RefusalReason::ALL.len()]>,
    rejected: PerSignal<[AtomicU64; RejectReason::ALL.len()]>,
    exported: PerSignal<AtomicU64>,
}

type PerSignal<T> = [T; Signal::ALL.len()];

/// What one of the collector's own counters stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelfCount {
    /// Which counter.
    pub counter: SelfCounter,
    /// Which signal it counts.
    pub signal: Signal,
    /// The value of the `reason` label, for losses.
    pub reason: Option<&'static str>,
    /// The total since start.
    pub value: u64,
}

/// The collector's own counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SelfCounter {
    /// Items that every pipeline took.
    Accepted,
    /// Requests that were refused whole.
    RefusedRequests,
    /// Items in refused requests, as far as they could be counted; a malformed body counts as none.
    RefusedItems,
    /// Items of accepted requests that an exporter did not keep.
    Rejected,
    /// Items that an exporter stored or that the other side acknowledged.
    Exported,
}

impl SelfMetrics {
    /// Counts items that every pipeline took.
    pub fn accepted(&self, signal: Signal, items: u64) {
        add(&self.accepted[signal_index(signal)], items);
    }

    /// Counts one refused request and the items that were in it, 0 if they could not be counted.
    pub fn refused(&self, signal: Signal, reason: RefusalReason, items: u64) {
        let (signal, reason) = (signal_index(signal), reason as usize);
        add(&self.refused_requests[signal][reason], 1);
        add(&self.refused_items[signal][reason], items);
    }

    /// Counts items of an accepted request that an exporter did not keep.
    pub fn rejected(&self, signal: Signal, reason: RejectReason, items: u64) {
        add(&self.rejected[signal_index(signal)][reason as usize], items);
    }

    /// Counts items that an exporter stored, or that the other side acknowledged.
    pub fn exported(&self, signal: Signal, items: u64) {
        add(&self.exported[signal_index(signal)], items);
    }

    /// Every counter with its value now, zeros included, in a fixed order.
    pub fn counts(&self) -> impl Iterator<Item = SelfCount> + '_ {
        Signal::ALL
            .into_iter()
            .flat_map(|signal| self.of_signal(signal))
    }

    fn of_signal(&self, signal: Signal) -> impl Iterator<Item = SelfCount> + '_ {
        let index = signal_index(signal);
        let count = move |counter, reason, cell: &AtomicU64| SelfCount {
            counter,
            signal,
            reason,
            value: cell.load(Ordering::Relaxed),
        };
        let refusals = |counter, cells: &'_ [AtomicU64]| -> Vec<SelfCount> {
            let by_reason = RefusalReason::ALL.iter().zip(cells);
            by_reason
                .map(|(reason, cell)| count(counter, Some(reason.as_str()), cell))
                .collect()
        };
        let rejections = RejectReason::ALL.iter().zip(&self.rejected[index]);
        [count(SelfCounter::Accepted, None, &self.accepted[index])]
            .into_iter()
            .chain(refusals(
                SelfCounter::RefusedRequests,
                &self.refused_requests[index],
            ))
            .chain(refusals(
                SelfCounter::RefusedItems,
                &self.refused_items[index],
            ))
            .chain(rejections.map(move |(reason, cell)| {
                count(SelfCounter::Rejected, Some(reason.as_str()), cell)
            }))
            .chain([count(SelfCounter::Exported, None, &self.exported[index])])
    }
}

fn add(cell: &AtomicU64, items: u64) {
    cell.fetch_add(items, Ordering::Relaxed);
}

const fn signal_index(signal: Signal) -> usize {
    signal as usize
}

// The enums' discriminants are the indices, so `ALL` must list every variant in its order of declaration.
const _: () = {
    let mut i = 0;
    while i < Signal::ALL.len() {
        assert!(Signal::ALL[i] as usize == i);
        i += 1;
    }
    i = 0;
    while i < RefusalReason::ALL.len() {
        assert!(RefusalReason::ALL[i] as usize == i);
        i += 1;
    }
    i = 0;
    while i < RejectReason::ALL.len() {
        assert!(RejectReason::ALL[i] as usize == i);
        i += 1;
    }
};

#[cfg(test)]
mod tests {
    use super::*;

    fn check(metrics: &SelfMetrics, expected: &[(SelfCounter, Signal, Option<&str>, u64)]) {
        let seen: Vec<_> = metrics
            .counts()
            .filter(|count| count.value > 0)
            .map(|count| (count.counter, count.signal, count.reason, count.value))
            .collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_count_lands_on_its_signal_and_reason_alone() {
        let metrics = SelfMetrics::default();
        metrics.accepted(Signal::Metrics, 7);
        metrics.rejected(Signal::Metrics, RejectReason::SeriesLimit, 2);
        metrics.exported(Signal::Metrics, 5);
        metrics.refused(Signal::Traces, RefusalReason::QueueFull, 4);
        metrics.refused(Signal::Traces, RefusalReason::QueueFull, 4);
        check(
            &metrics,
            &[
                (SelfCounter::Accepted, Signal::Metrics, None, 7),
                (
                    SelfCounter::Rejected,
                    Signal::Metrics,
                    Some("series_limit"),
                    2,
                ),
                (SelfCounter::Exported, Signal::Metrics, None, 5),
                (
                    SelfCounter::RefusedRequests,
                    Signal::Traces,
                    Some("queue_full"),
                    2,
                ),
                (
                    SelfCounter::RefusedItems,
                    Signal::Traces,
                    Some("queue_full"),
                    8,
                ),
            ],
        );
    }

    #[test]
    fn a_malformed_request_counts_as_a_request_without_items() {
        let metrics = SelfMetrics::default();
        metrics.refused(Signal::Logs, RefusalReason::Malformed, 0);
        check(
            &metrics,
            &[(
                SelfCounter::RefusedRequests,
                Signal::Logs,
                Some("malformed"),
                1,
            )],
        );
    }

    #[test]
    fn zeros_are_listed_so_that_a_rate_has_a_start() {
        assert_eq!(SelfMetrics::default().counts().count(), 3 * (2 + 2 * 7 + 8));
    }
}
