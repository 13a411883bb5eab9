//! The points of a decoded metric as plain values, each judged on its own.

use opentelemetry_proto::tonic::{
    common::v1::KeyValue,
    metrics::v1::{
        HistogramDataPoint, Metric, NumberDataPoint, SummaryDataPoint, metric::Data,
        number_data_point::Value as Number,
    },
};

use crate::{pipeline::RejectReason, series::Kind};

const DELTA: i32 = 1;
const CUMULATIVE: i32 = 2;
const NO_RECORDED_VALUE: u32 = 1;

/// What a series shows.
#[derive(Debug, Clone)]
pub(super) enum Shown {
    Int(i64),
    Double(f64),
    Histogram { bounds: Vec<f64>, counts: Vec<u64>, count: u64, sum: Option<f64> },
    Summary { quantiles: Vec<(f64, f64)>, count: u64, sum: f64 },
}

/// A point of which the value makes sense.
#[derive(Debug)]
pub(super) struct Point {
    pub(super) start: u64,
    pub(super) time: u64,
    /// None ends the series.
    pub(super) value: Option<Shown>,
}

/// A point with its attributes, or the reason why it cannot be shown.
pub(super) type Judged<'a> = (&'a [KeyValue], Result<Point, RejectReason>);

/// The kind of a metric's family; none if the metric has no data.
pub(super) fn kind(metric: &Metric) -> Option<Kind> {
    Some(match metric.data.as_ref()? {
        Data::Sum(sum) if sum.is_monotonic => Kind::Counter,
        Data::Sum(_) | Data::Gauge(_) if super::describe::was_unknown(metric) => Kind::Unknown,
        Data::Sum(_) | Data::Gauge(_) => Kind::Gauge,
        Data::Histogram(_) | Data::ExponentialHistogram(_) => Kind::Histogram,
        Data::Summary(_) => Kind::Summary,
    })
}

/// Every point of a metric, in order.
pub(super) fn points(metric: &Metric) -> Vec<Judged<'_>> {
    match &metric.data {
        None => Vec::new(),
        Some(Data::Gauge(gauge)) => {
            let read = |point: &NumberDataPoint| Ok(Point { start: 0, ..number(point)? });
            gauge.data_points.iter().map(|point| (&*point.attributes, read(point))).collect()
        }
        Some(Data::Sum(sum)) => {
            let temporality = temporality(sum.aggregation_temporality);
            let read = |point| {
                temporality?;
                let point = number(point)?;
                let falls = match point.value {
                    Some(Shown::Int(number)) => number < 0,
                    Some(Shown::Double(number)) => number < 0.0,
                    _ => false,
                };
                if sum.is_monotonic && falls { Err(RejectReason::InvalidPoint) } else { Ok(point) }
            };
            sum.data_points.iter().map(|point| (&*point.attributes, read(point))).collect()
        }
        Some(Data::Histogram(histogram)) => {
            let temporality = temporality(histogram.aggregation_temporality);
            let read = |point| {
                temporality?;
                buckets(point)
            };
            let points = histogram.data_points.iter();
            points.map(|point| (&*point.attributes, read(point))).collect()
        }
        Some(Data::ExponentialHistogram(histogram)) => {
            let points = histogram.data_points.iter().map(|point| {
                let (start, time) = (point.start_time_unix_nano, point.time_unix_nano);
                let end = Point { start, time, value: None };
                let ends = is_gone(point.flags);
                (&*point.attributes, ends.then_some(end).ok_or(RejectReason::NotExpressible))
            });
            points.collect()
        }
        Some(Data::Summary(summary)) => {
            let points = summary.data_points.iter();
            points.map(|point| (&*point.attributes, quantiles(point))).collect()
        }
    }
}

const fn temporality(of: i32) -> Result<(), RejectReason> {
    match of {
        CUMULATIVE => Ok(()),
        DELTA => Err(RejectReason::NotExpressible),
        _ => Err(RejectReason::InvalidPoint),
    }
}

const fn is_gone(flags: u32) -> bool {
    flags & NO_RECORDED_VALUE != 0
}

const fn number(point: &NumberDataPoint) -> Result<Point, RejectReason> {
    let (start, time) = (point.start_time_unix_nano, point.time_unix_nano);
    let value = match point.value {
        _ if is_gone(point.flags) => None,
        Some(Number::AsInt(number)) => Some(Shown::Int(number)),
        Some(Number::AsDouble(number)) => Some(Shown::Double(number)),
        None => return Err(RejectReason::InvalidPoint),
    };
    Ok(Point { start, time, value })
}

fn buckets(point: &HistogramDataPoint) -> Result<Point, RejectReason> {
    let (start, time) = (point.start_time_unix_nano, point.time_unix_nano);
    if is_gone(point.flags) {
        return Ok(Point { start, time, value: None });
    }
    let (bounds, counts) = (&point.explicit_bounds, &point.bucket_counts);
    let has_buckets = !bounds.is_empty() || !counts.is_empty();
    let ascends = bounds.is_sorted_by(|a, b| a < b) && !bounds.iter().any(|bound| bound.is_nan());
    let total: u128 = counts.iter().map(|count| u128::from(*count)).sum();
    let adds_up = counts.len() == bounds.len() + 1 && total == u128::from(point.count);
    if has_buckets && !(ascends && adds_up) {
        return Err(RejectReason::InvalidPoint);
    }
    let value = Shown::Histogram {
        bounds: bounds.clone(),
        counts: counts.clone(),
        count: point.count,
        sum: point.sum,
    };
    Ok(Point { start, time, value: Some(value) })
}

fn quantiles(point: &SummaryDataPoint) -> Result<Point, RejectReason> {
    let (start, time) = (point.start_time_unix_nano, point.time_unix_nano);
    if is_gone(point.flags) {
        return Ok(Point { start, time, value: None });
    }
    let quantiles: Vec<(f64, f64)> =
        point.quantile_values.iter().map(|it| (it.quantile, it.value)).collect();
    let ascends = quantiles.is_sorted_by(|a, b| a.0 < b.0);
    if !ascends || !quantiles.iter().all(|(share, _)| (0.0..=1.0).contains(share)) {
        return Err(RejectReason::InvalidPoint);
    }
    let value = Shown::Summary { quantiles, count: point.count, sum: point.sum };
    Ok(Point { start, time, value: Some(value) })
}
