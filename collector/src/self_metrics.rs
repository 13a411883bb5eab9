//! What the collector counts about itself: every item that came in, and where it went.
//!
//! For each signal and exporter, `accepted = exported + Σ rejected{reason} + queued`; what was refused was never
//! accepted, and its sender knows. A loss that no reason below explains is a defect.
//!
//! The counters are `infer.collector.*`, recorded through the SDK as any service would. They reach the page without
//! the network: before a scrape, [`SelfMetrics::collect`] gives their OTLP bytes to the store. They are not counted
//! themselves.

use std::fmt;

use inferometer_sdk::{Counter, Encoder, MeterProvider, Scope, Snapshot};
use inferometer_semconv::{InstrumentDef, attributes, metrics};
use opentelemetry::KeyValue;
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{KeyValue as ProtoKeyValue, any_value},
    metrics::v1::{NumberDataPoint, metric, number_data_point},
};
use opentelemetry_sdk::Resource;
use parking_lot::Mutex;
use prost::Message;

use crate::pipeline::{RefusalReason, RejectReason, Signal};

/// Counters of the collector itself, shared by all its components; every method is one lock-free addition.
///
/// Who counts what: a receiver says what it accepted and refused, an exporter what it exported and rejected.
pub struct SelfMetrics {
    accepted: PerSignal<Counter<u64>>,
    refused_requests: PerSignal<[Counter<u64>; RefusalReason::ALL.len()]>,
    refused_items: PerSignal<[Counter<u64>; RefusalReason::ALL.len()]>,
    rejected: PerSignal<[Counter<u64>; RejectReason::ALL.len()]>,
    exported: PerSignal<Counter<u64>>,
    reader: Mutex<Reader>,
}

type PerSignal<T> = [T; Signal::ALL.len()];

/// What turns the counters into OTLP; its memory is reused.
struct Reader {
    provider: MeterProvider,
    snapshot: Snapshot,
    encoder: Encoder,
}

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

impl SelfCounter {
    /// Every counter, in the order in which pages list them.
    pub const ALL: [Self; 5] =
        [Self::Accepted, Self::RefusedRequests, Self::RefusedItems, Self::Rejected, Self::Exported];

    const fn definition(self) -> &'static InstrumentDef {
        match self {
            Self::Accepted => &metrics::INFER_COLLECTOR_ITEM_ACCEPTED,
            Self::RefusedRequests => &metrics::INFER_COLLECTOR_REQUEST_REFUSED,
            Self::RefusedItems => &metrics::INFER_COLLECTOR_ITEM_REFUSED,
            Self::Rejected => &metrics::INFER_COLLECTOR_ITEM_REJECTED,
            Self::Exported => &metrics::INFER_COLLECTOR_ITEM_EXPORTED,
        }
    }
}

impl Default for SelfMetrics {
    fn default() -> Self {
        let resource = resource();
        let encoder = Encoder::new(&resource, Encoder::DEFAULT_MAX_REQUEST_BYTES);
        let provider = MeterProvider::builder().with_resource(resource).build();
        let scope = provider.scope(env!("CARGO_PKG_NAME"));
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
            reader: Mutex::new(Reader { provider, snapshot: Snapshot::default(), encoder }),
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

/// What the environment says (`OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`), or the collector's own name.
fn resource() -> Resource {
    const SERVICE_NAME: &str = "service.name";
    let detected = Resource::builder().build();
    let named = detected.iter().any(|(key, value)| {
        key.as_str() == SERVICE_NAME && !value.as_str().starts_with("unknown_service")
    });
    let mut builder = Resource::builder();
    if !named {
        builder = builder.with_service_name(env!("CARGO_PKG_NAME"));
    }
    builder.with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))).build()
}

impl SelfMetrics {
    /// Series that it shows, `target_info` included.
    pub const SERIES: usize =
        1 + Signal::ALL.len() * (2 + 2 * RefusalReason::ALL.len() + RejectReason::ALL.len());

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

    /// Calls `emit` with the counters as they stand, as encoded `ExportMetricsServiceRequest`s.
    pub fn collect(&self, mut emit: impl FnMut(&[u8])) {
        let mut reader = self.reader.lock();
        let Reader { provider, snapshot, encoder } = &mut *reader;
        provider.snapshot(snapshot);
        encoder.encode(snapshot, |request, _| emit(request));
    }

    /// Every counter with its value now, zeros included, by signal, counter and reason. For tests and summaries: it
    /// reads back what [`SelfMetrics::collect`] gives.
    pub fn counts(&self) -> impl Iterator<Item = SelfCount> {
        let mut counts = Vec::new();
        self.collect(|bytes| {
            if let Ok(request) = ExportMetricsServiceRequest::decode(bytes) {
                counts.extend(read_back(request));
            }
        });
        counts.sort_by_key(|count| {
            (count.signal as usize, count.counter, count.reason.map(position))
        });
        counts.into_iter()
    }
}

/// Where a reason stands in its enum.
fn position(reason: &'static str) -> usize {
    let refusal = RefusalReason::ALL.iter().position(|known| known.as_str() == reason);
    let rejection = RejectReason::ALL.iter().position(|known| known.as_str() == reason);
    refusal.or(rejection).unwrap_or(usize::MAX)
}

fn read_back(request: ExportMetricsServiceRequest) -> Vec<SelfCount> {
    let scopes = request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
    let mut counts = Vec::new();
    for read in scopes.flat_map(|scope| scope.metrics) {
        let counter =
            SelfCounter::ALL.into_iter().find(|counter| counter.definition().name == read.name);
        if let (Some(counter), Some(metric::Data::Sum(sum))) = (counter, read.data) {
            counts.extend(sum.data_points.iter().filter_map(|point| read_point(counter, point)));
        }
    }
    counts
}

fn read_point(counter: SelfCounter, point: &NumberDataPoint) -> Option<SelfCount> {
    let Some(number_data_point::Value::AsInt(value)) = point.value else {
        return None;
    };
    let signal = text(&point.attributes, attributes::INFER_SIGNAL.key)?;
    let refusal = text(&point.attributes, attributes::INFER_COLLECTOR_REFUSAL_REASON.key);
    let rejection = text(&point.attributes, attributes::INFER_COLLECTOR_REJECTION_REASON.key);
    let refusal = RefusalReason::ALL
        .map(RefusalReason::as_str)
        .into_iter()
        .find(|known| refusal == Some(known));
    let rejection = RejectReason::ALL
        .map(RejectReason::as_str)
        .into_iter()
        .find(|known| rejection == Some(known));
    Some(SelfCount {
        counter,
        signal: Signal::ALL.into_iter().find(|known| known.as_str() == signal)?,
        reason: refusal.or(rejection),
        value: u64::try_from(value).ok()?,
    })
}

fn text<'a>(attributes: &'a [ProtoKeyValue], key: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        any_value::Value::StringValue(text) => Some(text),
        _ => None,
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
        assert_eq!(SelfMetrics::default().counts().count() + 1, SelfMetrics::SERIES);
    }
}
