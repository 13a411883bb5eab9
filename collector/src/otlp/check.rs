//! Checks a whole request before anything of it is kept, and counts what is in it. Nothing is built on the way.

use std::fmt;

use super::{
    schema::{self, Field, Kind, MAX_DEPTH, Schema},
    wire::{Reader, WireFault, WireType},
};
use crate::pipeline::{Counts, Signal};

/// The bytes are not the message that the sender announced; nothing of them may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    signal: Signal,
    bytes: usize,
    place: Place,
    fault: WireFault,
}

/// The innermost message, and field if it is known, in which reading failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    message: &'static str,
    field: Option<&'static str>,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { signal, bytes, place, fault } = self;
        let path = match signal {
            Signal::Metrics => "/v1/metrics",
            Signal::Traces => "/v1/traces",
            Signal::Logs => "/v1/logs",
        };
        write!(
            f,
            "body of {bytes} bytes is not an {}: {fault}, in {}",
            request(*signal).name,
            place.message
        )?;
        if let Some(field) = place.field {
            write!(f, ".{field}")?;
        }
        write!(f, "; send the protobuf that {path} takes")
    }
}

impl std::error::Error for Malformed {}

pub(super) const fn request(signal: Signal) -> &'static Schema {
    match signal {
        Signal::Metrics => &schema::METRICS,
        Signal::Traces => &schema::TRACES,
        Signal::Logs => &schema::LOGS,
    }
}

/// Reads the whole request and counts its points, spans or log records. Every length, number, text and depth is
/// checked; unknown fields are passed over, and of a metric with several kinds of data the last one counts, as
/// protobuf has it.
///
/// An empty body is an empty request. Messages may nest 100 deep.
///
/// # Errors
/// [`Malformed`] names the message and field in which reading failed, as far as they are known.
pub fn check(signal: Signal, bytes: &[u8]) -> Result<Counts, Malformed> {
    check_message(request(signal), bytes, MAX_DEPTH)
        .map(|items| Counts { items })
        .map_err(|(place, fault)| Malformed { signal, bytes: bytes.len(), place, fault })
}

/// The items in a message, itself left out.
fn check_message(schema: &Schema, bytes: &[u8], depth: u32) -> Result<u64, (Place, WireFault)> {
    let mut reader = Reader::new(bytes);
    let mut items = 0;
    let mut alternative = (0, 0);
    while !reader.is_empty() {
        let message = schema.name;
        let at = |field| move |fault| (Place { message, field }, fault);
        let (number, wire_type) = reader.key().map_err(at(None))?;
        let Some(field) = schema.field(number) else {
            reader.skip(number, wire_type, depth).map_err(at(None))?;
            continue;
        };
        let failed = at(Some(field.name));
        match field.kind {
            Kind::Message(inner)
            | Kind::Messages(inner)
            | Kind::Item(inner)
            | Kind::Alternative(inner) => {
                let inside = delimited(&mut reader, wire_type).map_err(failed)?;
                let depth = depth.checked_sub(1).ok_or_else(|| failed(WireFault::Depth))?;
                if depth > 0 && inner.is_pair() && is_plain_pair(inside) {
                    pass_plain_pairs(&mut reader, number);
                    continue;
                }
                let inner_items = check_message(inner, inside, depth)?;
                match field.kind {
                    Kind::Item(_) => items += 1,
                    Kind::Alternative(_) if alternative.0 == number => alternative.1 += inner_items,
                    Kind::Alternative(_) => alternative = (number, inner_items),
                    _ => items += inner_items,
                }
            }
            _ => check_value(field, &mut reader, wire_type).map_err(failed)?,
        }
    }
    Ok(items + alternative.1)
}

/// Passes over the attributes that follow one under the same number, as long as they are plain.
#[inline]
fn pass_plain_pairs(reader: &mut Reader<'_>, number: u32) {
    // Numbers above 15 have keys of two bytes; no message has attributes there.
    let key = u8::try_from(number << 3 | 2).unwrap_or(0);
    while let Some((pair, rest)) = short(reader.rest(), key)
        && is_plain_pair(pair)
    {
        *reader = Reader::new(rest);
    }
}

/// Whether an attribute is spelled as nearly all are: a short key and a short text, both ASCII, and nothing else.
///
/// Then it is in order, and has not been read field by field. Most of a request is attributes.
#[inline]
fn is_plain_pair(pair: &[u8]) -> bool {
    let Some((_, value)) = short(pair, 0x0a) else {
        return false;
    };
    let Some((value, [])) = short(value, 0x12) else {
        return false;
    };
    // Lengths below 128 are ASCII too, so that one look at all bytes is enough.
    matches!(short(value, 0x0a), Some((_, []))) && is_ascii(pair)
}

/// Whether every byte is below 128. The standard library looks at what is left behind its wide steps byte by byte, and
/// attributes are hardly longer than one such step.
#[inline]
fn is_ascii(bytes: &[u8]) -> bool {
    const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
    let Some(last) = bytes.last_chunk() else {
        return bytes.iter().fold(0, |all, byte| all | byte) < 0x80;
    };
    let (words, _) = bytes.as_chunks();
    let all = words.iter().fold(0, |all, word| all | u64::from_le_bytes(*word));
    (all | u64::from_le_bytes(*last)) & HIGH_BITS == 0
}

/// What follows a one-byte key and a length of one byte, and the rest.
#[inline]
fn short(bytes: &[u8], key: u8) -> Option<(&[u8], &[u8])> {
    match bytes {
        [first, length, rest @ ..] if *first == key && *length < 0x80 => {
            rest.split_at_checked(usize::from(*length))
        }
        _ => None,
    }
}

#[inline]
fn check_value(
    field: &Field,
    reader: &mut Reader<'_>,
    wire_type: WireType,
) -> Result<(), WireFault> {
    match (field.kind, wire_type) {
        (Kind::Text | Kind::Texts, WireType::Bytes) => {
            let text = reader.bytes()?;
            if is_ascii(text) || std::str::from_utf8(text).is_ok() {
                Ok(())
            } else {
                Err(WireFault::Text)
            }
        }
        (Kind::Bytes | Kind::Id, WireType::Bytes) => reader.bytes().map(drop),
        (Kind::Varint(_) | Kind::Varints(_), WireType::Varint) => reader.varint().map(drop),
        (Kind::Fixed32(_), WireType::Fixed32) => reader.take(4).map(drop),
        (Kind::Fixed64(_) | Kind::Fixed64s(_), WireType::Fixed64) => reader.take(8).map(drop),
        (Kind::Fixed64s(_), WireType::Bytes) => {
            if reader.bytes()?.len() % 8 == 0 {
                Ok(())
            } else {
                Err(WireFault::Short)
            }
        }
        (Kind::Varints(_), WireType::Bytes) => {
            let mut packed = Reader::new(reader.bytes()?);
            while !packed.is_empty() {
                packed.varint()?;
            }
            Ok(())
        }
        _ => Err(WireFault::OtherLayout),
    }
}

fn delimited<'a>(reader: &mut Reader<'a>, wire_type: WireType) -> Result<&'a [u8], WireFault> {
    if wire_type == WireType::Bytes { reader.bytes() } else { Err(WireFault::OtherLayout) }
}

#[cfg(test)]
mod tests;
