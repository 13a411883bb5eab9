//! Reads a checked message in place, field by field: no copy, no allocation, nothing decoded that nobody asks for.
//!
//! The bytes have passed [`check`](super::check()), so nothing can be wrong with them. Should they not have, reading
//! ends where the format does.

use super::{
    schema::MAX_DEPTH,
    wire::{Reader, WireType},
};

/// One field of a message.
#[derive(Debug, Clone, Copy)]
pub struct FieldView<'a> {
    /// Its number in the message's definition.
    pub number: u32,
    /// What it holds.
    pub value: FieldValue<'a>,
    /// All of it, key and length included.
    pub raw: &'a [u8],
}

/// What a field holds, by its layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldValue<'a> {
    /// A varint, or the bits of a number of 4 or 8 bytes.
    Number(u64),
    /// Text, bytes, a message, or packed numbers.
    Bytes(&'a [u8]),
}

impl<'a> FieldView<'a> {
    /// The number; 0 if it is none.
    #[inline]
    #[must_use]
    pub const fn number(self) -> u64 {
        match self.value {
            FieldValue::Number(number) => number,
            FieldValue::Bytes(_) => 0,
        }
    }

    /// The bytes; empty if it is a number.
    #[inline]
    #[must_use]
    pub const fn bytes(self) -> &'a [u8] {
        match self.value {
            FieldValue::Bytes(bytes) => bytes,
            FieldValue::Number(_) => &[],
        }
    }
}

/// The fields of a message in the order in which they were written; unknown groups are passed over.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a>(Reader<'a>);

/// Opens a message.
#[inline]
#[must_use]
pub const fn fields(message: &[u8]) -> Fields<'_> {
    Fields(Reader::new(message))
}

impl<'a> Fields<'a> {
    /// What has not been read yet.
    #[inline]
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.0.rest()
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = FieldView<'a>;

    #[expect(
        clippy::inline_always,
        reason = "the loop over a point's fields is half of the cost of ingest"
    )]
    #[inline(always)]
    fn next(&mut self) -> Option<FieldView<'a>> {
        while !self.0.is_empty() {
            let start = self.0.rest();
            let (number, wire_type) = self.0.key().ok()?;
            let value = match wire_type {
                WireType::Varint => FieldValue::Number(self.0.varint().ok()?),
                WireType::Fixed64 => FieldValue::Number(word(self.0.take(8).ok()?)),
                WireType::Bytes => FieldValue::Bytes(self.0.bytes().ok()?),
                WireType::Fixed32 => {
                    let bytes = self.0.take(4).ok()?.try_into().ok()?;
                    FieldValue::Number(u64::from(u32::from_le_bytes(bytes)))
                }
                WireType::GroupStart | WireType::GroupEnd => {
                    self.0.skip(number, wire_type, MAX_DEPTH).ok()?;
                    continue;
                }
            };
            let raw = &start[..start.len() - self.0.rest().len()];
            return Some(FieldView { number, value, raw });
        }
        None
    }
}

/// Eight bytes as protobuf and packed fields have them.
#[inline]
fn word(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// Numbers of eight bytes each, one behind the other, as packed fields have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Words<'a>(&'a [u8]);

impl<'a> Words<'a> {
    /// Reads bytes as words; what is left over at the end is no word.
    #[inline]
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// How many there are.
    #[inline]
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.len() / 8
    }

    /// Whether there is none.
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// One after the other.
    #[inline]
    pub fn iter(self) -> impl ExactSizeIterator<Item = u64> + Clone + use<'a> {
        self.0.chunks_exact(8).map(word)
    }

    /// The same as doubles.
    #[inline]
    pub fn doubles(self) -> impl ExactSizeIterator<Item = f64> + Clone + use<'a> {
        self.iter().map(f64::from_bits)
    }
}

/// The numbers of a packed field.
pub(super) fn varints(packed: &[u8]) -> impl Iterator<Item = u64> + use<'_> {
    let mut reader = Reader::new(packed);
    std::iter::from_fn(move || if reader.is_empty() { None } else { reader.varint().ok() })
}

/// The `sint32` that a varint stands for; what is above its 32 bits means nothing.
#[must_use]
pub(super) fn zigzag(number: u64) -> i32 {
    let bits = u32::try_from(number & u64::from(u32::MAX)).unwrap_or(0);
    (bits >> 1).cast_signed() ^ -((bits & 1).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_as_they_were_written_and_groups_are_passed_over() {
        let message = [
            0x08, 0x96, 0x01, // 1: varint 150
            0x13, 0x08, 0x01, 0x14, // 2: a group
            0x1a, 0x02, b'h', b'i', // 3: bytes
            0x25, 1, 0, 0, 0, // 4: fixed32
            0x29, 2, 0, 0, 0, 0, 0, 0, 0, // 5: fixed64
        ];
        let seen: Vec<_> = fields(&message).map(|f| (f.number, f.value, f.raw.len())).collect();
        let expected = [
            (1, FieldValue::Number(150), 3),
            (3, FieldValue::Bytes(b"hi"), 4),
            (4, FieldValue::Number(1), 5),
            (5, FieldValue::Number(2), 9),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn reading_ends_where_the_format_does() {
        assert_eq!(fields(&[0x08, 0x01, 0x1a, 0x05, b'h']).count(), 1);
        assert_eq!(fields(&[0x0f]).count(), 0);
    }

    #[test]
    fn words_and_varints_are_read_in_their_order() {
        let bytes: Vec<u8> = [1.5_f64, -2.0].iter().flat_map(|n| n.to_le_bytes()).collect();
        assert!(Words::new(&bytes).doubles().eq([1.5, -2.0]));
        assert!(varints(&[0x01, 0x96, 0x01]).eq([1, 150]));
        assert_eq!([0, 1, 2, 3].map(zigzag), [0, -1, 1, -2]);
    }
}
