//! gRPC statuses: which refusal has which code, and the answer that carries it.

use http::{HeaderMap, HeaderValue};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::{
    http::{Body, Response},
    pipeline::{Refusal, RefusalReason},
};

/// Bytes of a message that go into headers: peers limit their header lists, often to 8 KiB.
const MESSAGE_BYTES_MAX: usize = 1024;

/// The trailers of a call that succeeded.
pub(super) fn ok() -> HeaderMap {
    let mut trailers = HeaderMap::with_capacity(1);
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    trailers
}

/// The answer to a refused call, without a body; a delay goes with the codes that invite a retry.
pub(super) fn refused(refusal: &Refusal) -> Response {
    let code = code_of(refusal.reason);
    let message = shortened(&refusal.message);
    let details = match refusal.retry_after {
        Some(delay) if code == Code::Unavailable => ErrorDetails::with_retry_info(Some(delay)),
        _ => return Status::new(code, message).into_http::<Body>(),
    };
    Status::with_error_details(code, message, details).into_http::<Body>()
}

const fn code_of(reason: RefusalReason) -> Code {
    match reason {
        RefusalReason::Malformed => Code::InvalidArgument,
        // Without a delay in its details this code tells the sender not to try again.
        RefusalReason::TooLarge => Code::ResourceExhausted,
        RefusalReason::Unsupported | RefusalReason::NoPipeline => Code::Unimplemented,
        RefusalReason::QueueFull | RefusalReason::Memory | RefusalReason::Stopping => {
            Code::Unavailable
        }
    }
}

/// The start of a message that fits into headers.
fn shortened(message: &str) -> &str {
    &message[..message.floor_char_boundary(MESSAGE_BYTES_MAX)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let message = "ü".repeat(MESSAGE_BYTES_MAX);
        assert_eq!(shortened(&message).len(), MESSAGE_BYTES_MAX);
        let message = format!("x{message}");
        assert_eq!(shortened(&message).len(), MESSAGE_BYTES_MAX - 1);
    }

    #[test]
    fn messages_are_percent_encoded() {
        let response = refused(&Refusal {
            reason: RefusalReason::Malformed,
            message: "100% ü\n".to_owned(),
            retry_after: None,
        });
        assert_eq!(response.headers()["grpc-message"], "100%25%20%C3%BC%0A");
    }
}
