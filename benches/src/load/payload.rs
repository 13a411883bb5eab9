//! What a connection sends again and again.

use bytes::{BufMut, Bytes, BytesMut};
use prost::Message;
use rand::rngs::SmallRng;

use super::template::Change;

/// A gRPC frame with a request, patched before each send.
pub(crate) trait Payload {
    /// The call that takes it.
    const PATH: &'static str;

    /// Its points or spans.
    fn items(&self) -> u64;

    /// Brings it to `now`, in Unix nanoseconds, and makes it another one than the last.
    fn stamp(&mut self, now: u64, change: Change, random: &mut SmallRng);

    /// Where it lies.
    fn frame(&mut self) -> &mut BytesMut;

    /// The bytes for one send. Until they are [returned](Self::restore) there are none.
    fn lend(&mut self) -> Bytes {
        std::mem::take(self.frame()).freeze()
    }

    /// Takes the bytes back; they are copied if somebody still holds them.
    fn restore(&mut self, bytes: Bytes) {
        let frame = bytes.try_into_mut().unwrap_or_else(|held| BytesMut::from(&held[..]));
        *self.frame() = frame;
    }
}

/// A request behind gRPC's prefix: not compressed, and the length.
pub(super) fn framed(request: &impl Message) -> BytesMut {
    let encoded = request.encode_to_vec();
    let mut frame = BytesMut::with_capacity(encoded.len() + 5);
    frame.put_u8(0);
    frame.put_u32(u32::try_from(encoded.len()).unwrap_or(u32::MAX));
    frame.put_slice(&encoded);
    frame
}
