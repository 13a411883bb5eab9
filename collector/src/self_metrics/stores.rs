//! What the store of a Prometheus page counts, of several stores the sum.

use std::fmt;

use inferometer_sdk::{Counter, Scope, UpDownCounter};
use inferometer_semconv::{
    attributes::{self, CollectorEndReason, CollectorExemplarLoss, CollectorLookupResult},
    metrics,
};
use opentelemetry::KeyValue;

use crate::series::{Limits, Stats};

/// Counters of stores. Cheap to add to, from any thread.
pub struct Stores {
    series_usage: UpDownCounter<i64>,
    series_limit: UpDownCounter<i64>,
    memory_usage: UpDownCounter<i64>,
    memory_limit: UpDownCounter<i64>,
    ended: [Counter<u64>; CollectorEndReason::ALL.len()],
    lookups: [Counter<u64>; CollectorLookupResult::ALL.len()],
    target_info_rejected: Counter<u64>,
    attributes_folded: Counter<u64>,
    exemplars_lost: [Counter<u64>; CollectorExemplarLoss::ALL.len()],
}

impl Stores {
    pub(super) const SERIES: usize = 6
        + CollectorEndReason::ALL.len()
        + CollectorLookupResult::ALL.len()
        + CollectorExemplarLoss::ALL.len();

    pub(super) fn bind(scope: &Scope) -> Self {
        let level = |definition| scope.up_down_counter(definition, &[]);
        let ended = |reason: CollectorEndReason| {
            let key = attributes::INFER_COLLECTOR_END_REASON.key;
            let set = [KeyValue::new(key, reason.as_str())];
            scope.counter(&metrics::INFER_COLLECTOR_SERIES_ENDED, &set)
        };
        let lookups = |result: CollectorLookupResult| {
            let key = attributes::INFER_COLLECTOR_LOOKUP_RESULT.key;
            let set = [KeyValue::new(key, result.as_str())];
            scope.counter(&metrics::INFER_COLLECTOR_POINT_LOOKUP, &set)
        };
        let exemplars_lost = |reason: CollectorExemplarLoss| {
            let key = attributes::INFER_COLLECTOR_EXEMPLAR_LOSS.key;
            let set = [KeyValue::new(key, reason.as_str())];
            scope.counter(&metrics::INFER_COLLECTOR_EXEMPLAR_LOST, &set)
        };
        Self {
            series_usage: level(&metrics::INFER_COLLECTOR_SERIES_USAGE),
            series_limit: level(&metrics::INFER_COLLECTOR_SERIES_LIMIT),
            memory_usage: level(&metrics::INFER_COLLECTOR_SERIES_MEMORY_USAGE),
            memory_limit: level(&metrics::INFER_COLLECTOR_SERIES_MEMORY_LIMIT),
            ended: CollectorEndReason::ALL.map(ended),
            lookups: CollectorLookupResult::ALL.map(lookups),
            target_info_rejected: scope
                .counter(&metrics::INFER_COLLECTOR_TARGET_INFO_REJECTED, &[]),
            attributes_folded: scope.counter(&metrics::INFER_COLLECTOR_ATTRIBUTE_FOLDED, &[]),
            exemplars_lost: CollectorExemplarLoss::ALL.map(exemplars_lost),
        }
    }

    /// A store that may hold so much has been opened.
    pub fn opened(&self, limits: &Limits) {
        self.series_limit.add(level(limits.max_series));
        self.memory_limit.add(level(limits.max_bytes));
    }

    /// A store that might hold so much has been closed.
    pub fn closed(&self, limits: &Limits) {
        self.series_limit.add(-level(limits.max_series));
        self.memory_limit.add(-level(limits.max_bytes));
    }

    /// A store might hold `before`, and may hold `now`.
    pub fn limit_changed(&self, before: &Limits, now: &Limits) {
        self.closed(before);
        self.opened(now);
    }

    /// A store held `before` when it said so last, and holds `now`.
    pub fn changed(&self, before: &Stats, now: &Stats) {
        self.series_usage.add(level(now.series) - level(before.series));
        self.memory_usage.add(level(now.bytes) - level(before.bytes));
    }

    /// Counts series that were forgotten.
    pub fn ended(&self, reason: CollectorEndReason, series: u64) {
        self.ended[reason as usize].add(series);
    }

    /// Counts points whose series was found in this way.
    pub fn looked_up(&self, result: CollectorLookupResult, points: u64) {
        self.lookups[result as usize].add(points);
    }

    /// Counts resources that the store had no room to show.
    pub fn target_info_rejected(&self, resources: u64) {
        self.target_info_rejected.add(resources);
    }

    /// Counts attribute values that were shown as `other`.
    pub fn attributes_folded(&self, values: u64) {
        self.attributes_folded.add(values);
    }

    /// Counts exemplars that are not shown, or not whole.
    pub fn exemplars_lost(&self, reason: CollectorExemplarLoss, exemplars: u64) {
        self.exemplars_lost[reason as usize].add(exemplars);
    }
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores").finish_non_exhaustive()
    }
}

fn level(held: usize) -> i64 {
    i64::try_from(held).unwrap_or(i64::MAX)
}
