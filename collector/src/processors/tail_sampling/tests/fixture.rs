//! The sampler under test, and traces for it, made and read back with the generated types.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use inferometer_semconv::{attributes, metrics};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{InstrumentationScope, KeyValue, any_value::Value},
    metrics::v1::{NumberDataPoint, metric::Data, number_data_point},
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span::Event},
};
use prost::Message;

use super::super::{Policy, Rule, SpanTest, StatusCode, TailSampling, TailSamplingSettings};
use crate::{
    pipeline::{
        Ack, Acknowledged, Counts, Graph, Intake, Item, Pipeline, Refusal, RejectReason, Signal,
        Tenant, testing::Bin,
    },
    processors::request::samples::{attribute, text},
    self_metrics::{SelfCounter, SelfMetrics},
};

const TRACES: Signal = Signal::Traces;
pub(super) const DEADLINE: Duration = Duration::from_secs(10);
pub(super) const SECOND: u64 = 1_000_000_000;

pub(super) struct Fixture {
    pub(super) graph: Graph,
    pub(super) sampler: TailSampling,
    pub(super) bin: Arc<Bin>,
    pub(super) metrics: Arc<SelfMetrics>,
}

/// A span, with what stood around it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sent {
    pub(super) tenant: Tenant,
    pub(super) resource: ResourceSpans,
    pub(super) scope: ScopeSpans,
    pub(super) span: Span,
}

impl Fixture {
    pub(super) fn new(settings: &TailSamplingSettings) -> Self {
        Self::with_room(settings, usize::MAX)
    }

    /// Of these policies, with short waits.
    pub(super) fn of(policies: Vec<Policy>) -> Self {
        Self::new(&settings(policies))
    }

    pub(super) fn with_room(settings: &TailSamplingSettings, capacity: usize) -> Self {
        let metrics = Arc::new(SelfMetrics::default());
        let bin = Bin::with_room(capacity);
        bin.metrics.set(metrics.exporter("bin")).unwrap();
        let pipeline = |exporter| Pipeline {
            signal: TRACES,
            processors: Vec::new(),
            exporters: vec![exporter],
        };
        let counters = metrics.sampler("tail_sampling", settings.decisions());
        let rest = pipeline(Arc::clone(&bin) as _);
        let sampler =
            TailSampling::start("processors.tail_sampling", settings, rest, counters).unwrap();
        let graph = Graph::new([pipeline(sampler.exporter())]);
        Self { graph, sampler, bin, metrics }
    }

    pub(super) fn send(&self, spans: Vec<Span>) -> Result<(), Refusal> {
        self.send_of(&Tenant::default(), &request(spans)).map(drop)
    }

    pub(super) fn send_of(
        &self,
        tenant: &Tenant,
        request: &ExportTraceServiceRequest,
    ) -> Result<Acknowledged, Refusal> {
        let scopes = request.resource_spans.iter().flat_map(|of| &of.scope_spans);
        let items = scopes.map(|scope| scope.spans.len() as u64).sum();
        self.send_bytes(tenant, request.encode_to_vec().into(), items)
    }

    pub(super) fn send_bytes(
        &self,
        tenant: &Tenant,
        bytes: Bytes,
        items: u64,
    ) -> Result<Acknowledged, Refusal> {
        let (ack, acknowledged) = Ack::new();
        let (tenant, counts) = (tenant.clone(), Counts { items });
        self.graph.admit(Item {
            signal: TRACES,
            bytes,
            counts,
            tenant,
            ack,
            traced: Default::default(),
        })?;
        Ok(acknowledged)
    }

    /// What has arrived, in the order of span ids.
    pub(super) fn arrived(&self) -> Vec<Sent> {
        arrived(&self.bin)
    }

    /// The ids of spans that have arrived after the task has done all that it can.
    pub(super) async fn settled(&self) -> Vec<u64> {
        settle().await;
        self.arrived().iter().map(|sent| id_of(&sent.span)).collect()
    }

    pub(super) async fn after(&self, wait: Duration) -> Vec<u64> {
        tokio::time::sleep(wait).await;
        self.settled().await
    }

    pub(super) fn rejected(&self, reason: RejectReason) -> u64 {
        rejected(&self.metrics, reason)
    }

    /// Traces that were decided, by policy and cause.
    pub(super) fn decided(&self) -> Vec<(String, String, i64)> {
        let policy = attributes::INFER_COLLECTOR_SAMPLING_POLICY.key;
        let cause = attributes::INFER_COLLECTOR_SAMPLING_CAUSE.key;
        let points = points(&self.metrics, metrics::INFER_COLLECTOR_TRACE_DECIDED.name);
        let read =
            points.iter().map(|point| (label(point, policy), label(point, cause), value(point)));
        read.filter(|(_, _, count)| *count > 0).collect()
    }

    /// Spans that wait, and traces that are undecided, as the collector's own metrics say.
    pub(super) fn waiting(&self) -> (i64, i64) {
        let sum = |name| points(&self.metrics, name).iter().map(value).sum();
        (
            sum(metrics::INFER_COLLECTOR_ITEM_QUEUED.name),
            sum(metrics::INFER_COLLECTOR_TRACE_UNDECIDED.name),
        )
    }
}

pub(super) async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

