//! The same numbers once more under the OpenTelemetry Collector's names, so that its dashboards work.

use std::collections::BTreeMap;

use inferometer_semconv::{InstrumentDef, attributes, metrics, otelcol};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value},
    metrics::v1::{
        AggregationTemporality, Gauge, Metric, NumberDataPoint, Sum, metric::Data,
        number_data_point::Value,
    },
};

use super::count::text;
use crate::pipeline::{RejectReason, Signal};

/// Series of the process, of each listener of each receiver, and of each exporter.
pub(super) const SERIES: usize = 3;
pub(super) const RECEIVER_SERIES: usize = 2 * Signal::ALL.len();
/// Series of each queue.
pub(super) const QUEUE_SERIES: usize = 2;
pub(super) const EXPORTER_SERIES: usize = 2 * Signal::ALL.len();

/// A listener's value without this is the transport.
const LISTENER_PREFIX: &str = "otlp_";

/// A number of items by signal, and the name that the Collector has for each.
struct ItemAlias {
    of: &'static InstrumentDef,
    names: &'static [&'static str; Signal::ALL.len()],
}

const ITEMS: [ItemAlias; 4] = [
    ItemAlias { of: &metrics::INFER_COLLECTOR_ITEM_ACCEPTED, names: &otelcol::RECEIVER_ACCEPTED },
    ItemAlias { of: &metrics::INFER_COLLECTOR_ITEM_REFUSED, names: &otelcol::RECEIVER_REFUSED },
    ItemAlias { of: &metrics::INFER_COLLECTOR_ITEM_EXPORTED, names: &otelcol::EXPORTER_SENT },
    ItemAlias {
        of: &metrics::INFER_COLLECTOR_ITEM_REJECTED,
        names: &otelcol::EXPORTER_SEND_FAILED,
    },
];

/// Adds the aliases of what is in the request, which has all of the collector's own metrics.
pub(super) fn add(request: &mut ExportMetricsServiceRequest) {
    let scopes = request.resource_metrics.iter_mut().flat_map(|of| &mut of.scope_metrics);
    for scope in scopes {
        let mut aliases = Vec::new();
        for metric in &scope.metrics {
            let points = points(metric);
            if let Some(alias) = ITEMS.iter().find(|alias| alias.of.name == metric.name) {
                aliases.extend(items(alias, points));
            } else if let Some(alias) = of_queue(&metric.name, points) {
                aliases.push(alias);
            } else if let Some(alias) = of_process(&metric.name, points) {
                aliases.push(alias);
            }
        }
        scope.metrics.extend(aliases);
    }
}

fn points(metric: &Metric) -> &[NumberDataPoint] {
    match &metric.data {
        Some(Data::Sum(sum)) => &sum.data_points,
        Some(Data::Gauge(gauge)) => &gauge.data_points,
        _ => &[],
    }
}

/// One metric for each signal; what the Collector does not tell apart is summed up.
fn items(alias: &ItemAlias, points: &[NumberDataPoint]) -> Vec<Metric> {
    let mut sums: [BTreeMap<Vec<(&str, &str)>, NumberDataPoint>; Signal::ALL.len()] =
        Default::default();
    for point in points.iter().filter(|point| is_told(point)) {
        let signal = text(&point.attributes, attributes::INFER_SIGNAL.key);
        let signal = Signal::ALL.into_iter().find(|known| Some(known.as_str()) == signal);
        let Some(signal) = signal else {
            continue;
        };
        let labels = labels(point);
        let bare = || NumberDataPoint {
            attributes: labels.iter().map(|(key, value)| pair(key, value)).collect(),
            value: None,
            ..point.clone()
        };
        let sum = sums[signal as usize].entry(labels.clone()).or_insert_with(bare);
        sum.value = add_up(sum.value, point.value);
    }
    let metrics = alias.names.iter().zip(sums);
    metrics
        .filter(|(_, sums)| !sums.is_empty())
        .map(|(name, sums)| counter(name, "{item}", alias.of, sums.into_values().collect()))
        .collect()
}

