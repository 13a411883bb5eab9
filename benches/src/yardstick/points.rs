//! The last point of every series.

use std::{collections::HashMap, fmt::Write};

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value},
    metrics::v1::{HistogramDataPoint, Metric, metric::Data, number_data_point::Value},
};

/// Series by their Prometheus name and labels.
pub(super) type Points = HashMap<(String, String), Point>;

/// What a series shows.
#[derive(Debug)]
pub(super) enum Point {
    Counter(f64),
    Gauge(f64),
    Histogram(HistogramDataPoint),
}

/// Keeps the points of a request.
pub(super) fn keep(points: &mut Points, request: ExportMetricsServiceRequest) {
    for resource in request.resource_metrics {
        let attributes = resource.resource.unwrap_or_default().attributes;
        let target = target(&attributes);
        for metric in resource.scope_metrics.into_iter().flat_map(|scope| scope.metrics) {
            keep_metric(points, &target, metric);
        }
    }
}

fn keep_metric(points: &mut Points, target: &str, metric: Metric) {
    let unit = if metric.unit == "s" { "_seconds" } else { "" };
    let name = metric.name.replace('.', "_") + unit;
    match metric.data {
        Some(Data::Sum(sum)) => {
            for point in sum.data_points {
                let key = (format!("{name}_total"), labels(target, &point.attributes));
                points.insert(key, Point::Counter(number(point.value)));
            }
        }
        Some(Data::Gauge(gauge)) => {
            for point in gauge.data_points {
                let key = (name.clone(), labels(target, &point.attributes));
                points.insert(key, Point::Gauge(number(point.value)));
            }
        }
        Some(Data::Histogram(histogram)) => {
            for mut point in histogram.data_points {
                let key = (name.clone(), labels(target, &point.attributes));
                point.attributes = Vec::new();
                points.insert(key, Point::Histogram(point));
            }
        }
        _ => {}
    }
}

/// `job` and `instance` of a resource.
fn target(attributes: &[KeyValue]) -> String {
    let value = |key: &str| {
        let found = attributes.iter().find(|attribute| attribute.key == key);
        found.map(|attribute| text(attribute.value.as_ref())).unwrap_or_default()
    };
    let (namespace, name) = (value("service.namespace"), value("service.name"));
    format!("job=\"{namespace}/{name}\",instance=\"{}\"", value("service.instance.id"))
}

fn labels(target: &str, attributes: &[KeyValue]) -> String {
    let mut sorted: Vec<&KeyValue> = attributes.iter().collect();
    sorted.sort_by(|a, b| a.key.cmp(&b.key));
    let mut labels = target.to_owned();
    for attribute in sorted {
        let (key, value) = (attribute.key.replace('.', "_"), text(attribute.value.as_ref()));
        // Writing to a string cannot fail.
        let _ = write!(labels, ",{key}={value:?}");
    }
    labels
}

fn text(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(any_value::Value::StringValue(text)) => text.clone(),
        Some(any_value::Value::IntValue(value)) => value.to_string(),
        Some(any_value::Value::DoubleValue(value)) => value.to_string(),
        Some(any_value::Value::BoolValue(value)) => value.to_string(),
        _ => String::new(),
    }
}

fn number(value: Option<Value>) -> f64 {
    match value {
        Some(Value::AsInt(value)) => value as f64,
        Some(Value::AsDouble(value)) => value,
        None => 0.0,
    }
}
