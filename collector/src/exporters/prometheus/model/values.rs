//! The points of a decoded metric as plain values, what is wrong with them, and how two of them add.

use opentelemetry_proto::tonic::{
    common::v1::KeyValue,
    metrics::v1::{Metric, NumberDataPoint, metric::Data, number_data_point::Value as Number},
};

use super::{describe::was_unknown, exponential::Exponential};
use crate::{pipeline::RejectReason, series::Kind};

const DELTA: i32 = 1;
const CUMULATIVE: i32 = 2;
const NO_RECORDED_VALUE: u32 = 1;

/// What a series shows.
#[derive(Debug, Clone)]
pub(in super::super) enum Shown {
    Int(i64),
    Double(f64),
    Histogram { bounds: Vec<f64>, counts: Vec<u64>, count: u64, sum: Option<f64> },
    Exponential(Exponential),
    Summary { quantiles: Vec<(f64, f64)>, count: u64, sum: f64 },
}

/// A point of a known temporality.
#[derive(Debug)]
pub(in super::super) struct Point {
    pub(in super::super) start: u64,
    pub(in super::super) time: u64,
    pub(in super::super) is_delta: bool,
    /// None ends the series.
    pub(in super::super) value: Option<Shown>,
}

/// A point with its attributes, or the reason why it cannot be shown.
pub(in super::super) type Judged<'a> = (&'a [KeyValue], Result<Point, RejectReason>);

/// The kind of a metric's family; none if the metric has no data.
pub(in super::super) fn kind(metric: &Metric) -> Option<Kind> {
    Some(match metric.data.as_ref()? {
        Data::Sum(sum) if sum.is_monotonic => Kind::Counter,
        Data::Sum(_) | Data::Gauge(_) if was_unknown(metric) => Kind::Unknown,
        Data::Sum(_) | Data::Gauge(_) => Kind::Gauge,
        Data::Histogram(_) | Data::ExponentialHistogram(_) => Kind::Histogram,
        Data::Summary(_) => Kind::Summary,
    })
}

/// Every point of a metric, in order.
pub(in super::super) fn points(metric: &Metric) -> Vec<Judged<'_>> {
    let Some(data) = &metric.data else {
        return Vec::new();
    };
    match data {
        Data::Gauge(gauge) => {
            // What a gauge shows was not counted since anything.
            let points = gauge.data_points.iter().map(|it| {
                let times = (0, it.time_unix_nano);
                (&*it.attributes, judged(CUMULATIVE, times, it.flags, number(it)))
            });
            points.collect()
        }
        Data::Sum(sum) => {
            let points = sum.data_points.iter().map(|it| {
                let times = (it.start_time_unix_nano, it.time_unix_nano);
                let value = number(it).filter(|value| !sum.is_monotonic || is_above_zero(value));
                (&*it.attributes, judged(sum.aggregation_temporality, times, it.flags, value))
            });
            points.collect()
        }
        Data::Histogram(histogram) => {
            let temporality = histogram.aggregation_temporality;
            let points = histogram.data_points.iter().map(|it| {
                let (bounds, counts) = (it.explicit_bounds.clone(), it.bucket_counts.clone());
                let value = Shown::Histogram { bounds, counts, count: it.count, sum: it.sum };
                let times = (it.start_time_unix_nano, it.time_unix_nano);
                (&*it.attributes, judged(temporality, times, it.flags, Some(value)))
            });
            points.collect()
        }
        Data::ExponentialHistogram(histogram) => {
            let temporality = histogram.aggregation_temporality;
            let points = histogram.data_points.iter().map(|it| {
                let value = Shown::Exponential(Exponential::of(it));
                let times = (it.start_time_unix_nano, it.time_unix_nano);
                (&*it.attributes, judged(temporality, times, it.flags, Some(value)))
            });
            points.collect()
        }
        Data::Summary(summary) => {
            let points = summary.data_points.iter().map(|it| {
                let quantiles = it.quantile_values.iter().map(|it| (it.quantile, it.value));
                let quantiles = quantiles.collect();
                let value = Shown::Summary { quantiles, count: it.count, sum: it.sum };
                let times = (it.start_time_unix_nano, it.time_unix_nano);
                (&*it.attributes, judged(CUMULATIVE, times, it.flags, Some(value)))
            });
            points.collect()
        }
    }
}

fn judged(
    temporality: i32,
    (start, time): (u64, u64),
    flags: u32,
    value: Option<Shown>,
) -> Result<Point, RejectReason> {
    let is_delta = temporality == DELTA;
    if !is_delta && temporality != CUMULATIVE {
        return Err(RejectReason::InvalidPoint);
    }
    if flags & NO_RECORDED_VALUE != 0 {
        return Ok(Point { start, time, is_delta, value: None });
    }
    let value = Some(value.ok_or(RejectReason::InvalidPoint)?);
    Ok(Point { start, time, is_delta, value })
}

