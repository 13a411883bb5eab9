//! One series: how many spans, and how long they took.

use opentelemetry_proto::tonic::{
    common::v1::KeyValue,
    metrics::v1::{
        ExponentialHistogramDataPoint, HistogramDataPoint, NumberDataPoint,
        exponential_histogram_data_point::Buckets, number_data_point::Value,
    },
};

use super::{
    exemplars::Exemplars,
    settings::{DurationHistogram, DurationUnit, SpanMetricsSettings},
    span::SpanView,
};
use crate::series::{Exponential, Side};

/// The totals of the spans with one set of dimensions.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) key: Box<[u8]>,
    pub(super) hash: u64,
    attributes: Vec<KeyValue>,
    /// When it began, nanoseconds since 1970, as the next two.
    started: u64,
    last_span: u64,
    calls: u64,
    durations: Durations,
    exemplars: Exemplars,
    /// What `calls` was when it was offered last, and when it was taken last.
    offered: u64,
    taken: u64,
    /// The flush in which it was offered last, and the round in which it was taken last.
    offered_in: u64,
    taken_in: u64,
}

#[derive(Debug)]
enum Durations {
    None,
    /// One more count than there are bounds.
    Explicit {
        counts: Box<[u64]>,
        sum: f64,
    },
    Exponential(Box<Exponential>),
}

/// When a span is counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// Nanoseconds since 1970.
    pub(super) now: u64,
    /// Flushes that have begun.
    pub(super) flush: u64,
}

/// The points of one series.
#[derive(Debug)]
pub(super) struct Points {
    pub(super) calls: NumberDataPoint,
    pub(super) duration: DurationPoint,
}

/// The point of a histogram.
#[derive(Debug)]
pub(super) enum DurationPoint {
    None,
    Explicit(HistogramDataPoint),
    Exponential(ExponentialHistogramDataPoint),
}

impl Series {
    pub(super) fn new(
        key: &[u8],
        hash: u64,
        attributes: Vec<KeyValue>,
        histogram: &DurationHistogram,
        now: u64,
    ) -> Self {
        let durations = match histogram {
            DurationHistogram::Disabled => Durations::None,
            DurationHistogram::Explicit(bounds) => {
                Durations::Explicit { counts: vec![0; bounds.len() + 1].into(), sum: 0.0 }
            }
            DurationHistogram::Exponential { .. } => {
                Durations::Exponential(Box::new(Exponential::recorder()))
            }
        };
        Self {
            key: key.into(),
            hash,
            attributes,
            started: now,
            last_span: now,
            calls: 0,
            durations,
            exemplars: Exemplars::default(),
            offered: 0,
            taken: 0,
            offered_in: 0,
            taken_in: 0,
        }
    }

    /// Counts a span.
    pub(super) fn count(
        &mut self,
        span: &SpanView<'_>,
        moment: Moment,
        settings: &SpanMetricsSettings,
    ) {
        let nanos = span.duration_nanos;
        let duration = settings.unit.of_nanos(nanos);
        self.calls = self.calls.saturating_add(1);
        self.last_span = moment.now;
        let bucket = match (&mut self.durations, &settings.histogram) {
            (Durations::Explicit { counts, sum }, DurationHistogram::Explicit(bounds)) => {
                let bucket = bounds.partition_point(|bound| bound.as_nanos() < u128::from(nanos));
                counts[bucket] = counts[bucket].saturating_add(1);
                *sum += duration;
                u32::try_from(bucket).unwrap_or(u32::MAX)
            }
            (Durations::Exponential(buckets), DurationHistogram::Exponential { max_size }) => {
                buckets.record(duration, *max_size);
                octave(nanos)
            }
            _ => octave(nanos),
        };
        if settings.exemplars_max > 0 {
            let Moment { now, flush } = moment;
            self.exemplars.keep(span, bucket, flush, now, settings.exemplars_max);
        }
    }

    /// Its points at a moment, to be offered. Exemplars stand at the duration, or at the calls if there is none.
    pub(super) fn points(&mut self, settings: &SpanMetricsSettings, moment: Moment) -> Points {
        let Moment { now, flush } = moment;
        (self.offered, self.offered_in) = (self.calls, flush);
        let mut exemplars = self.exemplars.encode(settings.unit);
        let duration = match &self.durations {
            Durations::None => DurationPoint::None,
            Durations::Explicit { counts, sum } => DurationPoint::Explicit(HistogramDataPoint {
                attributes: self.attributes.clone(),
                start_time_unix_nano: self.started,
                time_unix_nano: now,
                count: self.calls,
                sum: Some(*sum),
                bucket_counts: counts.to_vec(),
                explicit_bounds: bounds(&settings.histogram, settings.unit),
                exemplars: std::mem::take(&mut exemplars),
                ..HistogramDataPoint::default()
            }),
            Durations::Exponential(exponential) => {
                DurationPoint::Exponential(ExponentialHistogramDataPoint {
                    attributes: self.attributes.clone(),
                    start_time_unix_nano: self.started,
                    time_unix_nano: now,
                    count: exponential.count,
                    sum: exponential.sum,
                    scale: exponential.scale,
                    zero_count: exponential.zero_count,
                    positive: Some(buckets(&exponential.positive)),
                    exemplars: std::mem::take(&mut exemplars),
                    ..ExponentialHistogramDataPoint::default()
                })
            }
        };
        let calls = NumberDataPoint {
            attributes: self.attributes.clone(),
            start_time_unix_nano: self.started,
            time_unix_nano: now,
            value: Some(Value::AsInt(i64::try_from(self.calls).unwrap_or(i64::MAX))),
            exemplars,
            ..NumberDataPoint::default()
        };
        Points { calls, duration }
    }

    /// The points that it gave in this flush were taken, if it gave any; whether it did.
    pub(super) fn delivered(&mut self, flush: u64, round: u64) -> bool {
        if self.offered_in != flush {
            return false;
        }
        (self.taken, self.taken_in) = (self.offered, round);
        self.exemplars.delivered(flush);
        true
    }

    /// Whether points of it were taken in this round.
    pub(super) const fn is_told(&self, round: u64) -> bool {
        self.taken_in == round
    }

    /// Whether there are spans that no point that was taken tells of.
    pub(super) const fn has_news(&self) -> bool {
        self.taken != self.calls
    }

    /// Whether its last span came so many nanoseconds ago, and a point that tells of it was taken.
    pub(super) const fn is_idle(&self, now: u64, nanos: u64) -> bool {
        !self.has_news() && now.saturating_sub(self.last_span) >= nanos
    }
}

fn buckets(side: &Side) -> Buckets {
    // Durations are below 2^64 nanoseconds: their indexes have a few thousands.
    let offset = i32::try_from(side.offset).unwrap_or(0);
    Buckets { offset, bucket_counts: side.counts.clone() }
}

fn bounds(histogram: &DurationHistogram, unit: DurationUnit) -> Vec<f64> {
    let DurationHistogram::Explicit(bounds) = histogram else {
        return Vec::new();
    };
    let nanos = |bound: &std::time::Duration| u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX);
    bounds.iter().map(|bound| unit.of_nanos(nanos(bound))).collect()
}

/// Which doubling a duration lies in, 0 for none: coarse enough that exemplars are few, and the same in every scale.
const fn octave(nanos: u64) -> u32 {
    u64::BITS - nanos.leading_zeros()
}
