//! What a status means for the request: OTLP's table.

use std::{error::Error, time::Duration};

use tonic::{Code, Status};
use tonic_types::StatusExt;

/// What servers of tonic say, with OUT_OF_RANGE, of a message that is longer than they take. Everybody else says
/// RESOURCE_EXHAUSTED of it, and OUT_OF_RANGE of what may pass.
const TOO_LONG: &str = "message length too large";

/// Why an attempt failed, and whether another makes sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// Another attempt may succeed, after the delay that the other side asked for.
    Passing { asked: Option<Duration>, message: String },
    /// No answer came in time. Another attempt may succeed, or a smaller request.
    Unanswered { message: String },
    /// The connection ended before the answer was there, which says little of the other side: connections end. Another
    /// one may do at once.
    CutOff { message: String },
    /// The other side will never take this request, for its size or what it holds. If it was joined, it may take the
    /// parts.
    Refused { message: String },
    /// The other side will never take this request, nor any part of it.
    Final { message: String },
}

impl Failure {
    /// The failure that a gRPC status stands for.
    pub(super) fn of(status: &Status) -> Self {
        let retry_info = status.get_details_retry_info();
        let asked = || retry_info.as_ref().and_then(|info| info.retry_delay);
        let message = format!("{:?}: {}", status.code(), status.message());
        match status.code() {
            Code::OutOfRange if status.message().contains(TOO_LONG) => Self::Refused { message },
            Code::ResourceExhausted if retry_info.is_none() => Self::Refused { message },
            Code::Cancelled
            | Code::DeadlineExceeded
            | Code::ResourceExhausted
            | Code::Aborted
            | Code::OutOfRange
            | Code::Unavailable
            | Code::DataLoss => Self::Passing { asked: asked(), message },
            // Said of one request by those who cannot read it or hand it on.
            Code::InvalidArgument | Code::Internal | Code::Unknown => Self::Refused { message },
            Code::Ok
            | Code::NotFound
            | Code::AlreadyExists
            | Code::PermissionDenied
            | Code::FailedPrecondition
            | Code::Unimplemented
            | Code::Unauthenticated => Self::Final { message },
        }
    }

    /// The failure that an HTTP status stands for, other than success.
    pub(super) fn of_http(status: u16, asked: Option<Duration>, message: String) -> Self {
        match status {
            429 | 502 | 503 | 504 => Self::Passing { asked, message },
            // As above: malformed, too large, not to be processed, failed over it.
            400 | 413 | 422 | 500 => Self::Refused { message },
            _ => Self::Final { message },
        }
    }

    /// What it comes to, in a word.
    pub(super) const fn reason(&self) -> &'static str {
        match self {
            Self::Passing { .. } => "unavailable",
            Self::Unanswered { .. } => "timeout",
            Self::CutOff { .. } => "cut_off",
            Self::Refused { .. } | Self::Final { .. } => "refused",
        }
    }

    /// The same in the words of the other side, or of the system.
    pub(super) fn message(&self) -> &str {
        match self {
            Self::Passing { message, .. }
            | Self::Unanswered { message }
            | Self::CutOff { message }
            | Self::Refused { message }
            | Self::Final { message } => message,
        }
    }

    /// A connection could not be made.
    pub(super) fn unreachable(cause: &dyn Error) -> Self {
        Self::Passing { asked: None, message: causes(cause) }
    }

    /// The connection broke before the answer was there.
    pub(super) fn broken(cause: &(dyn Error + 'static)) -> Self {
        let message = causes(cause);
        match h2_cause(cause).and_then(h2::Error::reason) {
            Some(h2::Reason::ENHANCE_YOUR_CALM) => Self::Passing { asked: None, message },
            _ => Self::CutOff { message },
        }
    }
}

/// Whether only the request's stream has ended, and its connection goes on.
pub(super) fn is_of_stream(cause: &(dyn Error + 'static)) -> bool {
    h2_cause(cause).is_some_and(h2::Error::is_reset)
}

fn h2_cause<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a h2::Error> {
    let mut next = Some(cause);
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref() {
            return Some(found);
        }
        next = cause.source();
    }
    None
}

