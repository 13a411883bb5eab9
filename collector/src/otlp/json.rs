//! OTLP in JSON, written as the protobuf message that it spells while it is read: the pipelines see protobuf alone.
//!
//! The rules are those of protobuf's JSON mapping, with OTLP's exceptions: identifiers of traces and spans are
//! hexadecimal, enums are integers, keys are in lowerCamelCase and nothing else, and fields that nobody knows are passed
//! over. A field that is there twice is an error, and so are two of those of which a message has one. Nothing of the
//! request is built on the way, and JSON may nest 128 deep.
//!
//! Sources: <https://protobuf.dev/programming-guides/json/>, <https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>.

use std::fmt;

use bytes::Bytes;
use serde::de::{
    DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};

use super::{
    check::request,
    json_scalar::{self, Scalar},
    protobuf_writer::ProtobufWriter,
    schema::{Field, Kind, Number, Schema},
};
use crate::{
    http::Charge,
    pipeline::{Refusal, RefusalReason, Signal},
};

/// Writes the export request that `json` spells in protobuf, at most `limit` bytes of it, charged as they appear.
///
/// # Errors
/// [`RefusalReason::Malformed`] with line, column and field if it is no such request, [`RefusalReason::TooLarge`] if it
/// is larger than `limit` in protobuf, [`RefusalReason::Memory`] if the budget of `charge` is spent.
pub fn from_json(
    signal: Signal,
    json: &[u8],
    limit: usize,
    charge: &mut Charge,
) -> Result<Bytes, Refusal> {
    let schema = request(signal);
    let mut output = Output { writer: ProtobufWriter::new(limit, charge), refusal: None };
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let read = Root { schema, output: &mut output }
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end());
    match (read, output.refusal) {
        (_, Some(refusal)) => Err(refusal),
        (Ok(()), None) => Ok(output.writer.finish()),
        (Err(cause), None) => Err(Refusal {
            reason: RefusalReason::Malformed,
            message: format!(
                "body of {} bytes is not an {} in JSON: {cause}; send the JSON that OTLP defines",
                json.len(),
                schema.name
            ),
            retry_after: None,
        }),
    }
}

/// Where the message goes, and why it could not go on.
struct Output<'a> {
    writer: ProtobufWriter<'a>,
    refusal: Option<Refusal>,
}

impl<'a> Output<'a> {
    /// Ends the reading if the writer refused; its reason is kept, as an error of a deserializer has none.
    fn write<T, E: Error>(
        &mut self,
        write: impl FnOnce(&mut ProtobufWriter<'a>) -> Result<T, Refusal>,
    ) -> Result<T, E> {
        write(&mut self.writer).map_err(|refusal| {
            self.refusal = Some(refusal);
            E::custom("refused")
        })
    }
}

/// The request itself.
struct Root<'w, 'a> {
    schema: &'static Schema,
    output: &'w mut Output<'a>,
}

impl<'de> DeserializeSeed<'de> for Root<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Root<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    /// Without its text, which an error would repeat.
    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Err(E::invalid_type(Unexpected::Other("string"), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        fields(self.schema, self.output, map)
    }
}

/// Writes the fields of an object.
fn fields<'de, A: MapAccess<'de>>(
    schema: &'static Schema,
    output: &mut Output<'_>,
    mut map: A,
) -> Result<(), A::Error> {
    let mut seen = 0_u32;
    let mut one_of: Option<Place> = None;
    while let Some(key) = map.next_key_seed(Key(schema))? {
        let Some((number, field)) = key else {
            map.next_value::<IgnoredAny>()?;
            continue;
        };
        let place = Place { message: schema.name, field };
        if seen & (1 << number) != 0 {
            return Err(A::Error::custom(format_args!("{place} is there twice")));
        }
        seen |= 1 << number;
        let is_set = map.next_value_seed(Value { number, place, is_element: false, output })?;
        let other = if is_set && schema.is_one_of(number) { one_of.replace(place) } else { None };
        if let Some(other) = other {
            return Err(A::Error::custom(format_args!("{place} is there beside {other}")));
        }
    }
    Ok(())
}

/// A key of an object: a field that its message has, or none.
struct Key(&'static Schema);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<(u32, Field)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<(u32, Field)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.keyed(key))
    }
}

/// A field's place, as errors name it.
#[derive(Clone, Copy)]
struct Place {
    message: &'static str,
    field: Field,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.message, self.field.key())
    }
}

/// The value of a field, or one of the several that it has.
struct Value<'w, 'a> {
    number: u32,
    place: Place,
    is_element: bool,
    output: &'w mut Output<'a>,
}

impl Value<'_, '_> {
    fn wrong<E: Error>(&self) -> E {
        E::custom(format_args!("{} is not {}", self.place, Expected(self.place.field.kind)))
    }

