//! What `convert` and `hash` make of a value.

use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value};
use sha2::{Digest, Sha256};

use crate::otlp;

/// A type that `converted_type` can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// `int`
    Int,
    /// `double`
    Double,
    /// `string`
    Text,
}

impl ValueType {
    /// Every type, with the Collector's names.
    pub const NAMES: [(&'static str, Self); 3] =
        [("int", Self::Int), ("double", Self::Double), ("string", Self::Text)];
}

/// The value in another type, or nothing if it has no meaning there. Doubles lose their fraction as integers, and
/// saturate; flags are 1 and 0.
pub(super) fn converted(value: &Value, to: ValueType) -> Option<Value> {
    match to {
        ValueType::Text => {
            let any = AnyValue { value: Some(value.clone()) };
            Some(Value::StringValue(otlp::text(Some(&any)).into_owned()))
        }
        ValueType::Int => Some(Value::IntValue(match value {
            Value::IntValue(number) => *number,
            Value::DoubleValue(number) => whole(*number),
            Value::BoolValue(flag) => i64::from(*flag),
            Value::StringValue(text) => text.parse().ok()?,
            _ => return None,
        })),
        ValueType::Double => Some(Value::DoubleValue(match value {
            Value::IntValue(number) => *number as f64,
            Value::DoubleValue(number) => *number,
            Value::BoolValue(flag) => f64::from(u8::from(*flag)),
            Value::StringValue(text) => text.parse().ok()?,
            _ => return None,
        })),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "without its fraction, and saturating, is what is promised"
)]
const fn whole(number: f64) -> i64 {
    number as i64
}

/// The SHA-256 of a value as hexadecimal text: of a text's bytes, of a number's eight bytes (little-endian), of a flag's
/// one, of the JSON of lists and maps. Nothing has no hash: it becomes an empty text.
pub(super) fn hashed(value: Option<&AnyValue>) -> Value {
    let bytes = match value.and_then(|value| value.value.as_ref()) {
        Some(Value::IntValue(number)) => number.to_le_bytes().to_vec(),
        Some(Value::DoubleValue(number)) => number.to_le_bytes().to_vec(),
        Some(Value::BoolValue(flag)) => vec![u8::from(*flag)],
        Some(Value::BytesValue(bytes)) => bytes.clone(),
        _ => otlp::text(value).into_owned().into_bytes(),
    };
    if bytes.is_empty() {
        return Value::StringValue(String::new());
    }
    let digest = Sha256::digest(&bytes);
    Value::StringValue(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processors::request::samples::text;

    fn check(value: &Value, to: ValueType, expected: impl Into<Option<Value>>) {
        assert_eq!(converted(value, to), expected.into(), "{value:?} as {to:?}");
    }

    #[test]
    fn values_are_converted_as_the_collector_does() {
        use ValueType::{Double, Int, Text};
        check(&text("200"), Int, Value::IntValue(200));
        check(&text("200.5"), Int, None);
        check(&text("no"), Double, None);
        check(&text("0.5"), Double, Value::DoubleValue(0.5));
        check(&Value::DoubleValue(-1.9), Int, Value::IntValue(-1));
        check(&Value::DoubleValue(1e300), Int, Value::IntValue(i64::MAX));
        check(&Value::BoolValue(true), Int, Value::IntValue(1));
        check(&Value::BoolValue(true), Double, Value::DoubleValue(1.0));
        check(&Value::IntValue(3), Double, Value::DoubleValue(3.0));
        check(&Value::IntValue(3), Text, text("3"));
        check(&Value::BoolValue(false), Text, text("false"));
        check(&Value::BytesValue(vec![1]), Int, None);
    }

    #[test]
    fn equal_values_have_equal_hashes_and_nothing_has_none() {
        // `printf secret | sha256sum`
        let secret = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
        assert_eq!(hashed(Some(&AnyValue { value: Some(text("secret")) })), text(secret));
        assert_eq!(hashed(None), text(""));
        assert_eq!(hashed(Some(&AnyValue { value: Some(text("")) })), text(""));
    }
}
