//! Protobuf's wire format, written as it comes: the length of a message is put in when its end is known.

use bytes::Bytes;

use super::schema::Kind;
use crate::{
    http::{Charge, ChargedBytes},
    pipeline::Refusal,
};

/// Wire types, as the last three bits of a key have them.
const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const DELIMITED: u32 = 2;
const FIXED32: u32 = 5;

/// Most bytes of a varint.
pub(crate) const VARINT_BYTES_MAX: usize = 10;

/// A message that is being written. Every byte is charged before it is.
pub(super) struct ProtobufWriter<'a>(ChargedBytes<'a>);

/// A field that was begun: where the byte stands that its length will take.
#[must_use = "close it, or its length is missing"]
pub(super) struct Open(usize);

impl<'a> ProtobufWriter<'a> {
    pub(super) const fn new(limit: usize, charge: &'a mut Charge) -> Self {
        Self(ChargedBytes::new(limit, charge))
    }

    pub(super) fn finish(self) -> Bytes {
        self.0.finish()
    }

    /// A number laid out as this kind of field has it; elements of packed fields have no key.
    pub(super) fn number(&mut self, number: u32, kind: Kind, bits: u64) -> Result<(), Refusal> {
        match kind {
            Kind::Varint(_) => self.key(number, VARINT)?,
            Kind::Fixed64(_) => self.key(number, FIXED64)?,
            Kind::Fixed32(_) => self.key(number, FIXED32)?,
            _ => {}
        }
        let bytes = bits.to_le_bytes();
        match kind {
            Kind::Fixed64(_) | Kind::Fixed64s(_) => self.0.put(&bytes),
            Kind::Fixed32(_) => self.0.put(&bytes[..4]),
            _ => self.varint(bits),
        }
    }

    pub(super) fn text(&mut self, number: u32, text: &str) -> Result<(), Refusal> {
        self.key(number, DELIMITED)?;
        self.varint(text.len() as u64)?;
        self.0.put(text.as_bytes())
    }

    /// A field of at most `most` bytes that `write` puts in; `None` if it could not.
    pub(super) fn bytes(
        &mut self,
        number: u32,
        most: usize,
        write: impl FnOnce(&mut [u8]) -> Option<usize>,
    ) -> Result<Option<()>, Refusal> {
        let open = self.open(number)?;
        let written = self.0.put_with(most, write)?;
        self.close(open)?;
        Ok(written.map(drop))
    }

    /// Begins a field whose length is not known yet.
    pub(super) fn open(&mut self, number: u32) -> Result<Open, Refusal> {
        self.key(number, DELIMITED)?;
        self.0.put(&[0])?;
        Ok(Open(self.0.len() - 1))
    }

    /// Ends a field. Beyond 127 bytes it moves, to make room for its length: once for each message around a byte.
    pub(super) fn close(&mut self, Open(at): Open) -> Result<(), Refusal> {
        let length = self.0.len() - at - 1;
        let (bytes, width) = varint(length as u64);
        self.0.widen(at, &bytes[..width])
    }

    fn key(&mut self, number: u32, wire_type: u32) -> Result<(), Refusal> {
        self.varint((number << 3 | wire_type).into())
    }

    fn varint(&mut self, value: u64) -> Result<(), Refusal> {
        let (bytes, width) = varint(value);
        self.0.put(&bytes[..width])
    }
}

/// The bytes of a varint, and how many they are.
pub(crate) const fn varint(mut value: u64) -> ([u8; VARINT_BYTES_MAX], usize) {
    let mut bytes = [0; VARINT_BYTES_MAX];
    let mut width = 0;
    while value >= 0x80 {
        bytes[width] = value.to_le_bytes()[0] | 0x80;
        value >>= 7;
        width += 1;
    }
    bytes[width] = value.to_le_bytes()[0];
    (bytes, width + 1)
}
