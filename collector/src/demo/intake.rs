//! What became of the items that reached the collector.

use serde::Serialize;

use crate::{
    pipeline::Signal,
    self_metrics::{SelfCounter, SelfMetrics},
};

/// Items of one signal, as the collector counts them, whoever sent them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Intake {
    /// Every pipeline took them.
    pub accepted: u64,
    /// Their senders were told that they were not taken.
    pub refused: u64,
    /// They were taken, and then not kept; of spans also those that had to make room in the ring of recent traces.
    pub rejected: u64,
}

impl Intake {
    pub(super) fn read(metrics: &SelfMetrics, signal: Signal) -> Self {
        let mut intake = Self::default();
        for count in metrics.counts().filter(|count| count.signal == signal) {
            match count.counter {
                SelfCounter::Accepted => intake.accepted += count.value,
                SelfCounter::RefusedItems => intake.refused += count.value,
                SelfCounter::Rejected => intake.rejected += count.value,
                SelfCounter::RefusedRequests | SelfCounter::Exported => {}
            }
        }
        intake
    }
}
