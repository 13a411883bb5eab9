//! Points by what identifies them, in a form that does not depend on order or on the scale of exponential buckets.

use std::{
    collections::BTreeMap,
    ops::{Deref, Index},
};

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::KeyValue,
    metrics::v1::{
        ExponentialHistogramDataPoint, HistogramDataPoint, Metric, NumberDataPoint, metric::Data,
        number_data_point,
    },
};

/// Scope, metric and attributes, spelt out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    scope: String,
    metric: String,
    kind: String,
    attributes: Vec<String>,
}

#[derive(Debug)]
pub(crate) enum Point {
    Int(i64),
    Double(f64),
    Histogram(HistogramDataPoint),
    Exponential(ExponentialHistogramDataPoint),
}

#[derive(Debug, Default)]
pub(crate) struct Points(BTreeMap<Key, Point>);

impl Points {
    pub(crate) fn of(request: ExportMetricsServiceRequest) -> Self {
        let mut points = Self::default();
        for scope in request.resource_metrics.into_iter().flat_map(|all| all.scope_metrics) {
            let of = scope.scope.expect("a scope");
            let attributes = spell(&of.attributes);
            let spelt = format!("{} {} {attributes:?} {}", of.name, of.version, scope.schema_url);
            for metric in scope.metrics {
                points.add_metric(&spelt, metric);
            }
        }
        points
    }

    /// A gauge has a point for each delta only there where it was set; here it shows its last value each time.
    pub(crate) fn keep_gauges_of(&mut self, other: &Self) {
        self.0.retain(|key, _| key.kind != "gauge" || other.0.contains_key(key));
    }

    fn add_metric(&mut self, scope: &str, metric: Metric) {
        let name = format!("{} {} {}", metric.name, metric.unit, metric.description);
        let mut add = |kind: &str, attributes: &[KeyValue], point: Point| {
            let attributes = spell(attributes);
            let (scope, metric) = (scope.to_owned(), name.clone());
            let key = Key { scope, metric, kind: kind.to_owned(), attributes };
            let before = self.0.insert(key, point);
            assert!(before.is_none(), "a series is shown once: {before:?}");
        };
        match metric.data.expect("data") {
            Data::Gauge(gauge) => {
                for point in gauge.data_points {
                    add("gauge", &point.attributes, number(&point));
                }
            }
            Data::Sum(sum) => {
                let kind = format!("sum {} {}", sum.is_monotonic, sum.aggregation_temporality);
                for point in sum.data_points.iter().filter(|point| !is_zero(point)) {
                    add(&kind, &point.attributes, number(point));
                }
            }
            Data::Histogram(histogram) => {
                let kind = format!("histogram {}", histogram.aggregation_temporality);
                for point in histogram.data_points {
                    assert!(point.start_time_unix_nano <= point.time_unix_nano);
                    add(&kind, &point.attributes.clone(), Point::Histogram(point));
                }
            }
            Data::ExponentialHistogram(histogram) => {
                let kind = format!("exponential {}", histogram.aggregation_temporality);
                for point in histogram.data_points {
                    assert!(point.start_time_unix_nano <= point.time_unix_nano);
                    add(&kind, &point.attributes.clone(), Point::Exponential(point));
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

impl Deref for Points {
    type Target = BTreeMap<Key, Point>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Index<&Key> for Points {
    type Output = Point;

    fn index(&self, key: &Key) -> &Point {
        &self.0[key]
    }
}

impl Point {
    /// What differs, in words; doubles may be `tolerance` apart.
    pub(crate) fn difference(&self, other: &Self, tolerance: f64) -> Option<String> {
        let is_near = |one: f64, other: f64| (one - other).abs() <= tolerance;
        let is_equal = match (self, other) {
            (Self::Int(one), Self::Int(other)) => one == other,
            (Self::Double(one), Self::Double(other)) => is_near(*one, *other),
            (Self::Histogram(one), Self::Histogram(other)) => {
                one.count == other.count
                    && one.bucket_counts == other.bucket_counts
                    && one.explicit_bounds == other.explicit_bounds
                    && is_near(one.sum.expect("a sum"), other.sum.expect("a sum"))
                    && has_extremes_of((one.min, one.max), (other.min, other.max))
            }
            (Self::Exponential(one), Self::Exponential(other)) => {
                let scale = one.scale.min(other.scale);
                one.count == other.count
                    && one.zero_count == other.zero_count
                    && buckets_at(one, scale) == buckets_at(other, scale)
                    && is_near(one.sum.expect("a sum"), other.sum.expect("a sum"))
                    && has_extremes_of((one.min, one.max), (other.min, other.max))
            }
            _ => false,
        };
        (!is_equal).then(|| format!("ours {self:#?}, theirs {other:#?}, tolerance {tolerance}"))
    }
}

/// Ours are left out of deltas.
fn has_extremes_of(ours: (Option<f64>, Option<f64>), theirs: (Option<f64>, Option<f64>)) -> bool {
    ours == (None, None) || ours == theirs
}

/// The buckets that hold something, merged down to `scale`.
fn buckets_at(point: &ExponentialHistogramDataPoint, scale: i32) -> BTreeMap<i32, u64> {
    let negative = point.negative.iter().flat_map(|buckets| &buckets.bucket_counts).sum::<u64>();
    assert_eq!(negative, 0);
    let mut merged = BTreeMap::new();
    if let Some(buckets) = &point.positive {
        for (index, count) in (buckets.offset..).zip(&buckets.bucket_counts) {
            if *count > 0 {
                *merged.entry(index >> (point.scale - scale).min(31)).or_default() += count;
            }
        }
    }
    merged
}

fn number(point: &NumberDataPoint) -> Point {
    assert!(point.start_time_unix_nano <= point.time_unix_nano);
    match point.value.expect("a value") {
        number_data_point::Value::AsInt(value) => Point::Int(value),
        number_data_point::Value::AsDouble(value) => Point::Double(value),
    }
}

fn is_zero(point: &NumberDataPoint) -> bool {
    match point.value {
        Some(number_data_point::Value::AsInt(value)) => value == 0,
        Some(number_data_point::Value::AsDouble(value)) => value == 0.0,
        None => true,
    }
}

fn spell(attributes: &[KeyValue]) -> Vec<String> {
    let mut spelt: Vec<_> = attributes.iter().map(|attribute| format!("{attribute:?}")).collect();
    spelt.sort_unstable();
    spelt
}
