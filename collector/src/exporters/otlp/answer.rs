//! What the other side answers, read under a cap, and what its message says.

use bytes::Bytes;
use http::{HeaderMap, response::Parts};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;

use super::verdict::Failure;
use crate::http::{Encoding, InFlight};

/// Bytes of an answer that are read, on the wire and inflated: OTLP's limit.
pub(super) const ANSWER_BYTES_MAX: usize = 4 << 20;
/// The encodings of an answer that are understood, offered whatever the request's own is: some servers compress by what
/// they were sent, not by what they were offered.
pub(super) const ACCEPTED_ENCODINGS: &str = "gzip,zstd";
/// Characters of the other side's words that reach a log line.
const MESSAGE_CHARACTERS_MAX: usize = 500;

/// An answer that was read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) head: Parts,
    pub(super) body: Bytes,
    pub(super) trailers: HeaderMap,
}

/// What the other side kept of a request that it accepted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Accepted {
    /// Items that it could not keep.
    pub(super) rejected: u64,
    /// Why, in its own words; may be a mere warning, or nothing.
    pub(super) message: String,
}

impl Answer {
    /// Reads an answer.
    ///
    /// # Errors
    /// It is larger than [`ANSWER_BYTES_MAX`], which is final, or the connection broke, which is what `broken` makes of
    /// it.
    pub(super) async fn read(
        response: http::Response<Incoming>,
        broken: impl Fn(&hyper::Error) -> Failure,
    ) -> Result<Self, Failure> {
        let (head, mut incoming) = response.into_parts();
        let mut body = Vec::new();
        let mut trailers = HeaderMap::new();
        while let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|cause| broken(&cause))?;
            match frame.into_data() {
                Ok(data) if body.len() + data.len() > ANSWER_BYTES_MAX => {
                    let message = format!("the answer has more than {ANSWER_BYTES_MAX} bytes");
                    return Err(Failure::Final { message });
                }
                Ok(data) => body.extend_from_slice(&data),
                Err(frame) => trailers.extend(frame.into_trailers().ok().into_iter().flatten()),
            }
        }
        Ok(Self { head, body: body.into(), trailers })
    }
}

impl Accepted {
    /// Reads the message of an answer that says the request was taken. One that cannot be read changes nothing about
    /// that: sent again, the request would be there twice.
    pub(super) fn read(message: &[u8]) -> Self {
        // Those of all three services have the same fields.
        match ExportTraceServiceResponse::decode(message) {
            Ok(answer) => {
                let partial = answer.partial_success.unwrap_or_default();
                Self {
                    rejected: u64::try_from(partial.rejected_spans).unwrap_or_default(),
                    message: shown(&partial.error_message),
                }
            }
            Err(cause) => Self::unread(&cause.to_string()),
        }
    }

    /// Accepted, with an answer that says no more than that.
    pub(super) fn unread(cause: &str) -> Self {
        Self { rejected: 0, message: format!("the answer cannot be read: {cause}") }
    }
}

/// Undoes a compression that [`ACCEPTED_ENCODINGS`] names.
pub(super) fn inflate(body: Bytes, encoding: &[u8]) -> Result<Bytes, String> {
    let Some(encoding) = Encoding::named(encoding) else {
        return Err(format!("unknown encoding {}", encoding.escape_ascii()));
    };
    let mut charge = InFlight::new(2 * ANSWER_BYTES_MAX).charge();
    crate::http::inflate(body, encoding, ANSWER_BYTES_MAX, &mut charge)
        .map_err(|refusal| refusal.message)
}

/// The other side's words as they are fit for a log line.
pub(super) fn shown(words: &str) -> String {
    words.chars().take(MESSAGE_CHARACTERS_MAX).flat_map(char::escape_debug).collect()
}
