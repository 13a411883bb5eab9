//! The last value of a series.

use super::point::Reading;

/// What a series shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// An integer.
    Int(i64),
    /// A double.
    Double(f64),
    /// A histogram, all of it from one point.
    Histogram(Histogram),
    /// A summary, all of it from one point.
    Summary(Summary),
}

/// A cumulative histogram.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histogram {
    /// Upper inclusive bounds, strictly ascending.
    pub bounds: Vec<f64>,
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
    pub(super) fn of(reading: &Reading<'_>) -> Option<Self> {
        let mut value = match reading {
            Reading::Gone => return None,
            Reading::Histogram { .. } => Self::Histogram(Histogram::default()),
            _ => Self::Int(0),
        };
        value.set(reading);
        Some(value)
    }

    /// Takes over a reading whole; buckets are copied into the room that the last ones had.
    pub(super) fn set(&mut self, reading: &Reading<'_>) {
        match (reading, &mut *self) {
            (Reading::Gone, _) => {}
            (Reading::Int(number), _) => *self = Self::Int(*number),
            (Reading::Double(number), _) => *self = Self::Double(*number),
            (Reading::Summary(summary), _) => *self = Self::Summary(summary.clone()),
            (Reading::Histogram { bounds, counts, count, sum }, Self::Histogram(shown)) => {
                shown.bounds.clear();
                shown.bounds.extend_from_slice(bounds);
                shown.counts.clear();
                shown.counts.extend_from_slice(counts);
                shown.count = *count;
                shown.sum = *sum;
            }
            (Reading::Histogram { .. }, _) => {
                *self = Self::Histogram(Histogram::default());
                self.set(reading);
            }
        }
    }

    /// The number, if it is one; integers above 2^53 are rounded.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Double(number) => Some(*number),
            Self::Histogram(_) | Self::Summary(_) => None,
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
    use super::*;

    fn histogram(bounds: &[f64], counts: &[u64]) -> Histogram {
        Histogram {
            bounds: bounds.to_vec(),
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
}
