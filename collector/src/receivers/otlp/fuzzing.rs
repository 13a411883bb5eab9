//! Any bytes as the body of a call.

use bytes::Bytes;

use super::grpc_frame::{PREFIX_BYTES, frame, framed_bytes, unframe};
use crate::http::{Encoding, InFlight};

/// Bytes of a message, inflated.
const LIMIT: usize = 64 << 10;
/// What it is charged to. A window of zstd is charged beside what it holds.
const BUDGET: usize = 1 << 20;

/// The first byte chooses the encoding, the others are a body. What comes out is no larger than it may be, is within its
/// budget, and is the message itself if it was not compressed; and a message in a frame comes out as it went in.
pub fn grpc_frame(data: &[u8]) {
    let Some((choice, bytes)) = data.split_first() else { return };
    let encoding = [Encoding::Identity, Encoding::Gzip, Encoding::Zstd][usize::from(*choice) % 3];
    let budget = InFlight::new(BUDGET);
    let mut charge = budget.charge();
    let body = Bytes::copy_from_slice(bytes);
    if let Ok(message) = unframe(body.clone(), encoding, LIMIT, &mut charge) {
        assert_eq!(framed_bytes(bytes), Some(bytes.len()));
        match bytes[0] {
            0 => assert_eq!(message, bytes[PREFIX_BYTES..]),
            _ => assert!(message.len() <= LIMIT, "{} bytes", message.len()),
        }
    }
    assert!(budget.used() <= BUDGET, "{} bytes", budget.used());
    drop(charge);
    assert_eq!(budget.used(), 0);
    let mut charge = budget.charge();
    assert_eq!(unframe(frame(bytes), encoding, LIMIT, &mut charge), Ok(body));
}
