//! What the collector measures of itself: above all every item that came in, and where it went.
//!
//! For each signal and exporter, `accepted = exported + Σ rejected{reason} + queued`; what was refused was never
//! accepted, and its sender knows. A loss that no reason below explains is a defect.
//!
//! The counters are `infer.collector.*`, recorded through the SDK as any service would. They reach the page without
//! the network: before a scrape, [`SelfMetrics::collect`] gives them to the store as OTLP. They are not counted
//! themselves.

mod build;
mod connections;
mod connectors;
mod count;
mod dead_letters;
mod empty;
mod exporters;
mod otelcol;
mod own_traces;
mod process;
mod receivers;
mod reloads;
mod request_memory;
mod resource;
mod sampling;
mod stores;

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use inferometer_sdk::{Counter, Encoder, Histogram, MeterProvider, Observation, Scope, Snapshot};
use inferometer_semconv::{
    attributes::{self, CollectorListener, CollectorSamplingDecision, CollectorScrapeCoding},
    metrics,
};
use opentelemetry::KeyValue;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_sdk::Resource;
use parking_lot::Mutex;
use prost::Message;

pub use self::{
    connections::Connections,
    connectors::ConnectorMetrics,
    count::{SelfCount, SelfCounter},
    dead_letters::DeadLetterMetrics,
    exporters::ExporterMetrics,
    receivers::ReceiverMetrics,
    reloads::ReloadResult,
    sampling::SamplingMetrics,
    stores::Stores,
};
use crate::{
    config::OwnTraceSettings,
    health::Health,
    http::{InFlight, StartError},
    own_traces::OwnTraces,
    pipeline::Signal,
};

/// Counters of the collector itself, shared by all its components; every method is one lock-free addition.
///
/// Who counts what: a receiver says what it accepted and refused, an exporter what it exported and rejected, a listener
/// what became of its connections, a connector both of what reached it and of what it made.
pub struct SelfMetrics {
    scope: Scope,
    health: Arc<Health>,
    receivers: Mutex<BTreeMap<(String, usize), Arc<ReceiverMetrics>>>,
    exporters: Mutex<BTreeMap<String, Arc<ExporterMetrics>>>,
    samplers: Mutex<BTreeMap<String, Arc<SamplingMetrics>>>,
    connectors: Mutex<BTreeMap<String, Arc<ConnectorMetrics>>>,
    unknown_engine_index: Counter<u64>,
    stores: Stores,
    scrape_duration: Histogram<f64>,
    scrape_omitted: Counter<u64>,
    scrape_bytes: [Counter<u64>; CollectorScrapeCoding::ALL.len()],
    reloads: reloads::Reloads,
    request_budgets: request_memory::Budgets,
    connections: [Connections; CollectorListener::ALL.len()],
    reader: Mutex<Reader>,
    own_traces: OwnTraces,
    /// Series that tell of them.
    own_traces_series: usize,
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
    /// Without spans of the collector's own.
    fn default() -> Self {
        Self::new(resource::resource(), OwnTraces::default())
    }
}

impl SelfMetrics {
    /// With spans of the collector's own, if the settings ask for them.
    ///
    /// # Errors
    /// What sends them cannot start.
    pub(crate) fn start(traces: Option<&OwnTraceSettings>) -> Result<Self, StartError> {
        let resource = resource::resource();
        let traces = traces.map(|traces| OwnTraces::start(traces, &resource)).transpose()?;
        Ok(Self::new(resource, traces.unwrap_or_default()))
    }

