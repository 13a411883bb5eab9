//! What is sent again, and when: OTLP's tables of gRPC codes and HTTP statuses, and a backoff with jitter.

use std::time::{Duration, SystemTime};

use super::stats::ExportFailure;

/// Times that a request is sent, the first one included. With [`FIRST_DELAY`] doubled each time, a collector that is
/// away costs an export about a second.
pub(super) const MAX_ATTEMPTS: u32 = 5;

/// The longest wait before the second attempt.
const FIRST_DELAY: Duration = Duration::from_millis(100);

/// What an answer other than success means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Sending it again would not help.
    Final(ExportFailure),
    /// Worth another attempt, not before this long.
    Retry { not_before: Duration },
}

impl Verdict {
    pub(super) const AGAIN: Self = Self::Retry { not_before: Duration::ZERO };
    pub(super) const REFUSED: Self = Self::Final(ExportFailure::Refused);
}

/// gRPC's code for "come back later, if I said when".
const RESOURCE_EXHAUSTED: u16 = 8;

/// gRPC's codes that are worth another attempt: cancelled, deadline exceeded, aborted, out of range, unavailable, data
/// loss. Source: <https://opentelemetry.io/docs/specs/otlp/#failures>.
const RETRYABLE_CODES: [u16; 6] = [1, 4, 10, 11, 14, 15];

/// HTTP's statuses that are worth another attempt. Source:
/// <https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes>.
const RETRYABLE_STATUSES: [u16; 4] = [429, 502, 503, 504];

/// `asked` is how long the collector wants to be left alone, if it said so.
pub(super) fn judge_grpc(code: u16, asked: Option<Duration>) -> Verdict {
    // A receiver that is full says when it will not be; one that says nothing means this request.
    if RETRYABLE_CODES.contains(&code) || (code == RESOURCE_EXHAUSTED && asked.is_some()) {
        Verdict::Retry { not_before: asked.unwrap_or_default() }
    } else {
        Verdict::REFUSED
    }
}

/// As [`judge_grpc`].
pub(super) fn judge_http(status: u16, asked: Option<Duration>) -> Verdict {
    if RETRYABLE_STATUSES.contains(&status) {
        Verdict::Retry { not_before: asked.unwrap_or_default() }
    } else {
        Verdict::REFUSED
    }
}

/// `Retry-After`: seconds, or a date.
pub(super) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    // A date that has passed means now.
    Some(date.duration_since(now).unwrap_or_default())
}

/// The wait after this attempt (from 1), between half of its backoff and all of it, so that clients that failed
/// together do not come back together.
pub(super) fn delay(attempt: u32, not_before: Duration, random: f64) -> Duration {
    let backoff = FIRST_DELAY.saturating_mul(1 << (attempt - 1).min(MAX_ATTEMPTS));
    not_before.saturating_add(backoff.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[track_caller]
    fn check(judge: fn(u16, Option<Duration>) -> Verdict, retried: &[u16], refused: &[u16]) {
        for number in retried {
            assert_eq!(judge(*number, None), Verdict::AGAIN, "{number}");
            let wait = Duration::from_secs(3);
            assert_eq!(judge(*number, Some(wait)), Verdict::Retry { not_before: wait });
        }
        for number in refused {
            assert_eq!(judge(*number, None), Verdict::REFUSED, "{number}");
        }
    }

    #[test]
    fn otlps_tables_decide() {
        check(judge_grpc, &[1, 4, 10, 11, 14, 15], &[2, 3, 5, 6, 7, 8, 9, 12, 13, 16, 17]);
        check(
            judge_http,
            &[429, 502, 503, 504],
            &[301, 302, 307, 308, 400, 401, 404, 408, 413, 500, 501, 505],
        );
    }

    #[test]
    fn a_full_receiver_is_asked_again_when_it_says_when() {
        let wait = Duration::from_secs(3);
        assert_eq!(judge_grpc(8, Some(wait)), Verdict::Retry { not_before: wait });
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let read = |value| retry_after(value, now).map(|wait| wait.as_secs());
        assert_eq!(read("120"), Some(120));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:47 GMT"), Some(10));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:00 GMT"), Some(0));
        for nonsense in ["soon", "-1", "1.5", "99999999999999999999"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_backoff_doubles_and_stays_between_half_and_all_of_it() {
        let of = |attempt, random| delay(attempt, Duration::ZERO, random).as_millis();
        assert_eq!([of(1, 0.0), of(1, 1.0)], [50, 100]);
        assert_eq!([of(4, 0.0), of(4, 1.0)], [400, 800]);
        assert_eq!(delay(1, Duration::from_secs(2), 1.0).as_millis(), 2100);
    }
}
