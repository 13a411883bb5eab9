//! What the collector measures of itself: above all every item that came in, and where it went.
//!
//! For each signal and exporter, `accepted = exported + Σ rejected{reason} + queued`; what was refused was never
//! accepted, and its sender knows. A loss that no reason below explains is a defect.
//!
//! The counters are `infer.collector.*`, recorded through the SDK as any service would. They reach the page without
//! the network: before a scrape, [`SelfMetrics::collect`] gives them to the store as OTLP. They are not counted
//! themselves.

mod connections;
mod count;
mod empty;
mod process;
mod request_memory;
mod resource;
mod stores;

use std::{fmt, sync::Arc, time::Duration};

use inferometer_sdk::{Counter, Encoder, Histogram, MeterProvider, Observation, Scope, Snapshot};
use inferometer_semconv::{
    attributes::{self, CollectorListener, CollectorScrapeCoding},
    metrics,
};
use opentelemetry::KeyValue;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use parking_lot::Mutex;
use prost::Message;

pub use self::{
    connections::Connections,
    count::{SelfCount, SelfCounter},
    stores::Stores,
};
use crate::{
    http::InFlight,
    pipeline::{RefusalReason, RejectReason, Signal},
};

/// Counters of the collector itself, shared by all its components; every method is one lock-free addition.
///
/// Who counts what: a receiver says what it accepted and refused, an exporter what it exported and rejected, a listener
/// what became of its connections.
pub struct SelfMetrics {
    accepted: PerSignal<Counter<u64>>,
    refused_requests: PerSignal<[Counter<u64>; RefusalReason::ALL.len()]>,
    refused_items: PerSignal<[Counter<u64>; RefusalReason::ALL.len()]>,
    rejected: PerSignal<[Counter<u64>; RejectReason::ALL.len()]>,
    exported: PerSignal<Counter<u64>>,
    unknown_engine_index: Counter<u64>,
    stores: Stores,
    scrape_duration: Histogram<f64>,
    scrape_bytes: [Counter<u64>; CollectorScrapeCoding::ALL.len()],
    request_budget: request_memory::Budget,
    connections: [Connections; CollectorListener::ALL.len()],
    reader: Mutex<Reader>,
    /// What is asked at every collection.
    _observed: Vec<Observation>,
}

type PerSignal<T> = [T; Signal::ALL.len()];

/// What turns the counters into OTLP; its memory is reused.
struct Reader {
    provider: MeterProvider,
    snapshot: Snapshot,
    encoder: Encoder,
}

impl Default for SelfMetrics {
    fn default() -> Self {
        let resource = resource::resource();
        let encoder = Encoder::new(&resource, Encoder::DEFAULT_MAX_REQUEST_BYTES);
        let provider = MeterProvider::builder().with_resource(resource).build();
        let scope = provider.scope(env!("CARGO_PKG_NAME"));
        let request_budget = request_memory::Budget::default();
        let mut observed = process::observe(&scope);
        observed.extend(request_memory::observe(&scope, &request_budget));
        Self {
            accepted: plain(&scope, SelfCounter::Accepted),
            refused_requests: by_refusal(&scope, SelfCounter::RefusedRequests),
            refused_items: by_refusal(&scope, SelfCounter::RefusedItems),
            rejected: Signal::ALL.map(|signal| {
                let key = attributes::INFER_COLLECTOR_REJECTION_REASON.key;
                RejectReason::ALL.map(|reason| {
                    bind(&scope, SelfCounter::Rejected, signal, Some((key, reason.as_str())))
                })
            }),
            exported: plain(&scope, SelfCounter::Exported),
            unknown_engine_index: scope
                .counter(&metrics::INFER_COLLECTOR_ENGINE_INDEX_UNKNOWN, &[]),
            stores: Stores::bind(&scope),
            scrape_bytes: CollectorScrapeCoding::ALL.map(|coding| {
                let key = attributes::INFER_COLLECTOR_SCRAPE_CODING.key;
                let set = [KeyValue::new(key, coding.as_str())];
                scope.counter(&metrics::INFER_COLLECTOR_SCRAPE_IO, &set)
            }),
            request_budget,
            scrape_duration: scope.histogram(&metrics::INFER_COLLECTOR_SCRAPE_DURATION, &[]),
            connections: CollectorListener::ALL.map(|listener| Connections::bind(&scope, listener)),
            reader: Mutex::new(Reader { provider, snapshot: Snapshot::default(), encoder }),
            _observed: observed,
        }
    }
}

fn plain(scope: &Scope, counter: SelfCounter) -> PerSignal<Counter<u64>> {
    Signal::ALL.map(|signal| bind(scope, counter, signal, None))
}

fn by_refusal(
    scope: &Scope,
    counter: SelfCounter,
) -> PerSignal<[Counter<u64>; RefusalReason::ALL.len()]> {
    let key = attributes::INFER_COLLECTOR_REFUSAL_REASON.key;
    Signal::ALL.map(|signal| {
        RefusalReason::ALL.map(|reason| bind(scope, counter, signal, Some((key, reason.as_str()))))
    })
}

