//! The frame around a gRPC message: a flag, a length, the message.

use bytes::{BufMut, Bytes, BytesMut};

use crate::{
    http::{Charge, Encoding, inflate},
    pipeline::{Refusal, RefusalReason},
};

/// Bytes before a message: one flag, four of length.
pub(super) const PREFIX_BYTES: usize = 5;

/// How many bytes a call's body will have, as its first bytes say.
pub(super) fn framed_bytes(start: &[u8]) -> Option<usize> {
    let &[_, a, b, c, d] = start.first_chunk::<PREFIX_BYTES>()?;
    Some(PREFIX_BYTES.saturating_add(u32::from_be_bytes([a, b, c, d]) as usize))
}

/// Takes the one message out of a unary call's body, inflated to at most `limit` bytes.
pub(super) fn unframe(
    mut body: Bytes,
    encoding: Encoding,
    limit: usize,
    charge: &mut Charge,
) -> Result<Bytes, Refusal> {
    let (Some(framed), Some(&flag)) = (framed_bytes(&body), body.first()) else {
        return Err(malformed(format!(
            "body of {} bytes is shorter than the 5 bytes before a gRPC message",
            body.len()
        )));
    };
    let message = body.split_off(PREFIX_BYTES);
    let length = framed - PREFIX_BYTES;
    if length != message.len() {
        return Err(malformed(format!(
            "gRPC frame announces {length} bytes and {} follow; send one message per call",
            message.len()
        )));
    }
    match (flag, encoding) {
        (0, _) => Ok(message),
        (1, Encoding::Identity) => Err(malformed(
            "gRPC frame is flagged as compressed, but grpc-encoding names no compression; send grpc-encoding: gzip"
                .to_owned(),
        )),
        (1, encoding) => inflate(message, encoding, limit, charge),
        _ => Err(malformed(format!(
            "gRPC frame has flag {flag}; send 0 for plain or 1 for compressed"
        ))),
    }
}

/// Puts a message into a frame, uncompressed: answers are a few bytes.
pub(super) fn frame(message: &[u8]) -> Bytes {
    let mut framed = BytesMut::with_capacity(PREFIX_BYTES + message.len());
    framed.put_u8(0);
    framed.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    framed.put_slice(message);
    framed.freeze()
}

/// What is said of bytes that are no message.
pub(super) fn malformed(message: String) -> Refusal {
    Refusal { reason: RefusalReason::Malformed, message, retry_after: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::InFlight;

    fn check(body: &[u8], encoding: Encoding, expected: Result<&[u8], &str>) {
        let mut charge = InFlight::new(1 << 20).charge();
        let unframed = unframe(Bytes::copy_from_slice(body), encoding, 1 << 20, &mut charge);
        match (unframed, expected) {
            (Ok(message), Ok(expected)) => assert_eq!(message, expected),
            (Err(refusal), Err(expected)) => {
                assert_eq!(refusal.reason, RefusalReason::Malformed);
                assert!(refusal.message.contains(expected), "{refusal}");
            }
            (unframed, expected) => panic!("{unframed:?} is not {expected:?}"),
        }
    }

    #[test]
    fn a_framed_message_is_unframed() {
        check(&frame(b"abc"), Encoding::Identity, Ok(b"abc"));
        check(&frame(b"abc"), Encoding::Gzip, Ok(b"abc"));
        check(&frame(b""), Encoding::Identity, Ok(b""));
    }

    #[test]
    fn a_frame_that_contradicts_itself_is_malformed() {
        check(b"", Encoding::Identity, Err("shorter than the 5 bytes"));
        check(b"\0\0\0\0\x02a", Encoding::Identity, Err("announces 2 bytes and 1 follow"));
        check(b"\x01\0\0\0\x01a", Encoding::Identity, Err("flagged as compressed"));
        check(b"\x07\0\0\0\x01a", Encoding::Identity, Err("flag 7"));
        check(b"\x01\0\0\0\x01a", Encoding::Gzip, Err("not gzip"));
    }
}