/// What a filter or a sampler dropped as it should, or a queue gave up, the Collector does not count as a failure to send.
fn is_told(point: &NumberDataPoint) -> bool {
    let reason = text(&point.attributes, attributes::INFER_COLLECTOR_REJECTION_REASON.key);
    let other = [RejectReason::Filtered, RejectReason::SampledOut, RejectReason::Evicted]
        .map(RejectReason::as_str);
    reason.is_none_or(|reason| !other.contains(&reason))
}

/// In the Collector's words.
fn labels(point: &NumberDataPoint) -> Vec<(&'static str, &str)> {
    let of = |key| text(&point.attributes, key);
    let transport = of(attributes::INFER_COLLECTOR_LISTENER.key)
        .map(|listener| listener.strip_prefix(LISTENER_PREFIX).unwrap_or(listener));
    [
        (otelcol::RECEIVER, of(attributes::INFER_COLLECTOR_RECEIVER.key)),
        (otelcol::TRANSPORT, transport),
        (otelcol::EXPORTER, of(attributes::INFER_COLLECTOR_EXPORTER.key)),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key, value?)))
    .collect()
}

fn of_queue(name: &str, points: &[NumberDataPoint]) -> Option<Metric> {
    let (usage, limit) =
        (&metrics::INFER_COLLECTOR_QUEUE_USAGE, &metrics::INFER_COLLECTOR_QUEUE_LIMIT);
    let (alias, of) = match name {
        _ if name == usage.name => (otelcol::EXPORTER_QUEUE_SIZE, usage),
        _ if name == limit.name => (otelcol::EXPORTER_QUEUE_CAPACITY, limit),
        _ => return None,
    };
    let of_exporter = |point: &NumberDataPoint| NumberDataPoint {
        attributes: labels(point).iter().map(|(key, value)| pair(key, value)).collect(),
        ..point.clone()
    };
    let data_points = points.iter().map(of_exporter).collect();
    let data = Some(Data::Gauge(Gauge { data_points }));
    Some(Metric { data, ..described(alias, of.unit, of) })
}

fn of_process(name: &str, points: &[NumberDataPoint]) -> Option<Metric> {
    let first = points.first()?;
    let value = points.iter().fold(None, |sum, point| add_up(sum, point.value));
    let point = NumberDataPoint { attributes: Vec::new(), value, ..first.clone() };
    let (memory, cpu, uptime) =
        (&metrics::PROCESS_MEMORY_USAGE, &metrics::PROCESS_CPU_TIME, &metrics::PROCESS_UPTIME);
    if name == memory.name {
        let data = Some(Data::Gauge(Gauge { data_points: vec![point] }));
        return Some(Metric { data, ..described(otelcol::PROCESS_MEMORY_RSS, "By", memory) });
    }
    let (alias, of) = match name {
        _ if name == cpu.name => (otelcol::PROCESS_CPU_SECONDS, cpu),
        _ if name == uptime.name => (otelcol::PROCESS_UPTIME, uptime),
        _ => return None,
    };
    Some(counter(alias, "s", of, vec![point]))
}

fn counter(name: &str, unit: &str, of: &InstrumentDef, points: Vec<NumberDataPoint>) -> Metric {
    let data = Some(Data::Sum(Sum {
        data_points: points,
        aggregation_temporality: AggregationTemporality::Cumulative.into(),
        is_monotonic: true,
    }));
    Metric { data, ..described(name, unit, of) }
}

fn described(name: &str, unit: &str, of: &InstrumentDef) -> Metric {
    Metric {
        name: name.to_owned(),
        description: format!("As {}, under the OpenTelemetry Collector's name.", of.name),
        unit: unit.to_owned(),
        ..Metric::default()
    }
}

fn add_up(sum: Option<Value>, more: Option<Value>) -> Option<Value> {
    match (sum, more) {
        (Some(Value::AsInt(sum)), Some(Value::AsInt(more))) => {
            Some(Value::AsInt(sum.saturating_add(more)))
        }
        (Some(Value::AsDouble(sum)), Some(Value::AsDouble(more))) => {
            Some(Value::AsDouble(sum + more))
        }
        (sum, more) => sum.or(more),
    }
}

fn pair(key: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(any_value::Value::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}
