//! Exponential histograms in maps of counts, coarsened one scale at a time.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::metrics::v1::{
    ExponentialHistogramDataPoint, exponential_histogram_data_point::Buckets,
};

use crate::{pipeline::RejectReason, series::EXPONENTIAL_BUCKETS_MAX};

/// Observations by index, without those that are 0.
type Side = BTreeMap<i64, u64>;

/// A histogram of which each side spans few enough buckets.
#[derive(Debug, Clone)]
pub(in super::super) struct Exponential {
    pub(in super::super) count: u64,
    pub(in super::super) sum: Option<f64>,
    scale: i32,
    zero_count: u64,
    zero_threshold: f64,
    positive: Side,
    negative: Side,
    adds_up: bool,
}

impl Exponential {
    pub(in super::super) fn of(point: &ExponentialHistogramDataPoint) -> Self {
        let sides = [&point.positive, &point.negative].into_iter().flatten();
        let counts = sides.flat_map(|side| &side.bucket_counts).chain([&point.zero_count]);
        let total: u128 = counts.map(|count| u128::from(*count)).sum();
        let mut histogram = Self {
            count: point.count,
            sum: point.sum,
            scale: point.scale,
            zero_count: point.zero_count,
            zero_threshold: point.zero_threshold,
            positive: side(point.positive.as_ref()),
            negative: side(point.negative.as_ref()),
            adds_up: total == u128::from(point.count),
        };
        if histogram.check().is_ok() {
            histogram.narrow();
        }
        histogram
    }

    pub(in super::super) fn check(&self) -> Result<(), RejectReason> {
        let has_threshold = self.zero_threshold >= 0.0 && self.zero_threshold.is_finite();
        if self.adds_up && has_threshold && (-64..=64).contains(&self.scale) {
            Ok(())
        } else {
            Err(RejectReason::InvalidPoint)
        }
    }

    /// Both together, at the coarser scale of the two.
    pub(in super::super) fn plus(&self, more: &Self) -> Self {
        let (mut total, mut more) = (self.clone(), more.clone());
        while total.scale > more.scale {
            total.coarsen();
        }
        while more.scale > total.scale {
            more.coarsen();
        }
        add(&mut total.positive, &more.positive);
        add(&mut total.negative, &more.negative);
        total.count = total.count.saturating_add(more.count);
        total.sum = total.sum.zip(more.sum).map(|(sum, more)| sum + more);
        total.zero_count = total.zero_count.saturating_add(more.zero_count);
        total.zero_threshold = total.zero_threshold.max(more.zero_threshold);
        total.narrow();
        total
    }

    /// `(upper bound, observations up to it)`, without the one of infinity.
    pub(in super::super) fn buckets(&self) -> Vec<(f64, u64)> {
        let mut shown = self.clone();
        while shown.scale > 0 {
            shown.coarsen();
        }
        let bound = |index: i64| power_of_two(index.saturating_mul(width(shown.scale)));
        let negative = each(&shown.negative).rev().map(|(index, count)| (-bound(index), count));
        let zero = (shown.zero_count > 0).then_some((shown.zero_threshold, shown.zero_count));
        let positive = each(&shown.positive).map(|(index, count)| (bound(index + 1), count));
        let mut buckets: Vec<(f64, u64)> = Vec::new();
        let mut below = 0_u64;
        for (bound, count) in negative.chain(zero).chain(positive) {
            below = below.saturating_add(count);
            match buckets.last_mut() {
                // Two bounds that are one number are one bucket.
                Some(last) if bound <= last.0 => last.1 = below,
                _ if bound == f64::INFINITY => {}
                _ => buckets.push((bound, below)),
            }
        }
        buckets
    }

    fn narrow(&mut self) {
        while [&self.positive, &self.negative].into_iter().any(is_too_wide) {
            self.coarsen();
        }
    }

    /// One scale less: two buckets become one.
    fn coarsen(&mut self) {
        self.scale -= 1;
        for side in [&mut self.positive, &mut self.negative] {
            let mut coarse = Side::new();
            for (index, count) in &*side {
                add(&mut coarse, &Side::from([(index.div_euclid(2), *count)]));
            }
            *side = coarse;
        }
    }
}

fn side(buckets: Option<&Buckets>) -> Side {
    let Some(buckets) = buckets else {
        return Side::new();
    };
    let indexes = i64::from(buckets.offset)..;
    indexes.zip(&buckets.bucket_counts).filter(|(_, n)| **n > 0).map(|(i, n)| (i, *n)).collect()
}

fn add(side: &mut Side, more: &Side) {
    for (index, count) in more {
        let own = side.entry(*index).or_default();
        *own = own.saturating_add(*count);
    }
}

fn is_too_wide(side: &Side) -> bool {
    let ends = side.first_key_value().zip(side.last_key_value());
    ends.is_some_and(|((first, _), (last, _))| last - first >= EXPONENTIAL_BUCKETS_MAX as i64)
}

/// From the first to the last, those between that are 0 included.
fn each(side: &Side) -> impl DoubleEndedIterator<Item = (i64, u64)> + '_ {
    let first = side.first_key_value().map_or(0, |(index, _)| *index);
    let end = side.last_key_value().map_or(0, |(index, _)| *index + 1);
    (first..end).map(|index| (index, side.get(&index).copied().unwrap_or(0)))
}

/// Powers of two that a bucket spans at a scale that is not above 0.
fn width(scale: i32) -> i64 {
    1_i64.checked_shl(scale.unsigned_abs()).filter(|width| *width > 0).unwrap_or(i64::MAX)
}

/// From its bits, so that the smallest are exact too.
fn power_of_two(exponent: i64) -> f64 {
    match exponent {
        ..-1074 => 0.0,
        -1074..-1022 => f64::from_bits(1 << (exponent + 1074)),
        -1022..1024 => f64::from_bits(((exponent + 1023) as u64) << 52),
        _ => f64::INFINITY,
    }
}
