//! Values as the messages of the `prometheus` crate.
//!
//! Only calls that the crate has with and without its `protobuf` feature: an application may turn it on.

use ::prometheus::proto::{Bucket, Counter, Gauge, Histogram, Metric, MetricType};

use crate::{
    cells::{ExponentialTotals, Totals, ZERO_THRESHOLD},
    metrics::{Aggregation, Descriptor, Point, PointValue, Snapshot, Value},
};

/// Bounds that exponential histograms are shown with: 2^-20, up to which values count as zero, and its doublings.
const OCTAVES: usize = 63;
const FIRST_OCTAVE: i32 = -20;
const _: () = assert!(ZERO_THRESHOLD == 1.0 / (1 << -FIRST_OCTAVE) as f64);

pub(super) const fn kind(aggregation: &Aggregation) -> MetricType {
    match aggregation {
        Aggregation::Sum { monotonic: true } => MetricType::COUNTER,
        Aggregation::Sum { monotonic: false } | Aggregation::LastValue => MetricType::GAUGE,
        Aggregation::Histogram { .. } | Aggregation::Exponential { .. } => MetricType::HISTOGRAM,
    }
}

/// The point without its labels.
pub(super) fn metric(descriptor: &Descriptor, snapshot: &Snapshot, point: &Point) -> Metric {
    let mut metric = Metric::default();
    match &point.value {
        Value::Number(value) if kind(&descriptor.aggregation) == MetricType::COUNTER => {
            let mut counter = Counter::default();
            counter.set_value(double(*value));
            metric.set_counter(counter);
        }
        Value::Number(value) => {
            let mut gauge = Gauge::default();
            gauge.set_value(double(*value));
            metric.set_gauge(gauge);
        }
        Value::Histogram { totals, buckets } => {
            let bounds = match &descriptor.aggregation {
                Aggregation::Histogram { buckets } => buckets.bounds(),
                _ => &[],
            };
            let counts = snapshot.buckets(buckets);
            metric.set_histogram(histogram(totals, explicit(bounds, counts)));
        }
        Value::Exponential { totals, buckets } => {
            let counts = snapshot.buckets(buckets);
            metric.set_histogram(histogram(&totals.totals, octaves(totals, counts)));
        }
    }
    metric
}

#[expect(clippy::cast_precision_loss, reason = "Prometheus has only doubles")]
const fn double(value: PointValue) -> f64 {
    match value {
        PointValue::Int(value) => value as f64,
        PointValue::Double(value) => value,
    }
}

/// The bucket of all values is the encoder's work: it spells the bound `+Inf`, which a given one would not be.
fn histogram(totals: &Totals, buckets: Vec<Bucket>) -> Histogram {
    let mut histogram = Histogram::default();
    histogram.set_sample_count(totals.count);
    histogram.set_sample_sum(totals.sum);
    histogram.set_bucket(buckets);
    histogram
}

fn bucket(upper_bound: f64, cumulative_count: u64) -> Bucket {
    let mut bucket = Bucket::default();
    bucket.set_upper_bound(upper_bound);
    bucket.set_cumulative_count(cumulative_count);
    bucket
}

fn explicit(bounds: &[f64], counts: &[u64]) -> Vec<Bucket> {
    let mut below = 0;
    let cumulative = bounds.iter().zip(counts).map(|(bound, count)| {
        below += count;
        bucket(*bound, below)
    });
    cumulative.collect()
}

/// Merges buckets to one for each doubling. The snapshot's scale is never negative, since 63 octaves fit into a point
/// without merging any, so a bucket lies within one octave.
fn octaves(totals: &ExponentialTotals, counts: &[u64]) -> Vec<Bucket> {
    let mut counts = (totals.first_index..).zip(counts).peekable();
    let mut bound = ZERO_THRESHOLD;
    let mut below = totals.zeros;
    let mut buckets = Vec::with_capacity(OCTAVES);
    for octave in (FIRST_OCTAVE..).take(OCTAVES) {
        while let Some((_, count)) = counts.next_if(|(index, _)| index >> totals.scale < octave) {
            below += count;
        }
        buckets.push(bucket(bound, below));
        bound *= 2.0;
    }
    buckets
}
