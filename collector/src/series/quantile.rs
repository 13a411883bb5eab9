//! Estimates a quantile from a classic histogram, as PromQL's `histogram_quantile` does.

/// The value below which the share `q` of all observations lies, by linear interpolation inside its bucket.
///
/// `buckets` are `(upper bound, observations at or below it)`, ascending, the last with the bound `+Inf`, as
/// [`Histogram::cumulative`](super::Histogram::cumulative) yields them. The first bucket starts at 0 if its bound is
/// above 0; in one that does not, and in the last, nothing can be interpolated: the answer is its nearest finite
/// bound. NaN if there are no observations, no `+Inf` bucket, no finite one, or `q` is NaN; -Inf and +Inf for `q`
/// outside 0 to 1.
#[must_use]
pub fn quantile(q: f64, buckets: &[(f64, u64)]) -> f64 {
    if q.is_nan() {
        return f64::NAN;
    }
    if q < 0.0 {
        return f64::NEG_INFINITY;
    }
    if q > 1.0 {
        return f64::INFINITY;
    }
    let Some((&(last, count), finite)) = buckets.split_last() else {
        return f64::NAN;
    };
    if last != f64::INFINITY || count == 0 || finite.is_empty() {
        return f64::NAN;
    }
    let rank = q * count as f64;
    let index = finite.partition_point(|&(_, below)| (below as f64) < rank);
    let Some(&(upper, below)) = finite.get(index) else {
        return finite[finite.len() - 1].0;
    };
    let (lower, before) = match index.checked_sub(1) {
        Some(previous) => finite[previous],
        None if upper <= 0.0 => return upper,
        None => (0.0, 0),
    };
    let inside = below.saturating_sub(before) as f64;
    if inside == 0.0 {
        return lower;
    }
    lower + (upper - lower) * ((rank - before as f64) / inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INF: f64 = f64::INFINITY;

    /// Ten observations in (0, 1], thirty in (1, 2], ten above 4.
    const BUCKETS: &[(f64, u64)] = &[(1.0, 10), (2.0, 40), (4.0, 40), (INF, 50)];

    #[test]
    fn a_quantile_is_interpolated_inside_its_bucket() {
        let cases = [
            (0.0, 0.0),
            (0.1, 0.5),
            (0.2, 1.0),
            (0.5, 1.5),
            (0.8, 2.0),
            (0.9, 4.0),
            (1.0, 4.0),
            (-0.1, -INF),
            (1.1, INF),
        ];
        for (q, expected) in cases {
            let seen = quantile(q, BUCKETS);
            assert!(seen == expected, "q {q}: {seen}, expected {expected}");
        }
    }

    #[test]
    fn a_first_bucket_at_or_below_zero_answers_its_bound() {
        let buckets = [(-1.0, 5), (1.0, 10), (INF, 10)];
        assert_eq!(quantile(0.25, &buckets), -1.0);
        assert_eq!(quantile(0.75, &buckets), 0.0);
    }

    #[test]
    fn nothing_to_estimate_from_is_nan() {
        let cases: [&[(f64, u64)]; 4] = [&[], &[(INF, 3)], &[(1.0, 0), (INF, 0)], &[(1.0, 1)]];
        for buckets in cases {
            assert!(quantile(0.5, buckets).is_nan(), "{buckets:?}");
        }
        assert!(quantile(f64::NAN, BUCKETS).is_nan());
    }
}
