//! Spans in few words, and the metrics that they come to.

use std::{
    collections::BTreeMap,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use inferometer_sdk::ManualClock;
use opentelemetry_proto::tonic::{
    collector::{metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::{AnyValue, KeyValue, any_value::Value},
    metrics::v1::{
        AggregationTemporality, ExponentialHistogramDataPoint, HistogramDataPoint, NumberDataPoint,
        metric::Data, number_data_point,
    },
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span, Status},
};
use prost::Message;

use super::super::{SpanMetrics, SpanMetricsSettings};
use crate::{
    otlp,
    pipeline::{
        Ack, Exporter, Graph, Item, Outcome, Pipeline, RefusalReason, RejectReason, Signal, Tenant,
        testing::Bin,
    },
    self_metrics::{SelfCounter, SelfMetrics},
};

pub(super) const MILLI: u64 = 1_000_000;
/// When the clock of a bench begins.
pub(super) const BEGIN: u64 = 1_000_000 * MILLI;
/// So long that no worker flushes by itself while a test runs.
pub(super) const NEVER: Duration = Duration::from_secs(1 << 30);
const DEADLINE: Duration = Duration::from_secs(5);

/// A connector that feeds a bin.
pub(super) struct Bench {
    pub(super) connector: SpanMetrics,
    pub(super) bin: Arc<Bin>,
    pub(super) clock: ManualClock,
    pub(super) metrics: Arc<SelfMetrics>,
}

/// What a bin got for one set of attributes.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown {
    pub(super) calls: Option<NumberDataPoint>,
    pub(super) explicit: Option<HistogramDataPoint>,
    pub(super) exponential: Option<ExponentialHistogramDataPoint>,
}

/// Attributes as text, by key.
pub(super) type Labels = BTreeMap<String, String>;

impl Bench {
    pub(super) fn start(settings: SpanMetricsSettings) -> Self {
        Self::with_room(settings, usize::MAX)
    }

    pub(super) fn with_room(settings: SpanMetricsSettings, room: usize) -> Self {
        let (bin, clock) = (Bin::with_room(room), ManualClock::at(BEGIN));
        let metrics = Arc::new(SelfMetrics::default());
        let exporters = vec![Arc::clone(&bin) as Arc<dyn Exporter>];
        let pipeline = Pipeline { signal: Signal::Metrics, processors: Vec::new(), exporters };
        let connector = SpanMetrics::start(
            "connectors.span_metrics",
            settings,
            Arc::new(Graph::new([pipeline])),
            vec![pair("service.instance.id", "own")],
            Arc::new(clock.clone()),
            &metrics,
        );
        Self { connector, bin, clock, metrics }
    }

    pub(super) fn take(&self, resources: Vec<ResourceSpans>) {
        let outcome = self.take_of(Tenant::default(), resources);
        assert_eq!(outcome, None, "all are counted");
    }

    /// Whether something was rejected, and why.
    pub(super) fn take_of(
        &self,
        tenant: Tenant,
        resource_spans: Vec<ResourceSpans>,
    ) -> Option<(u64, String)> {
        let bytes = encoded(resource_spans);
        let counts = otlp::check(Signal::Traces, &bytes).expect("a sound request");
        let (ack, acknowledged) = Ack::new();
        let item =
            Item { signal: Signal::Traces, bytes, counts, tenant, ack, traced: Default::default() };
        let exporter = self.connector.exporter();
        exporter.reserve(&item).expect("room").commit(item);
        // Not in turn with the test's own task: it has been answered.
        let outcome = tokio::task::unconstrained(acknowledged.outcome());
        let outcome = pin!(outcome).poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(Outcome { rejected, message, .. }) = outcome else {
            panic!("it is answered at once");
        };
        (rejected > 0).then(|| (rejected, message.unwrap_or_default()))
    }

    /// What one flush comes to, of the default tenant.
    pub(super) fn flush(&self) -> BTreeMap<Labels, Shown> {
        self.bin.kept.lock().clear();
        self.connector.flush_now();
        shown(&self.requests())
    }

    /// Every request that the bin holds, read by the generated types.
    pub(super) fn requests(&self) -> Vec<ExportMetricsServiceRequest> {
        self.bin.kept.lock().iter().map(decoded).collect()
    }

    pub(super) fn count(&self, counter: SelfCounter, signal: Signal, reason: Option<&str>) -> u64 {
        let mut counts = self.metrics.counts();
        counts
            .find(|it| it.counter == counter && it.signal == signal && it.reason == reason)
            .map_or(0, |count| count.value)
    }

    pub(super) fn rejected(&self, reason: RejectReason) -> u64 {
        self.count(SelfCounter::Rejected, Signal::Traces, Some(reason.as_str()))
    }

    pub(super) fn refused(&self, reason: RefusalReason) -> u64 {
        self.count(SelfCounter::RefusedItems, Signal::Metrics, Some(reason.as_str()))
    }

    pub(super) fn exported(&self) -> u64 {
        self.count(SelfCounter::Exported, Signal::Traces, None)
    }