pub(super) fn arrived(bin: &Bin) -> Vec<Sent> {
    let (kept, tenants) = (bin.kept.lock(), bin.tenants.lock());
    let requests = kept.iter().zip(tenants.iter());
    let mut all: Vec<Sent> = requests
        .flat_map(|(bytes, tenant)| {
            let request = ExportTraceServiceRequest::decode(bytes.clone()).unwrap();
            each(tenant, request)
        })
        .collect();
    all.sort_by_key(|sent| id_of(&sent.span));
    all
}

/// The spans of a request, each with what stands around it.
pub(super) fn each(tenant: &Tenant, request: ExportTraceServiceRequest) -> Vec<Sent> {
    let mut all = Vec::new();
    for mut resource in request.resource_spans {
        for mut scope in std::mem::take(&mut resource.scope_spans) {
            for span in std::mem::take(&mut scope.spans) {
                let (tenant, resource, scope) = (tenant.clone(), resource.clone(), scope.clone());
                all.push(Sent { tenant, resource, scope, span });
            }
        }
    }
    all
}

pub(super) fn rejected(metrics: &SelfMetrics, reason: RejectReason) -> u64 {
    let counts = metrics.counts().filter(|count| {
        count.counter == SelfCounter::Rejected && count.reason == Some(reason.as_str())
    });
    counts.map(|count| count.value).sum()
}

fn points(metrics: &SelfMetrics, name: &str) -> Vec<NumberDataPoint> {
    let mut points = Vec::new();
    metrics.collect(|request| {
        let scopes = request.resource_metrics.iter().flat_map(|of| &of.scope_metrics);
        for metric in scopes.flat_map(|scope| &scope.metrics).filter(|it| it.name == name) {
            if let Some(Data::Sum(sum)) = &metric.data {
                points.extend(sum.data_points.iter().cloned());
            }
        }
    });
    points
}

fn value(point: &NumberDataPoint) -> i64 {
    match point.value {
        Some(number_data_point::Value::AsInt(value)) => value,
        _ => 0,
    }
}

fn label(point: &NumberDataPoint, key: &str) -> String {
    let found = point.attributes.iter().find(|attribute| attribute.key == key);
    match found.and_then(|found| found.value.clone()?.value) {
        Some(Value::StringValue(text)) => text,
        _ => String::new(),
    }
}

/// Waits of a minute without a root, and of a second after it.
pub(super) fn settings(policies: Vec<Policy>) -> TailSamplingSettings {
    TailSamplingSettings {
        decision_wait: Duration::from_secs(60),
        wait_after_root: Duration::from_secs(1),
        policies,
        ..TailSamplingSettings::default()
    }
}

pub(super) fn policy(name: &str, rule: Rule) -> Policy {
    Policy { name: name.to_owned(), rule, drops: false }
}

pub(super) fn dropping(name: &str, rule: Rule) -> Policy {
    Policy { drops: true, ..policy(name, rule) }
}

pub(super) fn errors() -> Policy {
    policy("errors", Rule::Span(SpanTest::StatusCode(vec![StatusCode::Error])))
}

/// A span that is not the root of its trace.
pub(super) fn child(trace: u64, id: u64) -> Span {
    Span {
        trace_id: u128::from(trace).to_be_bytes().to_vec(),
        span_id: id.to_be_bytes().to_vec(),
        parent_span_id: vec![7; 8],
        name: "decode".to_owned(),
        start_time_unix_nano: SECOND,
        end_time_unix_nano: SECOND + 1,
        ..Span::default()
    }
}

pub(super) fn root(trace: u64, id: u64) -> Span {
    Span { parent_span_id: Vec::new(), name: "chat".to_owned(), ..child(trace, id) }
}

pub(super) fn failed(span: Span) -> Span {
    let status = Status { code: StatusCode::Error as i32, message: String::new() };
    Span { status: Some(status), ..span }
}

/// A span that takes so many nanoseconds.
pub(super) fn lasting(span: Span, nanos: u64) -> Span {
    Span { end_time_unix_nano: span.start_time_unix_nano + nanos, ..span }
}

pub(super) fn with(span: Span, key: &str, value: Value) -> Span {
    Span { attributes: vec![attribute(key, value)], ..span }
}

/// A span with its first token so many nanoseconds after its start.
pub(super) fn first_token(span: Span, nanos: u64) -> Span {
    let event = Event {
        name: inferometer_semconv::events::INFER_REQUEST_FIRST_TOKEN.name.to_owned(),
        time_unix_nano: span.start_time_unix_nano + nanos,
        ..Event::default()
    };
    Span { events: vec![event], ..span }
}

pub(super) fn id_of(span: &Span) -> u64 {
    u64::from_be_bytes(span.span_id.as_slice().try_into().unwrap())
}

pub(super) fn trace_of(span: &Span) -> u64 {
    u64::from_be_bytes(span.trace_id[8..].try_into().unwrap())
}

pub(super) fn request(spans: Vec<Span>) -> ExportTraceServiceRequest {
    ExportTraceServiceRequest { resource_spans: vec![of_service("engine", spans)] }
}

pub(super) fn of_service(name: &str, spans: Vec<Span>) -> ResourceSpans {
    let scope = InstrumentationScope { name: "serving".to_owned(), ..Default::default() };
    let attributes: Vec<KeyValue> = vec![attribute("service.name", text(name))];
    ResourceSpans {
        resource: Some(Resource { attributes, ..Resource::default() }),
        scope_spans: vec![ScopeSpans { scope: Some(scope), spans, schema_url: "scope".to_owned() }],
        schema_url: "resource".to_owned(),
    }
}