    fn scalar<E: Error>(self, scalar: Scalar<'_>) -> Result<bool, E> {
        use Kind::{Bytes, Fixed32, Fixed64, Fixed64s, Id, Text, Texts, Varint, Varints};

        let number = self.number;
        let written = match (self.place.field.kind, self.is_element, scalar) {
            (Text, false, Scalar::Text(text)) | (Texts, true, Scalar::Text(text)) => {
                self.output.write(|writer| writer.text(number, text)).map(Some)
            }
            (Bytes, false, Scalar::Text(text)) => self.output.write(|writer| {
                writer.bytes(number, json_scalar::base64_room(text), |bytes| {
                    json_scalar::base64(text, bytes)
                })
            }),
            (Id, false, Scalar::Text(text)) => self.output.write(|writer| {
                writer.bytes(number, text.len() / 2, |bytes| json_scalar::hex(text, bytes))
            }),
            (kind @ (Varint(meaning) | Fixed32(meaning) | Fixed64(meaning)), false, scalar)
            | (kind @ (Varints(meaning) | Fixed64s(meaning)), true, scalar) => {
                let Some(bits) = scalar.bits(meaning) else {
                    return Err(self.wrong());
                };
                self.output.write(|writer| writer.number(number, kind, bits)).map(Some)
            }
            _ => return Err(self.wrong()),
        };
        match written? {
            Some(()) => Ok(true),
            None => Err(self.wrong()),
        }
    }
}

/// Whether the field is set.
impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Expected(self.place.field.kind))
    }

    /// `null` is a field that is not set; a list has no such elements.
    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        if self.is_element { Err(self.wrong()) } else { Ok(false) }
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<bool, E> {
        self.scalar(Scalar::Bool(flag))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<bool, E> {
        self.scalar(Scalar::Integer(number.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<bool, E> {
        self.scalar(Scalar::Integer(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<bool, E> {
        self.scalar(Scalar::Double(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        self.scalar(Scalar::Text(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        let schema = match (self.place.field.kind, self.is_element) {
            (Kind::Message(schema) | Kind::Alternative(schema), false)
            | (Kind::Messages(schema) | Kind::Attributes(schema) | Kind::Item(schema), true) => {
                schema
            }
            _ => return Err(self.wrong()),
        };
        let open = self.output.write(|writer| writer.open(self.number))?;
        fields(schema, self.output, map)?;
        self.output.write(|writer| writer.close(open))?;
        Ok(true)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<bool, A::Error> {
        let Self { number, place, is_element: false, output } = self else {
            return Err(self.wrong());
        };
        let open = match place.field.kind {
            Kind::Varints(_) | Kind::Fixed64s(_) => {
                Some(output.write(|writer| writer.open(number))?)
            }
            Kind::Messages(_) | Kind::Attributes(_) | Kind::Item(_) | Kind::Texts => None,
            _ => return Err(Value { number, place, is_element: false, output }.wrong()),
        };
        loop {
            let element = Value { number, place, is_element: true, output: &mut *output };
            if elements.next_element_seed(element)?.is_none() {
                break;
            }
        }
        if let Some(open) = open {
            output.write(|writer| writer.close(open))?;
        }
        Ok(true)
    }
}

/// What JSON has for a field of this kind.
struct Expected(Kind);

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Message(_) | Kind::Alternative(_) => "an object",
            Kind::Messages(_) | Kind::Attributes(_) | Kind::Item(_) => "an array of objects",
            Kind::Text => "a string",
            Kind::Texts => "an array of strings",
            Kind::Bytes => "a string in base64",
            Kind::Id => "a string of hexadecimal digits, two for each byte",
            Kind::Varints(_) => "an array of integers from 0 to 18446744073709551615",
            Kind::Fixed64s(Number::Double) => {
                "an array of numbers, or of NaN, Infinity and -Infinity as strings"
            }
            Kind::Fixed64s(_) => "an array of integers of 64 bits, as numbers or as strings",
            Kind::Varint(number) | Kind::Fixed32(number) | Kind::Fixed64(number) => match number {
                Number::Bool => "true or false",
                Number::Enum => "an integer: OTLP has no names for enums in JSON",
                Number::Int32 | Number::Sint32 => "an integer of 32 bits",
                Number::Uint32 => "an integer from 0 to 4294967295",
                Number::Int64 => "an integer of 64 bits, as a number or a string",
                Number::Uint64 => {
                    "an integer from 0 to 18446744073709551615, as a number or a string"
                }
                Number::Double => "a number, or NaN, Infinity or -Infinity as a string",
            },
        })
    }
}

#[cfg(test)]
mod tests;
