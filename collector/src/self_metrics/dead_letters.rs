//! What a queue on disk counts of its dead letters.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use inferometer_sdk::{Counter, Observation, Scope};
use inferometer_semconv::{
    attributes::{self, CollectorDeadLetterLoss},
    metrics,
};
use opentelemetry::KeyValue;

/// Counters of the dead letters of one exporter.
pub struct DeadLetterMetrics {
    kept: Counter<u64>,
    lost: [Counter<u64>; CollectorDeadLetterLoss::ALL.len()],
    usage: Arc<AtomicU64>,
    _observed: Observation,
}

impl DeadLetterMetrics {
    /// Series that it shows.
    pub(super) const SERIES: usize = 2 + CollectorDeadLetterLoss::ALL.len();

    pub(super) fn bind(scope: &Scope, id: &str) -> Self {
        let of = || KeyValue::new(attributes::INFER_COLLECTOR_EXPORTER.key, id.to_owned());
        let lost = |loss: CollectorDeadLetterLoss| {
            let key = attributes::INFER_COLLECTOR_DEAD_LETTER_LOSS.key;
            let set = [of(), KeyValue::new(key, loss.as_str())];
            scope.counter(&metrics::INFER_COLLECTOR_DEAD_LETTER_LOST, &set)
        };
        let usage = Arc::<AtomicU64>::default();
        let shown = Arc::clone(&usage);
        let definition = &metrics::INFER_COLLECTOR_DEAD_LETTER_USAGE;
        Self {
            kept: scope.counter(&metrics::INFER_COLLECTOR_DEAD_LETTER_KEPT, &[of()]),
            lost: CollectorDeadLetterLoss::ALL.map(lost),
            _observed: scope.observable_up_down_counter(definition, &[of()], move || {
                Some(i64::try_from(shown.load(Ordering::Relaxed)).unwrap_or(i64::MAX))
            }),
            usage,
        }
    }

    /// Counts requests that are kept from now on.
    pub fn kept(&self, requests: u64) {
        self.kept.add(requests);
    }

    /// Counts requests that are not kept, or no longer.
    pub fn lost(&self, loss: CollectorDeadLetterLoss, requests: u64) {
        self.lost[loss as usize].add(requests);
    }

    /// So many bytes are kept now.
    pub fn usage(&self, bytes: u64) {
        self.usage.store(bytes, Ordering::Relaxed);
    }
}

impl fmt::Debug for DeadLetterMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetterMetrics").finish_non_exhaustive()
    }
}
