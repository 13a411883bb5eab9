//! Checks a whole request before anything of it is kept, and counts what is in it. Nothing is built on the way.

use std::fmt;

use super::{
    schema::{self, Field, Kind, Layout, MAX_DEPTH, Schema},
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
#[inline]
fn check_message(schema: &Schema, bytes: &[u8], depth: u32) -> Result<u64, (Place, WireFault)> {
    match pass_plain(schema, bytes, depth) {
        [] => Ok(0),
        rest => check_rest(schema, rest, depth),
    }
}

/// The items in what is left of a message.
fn check_rest(schema: &Schema, rest: &[u8], depth: u32) -> Result<u64, (Place, WireFault)> {
    let mut reader = Reader::new(rest);
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
            | Kind::Attributes(inner)
            | Kind::Item(inner)
            | Kind::Alternative(inner) => {
                let inside = delimited(&mut reader, wire_type).map_err(failed)?;
                let depth = depth.checked_sub(1).ok_or_else(|| failed(WireFault::Depth))?;
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
        reader = Reader::new(pass_plain(schema, reader.rest(), depth));
    }
    Ok(items + alternative.1)
}

/// Passes over the fields that are in order at first sight, which nearly all are, up to the first that is not. What is
/// left is looked at field by field, and what is wrong with it is found there.
#[inline]
fn pass_plain<'a>(schema: &Schema, mut bytes: &'a [u8], depth: u32) -> &'a [u8] {
    while let [key, rest @ ..] = bytes {
        let after = match schema.layout(*key) {
            Layout::Number => rest.split_first().filter(|(byte, _)| **byte < 0x80).map(|it| it.1),
            Layout::Four => rest.get(4..),
            Layout::Eight => rest.get(8..),
            Layout::Eights => {
                behind_length(rest).filter(|(in_it, _)| in_it.len() % 8 == 0).map(|it| it.1)
            }
            Layout::Bytes => behind_length(rest).map(|it| it.1),
            Layout::Text => behind_length(rest).filter(|(text, _)| is_ascii(text)).map(|it| it.1),
            // An attribute with its value is two deep.
            Layout::Attribute if depth >= 2 => {
                behind_length(rest).filter(|(pair, _)| is_plain_pair(pair)).map(|it| it.1)
            }
            Layout::Attribute | Layout::Other => None,
        };
        match after {
            Some(after) => bytes = after,
            None => break,
        }
    }
    bytes
}

/// The bytes behind a length of one or two bytes, and the rest.
#[inline]
fn behind_length(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    match bytes {
        [length @ ..0x80, rest @ ..] => rest.split_at_checked(usize::from(*length)),
        [low, high @ ..0x80, rest @ ..] => {
            rest.split_at_checked(usize::from(*low & 0x7f) | usize::from(*high) << 7)
        }
        _ => None,
    }
}

/// Whether an attribute is spelled as nearly all are: a short key in ASCII, and nothing else but a short text in ASCII, a
/// number, or a truth value.
///
/// Then it is in order, and has not been read field by field. Most of a request is attributes.
#[inline]
fn is_plain_pair(pair: &[u8]) -> bool {
    let Some((key, value)) = short(pair, 0x0a) else {
        return false;
    };
    let Some((value, [])) = short(value, 0x12) else {
        return false;
    };
    match value {
        // Lengths below 128 are ASCII too, so that one look at all bytes is enough.
        [0x0a, ..] => matches!(short(value, 0x0a), Some((_, []))) && is_ascii(pair),
        [0x10 | 0x18, number @ ..] => is_short_number(number) && is_ascii(key),
        [0x21, double @ ..] => double.len() == 8 && is_ascii(key),
        _ => false,
    }
}

/// Whether these bytes are one number of variable length, below two to the power of 56.
#[inline]
fn is_short_number(bytes: &[u8]) -> bool {
    match bytes {
        [first @ .., last] => {
            *last < 0x80 && first.len() < 8 && first.iter().all(|byte| *byte >= 0x80)
        }
        [] => false,
    }
}

/// Whether every byte is below 128. Most texts and attributes are shorter than 33 bytes: two looks that overlap are
/// enough for them, and no loop.
#[inline]
fn is_ascii(bytes: &[u8]) -> bool {
    const HIGH_BITS: u128 = u128::from_le_bytes([0x80; 16]);
    let word = |bytes: &[u8; 8]| u128::from(u64::from_le_bytes(*bytes));
    let all = if let (Some((first, rest)), Some(last)) =
        (bytes.split_first_chunk(), bytes.last_chunk())
    {
        let ends = u128::from_le_bytes(*first) | u128::from_le_bytes(*last);
        let (middle, _) = rest.as_chunks();
        middle.iter().fold(ends, |all, chunk| all | u128::from_le_bytes(*chunk))
    } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        word(first) | word(last)
    } else {
        u128::from(bytes.iter().fold(0, |all, byte| all | byte))
    };
    all & HIGH_BITS == 0
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
