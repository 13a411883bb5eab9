//! The four protobuf shapes that OTLP uses, written into a byte vector.
//!
//! Source: <https://protobuf.dev/programming-guides/encoding/>.

/// Length of a varint.
pub(super) const fn varint_len(value: u64) -> usize {
    (63 - (value | 1).leading_zeros() as usize) / 7 + 1
}

/// Length of a length-delimited field with a one-byte tag.
pub(super) const fn bytes_field_len(length: usize) -> usize {
    1 + varint_len(length as u64) + length
}

/// Length of a 64-bit fixed field with a one-byte tag.
pub(super) const FIXED64_FIELD_LEN: usize = 9;

#[expect(clippy::cast_possible_truncation, reason = "seven bits at a time is what a varint is")]
pub(super) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// A `sint32` as the varint that carries it: small numbers of either sign stay short.
pub(super) const fn zigzag(value: i32) -> u64 {
    ((value << 1) ^ (value >> 31)).cast_unsigned() as u64
}

/// A varint field; fields up to 15 have a one-byte tag.
pub(super) fn put_varint_field(out: &mut Vec<u8>, field: u8, value: u64) {
    out.push(field << 3);
    put_varint(out, value);
}

pub(super) fn put_fixed64_field(out: &mut Vec<u8>, field: u8, value: u64) {
    out.push(field << 3 | 1);
    out.extend_from_slice(&value.to_le_bytes());
}

pub(super) fn put_double_field(out: &mut Vec<u8>, field: u8, value: f64) {
    put_fixed64_field(out, field, value.to_bits());
}

/// The head of a length-delimited field whose `length` bytes follow.
pub(super) fn put_head(out: &mut Vec<u8>, field: u8, length: usize) {
    out.push(field << 3 | 2);
    put_varint(out, length as u64);
}

pub(super) fn put_bytes_field(out: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    put_head(out, field, bytes.len());
    out.extend_from_slice(bytes);
}

/// A string field, left out when empty as proto3 does.
pub(super) fn put_string_field(out: &mut Vec<u8>, field: u8, text: &str) {
    if !text.is_empty() {
        put_bytes_field(out, field, text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_varint_is_as_long_as_said() {
        for value in [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX] {
            let mut out = Vec::new();
            put_varint(&mut out, value);
            assert_eq!(out.len(), varint_len(value), "{value}");
        }
    }
}
