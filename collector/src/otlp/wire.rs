//! Protobuf's wire format, read in place: keys, lengths and numbers as the format defines them, nothing of what they mean.
//!
//! Source: <https://protobuf.dev/programming-guides/encoding/>.

use std::fmt;

/// How the bytes of a field are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WireType {
    Varint,
    Fixed64,
    Bytes,
    GroupStart,
    GroupEnd,
    Fixed32,
}

/// What is wrong with the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WireFault {
    /// A number goes on for more than ten bytes or 64 bits, or the bytes end inside it.
    Number,
    /// The bytes end before the value does.
    Short,
    /// A field has the number 0 or one above 2^29 - 1.
    FieldNumber,
    /// A field is laid out in a way that the format does not have.
    Layout,
    /// A group ends that did not begin, or did under another number.
    Group,
    /// A field is laid out in another way than its message says.
    OtherLayout,
    /// Text that is not UTF-8.
    Text,
    /// Messages nest deeper than [`MAX_DEPTH`](super::schema::MAX_DEPTH).
    Depth,
}

impl fmt::Display for WireFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "a number does not end within its 64 bits",
            Self::Short => "the bytes end before the field does",
            Self::FieldNumber => "a field has a number outside 1 to 536870911",
            Self::Layout => "a field has a wire type that protobuf does not have",
            Self::Group => "a group ends that did not begin",
            Self::OtherLayout => "the field has another wire type than its message gives it",
            Self::Text => "the text is not UTF-8",
            Self::Depth => "messages nest deeper than 100",
        })
    }
}

/// Bytes that are still to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// What is left.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.0
    }

    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number and layout of the next field.
    #[inline]
    pub(super) fn key(&mut self) -> Result<(u32, WireType), WireFault> {
        let key = u32::try_from(self.varint()?).map_err(|_| WireFault::FieldNumber)?;
        let wire_type = match key & 7 {
            0 => WireType::Varint,
            1 => WireType::Fixed64,
            2 => WireType::Bytes,
            3 => WireType::GroupStart,
            4 => WireType::GroupEnd,
            5 => WireType::Fixed32,
            _ => return Err(WireFault::Layout),
        };
        match key >> 3 {
            0 => Err(WireFault::FieldNumber),
            number => Ok((number, wire_type)),
        }
    }

    #[inline]
    pub(super) fn varint(&mut self) -> Result<u64, WireFault> {
        // Keys and most lengths have one byte, the lengths of points two.
        match self.0 {
            [byte @ ..0x80, rest @ ..] => {
                self.0 = rest;
                Ok(u64::from(*byte))
            }
            [low, high @ ..0x80, rest @ ..] => {
                self.0 = rest;
                Ok(u64::from(*low & 0x7f) | u64::from(*high) << 7)
            }
            _ => self.long_varint(),
        }
    }

    #[cold]
    fn long_varint(&mut self) -> Result<u64, WireFault> {
        let mut value = 0;
        for (index, byte) in self.0.iter().enumerate().take(10) {
            // The tenth byte has room for one bit only.
            if index == 9 && *byte > 1 {
                return Err(WireFault::Number);
            }
            value |= u64::from(byte & 0x7f) << (7 * index);
            if *byte < 0x80 {
                self.0 = &self.0[index + 1..];
                return Ok(value);
            }
        }
        Err(WireFault::Number)
    }

    /// The bytes behind a length.
    #[inline]
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], WireFault> {
        let length = self.varint()?;
        self.take(usize::try_from(length).map_err(|_| WireFault::Short)?)
    }

    #[inline]
    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], WireFault> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(WireFault::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    /// Passes over a field that nobody knows; groups nest at most `depth` deep.
    pub(super) fn skip(
        &mut self,
        number: u32,
        wire_type: WireType,
        depth: u32,
    ) -> Result<(), WireFault> {
        if depth == 0 {
            return Err(WireFault::Depth);
        }
        match wire_type {
            WireType::Varint => self.varint().map(drop),
            WireType::Fixed64 => self.take(8).map(drop),
            WireType::Fixed32 => self.take(4).map(drop),
            WireType::Bytes => self.bytes().map(drop),
            WireType::GroupEnd => Err(WireFault::Group),
            WireType::GroupStart => loop {
                let (inner, wire_type) = self.key()?;
                if wire_type == WireType::GroupEnd {
                    break if inner == number { Ok(()) } else { Err(WireFault::Group) };
                }
                self.skip(inner, wire_type, depth - 1)?;
            },
        }
    }
}