    fn new(resource: Resource, own_traces: OwnTraces) -> Self {
        let encoder = Encoder::new(&resource, Encoder::DEFAULT_MAX_REQUEST_BYTES);
        let provider = MeterProvider::builder().with_resource(resource).build();
        let scope = provider.scope(env!("CARGO_PKG_NAME"));
        let health = Arc::<Health>::default();
        let request_budgets = request_memory::Budgets::default();
        let mut observed = process::observe(&scope);
        observed.extend(request_memory::observe(&scope, &request_budgets));
        observed.push(build::observe(&scope));
        let of_traces =
            if own_traces.is_on() { own_traces::observe(&scope, &own_traces) } else { Vec::new() };
        let own_traces_series = of_traces.len();
        observed.extend(of_traces);
        Self {
            receivers: Mutex::default(),
            exporters: Mutex::default(),
            samplers: Mutex::default(),
            connectors: Mutex::default(),
            unknown_engine_index: scope
                .counter(&metrics::INFER_COLLECTOR_ENGINE_INDEX_UNKNOWN, &[]),
            stores: Stores::bind(&scope),
            scrape_bytes: CollectorScrapeCoding::ALL.map(|coding| {
                let key = attributes::INFER_COLLECTOR_SCRAPE_CODING.key;
                let set = [KeyValue::new(key, coding.as_str())];
                scope.counter(&metrics::INFER_COLLECTOR_SCRAPE_IO, &set)
            }),
            reloads: reloads::Reloads::bind(&scope),
            request_budgets,
            scrape_duration: scope.histogram(&metrics::INFER_COLLECTOR_SCRAPE_DURATION, &[]),
            scrape_omitted: scope.counter(&metrics::INFER_COLLECTOR_SCRAPE_OMITTED, &[]),
            connections: CollectorListener::ALL
                .map(|listener| Connections::bind(&scope, listener, health.workers())),
            reader: Mutex::new(Reader { provider, snapshot: Snapshot::default(), encoder }),
            scope,
            health,
            own_traces,
            own_traces_series,
            _observed: observed,
        }
    }
}

fn signal_of(signal: Signal) -> KeyValue {
    KeyValue::new(attributes::INFER_SIGNAL.key, signal.as_str())
}

impl SelfMetrics {
    /// Series that it shows without any receiver, exporter or connector, `target_info` included.
    const SERIES: usize = 1
        + CollectorListener::ALL.len() * Connections::SERIES
        + Stores::SERIES
        + CollectorScrapeCoding::ALL.len()
        + reloads::Reloads::SERIES
        + request_memory::SERIES
        + process::SERIES
        + build::SERIES
        + otelcol::SERIES
        + Self::SINGLE;
    /// Instruments of one series each: unknown engine indexes, duration of scrapes, what they left out.
    const SINGLE: usize = 3;

    /// Series that it shows, `target_info` included; more with every receiver, exporter, connector and tail sampler.
    #[must_use]
    pub fn series(&self) -> usize {
        Self::SERIES
            + self.own_traces_series
            + self.receivers.lock().len() * (ReceiverMetrics::SERIES + otelcol::RECEIVER_SERIES)
            + self.exporters.lock().values().map(|exporter| exporter.series()).sum::<usize>()
            + self.samplers.lock().values().map(|sampler| sampler.series()).sum::<usize>()
            + self.connectors.lock().len() * ConnectorMetrics::SERIES
    }

    /// Whether the collector works, which all that count here tell too.
    #[must_use]
    pub const fn health(&self) -> &Arc<Health> {
        &self.health
    }

    /// The spans of the collector's own.
    pub(crate) const fn own_traces(&self) -> &OwnTraces {
        &self.own_traces
    }

    /// The counters of a receiver's listener, by the receiver's place in the configuration. They are shown from the
    /// first time on that they are asked for.
    pub fn receiver(&self, name: &str, listener: CollectorListener) -> Arc<ReceiverMetrics> {
        let id = name.strip_prefix("receivers.").unwrap_or(name);
        let bind = || Arc::new(ReceiverMetrics::bind(&self.scope, id, Some(listener)));
        let mut receivers = self.receivers.lock();
        Arc::clone(receivers.entry((id.to_owned(), listener as usize)).or_insert_with(bind))
    }

    /// The counters of an exporter, by its place in the configuration. They are shown from the first time on that they
    /// are asked for.
    pub fn exporter(&self, name: &str) -> Arc<ExporterMetrics> {
        let id = name.strip_prefix("exporters.").unwrap_or(name);
        let bind = || Arc::new(ExporterMetrics::bind(&self.scope, id, self.health.exporter(id)));
        Arc::clone(self.exporters.lock().entry(id.to_owned()).or_insert_with(bind))
    }

