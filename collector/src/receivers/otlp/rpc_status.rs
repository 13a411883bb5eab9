//! `google.rpc.Status`: what gRPC says of a refusal in its trailers, and OTLP/HTTP in its body.

use std::time::Duration;

use serde_json::json;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::format::Format;
use crate::pipeline::{Refusal, RefusalReason};

/// Bytes of a message: peers limit their header lists, often to 8 KiB, and what a sender wrote may be in it.
const MESSAGE_BYTES_MAX: usize = 1024;
/// The same for its copy in the details.
const DESCRIPTION_BYTES_MAX: usize = 256;
/// When to come back if nobody knows better.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// What a malformed request has wrong: fields of the message are named in the description.
const BODY: &str = "body";

/// The status of a refusal as gRPC has it; whatever invites a retry says when.
pub(super) fn status(refusal: &Refusal) -> Status {
    let code = code_of(refusal.reason);
    let message = message(refusal);
    let details = if let Some(delay) = retry_after(refusal) {
        ErrorDetails::with_retry_info(Some(delay))
    } else if refusal.reason == RefusalReason::Malformed {
        ErrorDetails::with_bad_request_violation(
            BODY,
            shortened(&refusal.message, DESCRIPTION_BYTES_MAX),
        )
    } else {
        return Status::new(code, message);
    };
    Status::with_error_details(code, message, details)
}

/// The same as a body, in the sender's own format.
pub(super) fn body(refusal: &Refusal, format: Format) -> Vec<u8> {
    let status = status(refusal);
    let code = status.code();
    match format {
        Format::Protobuf if !status.details().is_empty() => status.details().to_vec(),
        Format::Protobuf => {
            let bare = ErrorDetails::new();
            Status::with_error_details(code, status.message(), bare).details().to_vec()
        }
        Format::Json => {
            let details = if let Some(delay) = retry_after(refusal) {
                let delay = format!("{}s", delay.as_secs_f64());
                json!([{
                    "@type": "type.googleapis.com/google.rpc.RetryInfo",
                    "retryDelay": delay,
                }])
            } else if refusal.reason == RefusalReason::Malformed {
                let description = shortened(&refusal.message, DESCRIPTION_BYTES_MAX);
                json!([{
                    "@type": "type.googleapis.com/google.rpc.BadRequest",
                    "fieldViolations": [{ "field": BODY, "description": description }],
                }])
            } else {
                json!([])
            };
            let code = i32::from(code);
            json!({ "code": code, "message": status.message(), "details": details })
                .to_string()
                .into_bytes()
        }
    }
}

/// As much of the message as is sent.
pub(super) fn message(refusal: &Refusal) -> &str {
    shortened(&refusal.message, MESSAGE_BYTES_MAX)
}

/// When the sender should come back; `None` if it should not.
pub(super) fn retry_after(refusal: &Refusal) -> Option<Duration> {
    let is_passing = code_of(refusal.reason) == Code::Unavailable;
    is_passing.then(|| refusal.retry_after.unwrap_or(RETRY_AFTER))
}

const fn code_of(reason: RefusalReason) -> Code {
    match reason {
        RefusalReason::Malformed => Code::InvalidArgument,
        RefusalReason::Unauthenticated => Code::Unauthenticated,
        // Without a delay in its details this code tells the sender not to try again.
        RefusalReason::TooLarge => Code::ResourceExhausted,
        RefusalReason::TooSlow => Code::DeadlineExceeded,
        RefusalReason::Unsupported | RefusalReason::NoPipeline => Code::Unimplemented,
        RefusalReason::QueueFull
        | RefusalReason::Memory
        | RefusalReason::StorageFailed
        | RefusalReason::Stopping
        | RefusalReason::AuthenticationBusy => Code::Unavailable,
    }
}

/// The start of a message, cut between two characters.
pub(super) fn shortened(message: &str, bytes: usize) -> &str {
    &message[..message.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let message = "ü".repeat(MESSAGE_BYTES_MAX);
        assert_eq!(shortened(&message, MESSAGE_BYTES_MAX).len(), MESSAGE_BYTES_MAX);
        let message = format!("x{message}");
        assert_eq!(shortened(&message, MESSAGE_BYTES_MAX).len(), MESSAGE_BYTES_MAX - 1);
    }
}