fn causes(cause: &dyn Error) -> String {
    let mut message = cause.to_string();
    let mut next = cause.source();
    while let Some(cause) = next {
        message = format!("{message}: {cause}");
        next = cause.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use tonic_types::ErrorDetails;

    use super::*;

    /// What becomes of a request: it is sent again, or in parts if it was joined, or given up.
    #[derive(Debug, PartialEq, Eq)]
    enum Fate {
        Again,
        Parts,
        Lost,
    }

    fn fate(failure: &Failure) -> Fate {
        match failure {
            Failure::Passing { .. } | Failure::Unanswered { .. } | Failure::CutOff { .. } => {
                Fate::Again
            }
            Failure::Refused { .. } => Fate::Parts,
            Failure::Final { .. } => Fate::Lost,
        }
    }

    #[test]
    fn every_code_of_grpc_is_retried_by_the_table_of_otlp() {
        for code in 1..=17 {
            let failure = Failure::of(&Status::new(Code::from_i32(code), "no"));
            let expected = match code {
                1 | 4 | 10 | 11 | 14 | 15 => Fate::Again,
                // Without a delay; 17 is no code, and read as 2.
                2 | 3 | 8 | 13 | 17 => Fate::Parts,
                _ => Fate::Lost,
            };
            assert_eq!(fate(&failure), expected, "{code}: {failure:?}");
        }
    }

    #[test]
    fn every_code_of_grpc_that_is_retried_honours_the_delay_that_comes_with_it() {
        let delay = Duration::from_secs(7);
        for code in 1..=16 {
            let details = ErrorDetails::with_retry_info(Some(delay));
            let code = Code::from_i32(code);
            let failure = Failure::of(&Status::with_error_details(code, "busy", details));
            let asked = match &failure {
                Failure::Passing { asked, .. } => *asked,
                _ => None,
            };
            let is_retried = [1, 4, 8, 10, 11, 14, 15].contains(&i32::from(code));
            assert_eq!(asked, is_retried.then_some(delay), "{failure:?}");
        }
    }

    #[test]
    fn every_status_of_http_is_retried_by_the_table_of_otlp() {
        let delay = Some(Duration::from_secs(7));
        for status in 300..=599 {
            let failure = Failure::of_http(status, delay, "no".to_owned());
            let expected = match status {
                429 | 502 | 503 | 504 => Fate::Again,
                400 | 413 | 422 | 500 => Fate::Parts,
                _ => Fate::Lost,
            };
            assert_eq!(fate(&failure), expected, "{status}: {failure:?}");
            if let Failure::Passing { asked, .. } = failure {
                assert_eq!(asked, delay);
            }
        }
    }

    #[test]
    fn a_message_that_is_too_long_is_known_by_what_servers_say_of_it() {
        // tonic, then grpc-go, grpc-java and grpc's core.
        let tonic = "Error, decoded message length too large: found 9 bytes, the limit is: 4 bytes";
        assert_eq!(fate(&Failure::of(&Status::out_of_range(tonic))), Fate::Parts);
        for message in [
            "grpc: received message larger than max (9 vs. 4)",
            "gRPC message exceeds maximum size 4: 9",
            "SERVER: Received message larger than max (9 vs. 4)",
        ] {
            assert_eq!(fate(&Failure::of(&Status::resource_exhausted(message))), Fate::Parts);
        }
        let moved = Status::out_of_range("read past the end");
        assert_eq!(fate(&Failure::of(&moved)), Fate::Again);
    }

    #[test]
    fn a_failed_connection_is_retried_and_names_every_cause() {
        let refused = std::io::Error::other(std::io::Error::other("refused"));
        let message = "refused".to_owned();
        assert_eq!(Failure::unreachable(&refused), Failure::Passing { asked: None, message });
        let Failure::CutOff { message } = Failure::broken(&refused) else { panic!() };
        assert!(message.contains("refused"));
    }

    #[test]
    fn a_connection_that_ends_for_too_many_requests_is_no_reason_to_make_another_at_once() {
        let of = |reason: h2::Reason| Failure::broken(&h2::Error::from(reason));
        assert!(matches!(of(h2::Reason::ENHANCE_YOUR_CALM), Failure::Passing { .. }));
        assert!(matches!(of(h2::Reason::NO_ERROR), Failure::CutOff { .. }));
        assert!(matches!(of(h2::Reason::REFUSED_STREAM), Failure::CutOff { .. }));
    }
}
