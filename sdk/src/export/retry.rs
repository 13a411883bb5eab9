//! What is sent again, and when: OTLP's table of gRPC codes, and a backoff with jitter.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::StatusExt;

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

/// Source: <https://opentelemetry.io/docs/specs/otlp/#failures>.
pub(super) fn judge(status: &Status) -> Verdict {
    if is_oversized_response(status) {
        return Verdict::Final(ExportFailure::ResponseTooLarge);
    }
    let asked = status.get_details_retry_info().and_then(|info| info.retry_delay);
    match (status.code(), asked) {
        (
            Code::Cancelled
            | Code::DeadlineExceeded
            | Code::Aborted
            | Code::OutOfRange
            | Code::Unavailable
            | Code::DataLoss,
            asked,
        ) => Verdict::Retry { not_before: asked.unwrap_or_default() },
        // A receiver that is full says when it will not be; one that says nothing means this request.
        (Code::ResourceExhausted, Some(not_before)) => Verdict::Retry { not_before },
        _ => Verdict::Final(ExportFailure::Refused),
    }
}

/// The client library reports its own limit with a code that the table calls retryable, so its text decides.
fn is_oversized_response(status: &Status) -> bool {
    status.code() == Code::OutOfRange
        && status.message().contains("decoded message length too large")
}

/// The wait after this attempt (from 1), between half of its backoff and all of it, so that clients that failed
/// together do not come back together.
pub(super) fn delay(attempt: u32, not_before: Duration, random: f64) -> Duration {
    let backoff = FIRST_DELAY.saturating_mul(1 << (attempt - 1).min(MAX_ATTEMPTS));
    not_before.saturating_add(backoff.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0))
}

#[cfg(test)]
mod tests {
    use tonic_types::ErrorDetails;

    use super::*;

    const AT_ONCE: Verdict = Verdict::Retry { not_before: Duration::ZERO };
    const REFUSED: Verdict = Verdict::Final(ExportFailure::Refused);

    #[track_caller]
    fn check(code: Code, expected: &Verdict) {
        assert_eq!(judge(&Status::new(code, "")), *expected, "{code:?}");
    }

    #[test]
    fn otlps_table_decides() {
        for code in [
            Code::Cancelled,
            Code::DeadlineExceeded,
            Code::Aborted,
            Code::OutOfRange,
            Code::Unavailable,
            Code::DataLoss,
        ] {
            check(code, &AT_ONCE);
        }
        for code in [
            Code::Unknown,
            Code::InvalidArgument,
            Code::NotFound,
            Code::AlreadyExists,
            Code::PermissionDenied,
            Code::Unauthenticated,
            Code::FailedPrecondition,
            Code::Unimplemented,
            Code::Internal,
            Code::ResourceExhausted,
        ] {
            check(code, &REFUSED);
        }
    }

    #[test]
    fn a_full_receiver_is_asked_again_when_it_says_when() {
        let wait = Duration::from_secs(3);
        for code in [Code::ResourceExhausted, Code::Unavailable] {
            let details = ErrorDetails::with_retry_info(Some(wait));
            let status = Status::with_error_details(code, "full", details);
            assert_eq!(judge(&status), Verdict::Retry { not_before: wait });
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
