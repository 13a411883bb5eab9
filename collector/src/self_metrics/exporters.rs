//! What an exporter counts of the items that reach it.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use inferometer_sdk::{Counter, Observation, Scope, UpDownCounter};
use inferometer_semconv::{attributes, metrics};
use opentelemetry::KeyValue;

use super::{PerSignal, dead_letters::DeadLetterMetrics, otelcol, signal_of};
use crate::{
    health::ExporterHealth,
    pipeline::{RejectReason, Signal},
};

/// Counters of one exporter: of each signal, accepted + recovered = exported + Σ rejected + queued.
pub struct ExporterMetrics {
    id: Box<str>,
    health: Arc<ExporterHealth>,
    exported: PerSignal<Counter<u64>>,
    rejected: PerSignal<[Counter<u64>; RejectReason::ALL.len()]>,
    queued: PerSignal<UpDownCounter<i64>>,
    scope: Scope,
    queue: OnceLock<QueueMetrics>,
    dead_letters: OnceLock<DeadLetterMetrics>,
}

/// Counters of an exporter's queue, in the unit of its sizer.
struct QueueMetrics {
    usage: Arc<AtomicU64>,
    limit: Arc<AtomicU64>,
    lost: Counter<u64>,
    recovered: PerSignal<Counter<u64>>,
    /// Items that a queue of this process has left on disk, which count as queued until another goes on with them.
    left: PerSignal<AtomicU64>,
    _observed: [Observation; 2],
}

impl QueueMetrics {
    /// Series of each queue.
    const SERIES: usize = 3 + Signal::ALL.len();

    fn observe(scope: &Scope, id: &str) -> Self {
        let set = [KeyValue::new(attributes::INFER_COLLECTOR_EXPORTER.key, id.to_owned())];
        let shown = |definition, units: &Arc<AtomicU64>| {
            let units = Arc::clone(units);
            scope.observable_up_down_counter(definition, &set, move || {
                Some(level(units.load(Ordering::Relaxed)))
            })
        };
        let (usage, limit) = <(Arc<AtomicU64>, Arc<AtomicU64>)>::default();
        let _observed = [
            shown(&metrics::INFER_COLLECTOR_QUEUE_USAGE, &usage),
            shown(&metrics::INFER_COLLECTOR_QUEUE_LIMIT, &limit),
        ];
        let lost = scope.counter(&metrics::INFER_COLLECTOR_QUEUE_LOST, &set);
        let recovered = Signal::ALL.map(|signal| {
            let set = [signal_of(signal), set[0].clone()];
            scope.counter(&metrics::INFER_COLLECTOR_ITEM_RECOVERED, &set)
        });
        Self { usage, limit, lost, recovered, left: Default::default(), _observed }
    }
}

impl ExporterMetrics {
    /// Series of each exporter, without its queue.
    const SERIES: usize = Signal::ALL.len() * (2 + RejectReason::ALL.len());

    pub(super) fn bind(scope: &Scope, id: &str, health: Arc<ExporterHealth>) -> Self {
        let of = |signal: Signal| {
            let key = attributes::INFER_COLLECTOR_EXPORTER.key;
            vec![signal_of(signal), KeyValue::new(key, id.to_owned())]
        };
        let rejected = |signal, reason: RejectReason| {
            let mut set = of(signal);
            let key = attributes::INFER_COLLECTOR_REJECTION_REASON.key;
            set.push(KeyValue::new(key, reason.as_str()));
            scope.counter(&metrics::INFER_COLLECTOR_ITEM_REJECTED, &set)
        };
        Self {
            id: id.into(),
            health,
            scope: scope.clone(),
            queue: OnceLock::new(),
            dead_letters: OnceLock::new(),
            exported: Signal::ALL
                .map(|signal| scope.counter(&metrics::INFER_COLLECTOR_ITEM_EXPORTED, &of(signal))),
            rejected: Signal::ALL
                .map(|signal| RejectReason::ALL.map(|reason| rejected(signal, reason))),
            queued: Signal::ALL.map(|signal| {
                scope.up_down_counter(&metrics::INFER_COLLECTOR_ITEM_QUEUED, &of(signal))
            }),
        }
    }

    /// Series that it shows.
    pub(super) fn series(&self) -> usize {
        let of_queue = QueueMetrics::SERIES + otelcol::QUEUE_SERIES;
        Self::SERIES
            + otelcol::EXPORTER_SERIES
            + self.queue.get().map_or(0, |_| of_queue)
            + self.dead_letters.get().map_or(0, |_| DeadLetterMetrics::SERIES)
    }

    /// Whether it works.
    pub fn health(&self) -> &ExporterHealth {
        &self.health
    }

    /// It has a queue, whose usage and limit are shown from now on.
    pub fn has_queue(&self) {
        self.queue();
    }

    fn queue(&self) -> &QueueMetrics {
        self.queue.get_or_init(|| QueueMetrics::observe(&self.scope, &self.id))
    }

    /// So much may wait in its queue, in the unit of its sizer.
    pub fn queue_limit(&self, units: u64) {
        self.queue().limit.store(units, Ordering::Relaxed);
    }

    /// So much waits there now.
    pub fn queue_usage(&self, units: u64) {
        self.queue().usage.store(units, Ordering::Relaxed);
    }

    /// Counts requests that its queue on disk held and cannot find any more.
    pub fn queue_lost(&self, requests: u64) {
        self.queue().lost.add(requests);
    }

    /// The counters of its dead letters, which are shown from now on.
    pub fn dead_letters(&self) -> &DeadLetterMetrics {
        self.dead_letters.get_or_init(|| DeadLetterMetrics::bind(&self.scope, &self.id))
    }

    /// Counts items that it stored, or that the other side acknowledged.
    pub fn exported(&self, signal: Signal, items: u64) {
        self.exported[signal as usize].add(items);
    }

    /// Counts items of an accepted request that it did not keep, or that never reached it.
    pub fn rejected(&self, signal: Signal, reason: RejectReason, items: u64) {
        self.rejected[signal as usize][reason as usize].add(items);
    }

    /// Counts items that wait from now on, in its own queue or on their way to it.
    pub fn queued(&self, signal: Signal, items: u64) {
        self.queued[signal as usize].add(level(items));
    }

    /// Counts items that wait in its queue on disk, which is opened, from now on. Those that a queue of this process has
    /// left there count already; the others are a former process's.
    pub fn recovered(&self, signal: Signal, items: u64) {
        let left = self.queue().left[signal as usize].swap(0, Ordering::Relaxed);
        let others = items.saturating_sub(left);
        self.queue().recovered[signal as usize].add(others);
        self.queued(signal, others);
    }

    /// Its queue on disk is closed, and so many items wait there until it is opened again.
    pub fn left_on_disk(&self, signal: Signal, items: u64) {
        self.queue().left[signal as usize].store(items, Ordering::Relaxed);
    }

    /// Counts items that wait no longer: what became of them is counted beside this.
    pub fn dequeued(&self, signal: Signal, items: u64) {
        self.queued[signal as usize].add(-level(items));
    }
}

fn level(items: u64) -> i64 {
    i64::try_from(items).unwrap_or(i64::MAX)
}

impl fmt::Debug for ExporterMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ExporterMetrics").field(&self.id).finish()
    }
}
