//! What a metric of a request is, and its points as the store takes them.

use opentelemetry_proto::tonic::{
    common::v1::KeyValue,
    metrics::v1::{
        AggregationTemporality, DataPointFlags, ExponentialHistogramDataPoint, HistogramDataPoint,
        Metric, NumberDataPoint, SummaryDataPoint, metric::Data, number_data_point::Value,
    },
};

use super::any_value::text;
use crate::series::{Kind, Point, Reading, Rejection, Summary};

/// What a metric is for Prometheus, from its kind alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// The kind of its family.
    pub kind: Kind,
    /// Whether it is a sum that only grows, whatever its temporality.
    pub is_monotonic_sum: bool,
}

/// A key of the metric's metadata: what the metric was before it became OTLP.
const PROMETHEUS_TYPE: &str = "prometheus.type";

impl Shape {
    /// The shape of a metric; none if it has no data.
    #[must_use]
    pub fn of(metric: &Metric) -> Option<Self> {
        let is_monotonic_sum = matches!(&metric.data, Some(Data::Sum(sum)) if sum.is_monotonic);
        let kind = match metric.data.as_ref()? {
            Data::Sum(_) if is_monotonic_sum => Kind::Counter,
            Data::Gauge(_) | Data::Sum(_) if was_unknown(metric) => Kind::Unknown,
            Data::Gauge(_) | Data::Sum(_) => Kind::Gauge,
            Data::Histogram(_) | Data::ExponentialHistogram(_) => Kind::Histogram,
            Data::Summary(_) => Kind::Summary,
        };
        Some(Self { kind, is_monotonic_sum })
    }
}

fn was_unknown(metric: &Metric) -> bool {
    let mut metadata = metric.metadata.iter();
    metadata.any(|pair| pair.key == PROMETHEUS_TYPE && text(pair.value.as_ref()) == "unknown")
}

/// Visits every point of a metric with its attributes; one that cannot be shown comes as the reason for it.
pub fn each_point<'a>(
    metric: &'a Metric,
    mut visit: impl FnMut(&'a [KeyValue], Result<Point<'a>, Rejection>),
) {
    match &metric.data {
        None => {}
        Some(Data::Gauge(gauge)) => {
            for point in &gauge.data_points {
                // What a gauge shows was not counted since anything, whatever the sender says.
                visit(&point.attributes, number(point).map(|number| Point { start: 0, ..number }));
            }
        }
        Some(Data::Sum(sum)) => {
            for point in &sum.data_points {
                let read = cumulative(sum.aggregation_temporality).and_then(|()| number(point));
                visit(&point.attributes, read.and_then(|read| grows(sum.is_monotonic, read)));
            }
        }
        Some(Data::Histogram(histogram)) => {
            for point in &histogram.data_points {
                let read = cumulative(histogram.aggregation_temporality).map(|()| buckets(point));
                visit(&point.attributes, read);
            }
        }
        Some(Data::ExponentialHistogram(histogram)) => {
            for point in &histogram.data_points {
                visit(&point.attributes, exponential(point));
            }
        }
        Some(Data::Summary(summary)) => {
            for point in &summary.data_points {
                visit(&point.attributes, Ok(quantiles(point)));
            }
        }
    }
}

fn cumulative(temporality: i32) -> Result<(), Rejection> {
    match AggregationTemporality::try_from(temporality) {
        Ok(AggregationTemporality::Cumulative) => Ok(()),
        Ok(AggregationTemporality::Delta) => Err(Rejection::NotExpressible(
            "Prometheus shows no delta temporality; set the sender to cumulative",
        )),
        Ok(AggregationTemporality::Unspecified) | Err(_) => {
            Err(Rejection::Invalid("the aggregation temporality is neither delta nor cumulative"))
        }
    }
}

const fn is_gone(flags: u32) -> bool {
    flags & DataPointFlags::NoRecordedValueMask as u32 != 0
}

fn number(point: &NumberDataPoint) -> Result<Point<'static>, Rejection> {
    let reading = match point.value {
        _ if is_gone(point.flags) => Reading::Gone,
        Some(Value::AsInt(number)) => Reading::Int(number),
        Some(Value::AsDouble(number)) => Reading::Double(number),
        None => {
            return Err(Rejection::Invalid("the point has neither a value nor the flag for none"));
        }
    };
    Ok(Point { start: point.start_time_unix_nano, time: point.time_unix_nano, reading })
}

fn grows(is_monotonic: bool, point: Point<'_>) -> Result<Point<'_>, Rejection> {
    let falls = match &point.reading {
        Reading::Int(number) => *number < 0,
        Reading::Double(number) => *number < 0.0,
        _ => false,
    };
    if is_monotonic && falls {
        return Err(Rejection::Invalid("a sum that only grows is below zero"));
    }
    Ok(point)
}

fn buckets(point: &HistogramDataPoint) -> Point<'_> {
    let reading = if is_gone(point.flags) {
        Reading::Gone
    } else {
        Reading::Histogram {
            bounds: &point.explicit_bounds,
            counts: &point.bucket_counts,
            count: point.count,
            sum: point.sum,
        }
    };
    Point { start: point.start_time_unix_nano, time: point.time_unix_nano, reading }
}

fn exponential(point: &ExponentialHistogramDataPoint) -> Result<Point<'_>, Rejection> {
    if is_gone(point.flags) {
        return Ok(Point {
            start: point.start_time_unix_nano,
            time: point.time_unix_nano,
            reading: Reading::Gone,
        });
    }
    Err(Rejection::NotExpressible(
        "this page shows no exponential histograms; set the sender to explicit buckets",
    ))
}

fn quantiles(point: &SummaryDataPoint) -> Point<'static> {
    let reading = if is_gone(point.flags) {
        Reading::Gone
    } else {
        Reading::Summary(Summary {
            quantiles: point
                .quantile_values
                .iter()
                .map(|value| (value.quantile, value.value))
                .collect(),
            count: point.count,
            sum: point.sum,
        })
    };
    Point { start: point.start_time_unix_nano, time: point.time_unix_nano, reading }
}
