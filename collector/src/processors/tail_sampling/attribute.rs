//! An attribute of an encoded span or resource, read in place.

use crate::otlp::{FieldValue, FieldView, fields};

/// A value, as far as policies ask for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    Text(&'a [u8]),
    Flag(bool),
    Int(i64),
    Double(f64),
    /// A list, a map, bytes, or nothing.
    Other,
}

/// The key and the value of an encoded `KeyValue`; of fields that are there twice the last counts.
pub(super) fn attribute(pair: &[u8]) -> (&[u8], Value<'_>) {
    let (mut key, mut value) = (&[][..], &[][..]);
    for field in fields(pair) {
        match field.number {
            1 => key = field.bytes(),
            2 => value = field.bytes(),
            _ => {}
        }
    }
    (key, fields(value).last().map_or(Value::Other, scalar))
}

fn scalar(field: FieldView<'_>) -> Value<'_> {
    match (field.number, field.value) {
        (1, FieldValue::Bytes(text)) => Value::Text(text),
        (2, FieldValue::Number(flag)) => Value::Flag(flag != 0),
        (3, FieldValue::Number(number)) => Value::Int(number.cast_signed()),
        (4, FieldValue::Number(bits)) => Value::Double(f64::from_bits(bits)),
        _ => Value::Other,
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::{ArrayValue, any_value};
    use prost::Message;

    use super::*;
    use crate::processors::request::samples;

    fn check(value: any_value::Value, expected: Value<'_>) {
        let pair = samples::attribute("k", value).encode_to_vec();
        assert_eq!(attribute(&pair), (&b"k"[..], expected));
    }

    #[test]
    fn every_kind_of_value_is_what_it_was_written_as() {
        check(any_value::Value::StringValue("a".to_owned()), Value::Text(b"a"));
        check(any_value::Value::BoolValue(false), Value::Flag(false));
        check(any_value::Value::IntValue(-3), Value::Int(-3));
        check(any_value::Value::DoubleValue(0.5), Value::Double(0.5));
        check(any_value::Value::ArrayValue(ArrayValue::default()), Value::Other);
        assert_eq!(attribute(&[]), (&b""[..], Value::Other));
    }
}
