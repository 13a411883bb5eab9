//! Why a request is not let in, and what its sender is told.

use std::time::Duration;

use http::{HeaderValue, StatusCode, header};
/// Why a request was not let in.
pub(super) use inferometer_semconv::attributes::CollectorAuthenticationFailure as Failure;

use crate::{
    http::{Body, Response},
    pipeline::{Refusal, RefusalReason},
};

/// When a sender may come back that no password could be checked of.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A request that is not let in.
#[derive(Debug, Clone)]
pub struct Denial {
    failure: Failure,
    /// How credentials are asked for.
    challenge: HeaderValue,
}

impl Denial {
    pub(super) const fn new(failure: Failure, challenge: HeaderValue) -> Self {
        Self { failure, challenge }
    }

    /// Why, for counters.
    #[must_use]
    pub const fn failure(&self) -> Failure {
        self.failure
    }

    /// The value of `WWW-Authenticate` for who may try again with credentials; nothing for who may try again as it is.
    #[must_use]
    pub fn challenge(&self) -> Option<&HeaderValue> {
        (self.failure != Failure::Busy).then_some(&self.challenge)
    }

    /// The same as a receiver refuses requests.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        let (reason, message, retry_after) = match self.failure {
            Failure::Missing => (RefusalReason::Unauthenticated, "credentials are missing", None),
            Failure::Malformed => (
                RefusalReason::Unauthenticated,
                "credentials cannot be read, are there twice, or are of another scheme",
                None,
            ),
            Failure::Wrong => (RefusalReason::Unauthenticated, "credentials are wrong", None),
            Failure::Busy => (
                RefusalReason::AuthenticationBusy,
                "other passwords are being checked; send it again",
                Some(RETRY_AFTER),
            ),
        };
        let message = match self.challenge().and_then(|challenge| challenge.to_str().ok()) {
            Some(challenge) => format!("{message}; this listener asks for {challenge}"),
            None => message.to_owned(),
        };
        Refusal { reason, message, retry_after }
    }

    /// The answer to a request of a page.
    #[must_use]
    pub fn response(&self) -> Response {
        let mut response = Response::new(Body::full(format!("{}\n", self.refusal().message)));
        *response.status_mut() = match self.failure {
            Failure::Busy => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::UNAUTHORIZED,
        };
        let headers = response.headers_mut();
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, text);
        match self.challenge() {
            Some(challenge) => headers.insert(header::WWW_AUTHENTICATE, challenge.clone()),
            None => headers.insert(header::RETRY_AFTER, RETRY_AFTER.as_secs().into()),
        };
        response
    }
}
