//! The last value of a series.

use std::sync::Arc;

use super::{
    bounds::{Bounds, SharedBounds},
    exponential::Exponential,
    point::{HistogramReading, Reading},
    rejection::Rejection,
};

/// What a series shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// An integer.
    Int(i64),
    /// A double.
    Double(f64),
    /// A histogram, all of it from one point; boxed, since most series are numbers.
    Histogram(Box<Histogram>),
    /// An exponential histogram, all of it from one point.
    Exponential(Box<Exponential>),
    /// A summary, all of it from one point.
    Summary(Box<Summary>),
}

/// A cumulative histogram.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histogram {
    /// Upper inclusive bounds, strictly ascending.
    pub bounds: Arc<Bounds>,
    /// Observations in each bucket, one more than bounds; empty if the sender keeps no buckets.
    pub counts: Vec<u64>,
    /// All observations.
    pub count: u64,
    /// The sum of all observations, if the sender keeps one.
    pub sum: Option<f64>,
}

/// Quantiles that the sender computed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    /// `(share, value)`, ascending.
    pub quantiles: Vec<(f64, f64)>,
    /// All observations.
    pub count: u64,
    /// The sum of all observations.
    pub sum: f64,
}

impl Value {
    /// The value of a reading; none if the reading ends the series.
    pub(super) fn of(
        reading: &Reading<'_>,
        shared: &SharedBounds,
    ) -> Result<Option<Self>, Rejection> {
        if matches!(reading, Reading::Gone) {
            return Ok(None);
        }
        let mut value = Self::Int(0);
        value.set(reading, shared)?;
        Ok(Some(value))
    }

    /// Takes over a reading whole; buckets are copied into the room that the last ones had.
    pub(super) fn set(
        &mut self,
        reading: &Reading<'_>,
        shared: &SharedBounds,
    ) -> Result<(), Rejection> {
        match (reading, &mut *self) {
            (Reading::Gone, _) => {}
            (Reading::Int(number), _) => *self = Self::Int(*number),
            (Reading::Double(number), _) => *self = Self::Double(*number),
            (Reading::Histogram(reading), Self::Histogram(shown)) => shown.set(reading, shared)?,
            (Reading::Histogram(reading), _) => {
                let mut histogram = Box::<Histogram>::default();
                histogram.set(reading, shared)?;
                *self = Self::Histogram(histogram);
            }
            (Reading::Exponential(reading), Self::Exponential(shown)) => shown.set(reading),
            (Reading::Exponential(reading), _) => {
                let mut exponential = Box::<Exponential>::default();
                exponential.set(reading);
                *self = Self::Exponential(exponential);
            }
            (Reading::Summary { quantiles, count, sum }, Self::Summary(shown)) => {
                shown.quantiles.clear();
                shown.quantiles.extend_from_slice(quantiles);
                (shown.count, shown.sum) = (*count, *sum);
            }
            (Reading::Summary { quantiles, count, sum }, _) => {
                let quantiles = quantiles.to_vec();
                *self = Self::Summary(Box::new(Summary { quantiles, count: *count, sum: *sum }));
            }
        }
        Ok(())
    }

    /// Adds a reading to what was counted before it. One of another kind, or with other bounds, starts anew.
    pub(super) fn add(
        &mut self,
        reading: &Reading<'_>,
        shared: &SharedBounds,
    ) -> Result<(), Rejection> {
        match (reading, &mut *self) {
            (Reading::Int(more), Self::Int(number)) => match number.checked_add(*more) {
                Some(sum) => *number = sum,
                // A double is less exact, but neither wraps nor stands still.
                None => *self = Self::Double(*number as f64 + *more as f64),
            },
            (Reading::Int(more), Self::Double(number)) => *number += *more as f64,
            (Reading::Double(more), Self::Double(number)) => *number += more,
            (Reading::Double(more), Self::Int(number)) => {
                *self = Self::Double(*number as f64 + more)
            }
            (Reading::Histogram(more), Self::Histogram(shown)) if shown.has_buckets_of(more) => {
                shown.add(more);
            }
            (Reading::Exponential(more), Self::Exponential(shown)) => shown.add(more),
            _ => self.set(reading, shared)?,
        }
        Ok(())
    }