    /// The counters of a tail sampler, by its place in the configuration. They are shown from the first time on that they
    /// are asked for, which also says what its policies are: their names, and what becomes of the traces they decide on.
    /// With other policies, the counts of those that it had before go on.
    pub fn sampler<'a>(
        &self,
        name: &str,
        policies: impl Iterator<Item = (&'a str, CollectorSamplingDecision)>,
    ) -> Arc<SamplingMetrics> {
        let id = name.strip_prefix("processors.").unwrap_or(name);
        let policies: Vec<_> = policies.collect();
        let mut samplers = self.samplers.lock();
        if let Some(sampler) = samplers.get(id).filter(|sampler| sampler.is_of(&policies)) {
            return Arc::clone(sampler);
        }
        let sampler = Arc::new(SamplingMetrics::bind(&self.scope, id, &policies));
        samplers.insert(id.to_owned(), Arc::clone(&sampler));
        sampler
    }

    /// The counters of a connector, by its place in the configuration. They are shown from the first time on that they
    /// are asked for.
    pub fn connector(&self, name: &str) -> Arc<ConnectorMetrics> {
        let id = name.strip_prefix("connectors.").unwrap_or(name);
        let exporter = self.exporter(id);
        let bind = || Arc::new(ConnectorMetrics::bind(&self.scope, id, exporter));
        Arc::clone(self.connectors.lock().entry(id.to_owned()).or_insert_with(bind))
    }

