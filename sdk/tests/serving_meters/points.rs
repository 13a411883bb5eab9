//! Points as text: everything that identifies one, and everything that it says but its times.

use std::fmt::Write;

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::KeyValue,
    metrics::v1::{HistogramDataPoint, Metric, NumberDataPoint, metric::Data, number_data_point},
};

/// Identity and value of each point.
pub(crate) fn of(request: ExportMetricsServiceRequest) -> Vec<(String, String)> {
    let mut points = Vec::new();
    for scope in request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics) {
        let of = scope.scope.expect("a scope");
        let prefix = format!("{} {}", of.name, of.version);
        points.extend(scope.metrics.iter().flat_map(|metric| of_metric(&prefix, metric)));
    }
    points
}

fn of_metric(prefix: &str, metric: &Metric) -> Vec<(String, String)> {
    let identity = |kind: &str, attributes: &[KeyValue]| {
        let Metric { name, unit, description, .. } = metric;
        format!("{prefix} {name} [{unit}] {kind} {}\n  {description}", spelt(attributes))
    };
    match metric.data.as_ref().expect("a metric has data") {
        Data::Sum(sum) => {
            let kind = format!("sum {} {}", sum.is_monotonic, sum.aggregation_temporality);
            let points = sum.data_points.iter();
            points.map(|point| (identity(&kind, &point.attributes), number(point))).collect()
        }
        Data::Gauge(gauge) => {
            let points = gauge.data_points.iter();
            points.map(|point| (identity("gauge", &point.attributes), number(point))).collect()
        }
        Data::Histogram(histogram) => {
            let kind = format!("histogram {}", histogram.aggregation_temporality);
            let points = histogram.data_points.iter();
            points.map(|point| (identity(&kind, &point.attributes), distribution(point))).collect()
        }
        other => panic!("{} is {other:?}", metric.name),
    }
}

fn spelt(attributes: &[KeyValue]) -> String {
    let mut spelt: Vec<_> =
        attributes.iter().map(|kv| format!("{}={:?}", kv.key, kv.value)).collect();
    spelt.sort();
    spelt.join(", ")
}

fn number(point: &NumberDataPoint) -> String {
    match point.value.expect("a number has a value") {
        number_data_point::Value::AsInt(value) => format!("int {value}"),
        number_data_point::Value::AsDouble(value) => format!("double {value}"),
    }
}

/// Sums are of whole milliseconds, and rounded because doubles are added in different orders.
fn distribution(point: &HistogramDataPoint) -> String {
    let mut text = format!("count {} sum {:.6}", point.count, point.sum.expect("a sum"));
    let buckets = point.bucket_counts.iter().enumerate();
    for (index, count) in buckets.filter(|(_, count)| **count > 0) {
        let bound = point.explicit_bounds.get(index).copied().unwrap_or(f64::INFINITY);
        write!(text, " <={bound}:{count}").expect("a string takes all");
    }
    if point.count > 0 {
        let (min, max) = (point.min.expect("a minimum"), point.max.expect("a maximum"));
        write!(text, " {min:.6}..{max:.6}").expect("a string takes all");
    }
    write!(text, " of {}", point.explicit_bounds.len()).expect("a string takes all");
    text
}
