//! What a status means for the request: OTLP's table.

use std::{error::Error, time::Duration};

use tonic::{Code, Status};
use tonic_types::StatusExt;

/// Why an attempt failed, and whether another makes sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// Another attempt may succeed, after the delay that the other side asked for.
    Passing { asked: Option<Duration>, message: String },
    /// The other side will never take this request.
    Final { message: String },
}

impl Failure {
    /// The failure that a gRPC status stands for.
    pub(super) fn of(status: &Status) -> Self {
        let retry_info = status.get_details_retry_info();
        let passing = match status.code() {
            Code::Cancelled
            | Code::DeadlineExceeded
            | Code::Aborted
            | Code::OutOfRange
            | Code::Unavailable
            | Code::DataLoss => true,
            Code::ResourceExhausted => retry_info.is_some(),
            _ => false,
        };
        let message = format!("{:?}: {}", status.code(), status.message());
        if passing {
            let asked = retry_info.and_then(|info| info.retry_delay);
            Self::Passing { asked, message }
        } else {
            Self::Final { message }
        }
    }

    /// The connection could not be made, or broke before the answer was there.
    pub(super) fn broken(cause: &dyn Error) -> Self {
        let mut message = cause.to_string();
        let mut next = cause.source();
        while let Some(cause) = next {
            message = format!("{message}: {cause}");
            next = cause.source();
        }
        Self::Passing { asked: None, message }
    }
}

#[cfg(test)]
mod tests {
    use tonic_types::ErrorDetails;

    use super::*;

    fn check(status: &Status, is_passing: bool) {
        let failure = Failure::of(status);
        let seen = matches!(failure, Failure::Passing { .. });
        assert_eq!(seen, is_passing, "{failure:?}");
    }

    #[test]
    fn codes_are_retried_by_the_table_of_otlp() {
        let passing = [1, 4, 10, 11, 14, 15];
        for code in 1..=16 {
            check(&Status::new(Code::from_i32(code), "no"), passing.contains(&code));
        }
    }

    #[test]
    fn an_exhausted_resource_is_retried_only_with_a_delay() {
        let details = ErrorDetails::with_retry_info(Some(Duration::from_secs(7)));
        let status = Status::with_error_details(Code::ResourceExhausted, "busy", details);
        let expected = Failure::Passing {
            asked: Some(Duration::from_secs(7)),
            message: "ResourceExhausted: busy".to_owned(),
        };
        assert_eq!(Failure::of(&status), expected);
        check(&Status::resource_exhausted("too large"), false);
    }

    #[test]
    fn a_broken_connection_is_retried_and_names_every_cause() {
        let refused = std::io::Error::other(std::io::Error::other("refused"));
        let failure = Failure::broken(&refused);
        assert!(matches!(failure, Failure::Passing { asked: None, .. }), "{failure:?}");
    }
}
