//! What is handed to the store.

use super::{rejection::Rejection, value::Summary};

/// One point as its sender sent it; borrowed, since a known series copies only numbers.
#[derive(Debug, Clone)]
pub struct Point<'a> {
    /// Since when a cumulative value has been counted, nanoseconds since 1970; 0 if unknown or not cumulative.
    pub start: u64,
    /// When it was read, nanoseconds since 1970; 0 if unknown, and then it is in order with any other.
    pub time: u64,
    /// What was read.
    pub reading: Reading<'a>,
}

/// The value of a [`Point`].
#[derive(Debug, Clone)]
pub enum Reading<'a> {
    /// An integer; it stays one on the page.
    Int(i64),
    /// A double.
    Double(f64),
    /// A cumulative histogram: one count more than bounds, or neither.
    Histogram {
        /// Upper inclusive bounds, strictly ascending.
        bounds: &'a [f64],
        /// Observations in each bucket, not cumulated.
        counts: &'a [u64],
        /// All observations.
        count: u64,
        /// The sum of all observations, if the sender keeps one.
        sum: Option<f64>,
    },
    /// Quantiles that the sender computed.
    Summary(Summary),
    /// The sender says that the series has ended.
    Gone,
}

impl Reading<'_> {
    /// Looks for contradictions inside the point.
    ///
    /// # Errors
    /// [`Rejection::Invalid`] says which.
    pub fn check(&self) -> Result<(), Rejection> {
        match self {
            Self::Int(_) | Self::Double(_) | Self::Gone => Ok(()),
            Self::Histogram { bounds, counts, count, .. } => check_buckets(bounds, counts, *count),
            Self::Summary(summary) => {
                let shares = summary.quantiles.iter().all(|(q, _)| (0.0..=1.0).contains(q));
                let ascending = summary.quantiles.windows(2).all(|pair| pair[0].0 < pair[1].0);
                if shares && ascending {
                    return Ok(());
                }
                Err(Rejection::Invalid("quantiles do not ascend from 0 to 1"))
            }
        }
    }
}

fn check_buckets(bounds: &[f64], counts: &[u64], count: u64) -> Result<(), Rejection> {
    if counts.is_empty() && bounds.is_empty() {
        return Ok(());
    }
    if counts.len() != bounds.len() + 1 {
        return Err(Rejection::Invalid("a histogram has one bucket more than bounds"));
    }
    let ascending = bounds.windows(2).all(|pair| pair[0] < pair[1]);
    if !ascending || bounds.iter().any(|bound| bound.is_nan()) {
        return Err(Rejection::Invalid("histogram bounds do not ascend"));
    }
    let total = counts.iter().try_fold(0_u64, |total, &bucket| total.checked_add(bucket));
    if total != Some(count) {
        return Err(Rejection::Invalid("bucket counts do not add up to the count"));
    }
    Ok(())
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
            let reading = Reading::Histogram { bounds, counts, count, sum: None };
            let told =
                reading.check().map_or_else(|rejection| rejection.to_string(), |()| String::new());
            assert_eq!(told.is_empty(), expected.is_empty(), "{told}");
            assert!(told.contains(expected), "{told} lacks {expected}");
        }
    }
}