    /// What a part of the collector says of itself as the source of metrics: as the collector, under an instance id of
    /// its own, so that its series are nobody else's.
    #[must_use]
    pub fn new_source() -> Vec<opentelemetry_proto::tonic::common::v1::KeyValue> {
        resource::new_source()
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

    /// Counts an attempt to go on with another configuration.
    pub fn config_reloaded(&self, result: ReloadResult) {
        self.reloads.count(result);
    }

    /// Says which budget the requests of a receiver are charged to; the sum of all is shown.
    pub fn requests_are_charged_to(&self, budget: &Arc<InFlight>) {
        let mut budgets = self.request_budgets.lock();
        budgets.retain(|budget| budget.strong_count() > 0);
        budgets.push(Arc::downgrade(budget));
    }

    /// A scrape has been answered to its end.
    pub fn scraped(&self, took: Duration) {
        self.scrape_duration.record(took.as_secs_f64());
    }

    /// Counts families that a page had no place for.
    pub fn scrape_omitted(&self, families: u64) {
        self.scrape_omitted.add(families);
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
                otelcol::add(&mut request);
                emit(&request);
            }
        });
        snapshot.clear();
    }

    /// Every counter with its value now, zeros included, by signal, counter and reason, over all receivers and exporters.
    /// For tests and summaries: it reads back what [`SelfMetrics::collect`] gives.
    pub fn counts(&self) -> impl Iterator<Item = SelfCount> {
        let mut counts = Vec::new();
        self.collect(|request| counts.extend(count::read_back(request)));
        counts.sort_by_key(|count| (count.signal as usize, count.counter, count::position(count)));
        counts.dedup_by(|next, sum| {
            let is_same =
                (next.signal, next.counter, next.reason) == (sum.signal, sum.counter, sum.reason);
            sum.value += if is_same { next.value } else { 0 };
            is_same
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
    use inferometer_semconv::attributes::CollectorSamplingCause;
    use opentelemetry_proto::tonic::metrics::v1::{metric, number_data_point::Value};

    use super::*;
    use crate::{
        otlp,
        pipeline::{RefusalReason, RejectReason},
    };

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
        let receiver = metrics.receiver("receivers.otlp", CollectorListener::OtlpGrpc);
        let exporter = metrics.exporter("exporters.prometheus");
        receiver.accepted(Signal::Metrics, 7);
        exporter.rejected(Signal::Metrics, RejectReason::SeriesLimit, 2);
        exporter.exported(Signal::Metrics, 5);
        receiver.refused(Signal::Traces, RefusalReason::QueueFull, 4);
        let other = metrics.receiver("receivers.otlp", CollectorListener::OtlpHttp);
        other.refused(Signal::Traces, RefusalReason::QueueFull, 4);
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
        let receiver = metrics.receiver("otlp", CollectorListener::OtlpHttp);
        receiver.refused(Signal::Logs, RefusalReason::Malformed, 0);
        check(&metrics, &[(SelfCounter::RefusedRequests, Signal::Logs, Some("malformed"), 1)]);
    }

    #[test]
    fn what_a_queue_has_left_on_disk_is_queued_once() {
        let metrics = SelfMetrics::default();
        let exporter = metrics.exporter("otlp");
        let queued = || {
            let mut queued = None;
            metrics.collect(|request| {
                let scopes = request.resource_metrics.iter().flat_map(|of| &of.scope_metrics);
                let mut all = scopes.flat_map(|scope| &scope.metrics);
                let metric = all.find(|it| it.name == metrics::INFER_COLLECTOR_ITEM_QUEUED.name);
                let Some(metric::Data::Sum(sum)) = metric.and_then(|it| it.data.as_ref()) else {
                    return;
                };
                let mut values = sum.data_points.iter().filter_map(|point| point.value);
                queued = values.find(|it| *it != Value::AsInt(0));
            });
            queued
        };
        exporter.recovered(Signal::Traces, 5);
        assert_eq!(queued(), Some(Value::AsInt(5)), "a former process's");
        exporter.left_on_disk(Signal::Traces, 5);
        exporter.recovered(Signal::Traces, 5);
        assert_eq!(queued(), Some(Value::AsInt(5)));
    }

    #[test]
    fn a_sampler_with_other_policies_counts_on() {
        const NAME: &str = metrics::INFER_COLLECTOR_TRACE_DECIDED.name;
        let metrics = SelfMetrics::default();
        let [slow, failed] =
            ["slow", "failed"].map(|name| (name, CollectorSamplingDecision::Sampled));
        let count = || {
            let mut count = 0;
            metrics.collect(|request| {
                let scopes = request.resource_metrics.iter().flat_map(|of| &of.scope_metrics);
                let decided = scopes.flat_map(|scope| &scope.metrics);
                for metric in decided.filter(|it| it.name == NAME) {
                    let Some(metric::Data::Sum(sum)) = &metric.data else { continue };
                    let values = sum.data_points.iter().filter_map(|point| point.value);
                    count += values.filter(|it| *it != Value::AsInt(0)).count();
                }
            });
            count
        };
        let cause = CollectorSamplingCause::Settled;
        let before = metrics.sampler("s", [slow].into_iter());
        before.decided(Some(0), cause);
        assert!(Arc::ptr_eq(&before, &metrics.sampler("s", [slow].into_iter())));
        let after = metrics.sampler("s", [failed, slow].into_iter());
        assert_eq!(count(), 1, "what was counted before is still there");
        after.decided(Some(0), cause);
        assert_eq!(count(), 2);
        after.decided(Some(1), cause);
        assert_eq!(count(), 2, "it goes on where it stood");
    }

    #[test]
    fn zeros_are_listed_so_that_a_rate_has_a_start() {
        let metrics = SelfMetrics::default();
        assert_eq!(metrics.counts().count(), 0);
        for listener in [CollectorListener::OtlpGrpc, CollectorListener::OtlpHttp] {
            let _ = metrics.receiver("otlp", listener);
        }
        let _ = (metrics.exporter("otlp"), metrics.exporter("otlp/2"), metrics.exporter("otlp"));
        metrics.exporter("otlp/2").has_queue();
        let _ = metrics.connector("connectors.span_metrics");
        metrics.exporter("otlp/2").dead_letters().kept(0);
        let of_signal = 2 + 2 * RefusalReason::ALL.len() + RejectReason::ALL.len();
        assert_eq!(metrics.counts().count(), Signal::ALL.len() * of_signal);
        let mut points = 0;
        metrics.collect(|request| {
            let bytes = request.encode_to_vec();
            points += otlp::check(Signal::Metrics, &bytes).unwrap().items;
        });
        assert_eq!(points + 1, metrics.series() as u64, "with `target_info`");
    }
}