    /// Copies it into the room of another, which is allocated anew only if that was of another kind or smaller.
    pub fn copy_to(&self, other: &mut Self) {
        match (self, other) {
            (Self::Histogram(from), Self::Histogram(to)) => to.copy(from),
            (Self::Exponential(from), Self::Exponential(to)) => to.copy(from),
            (Self::Summary(from), Self::Summary(to)) => {
                to.quantiles.clone_from(&from.quantiles);
                (to.count, to.sum) = (from.count, from.sum);
            }
            (from, to) => *to = from.clone(),
        }
    }

    /// Adds the value of another series of the same kind and [`Shape`](super::shape::Shape); of summaries only count and
    /// sum can be added.
    pub(super) fn merge(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Int(number), Self::Int(more)) => match number.checked_add(*more) {
                Some(sum) => *number = sum,
                None => *self = Self::Double(*number as f64 + *more as f64),
            },
            (Self::Int(number), Self::Double(more)) => *self = Self::Double(*number as f64 + more),
            (Self::Double(number), Self::Int(more)) => *number += *more as f64,
            (Self::Double(number), Self::Double(more)) => *number += more,
            (Self::Histogram(histogram), Self::Histogram(more)) => {
                let _ = histogram.merge(more);
            }
            (Self::Exponential(exponential), Self::Exponential(more)) => exponential.merge(more),
            (Self::Summary(summary), Self::Summary(more)) => {
                summary.quantiles.clear();
                summary.count = summary.count.saturating_add(more.count);
                summary.sum += more.sum;
            }
            _ => {}
        }
    }

    /// Whether it has counted more than the next reading says, so that the count began anew between them.
    pub(super) fn is_above(&self, next: &Reading<'_>) -> bool {
        match (self, next) {
            (Self::Int(before), Reading::Int(next)) => before > next,
            (Self::Int(before), Reading::Double(next)) => *before as f64 > *next,
            (Self::Double(before), Reading::Int(next)) => *before > *next as f64,
            (Self::Double(before), Reading::Double(next)) => before > next,
            (Self::Histogram(before), Reading::Histogram(next)) => before.count > next.count,
            (Self::Exponential(before), Reading::Exponential(next)) => before.count > next.count,
            _ => false,
        }
    }

    /// Bytes outside of itself, about; bounds are shared.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Int(_) | Self::Double(_) => 0,
            Self::Histogram(histogram) => size_of::<Histogram>() + 8 * histogram.counts.len(),
            Self::Exponential(exponential) => {
                let sides = exponential.positive.counts.len() + exponential.negative.counts.len();
                size_of::<Exponential>() + 8 * sides
            }
            Self::Summary(summary) => size_of::<Summary>() + 16 * summary.quantiles.len(),
        }
    }

    /// The number, if it is one; integers above 2^53 are rounded.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Double(number) => Some(*number),
            Self::Histogram(_) | Self::Exponential(_) | Self::Summary(_) => None,
        }
    }

    /// The histogram, if it is one.
    #[must_use]
    pub fn as_histogram(&self) -> Option<&Histogram> {
        match self {
            Self::Histogram(histogram) => Some(histogram),
            _ => None,
        }
    }
}

impl Histogram {
    fn set(
        &mut self,
        reading: &HistogramReading<'_>,
        shared: &SharedBounds,
    ) -> Result<(), Rejection> {
        if !self.bounds.are(reading.bounds) {
            reading.check_bounds()?;
            self.bounds = shared.of(reading.bounds);
        }
        if self.counts.len() == reading.counts.len() {
            for (count, next) in self.counts.iter_mut().zip(reading.counts.iter()) {
                *count = next;
            }
        } else {
            self.counts = reading.counts.iter().collect();
        }
        self.count = reading.count;
        self.sum = reading.sum;
        Ok(())
    }

    fn copy(&mut self, from: &Self) {
        if !Arc::ptr_eq(&self.bounds, &from.bounds) {
            self.bounds = Arc::clone(&from.bounds);
        }
        self.counts.clone_from(&from.counts);
        (self.count, self.sum) = (from.count, from.sum);
    }

    fn has_buckets_of(&self, reading: &HistogramReading<'_>) -> bool {
        self.counts.len() == reading.counts.len() && self.bounds.are(reading.bounds)
    }

