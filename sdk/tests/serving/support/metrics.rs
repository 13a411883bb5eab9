//! Metrics as text, by way of the bytes on the wire.

use inferometer_sdk::{Encoder, MeterProvider, Snapshot};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value},
    metrics::v1::{Metric, NumberDataPoint, metric::Data, number_data_point},
};
use prost::Message;

/// The labels that every point of an engine has.
const ENGINE_LABELS: [&str; 5] = [
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "infer.replica",
    "infer.stage",
];

/// One data point: `name{label="value"} 3`, or `name count=2 sum=0.5` for a histogram.
pub(crate) struct Line {
    pub(crate) full: String,
    /// Without the engine's labels.
    pub(crate) short: String,
    pub(crate) is_zero: bool,
}

/// Everything that would be exported now, sorted.
pub(crate) fn lines(provider: &MeterProvider) -> Vec<Line> {
    let mut lines: Vec<Line> = decode(provider).iter().flat_map(metric_lines).collect();
    lines.sort_by(|a, b| a.full.cmp(&b.full));
    lines
}

fn decode(provider: &MeterProvider) -> Vec<Metric> {
    let mut snapshot = Snapshot::default();
    provider.snapshot(&mut snapshot);
    let mut metrics = Vec::new();
    let mut encoder = Encoder::new(provider.resource(), Encoder::DEFAULT_MAX_REQUEST_BYTES);
    encoder.encode(&snapshot, |bytes, _| {
        let request = ExportMetricsServiceRequest::decode(bytes).expect("our bytes decode");
        let resources = request.resource_metrics.into_iter();
        let scopes = resources.flat_map(|resource| resource.scope_metrics);
        metrics.extend(scopes.flat_map(|scope| scope.metrics));
    });
    metrics
}

fn metric_lines(metric: &Metric) -> Vec<Line> {
    let name = &metric.name;
    match metric.data.as_ref().expect("a metric has data") {
        Data::Sum(sum) => sum.data_points.iter().map(|point| number_line(name, point)).collect(),
        Data::Gauge(gauge) => {
            gauge.data_points.iter().map(|point| number_line(name, point)).collect()
        }
        Data::Histogram(histogram) => {
            let points = histogram.data_points.iter();
            let text = points.map(|point| {
                let sum = point.sum.expect("our histograms have sums");
                line(name, &point.attributes, &format!("count={} sum={}", point.count, round(sum)))
            });
            text.collect()
        }
        other => panic!("{name} is {other:?}"),
    }
}

fn number_line(name: &str, point: &NumberDataPoint) -> Line {
    match point.value.expect("a number has a value") {
        number_data_point::Value::AsInt(value) => line(name, &point.attributes, &value.to_string()),
        number_data_point::Value::AsDouble(value) => {
            line(name, &point.attributes, &round(value).to_string())
        }
    }
}

/// Nanoseconds are exact, their sums as doubles are not quite.
fn round(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

fn line(name: &str, attributes: &[KeyValue], value: &str) -> Line {
    // What the SDK counts of itself is of the whole process, and what is beyond a limit of many.
    let is_of_many = name.starts_with("infer.sdk.")
        || attributes.iter().any(|kv| kv.key == "otel.metric.overflow");
    for label in ENGINE_LABELS.into_iter().filter(|_| !is_of_many) {
        assert!(attributes.iter().any(|kv| kv.key == label), "{name} has no {label}");
    }
    let own = attributes.iter().filter(|kv| !ENGINE_LABELS.contains(&kv.key.as_str()));
    Line {
        full: format!("{name}{} {value}", braces(attributes.iter())),
        short: format!("{name}{} {value}", braces(own)),
        is_zero: value == "0",
    }
}

fn braces<'a>(attributes: impl Iterator<Item = &'a KeyValue>) -> String {
    let mut pairs: Vec<String> = attributes
        .map(|kv| format!("{}={}", kv.key, any_value(kv.value.as_ref().expect("has a value"))))
        .collect();
    pairs.sort();
    if pairs.is_empty() {
        return String::new();
    }
    format!("{{{}}}", pairs.join(","))
}

fn any_value(value: &AnyValue) -> String {
    match value.value.as_ref().expect("has a value") {
        any_value::Value::StringValue(text) => format!("{text:?}"),
        any_value::Value::IntValue(number) => number.to_string(),
        any_value::Value::BoolValue(flag) => flag.to_string(),
        other => panic!("no label of ours is {other:?}"),
    }
}
