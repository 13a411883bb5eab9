//! What is handed to a series.

use std::ops::RangeInclusive;

use super::{
    exponential::{EXPONENTIAL_BUCKETS_MAX, Exponential, ExponentialReading},
    rejection::Rejection,
    value::{Histogram, Summary},
};
use crate::otlp::{ExemplarBytes, Words};

/// Buckets for which there is room in every exponential histogram: what SDKs keep on one side.
const EXPONENTIAL_BUCKETS_USUAL: usize = 160;

/// One point as its sender sent it; borrowed, since a known series copies only numbers.
#[derive(Debug, Clone, Copy)]
pub struct Point<'a> {
    /// Since when the value has been counted, nanoseconds since 1970; 0 if unknown or not counted at all.
    pub start: u64,
    /// When it was read, nanoseconds since 1970; 0 if unknown, and then it is in order with any other.
    pub time: u64,
    /// Whether the value is what happened between `start` and `time` only, and is to be added to what came before.
    pub is_delta: bool,
    /// What was read.
    pub reading: Reading<'a>,
    /// Measurements that its sender picked out; whoever gives a series the point may keep them.
    pub exemplars: ExemplarBytes<'a>,
}

/// The value of a [`Point`].
#[derive(Debug, Clone, Copy)]
pub enum Reading<'a> {
    /// An integer; it stays one on the page.
    Int(i64),
    /// A double.
    Double(f64),
    /// A histogram: one count more than bounds, or neither.
    Histogram(HistogramReading<'a>),
    /// An exponential histogram.
    Exponential(ExponentialReading<'a>),
    /// Quantiles that the sender computed.
    Summary {
        /// `(share, value)`, ascending.
        quantiles: &'a [(f64, f64)],
        /// All observations.
        count: u64,
        /// The sum of all observations.
        sum: f64,
    },
    /// The sender says that the series has ended.
    Gone,
}

/// A histogram with explicit bounds as a point has it.
#[derive(Debug, Clone, Copy)]
pub struct HistogramReading<'a> {
    /// Upper inclusive bounds, strictly ascending, as doubles.
    pub bounds: Words<'a>,
    /// Observations in each bucket, not cumulated.
    pub counts: Words<'a>,
    /// All observations.
    pub count: u64,
    /// The sum of all observations, if the sender keeps one.
    pub sum: Option<f64>,
}

impl<'a> Point<'a> {
    /// A reading of which nothing else is known.
    #[must_use]
    pub fn plain(reading: Reading<'a>) -> Self {
        let exemplars = ExemplarBytes::default();
        Self { start: 0, time: 0, is_delta: false, reading, exemplars }
    }
}

impl Reading<'_> {
    /// Bytes that a series needs for it, outside of itself; of an exponential histogram at least what the usual number of
    /// buckets takes, so that one that grows is not moved all the time.
    #[inline]
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Int(_) | Self::Double(_) | Self::Gone => 0,
            Self::Histogram(histogram) => size_of::<Histogram>() + 8 * histogram.counts.len(),
            Self::Exponential(exponential) => {
                let sides = [exponential.positive.counts, exponential.negative.counts];
                let buckets = sides.iter().map(|counts| counts.len()).sum::<usize>();
                let kept = buckets.clamp(EXPONENTIAL_BUCKETS_USUAL, 2 * EXPONENTIAL_BUCKETS_MAX);
                size_of::<Exponential>() + 8 * kept
            }
            Self::Summary { quantiles, .. } => size_of::<Summary>() + 16 * quantiles.len(),
        }
    }

    /// Looks for contradictions inside the point. What a known series has compared already, its bounds, is not looked
    /// at.
    ///
    /// # Errors
    /// [`Rejection::Invalid`] says which.
    #[inline]
    pub fn check(&self) -> Result<(), Rejection> {
        match self {
            Self::Int(_) | Self::Double(_) | Self::Gone => Ok(()),
            Self::Histogram(histogram) => histogram.check(),
            Self::Exponential(exponential) => check_exponential(exponential),
            Self::Summary { quantiles, .. } => check_quantiles(quantiles),
        }
    }
}

impl HistogramReading<'_> {
    fn check(&self) -> Result<(), Rejection> {
        let Self { bounds, counts, count, .. } = self;
        if counts.is_empty() && bounds.is_empty() {
            return Ok(());
        }
        if counts.len() != bounds.len() + 1 {
            return Err(Rejection::Invalid("a histogram has one bucket more than bounds"));
        }
        let total = counts.iter().try_fold(0_u64, u64::checked_add);
        if total != Some(*count) {
            return Err(Rejection::Invalid("bucket counts do not add up to the count"));
        }
        Ok(())
    }

    /// Looks at the bounds, which a series does whenever they are others than before.
    pub(super) fn check_bounds(&self) -> Result<(), Rejection> {
        let ascending =
            self.bounds.doubles().zip(self.bounds.doubles().skip(1)).all(|(a, b)| a < b);
        if ascending && !self.bounds.doubles().any(f64::is_nan) {
            return Ok(());
        }
        Err(Rejection::Invalid("histogram bounds do not ascend"))
    }
}

/// Scales that are taken; OpenTelemetry's own are -10 to 20.
const EXPONENTIAL_SCALES: RangeInclusive<i32> = -64..=64;

fn check_exponential(exponential: &ExponentialReading<'_>) -> Result<(), Rejection> {
    if !exponential.adds_up() {
        return Err(Rejection::Invalid("bucket counts do not add up to the count"));
    }
    if !EXPONENTIAL_SCALES.contains(&exponential.scale) {
        return Err(Rejection::Invalid("the scale of the histogram is outside -64 to 64"));
    }
    if !(exponential.zero_threshold >= 0.0 && exponential.zero_threshold.is_finite()) {
        return Err(Rejection::Invalid("the zero threshold is below zero or not finite"));
    }
    Ok(())
}

fn check_quantiles(quantiles: &[(f64, f64)]) -> Result<(), Rejection> {
    let shares = quantiles.iter().all(|(q, _)| (0.0..=1.0).contains(q));
    let ascending = quantiles.windows(2).all(|pair| pair[0].0 < pair[1].0);
    if shares && ascending {
        return Ok(());
    }
    Err(Rejection::Invalid("quantiles do not ascend from 0 to 1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_that_contradicts_itself_is_told_why() {
        let cases: [(&[f64], &[u64], u64, &str); 7] = [
            (&[1.0], &[1, 2], 3, ""),
            (&[], &[], 3, ""),
            (&[], &[3], 3, ""),
            (&[1.0], &[3], 3, "one bucket more than bounds"),
            (&[2.0, 1.0], &[1, 1, 1], 3, "do not ascend"),
            (&[f64::NAN], &[1, 2], 3, "do not ascend"),
            (&[1.0], &[u64::MAX, 4], 3, "do not add up"),
        ];
        for (bounds, counts, count, expected) in cases {
            let bounds: Vec<u8> = bounds.iter().flat_map(|bound| bound.to_le_bytes()).collect();
            let counts: Vec<u8> = counts.iter().flat_map(|count| count.to_le_bytes()).collect();
            let (bounds, counts) = (Words::new(&bounds), Words::new(&counts));
            let reading = HistogramReading { bounds, counts, count, sum: None };
            let told = reading.check().and_then(|()| reading.check_bounds());
            let told = told.map_or_else(|rejection| rejection.to_string(), |()| String::new());
            assert_eq!(told.is_empty(), expected.is_empty(), "{told}");
            assert!(told.contains(expected), "{told} lacks {expected}");
        }
    }
}