    fn add(&mut self, more: &HistogramReading<'_>) {
        for (count, more) in self.counts.iter_mut().zip(more.counts.iter()) {
            *count = count.saturating_add(more);
        }
        self.count = self.count.saturating_add(more.count);
        self.sum = self.sum.zip(more.sum).map(|(sum, more)| sum + more);
    }

    /// `(upper bound, observations at or below it)` for each bucket, the last with `+Inf` and all observations.
    pub fn cumulative(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let mut below = 0_u64;
        let buckets = self.bounds.iter().zip(&self.counts).map(move |(&bound, &count)| {
            below = below.saturating_add(count);
            (bound, below)
        });
        // A sender may spell the last bound out; the page shows it once.
        let finite = buckets.filter(|(bound, _)| *bound < f64::INFINITY);
        finite.chain([(f64::INFINITY, self.count)])
    }

    /// Adds the observations of another series to these.
    ///
    /// Returns whether it did: histograms with other bounds cannot be added.
    #[must_use]
    pub fn merge(&mut self, other: &Self) -> bool {
        if self.bounds != other.bounds || self.counts.len() != other.counts.len() {
            return false;
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count = count.saturating_add(*more);
        }
        self.count = self.count.saturating_add(other.count);
        self.sum = self.sum.zip(other.sum).map(|(sum, more)| sum + more);
        true
    }

    /// The value below which the share `q` of the observations lies; see [`quantile`](super::quantile()).
    #[must_use]
    pub fn quantile(&self, q: f64) -> f64 {
        super::quantile(q, &self.cumulative().collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::exponential::Side, *};

    fn histogram(bounds: &[f64], counts: &[u64]) -> Histogram {
        Histogram {
            bounds: Arc::new(Bounds::new(bounds.iter().copied())),
            counts: counts.to_vec(),
            count: counts.iter().sum(),
            sum: Some(1.5),
        }
    }

    #[test]
    fn buckets_cumulate_and_end_with_infinity_once() {
        let expected = [(1.0, 2), (2.0, 5), (f64::INFINITY, 9)];
        let implied = histogram(&[1.0, 2.0], &[2, 3, 4]);
        let spelled = histogram(&[1.0, 2.0, f64::INFINITY], &[2, 3, 4, 0]);
        assert!(implied.cumulative().eq(expected));
        assert!(spelled.cumulative().eq(expected));
        assert!(histogram(&[], &[]).cumulative().eq([(f64::INFINITY, 0)]));
    }

    #[test]
    fn only_histograms_with_equal_bounds_merge() {
        let mut total = histogram(&[1.0], &[2, 3]);
        assert!(total.merge(&histogram(&[1.0], &[10, 20])));
        assert_eq!(
            (total.counts.as_slice(), total.count, total.sum),
            (&[12, 23][..], 35, Some(3.0))
        );
        assert!(!total.merge(&histogram(&[2.0], &[1, 1])));
        assert_eq!(total.count, 35);
    }

    #[test]
    fn a_copy_is_equal_whatever_was_there_before() {
        let exponential = |offset, counts: &[u64]| {
            let positive = Side { offset, counts: counts.to_vec() };
            Value::Exponential(Box::new(Exponential {
                count: 9,
                positive,
                ..Exponential::default()
            }))
        };
        let summary = |quantiles: &[(f64, f64)]| {
            let quantiles = quantiles.to_vec();
            Value::Summary(Box::new(Summary { quantiles, count: 2, sum: 3.5 }))
        };
        let values = [
            Value::Int(7),
            Value::Double(0.5),
            Value::Histogram(Box::new(histogram(&[1.0, 2.0], &[2, 3, 4]))),
            Value::Histogram(Box::new(histogram(&[1.0], &[5, 6]))),
            exponential(3, &[1, 2]),
            exponential(-1, &[4]),
            summary(&[(0.5, 1.0)]),
            summary(&[(0.5, 2.0), (0.9, 3.0)]),
        ];
        for (from, before) in values.iter().flat_map(|a| values.iter().map(move |b| (a, b))) {
            let mut to = before.clone();
            from.copy_to(&mut to);
            assert_eq!(to, *from, "over {before:?}");
        }
    }
}