fn bind(
    scope: &Scope,
    counter: SelfCounter,
    signal: Signal,
    reason: Option<(&'static str, &'static str)>,
) -> Counter<u64> {
    let mut set = vec![KeyValue::new(attributes::INFER_SIGNAL.key, signal.as_str())];
    set.extend(reason.map(|(key, value)| KeyValue::new(key, value)));
    scope.counter(counter.definition(), &set)
}

impl SelfMetrics {
    /// Series that it shows, `target_info` included.
    pub const SERIES: usize = 1
        + Self::COUNTS
        + CollectorListener::ALL.len() * Connections::SERIES
        + Stores::SERIES
        + CollectorScrapeCoding::ALL.len()
        + request_memory::SERIES
        + process::SERIES
        + Self::SINGLE;
    /// Series of [`SelfMetrics::counts`].
    const COUNTS: usize =
        Signal::ALL.len() * (2 + 2 * RefusalReason::ALL.len() + RejectReason::ALL.len());
    /// Instruments of one series each: unknown engine indexes, duration of scrapes.
    const SINGLE: usize = 2;

    /// Counts items that every pipeline took.
    pub fn accepted(&self, signal: Signal, items: u64) {
        self.accepted[signal as usize].add(items);
    }

    /// Counts one refused request and the items that were in it, 0 if they could not be counted.
    pub fn refused(&self, signal: Signal, reason: RefusalReason, items: u64) {
        self.refused_requests[signal as usize][reason as usize].add(1);
        self.refused_items[signal as usize][reason as usize].add(items);
    }

    /// Counts items of an accepted request that an exporter did not keep.
    pub fn rejected(&self, signal: Signal, reason: RejectReason, items: u64) {
        self.rejected[signal as usize][reason as usize].add(items);
    }

    /// Counts items that an exporter stored, or that the other side acknowledged.
    pub fn exported(&self, signal: Signal, items: u64) {
        self.exported[signal as usize].add(items);
    }

    /// Counts points of which no table says which engine they are from.
    pub fn unknown_engine_index(&self, points: u64) {
        self.unknown_engine_index.add(points);
    }

    /// The counters of the stores.
    #[must_use]
    pub const fn stores(&self) -> &Stores {
        &self.stores
    }

    /// Says which budget requests are charged to. There is one; a second is not shown.
    pub fn requests_are_charged_to(&self, budget: &Arc<InFlight>) {
        self.request_budget.get_or_init(|| Arc::clone(budget));
    }

    /// A scrape has been answered to its end.
    pub fn scraped(&self, took: Duration) {
        self.scrape_duration.record(took.as_secs_f64());
    }

    /// Counts bytes of a page, as they were coded.
    pub fn scrape_sent(&self, coding: CollectorScrapeCoding, bytes: u64) {
        self.scrape_bytes[coding as usize].add(bytes);
    }

    /// The counters of a listener.
    #[must_use]
    pub fn connections(&self, listener: CollectorListener) -> Connections {
        self.connections[listener as usize].clone()
    }

    /// Calls `emit` with everything as it stands, zeros included.
    pub fn collect(&self, mut emit: impl FnMut(&ExportMetricsServiceRequest)) {
        let mut reader = self.reader.lock();
        let Reader { provider, snapshot, encoder } = &mut *reader;
        provider.snapshot(snapshot);
        encoder.encode(snapshot, |request, _| {
            // Written a moment ago, so it can be read.
            if let Ok(mut request) = ExportMetricsServiceRequest::decode(request) {
                empty::add(&metrics::INFER_COLLECTOR_SCRAPE_DURATION, &mut request);
                emit(&request);
            }
        });
        snapshot.clear();
    }

    /// Every counter with its value now, zeros included, by signal, counter and reason. For tests and summaries: it
    /// reads back what [`SelfMetrics::collect`] gives.
    pub fn counts(&self) -> impl Iterator<Item = SelfCount> {
        let mut counts = Vec::new();
        self.collect(|request| counts.extend(count::read_back(request)));
        counts.sort_by_key(|count| {
            (count.signal as usize, count.counter, count.reason.map(count::position))
        });
        counts.into_iter()
    }
}

impl fmt::Debug for SelfMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = self.counts().filter(|count| count.value > 0);
        f.debug_list().entries(counted).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp;

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
                (SelfCounter::Rejected, Signal::Metrics, Some("series_limit"), 2),
                (SelfCounter::Exported, Signal::Metrics, None, 5),
                (SelfCounter::RefusedRequests, Signal::Traces, Some("queue_full"), 2),
                (SelfCounter::RefusedItems, Signal::Traces, Some("queue_full"), 8),
            ],
        );
    }

    #[test]
    fn a_malformed_request_counts_as_a_request_without_items() {
        let metrics = SelfMetrics::default();
        metrics.refused(Signal::Logs, RefusalReason::Malformed, 0);
        check(&metrics, &[(SelfCounter::RefusedRequests, Signal::Logs, Some("malformed"), 1)]);
    }

    #[test]
    fn zeros_are_listed_so_that_a_rate_has_a_start() {
        let metrics = SelfMetrics::default();
        assert_eq!(metrics.counts().count(), SelfMetrics::COUNTS);
        let mut points = 0;
        metrics.collect(|request| {
            let bytes = request.encode_to_vec();
            points += otlp::check(Signal::Metrics, &bytes).unwrap().items;
        });
        assert_eq!(points + 1, SelfMetrics::SERIES as u64, "with `target_info`");
    }
}
