//! Reads a request's body into one piece of memory, under a cap and a budget.

use bytes::{Bytes, BytesMut};
use hyper::body::Body as _;

use super::{
    connection::Request,
    in_flight::Charge,
    pace::{Pace, Paced},
};
use crate::pipeline::{Refusal, RefusalReason};

/// Memory taken on the word of the sender alone; beyond it the buffer grows with what arrives.
const TRUSTED_BYTES: usize = 256 << 10;

/// Reads the body to its end, at most `limit` bytes of it; each piece is charged as it arrives.
///
/// `framed_bytes` may know from the first piece how long the body is, where `content-length` does not: then a body that
/// comes in many pieces is put together without being moved.
///
/// # Errors
/// [`RefusalReason::TooLarge`] as soon as the announced or received size is above `limit`, [`RefusalReason::Memory`]
/// if the budget is spent, [`RefusalReason::TooSlow`] if the body does not keep the pace, [`RefusalReason::Malformed`]
/// if the connection breaks off.
pub async fn read_body(
    request: Request,
    limit: usize,
    pace: &Pace,
    framed_bytes: impl Fn(&[u8]) -> Option<usize>,
    charge: &mut Charge,
) -> Result<Bytes, Refusal> {
    let body = request.into_body();
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(too_large(announced, limit));
    }
    let mut body = Paced::new(body, pace);
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    while let Some(frame) = body.frame().await? {
        let frame = frame.map_err(|cause| broken_off(first.len() + joined.len(), &cause))?;
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        let size = first.len() + joined.len() + piece.len();
        if size > limit {
            return Err(too_large(size, limit));
        }
        charge.grow(piece.len())?;
        // A body that came in one piece is kept as it is, without a copy.
        if size == piece.len() {
            first = piece;
        } else {
            if joined.is_empty() {
                let announced = announced.max(framed_bytes(&first).unwrap_or(0));
                if announced > limit {
                    return Err(too_large(announced, limit));
                }
                joined.reserve(announced.min(TRUSTED_BYTES).max(size));
                joined.extend_from_slice(&std::mem::take(&mut first));
            }
            joined.extend_from_slice(&piece);
        }
    }
    Ok(if joined.is_empty() { first } else { joined.freeze() })
}

fn too_large(bytes: usize, limit: usize) -> Refusal {
    Refusal {
        reason: RefusalReason::TooLarge,
        message: format!(
            "body of at least {bytes} bytes is above the limit of {limit} bytes; send smaller batches"
        ),
        retry_after: None,
    }
}

fn broken_off(bytes: usize, cause: &hyper::Error) -> Refusal {
    Refusal {
        reason: RefusalReason::Malformed,
        message: format!("the body broke off after {bytes} bytes: {cause}; send it again"),
        retry_after: None,
    }
}
