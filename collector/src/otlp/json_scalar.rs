//! Numbers, identifiers and bytes as OTLP has them in JSON.

use base64::{
    Engine,
    alphabet::{Alphabet, STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::schema::Number;

/// Both alphabets of base64 are taken, with or without padding, as protobuf's mapping has it.
const BASE64: GeneralPurpose = base64_of(&STANDARD);
const BASE64_URL: GeneralPurpose = base64_of(&URL_SAFE);

const fn base64_of(alphabet: &Alphabet) -> GeneralPurpose {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}

/// A value of JSON that is neither an array nor an object.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scalar<'a> {
    Bool(bool),
    Integer(i128),
    Double(f64),
    Text(&'a str),
}

impl Scalar<'_> {
    /// The bits of a number that means this; `None` if it is no such number, or out of its range.
    pub(super) fn bits(self, meaning: Number) -> Option<u64> {
        match meaning {
            Number::Bool => match self {
                Self::Bool(flag) => Some(flag.into()),
                _ => None,
            },
            Number::Double => self.double().map(f64::to_bits),
            // A name would need a table that OTLP does not let anybody use.
            Number::Enum if matches!(self, Self::Text(_)) => None,
            _ => integer_bits(meaning, self.integer()?),
        }
    }

    fn integer(self) -> Option<i128> {
        match self {
            Self::Integer(number) => Some(number),
            Self::Double(number) => whole(number),
            Self::Text(text) if is_number(text) => {
                text.parse().ok().or_else(|| whole(text.parse().ok()?))
            }
            Self::Bool(_) | Self::Text(_) => None,
        }
    }

    fn double(self) -> Option<f64> {
        match self {
            #[expect(
                clippy::cast_precision_loss,
                reason = "an integer in JSON is the double next to it"
            )]
            Self::Integer(number) => Some(number as f64),
            Self::Double(number) => Some(number),
            Self::Text("NaN") => Some(f64::NAN),
            Self::Text("Infinity") => Some(f64::INFINITY),
            Self::Text("-Infinity") => Some(f64::NEG_INFINITY),
            Self::Text(text) if is_number(text) => {
                text.parse().ok().filter(|number: &f64| number.is_finite())
            }
            Self::Bool(_) | Self::Text(_) => None,
        }
    }
}

/// The integer of this meaning, as 64 bits.
fn integer_bits(meaning: Number, value: i128) -> Option<u64> {
    match meaning {
        // Negative ones are extended to 64 bits on the wire.
        Number::Enum | Number::Int32 => {
            i32::try_from(value).ok().map(|value| i64::from(value).cast_unsigned())
        }
        Number::Sint32 => {
            let value = i32::try_from(value).ok()?;
            Some(u64::from(((value << 1) ^ (value >> 31)).cast_unsigned()))
        }
        Number::Uint32 => u32::try_from(value).ok().map(u64::from),
        Number::Int64 => i64::try_from(value).ok().map(i64::cast_unsigned),
        Number::Uint64 => u64::try_from(value).ok(),
        Number::Bool | Number::Double => None,
    }
}

/// Whether the text is made of what numbers in JSON are made of: Rust reads more than these.
fn is_number(text: &str) -> bool {
    text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
}

/// A number without a fraction, such as `1.0` or `1e3`.
fn whole(number: f64) -> Option<i128> {
    // All integers of 64 bits are below it; beyond, the range would be missed anyway.
    const BOUND: f64 = 1e20;
    let is_whole = number.fract() == 0.0 && number.abs() < BOUND;
    #[expect(clippy::cast_possible_truncation, reason = "it has no fraction and is in range")]
    is_whole.then_some(number as i128)
}

/// Reads hexadecimal digits of either case into `bytes`, which holds half as many.
pub(super) fn hex(text: &str, bytes: &mut [u8]) -> Option<usize> {
    let pairs = text.as_bytes().chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes.len())
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Bytes that [`base64`] may need for this text.
pub(super) fn base64_room(text: &str) -> usize {
    base64::decoded_len_estimate(text.len())
}

/// Reads base64 into `bytes`; says how many there were.
pub(super) fn base64(text: &str, bytes: &mut [u8]) -> Option<usize> {
    let engine = if text.contains(['-', '_']) { BASE64_URL } else { BASE64 };
    engine.decode_slice(text, bytes).ok()
}
