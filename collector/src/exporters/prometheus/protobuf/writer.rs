//! Protobuf's wire format, appended to a buffer that is used again.

use crate::otlp::varint;

/// Wire types, as the last three bits of a key have them.
const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const DELIMITED: u32 = 2;

/// Appends fields to a buffer.
#[derive(Debug)]
pub(super) struct Writer<'a>(&'a mut Vec<u8>);

/// A message that was begun: where its length will stand, and how many bytes were left for it.
#[derive(Debug)]
#[must_use = "close it, or its length is missing"]
pub(super) struct Open {
    at: usize,
    width: usize,
}

impl<'a> Writer<'a> {
    pub(super) const fn new(out: &'a mut Vec<u8>) -> Self {
        Self(out)
    }

    /// Bytes in the buffer.
    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn uint(&mut self, number: u32, value: u64) {
        self.key(number, VARINT);
        self.varint(value);
    }

    /// A `sint32` or `sint64`.
    pub(super) fn sint(&mut self, number: u32, value: i64) {
        self.uint(number, zigzag(value));
    }

    pub(super) fn double(&mut self, number: u32, value: f64) {
        self.key(number, FIXED64);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn text(&mut self, number: u32, text: &str) {
        self.key(number, DELIMITED);
        self.varint(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    /// An element of packed `sint64`.
    pub(super) fn packed_sint(&mut self, value: i64) {
        self.varint(zigzag(value));
    }

    /// Begins a field whose length will probably take so many bytes: another width costs a move of what is in it.
    pub(super) fn open(&mut self, number: u32, width: usize) -> Open {
        self.key(number, DELIMITED);
        self.open_message(width)
    }

    /// Begins a message that is no field, but stands behind its length.
    pub(super) fn open_message(&mut self, width: usize) -> Open {
        let at = self.0.len();
        self.0.resize(at + width, 0);
        Open { at, width }
    }

    /// Ends what was begun last of what is still open.
    pub(super) fn close(&mut self, Open { at, width: left }: Open) {
        let (body, end) = (at + left, self.0.len());
        let (length, width) = varint((end - body) as u64);
        if width > left {
            self.0.resize(end + width - left, 0);
            self.0.copy_within(body..end, at + width);
        } else if width < left {
            self.0.copy_within(body..end, at + width);
            self.0.truncate(end + width - left);
        }
        self.0[at..at + width].copy_from_slice(&length[..width]);
    }

    fn key(&mut self, number: u32, wire_type: u32) {
        self.varint((number << 3 | wire_type).into());
    }

    fn varint(&mut self, value: u64) {
        if let Ok(byte @ ..0x80) = u8::try_from(value) {
            return self.0.push(byte);
        }
        let (bytes, width) = varint(value);
        self.0.extend_from_slice(&bytes[..width]);
    }
}

/// Small numbers of either sign as small ones.
const fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_has_as_many_bytes_as_it_needs_whatever_was_left_for_it() {
        for length in [0, 1, 127, 128, 16_383, 16_384] {
            for width in 1..4 {
                let mut out = b"before".to_vec();
                let mut writer = Writer::new(&mut out);
                let outer = writer.open(1, width);
                let inner = writer.open(2, width);
                writer.0.resize(writer.0.len() + length, b'x');
                writer.close(inner);
                writer.close(outer);
                let mut expected = b"before".to_vec();
                let mut inner = Vec::new();
                prost::encoding::bytes::encode(2, &vec![b'x'; length], &mut inner);
                if length == 0 {
                    // The other writer leaves an empty field out only where it is not optional.
                    inner = vec![0x12, 0];
                }
                prost::encoding::bytes::encode(1, &inner, &mut expected);
                assert!(out == expected, "{length} bytes behind {width}");
            }
        }
    }

    #[test]
    fn numbers_are_written_as_protobuf_has_them() {
        for value in [0, 1, -1, 63, -64, 64, i64::MAX, i64::MIN] {
            let (mut out, mut expected) = (Vec::new(), Vec::new());
            Writer::new(&mut out).sint(3, value);
            prost::encoding::sint64::encode(3, &value, &mut expected);
            assert_eq!(out, expected, "{value}");
        }
    }
}
