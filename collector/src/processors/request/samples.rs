//! Requests for tests.

use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value},
    logs::v1::{LogRecord, ResourceLogs, ScopeLogs},
    metrics::v1::{
        ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram, HistogramDataPoint,
        Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint,
        metric::Data, number_data_point,
    },
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};

use super::{
    ExportLogsServiceRequest, ExportMetricsServiceRequest, ExportTraceServiceRequest, Request,
};
use crate::{
    pipeline::{Ack, Counts, Item, Signal, Tenant},
    self_metrics::SelfMetrics,
};

pub(in crate::processors) fn text(value: &str) -> Value {
    Value::StringValue(value.to_owned())
}

pub(in crate::processors) fn attribute(key: &str, value: Value) -> KeyValue {
    let value = Some(AnyValue { value: Some(value) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

fn resource() -> Option<Resource> {
    Some(Resource {
        attributes: vec![attribute("service.name", text("engine"))],
        ..Resource::default()
    })
}

fn scope() -> Option<InstrumentationScope> {
    Some(InstrumentationScope { name: "sample".to_owned(), ..InstrumentationScope::default() })
}

/// One resource with `items` items, each with its number as the attribute `n`.
pub(in crate::processors) fn request(signal: Signal, items: i64) -> Request {
    let numbers = (0..items).map(|n| vec![attribute("n", Value::IntValue(n))]);
    match signal {
        Signal::Metrics => {
            let points =
                numbers.map(|attributes| NumberDataPoint { attributes, ..Default::default() });
            metrics(vec![gauge("queue.depth", points.collect())])
        }
        Signal::Traces => {
            let name = "step".to_owned();
            let spans = numbers
                .map(|attributes| Span { name: name.clone(), attributes, ..Span::default() })
                .collect();
            spans_of(spans)
        }
        Signal::Logs => {
            let records =
                numbers.map(|attributes| LogRecord { attributes, ..LogRecord::default() });
            logs(records.collect())
        }
    }
}

pub(in crate::processors) fn gauge(name: &str, data_points: Vec<NumberDataPoint>) -> Metric {
    metric(name, Data::Gauge(Gauge { data_points }))
}

fn metric(name: &str, data: Data) -> Metric {
    Metric { name: name.to_owned(), data: Some(data), ..Metric::default() }
}

pub(in crate::processors) fn metrics(metrics: Vec<Metric>) -> Request {
    let scope_metrics = vec![ScopeMetrics { metrics, scope: scope(), ..Default::default() }];
    let of = ResourceMetrics { scope_metrics, resource: resource(), ..Default::default() };
    Request::Metrics(ExportMetricsServiceRequest { resource_metrics: vec![of] })
}

pub(in crate::processors) fn spans_of(spans: Vec<Span>) -> Request {
    let scope_spans = vec![ScopeSpans { spans, scope: scope(), ..Default::default() }];
    let of = ResourceSpans { scope_spans, resource: resource(), ..Default::default() };
    Request::Traces(ExportTraceServiceRequest { resource_spans: vec![of] })
}

pub(in crate::processors) fn logs(log_records: Vec<LogRecord>) -> Request {
    let scope_logs = vec![ScopeLogs { log_records, scope: scope(), ..Default::default() }];
    let of = ResourceLogs { scope_logs, resource: resource(), ..Default::default() };
    Request::Logs(ExportLogsServiceRequest { resource_logs: vec![of] })
}

/// Two points of each of the five kinds.
pub(in crate::processors) fn every_kind_of_point() -> Request {
    let attributes = |n: i64| vec![attribute("n", Value::IntValue(n))];
    let numbers = || {
        [0, 1].map(|n| NumberDataPoint { attributes: attributes(n), ..Default::default() }).to_vec()
    };
    let explicit =
        [0, 1].map(|n| HistogramDataPoint { attributes: attributes(n), ..Default::default() });
    let exponential = [0, 1]
        .map(|n| ExponentialHistogramDataPoint { attributes: attributes(n), ..Default::default() });
    let summary =
        [0, 1].map(|n| SummaryDataPoint { attributes: attributes(n), ..Default::default() });
    metrics(vec![
        gauge("a.gauge", numbers()),
        metric(
            "a.sum",
            Data::Sum(Sum {
                data_points: numbers(),
                aggregation_temporality: 2,
                is_monotonic: true,
            }),
        ),
        metric(
            "a.histogram",
            Data::Histogram(Histogram { data_points: explicit.into(), aggregation_temporality: 2 }),
        ),
        metric(
            "an.exponential.histogram",
            Data::ExponentialHistogram(ExponentialHistogram {
                data_points: exponential.into(),
                aggregation_temporality: 1,
            }),
        ),
        metric("a.summary", Data::Summary(Summary { data_points: summary.into() })),
    ])
}

/// Every item, with all that it shares with others, as text.
pub(in crate::processors) fn spelled_items(mut request: Request) -> Vec<String> {
    let mut items = Vec::new();
    while request.items() > 0 {
        items.push(format!("{:?}", request.take_front(1)));
    }
    items
}

/// A request as it comes from a receiver.
pub(in crate::processors) fn item(request: &Request) -> Item {
    let signal = match request {
        Request::Metrics(_) => Signal::Metrics,
        Request::Traces(_) => Signal::Traces,
        Request::Logs(_) => Signal::Logs,
    };
    let counts = Counts { items: request.items() };
    let (bytes, tenant, ack) = (request.encode(), Tenant::default(), Ack::ignored());
    Item { signal, bytes, counts, tenant, ack, traced: Default::default() }
}

/// What a counter of the collector's own shows.
pub(in crate::processors) fn shown(metrics: &SelfMetrics, name: &str) -> i64 {
    let mut value = 0;
    metrics.collect(|request| {
        let scopes = request.resource_metrics.iter().flat_map(|of| &of.scope_metrics);
        for metric in scopes.flat_map(|scope| &scope.metrics).filter(|metric| metric.name == name) {
            if let Some(Data::Sum(sum)) = &metric.data {
                for point in &sum.data_points {
                    if let Some(number_data_point::Value::AsInt(number)) = point.value {
                        value += number;
                    }
                }
            }
        }
    });
    value
}
