//! How the derived quantities are computed, for whoever measures them: an engine about itself, or a client about what
//! it is served. Both sides agree because both call these.
//!
//! Times are readings of one clock in nanoseconds; results are seconds, or a ratio. A quantity that does not exist is
//! `None`, never 0: nothing is recorded for it.

/// The seconds between two clock readings; zero if they are in the wrong order.
#[expect(clippy::cast_precision_loss, reason = "exact below 2^53 ns, which is 104 days")]
#[inline]
#[must_use]
pub fn seconds_between(from: u64, to: u64) -> f64 {
    // Through a signed number, which processors convert in one instruction; the bound is 292 years.
    i64::try_from(to.saturating_sub(from)).unwrap_or(i64::MAX) as f64 / 1e9
}

/// The seconds from a request's arrival to its first output token. A client's request arrives when it is sent.
#[inline]
#[must_use]
pub fn time_to_first_token(arrived: u64, first_token: u64) -> f64 {
    seconds_between(arrived, first_token)
}

/// The seconds that each output token after the first took on average, until the request ended. A request of a single
/// token has none.
#[expect(clippy::cast_precision_loss, reason = "no request generates 2^53 tokens")]
#[must_use]
pub fn time_per_output_token(first_token: u64, ended: u64, output_tokens: u64) -> Option<f64> {
    let after_first = output_tokens.checked_sub(1).filter(|tokens| *tokens > 0)?;
    Some(seconds_between(first_token, ended) / after_first as f64)
}

/// The seconds that `samples`, or frames, last at `rate` of them a second; nothing unless the rate is a positive number.
#[expect(clippy::cast_precision_loss, reason = "no media has 2^53 samples")]
#[must_use]
pub fn media_seconds(samples: u64, rate: impl Into<f64>) -> Option<f64> {
    let rate = rate.into();
    (rate.is_finite() && rate > 0.0).then(|| samples as f64 / rate)
}

/// How long it took to generate media, by how long they last: below 1 is faster than they play. Both are seconds.
/// Nothing if the media have no positive length, or either is not a number that time can be.
#[must_use]
pub fn real_time_factor(generation: f64, media: f64) -> Option<f64> {
    let is_time = generation.is_finite() && generation >= 0.0 && media.is_finite() && media > 0.0;
    is_time.then(|| generation / media)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_went_back_gives_zero() {
        assert_eq!(seconds_between(2_000_000_000, 500_000_000), 0.0);
        assert_eq!(seconds_between(500_000_000, 2_000_000_000), 1.5);
    }

    #[test]
    fn a_single_token_has_no_time_per_token() {
        assert_eq!(time_per_output_token(0, 9, 0), None);
        assert_eq!(time_per_output_token(0, 9, 1), None);
        assert_eq!(time_per_output_token(1_000_000_000, 3_000_000_000, 5), Some(0.5));
    }

    #[test]
    fn media_of_unknown_length_have_no_real_time_factor() {
        for rate in [0.0, -24.0, f64::NAN, f64::INFINITY] {
            assert_eq!(media_seconds(48_000, rate), None);
        }
        assert_eq!(media_seconds(48_000, 24_000_u32), Some(2.0));
        for (generation, media) in [(1.0, 0.0), (1.0, -2.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)]
        {
            assert_eq!(real_time_factor(generation, media), None);
        }
        assert_eq!(real_time_factor(1.0, 2.0), Some(0.5));
    }
}