    pub(super) async fn shutdown(self) -> Arc<Bin> {
        self.connector.shutdown(DEADLINE).await;
        self.bin
    }
}

pub(super) fn decoded(bytes: &Bytes) -> ExportMetricsServiceRequest {
    otlp::check(Signal::Metrics, bytes).expect("a sound request");
    ExportMetricsServiceRequest::decode(bytes.clone()).expect("it decodes")
}

/// Settings whose worker does not flush by itself.
pub(super) fn settings() -> SpanMetricsSettings {
    SpanMetricsSettings { flush_interval: NEVER, ..SpanMetricsSettings::default() }
}

pub(super) fn encoded(resource_spans: Vec<ResourceSpans>) -> Bytes {
    ExportTraceServiceRequest { resource_spans }.encode_to_vec().into()
}

pub(super) fn pair(key: &str, value: &str) -> KeyValue {
    typed(key, Value::StringValue(value.to_owned()))
}

pub(super) fn typed(key: &str, value: Value) -> KeyValue {
    let value = Some(AnyValue { value: Some(value) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

pub(super) fn of(service: &str, spans: Vec<Span>) -> ResourceSpans {
    of_resource(vec![pair("service.name", service)], spans)
}

pub(super) fn of_resource(attributes: Vec<KeyValue>, spans: Vec<Span>) -> ResourceSpans {
    ResourceSpans {
        resource: Some(Resource { attributes, ..Resource::default() }),
        scope_spans: vec![ScopeSpans { spans, ..ScopeSpans::default() }],
        ..ResourceSpans::default()
    }
}

/// A span of a server that took so many nanoseconds, with ids of this digit.
pub(super) fn span(name: &str, nanos: u64, id: u8) -> Span {
    Span {
        trace_id: vec![id; 16],
        span_id: vec![id; 8],
        name: name.to_owned(),
        kind: 2,
        start_time_unix_nano: BEGIN,
        end_time_unix_nano: BEGIN + nanos,
        ..Span::default()
    }
}

pub(super) fn with_status(mut span: Span, code: i32) -> Span {
    span.status = Some(Status { code, ..Status::default() });
    span
}

pub(super) fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

pub(super) fn labels_of(attributes: &[KeyValue]) -> Labels {
    let text = |pair: &KeyValue| otlp::text(pair.value.as_ref()).into_owned();
    let labels: Labels = attributes.iter().map(|pair| (pair.key.clone(), text(pair))).collect();
    assert_eq!(labels.len(), attributes.len(), "every key is there once");
    labels
}

/// Points by their attributes. Names, units and temporality are what Jaeger and Prometheus expect.
pub(super) fn shown(requests: &[ExportMetricsServiceRequest]) -> BTreeMap<Labels, Shown> {
    let cumulative = i32::from(AggregationTemporality::Cumulative);
    let mut shown: BTreeMap<Labels, Shown> = BTreeMap::new();
    let resources = requests.iter().flat_map(|request| &request.resource_metrics);
    let metrics = resources.flat_map(|of| &of.scope_metrics).flat_map(|of| &of.metrics);
    for metric in metrics {
        match metric.data.as_ref().expect("data") {
            Data::Sum(sum) => {
                assert_eq!((&*metric.name, &*metric.unit), ("traces.span.metrics.calls", "{call}"));
                assert_eq!((sum.is_monotonic, sum.aggregation_temporality), (true, cumulative));
                for point in &sum.data_points {
                    let of = shown.entry(labels_of(&point.attributes)).or_default();
                    assert!(of.calls.replace(point.clone()).is_none(), "{point:?} is there twice");
                }
            }
            Data::Histogram(histogram) => {
                assert_eq!(histogram.aggregation_temporality, cumulative);
                for point in &histogram.data_points {
                    let of = shown.entry(labels_of(&point.attributes)).or_default();
                    assert!(of.explicit.replace(point.clone()).is_none(), "{point:?}");
                }
            }
            Data::ExponentialHistogram(histogram) => {
                assert_eq!(&*metric.name, "traces.span.metrics.duration");
                assert_eq!(histogram.aggregation_temporality, cumulative);
                for point in &histogram.data_points {
                    let of = shown.entry(labels_of(&point.attributes)).or_default();
                    assert!(of.exponential.replace(point.clone()).is_none(), "{point:?}");
                }
            }
            other => panic!("{other:?}"),
        }
    }
    shown
}

impl Shown {
    pub(super) fn calls(&self) -> u64 {
        match self.calls.as_ref().and_then(|point| point.value) {
            Some(number_data_point::Value::AsInt(calls)) => u64::try_from(calls).expect("a count"),
            other => panic!("{other:?}"),
        }
    }
}

/// Calls by one of the labels.
pub(super) fn calls_by(key: &str, shown: &BTreeMap<Labels, Shown>) -> BTreeMap<String, u64> {
    let mut calls = BTreeMap::new();
    for (labels, shown) in shown {
        *calls.entry(labels.get(key).cloned().unwrap_or_default()).or_default() += shown.calls();
    }
    calls
}
