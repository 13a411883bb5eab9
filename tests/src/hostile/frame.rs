//! HTTP/2 frames as RFC 9113 lays them out, right or wrong as the caller likes.

/// What a client says first.
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Bytes before a payload.
const HEAD_BYTES: usize = 9;

/// The types of frames.
pub mod kind {
    /// Bytes of a body.
    pub const DATA: u8 = 0;
    /// The start of a header block.
    pub const HEADERS: u8 = 1;
    /// Deprecated, and to be ignored.
    pub const PRIORITY: u8 = 2;
    /// The end of one stream.
    pub const RST_STREAM: u8 = 3;
    /// What a side allows.
    pub const SETTINGS: u8 = 4;
    /// A question for a sign of life.
    pub const PING: u8 = 6;
    /// The end of the connection.
    pub const GOAWAY: u8 = 7;
    /// Leave to send more.
    pub const WINDOW_UPDATE: u8 = 8;
    /// More of a header block.
    pub const CONTINUATION: u8 = 9;
}

/// Flags of frames.
pub mod flag {
    /// This answers a `SETTINGS` or `PING`.
    pub const ACK: u8 = 1;
    /// The last frame of this side of the stream.
    pub const END_STREAM: u8 = 1;
    /// The last frame of the header block.
    pub const END_HEADERS: u8 = 4;
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Its type.
    pub kind: u8,
    /// Its flags.
    pub flags: u8,
    /// Its stream; 0 is the connection.
    pub stream: u32,
    /// What it carries.
    pub payload: Vec<u8>,
}

impl Frame {
    /// A frame.
    #[must_use]
    pub fn new(kind: u8, flags: u8, stream: u32, payload: impl Into<Vec<u8>>) -> Self {
        Self { kind, flags, stream, payload: payload.into() }
    }

    /// Its bytes.
    ///
    /// # Panics
    /// If the payload is longer than a frame's length can say.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let length = u32::try_from(self.payload.len()).expect("a payload of a frame");
        assert!(length < 1 << 24, "{length} bytes in one frame");
        let mut bytes = length.to_be_bytes()[1..].to_vec();
        bytes.extend([self.kind, self.flags]);
        bytes.extend(self.stream.to_be_bytes());
        bytes.extend(&self.payload);
        bytes
    }

    /// Takes the first whole frame off the start of what was read; nothing if there is none yet.
    pub fn take(read: &mut Vec<u8>) -> Option<Self> {
        let &[a, b, c, kind, flags, s, t, u, v] = read.first_chunk::<HEAD_BYTES>()?;
        let end = HEAD_BYTES + usize::try_from(u32::from_be_bytes([0, a, b, c])).ok()?;
        let payload = read.get(HEAD_BYTES..end)?.to_vec();
        read.drain(..end);
        Some(Self { kind, flags, stream: u32::from_be_bytes([s & 0x7f, t, u, v]), payload })
    }

    /// The number at a place of the payload, such as the code of a `GOAWAY` at 4.
    #[must_use]
    pub fn number(&self, at: usize) -> Option<u32> {
        self.payload.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
    }

    /// What a `SETTINGS` frame says, by number.
    #[must_use]
    pub fn settings(&self) -> Vec<(u16, u32)> {
        let setting = |bytes: &[u8; 6]| {
            let &[a, b, c, d, e, f] = bytes;
            (u16::from_be_bytes([a, b]), u32::from_be_bytes([c, d, e, f]))
        };
        self.payload.as_chunks::<6>().0.iter().map(setting).collect()
    }
}

/// The preface and settings that ask for nothing.
#[must_use]
pub fn opening() -> Vec<u8> {
    [PREFACE, &Frame::new(kind::SETTINGS, 0, 0, []).bytes()].concat()
}

/// One header spelled out as HPACK's literal without indexing and without Huffman's code.
#[must_use]
pub fn literal(name: &str, value: &str) -> Vec<u8> {
    let mut bytes = vec![0];
    for text in [name, value] {
        bytes.extend(prefixed_7(text.len()));
        bytes.extend(text.as_bytes());
    }
    bytes
}

/// A header list, each of its fields a [`literal`].
#[must_use]
pub fn header_block(fields: &[(&str, &str)]) -> Vec<u8> {
    fields.iter().flat_map(|(name, value)| literal(name, value)).collect()
}

/// A number behind one bit that is 0, as HPACK writes it.
fn prefixed_7(number: usize) -> Vec<u8> {
    let Some(mut rest) = number.checked_sub(127) else {
        return number.to_le_bytes()[..1].to_vec();
    };
    let mut bytes = vec![127];
    while rest >= 128 {
        bytes.push(rest.to_le_bytes()[0] | 128);
        rest >>= 7;
    }
    bytes.push(rest.to_le_bytes()[0]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spelled_as_the_specification_shows_them() {
        // RFC 7541, C.1, for a prefix of seven bits.
        assert_eq!(prefixed_7(10), [10]);
        assert_eq!(prefixed_7(127), [127, 0]);
        assert_eq!(prefixed_7(1337), [127, 186, 9]);
    }

    #[test]
    fn a_frame_is_read_as_it_was_written_once_it_is_whole() {
        let frame = Frame::new(kind::GOAWAY, 0, 3, [0, 0, 0, 1, 0, 0, 0, 11]);
        let bytes = frame.bytes();
        let mut read = bytes[..bytes.len() - 1].to_vec();
        assert_eq!(Frame::take(&mut read), None);
        read = [&*bytes, b"more"].concat();
        assert_eq!(Frame::take(&mut read), Some(frame.clone()));
        assert_eq!((&*read, frame.number(4)), (&b"more"[..], Some(11)));
    }
}