fn number(point: &NumberDataPoint) -> Option<Shown> {
    Some(match point.value? {
        Number::AsInt(number) => Shown::Int(number),
        Number::AsDouble(number) => Shown::Double(number),
    })
}

/// Not so for what is no number.
fn is_above_zero(value: &Shown) -> bool {
    match value {
        Shown::Int(number) => *number >= 0,
        Shown::Double(number) => *number >= 0.0,
        _ => true,
    }
}

impl Shown {
    /// Whether the point contradicts itself, bounds left out.
    pub(in super::super) fn check(&self) -> Result<(), RejectReason> {
        let makes_sense = match self {
            Self::Int(_) | Self::Double(_) => true,
            Self::Exponential(histogram) => return histogram.check(),
            Self::Histogram { bounds, counts, count, .. } => {
                let has_none = bounds.is_empty() && counts.is_empty();
                let total: u128 = counts.iter().map(|count| u128::from(*count)).sum();
                has_none || (counts.len() == bounds.len() + 1 && total == u128::from(*count))
            }
            Self::Summary { quantiles, .. } => {
                quantiles.is_sorted_by(|a, b| a.0 < b.0)
                    && quantiles.iter().all(|(share, _)| (0.0..=1.0).contains(share))
            }
        };
        if makes_sense { Ok(()) } else { Err(RejectReason::InvalidPoint) }
    }

    /// Whether bounds ascend, if there are any.
    pub(in super::super) fn check_bounds(&self) -> Result<(), RejectReason> {
        match self {
            Self::Histogram { bounds, .. }
                if !bounds.is_sorted_by(|a, b| a < b) || bounds.iter().any(|it| it.is_nan()) =>
            {
                Err(RejectReason::InvalidPoint)
            }
            _ => Ok(()),
        }
    }

    /// Whether both can be added up, being of one kind of metric.
    pub(in super::super) fn has_buckets_of(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Histogram { bounds, counts, .. },
                Self::Histogram { bounds: others, counts: theirs, .. },
            ) => is_same(bounds, others) && counts.len() == theirs.len(),
            (Self::Histogram { .. }, Self::Exponential(_))
            | (Self::Exponential(_), Self::Histogram { .. }) => false,
            _ => true,
        }
    }

    /// What tells a count that began anew; compared with exact values only.
    pub(in super::super) fn counted(&self) -> f64 {
        match self {
            Self::Int(number) => *number as f64,
            Self::Double(number) => *number,
            Self::Histogram { count, .. } => *count as f64,
            Self::Exponential(histogram) => histogram.count as f64,
            Self::Summary { .. } => 0.0,
        }
    }

    /// Both together, of two series.
    pub(in super::super) fn merged(&self, more: &Self) -> Self {
        match (self, more) {
            (Self::Summary { count, sum, .. }, Self::Summary { count: more, sum: plus, .. }) => {
                Self::Summary {
                    quantiles: Vec::new(),
                    count: count.saturating_add(*more),
                    sum: sum + plus,
                }
            }
            _ => self.plus(more),
        }
    }

    /// Both together; what cannot be added begins anew.
    pub(in super::super) fn plus(&self, more: &Self) -> Self {
        match (self, more) {
            (Self::Int(a), Self::Int(b)) => {
                a.checked_add(*b).map_or(Self::Double(*a as f64 + *b as f64), Self::Int)
            }
            (Self::Int(a), Self::Double(b)) => Self::Double(*a as f64 + b),
            (Self::Double(a), Self::Int(b)) => Self::Double(a + *b as f64),
            (Self::Double(a), Self::Double(b)) => Self::Double(a + b),
            (Self::Exponential(a), Self::Exponential(b)) => Self::Exponential(a.plus(b)),
            (
                Self::Histogram { bounds, counts, count, sum },
                Self::Histogram { bounds: others, counts: theirs, count: more, sum: plus },
            ) if is_same(bounds, others) && counts.len() == theirs.len() => Self::Histogram {
                bounds: bounds.clone(),
                counts: counts.iter().zip(theirs).map(|(a, b)| a.saturating_add(*b)).collect(),
                count: count.saturating_add(*more),
                sum: sum.zip(*plus).map(|(sum, plus)| sum + plus),
            },
            _ => more.clone(),
        }
    }
}

fn is_same(bounds: &[f64], others: &[f64]) -> bool {
    bounds.iter().map(|it| it.to_bits()).eq(others.iter().map(|it| it.to_bits()))
}
