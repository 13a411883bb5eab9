//! Attributes in the shape of Jaeger's tags.

use base64::{Engine, engine::general_purpose::STANDARD};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use serde::Serialize;

/// The largest whole number, of either sign, that JavaScript reads as it is.
const SAFE_INTEGER_MAX: u64 = (1 << 53) - 1;

/// A key with a typed value.
#[derive(Debug, Serialize)]
pub(super) struct Tag {
    key: String,
    #[serde(rename = "type")]
    kind: &'static str,
    value: serde_json::Value,
}

impl Tag {
    pub(super) fn text(key: &str, value: impl Into<String>) -> Self {
        Self { key: key.to_owned(), kind: "string", value: value.into().into() }
    }

    pub(super) fn bool(key: &str, value: bool) -> Self {
        Self { key: key.to_owned(), kind: "bool", value: value.into() }
    }
}

impl From<KeyValue> for Tag {
    fn from(attribute: KeyValue) -> Self {
        let value = attribute.value.and_then(|value| value.value);
        let (kind, value) = match value {
            Some(Value::BoolValue(value)) => ("bool", value.into()),
            // Jaeger's way too: a page would show a neighbour of the number.
            Some(Value::IntValue(value)) if value.unsigned_abs() > SAFE_INTEGER_MAX => {
                ("int64", value.to_string().into())
            }
            Some(Value::IntValue(value)) => ("int64", value.into()),
            Some(Value::DoubleValue(value)) => ("float64", float(value)),
            Some(Value::BytesValue(value)) => ("binary", STANDARD.encode(value).into()),
            Some(Value::StringValue(value)) => ("string", value.into()),
            Some(list @ (Value::ArrayValue(_) | Value::KvlistValue(_))) => {
                ("string", nested(list).into())
            }
            // References into the string table of a profile count as absent elsewhere.
            None | Some(Value::StringValueStrindex(_)) => ("string", "".into()),
        };
        Self { key: attribute.key, kind, value }
    }
}

/// A list or a map, as Jaeger writes it into a string.
pub(super) fn nested(value: Value) -> String {
    json(Some(value)).to_string()
}

fn json(value: Option<Value>) -> serde_json::Value {
    let inner = |value: Option<AnyValue>| json(value.and_then(|value| value.value));
    match value {
        Some(Value::BoolValue(value)) => value.into(),
        Some(Value::IntValue(value)) => value.into(),
        Some(Value::DoubleValue(value)) => float(value),
        Some(Value::BytesValue(value)) => STANDARD.encode(value).into(),
        Some(Value::StringValue(value)) => value.into(),
        Some(Value::ArrayValue(list)) => {
            list.values.into_iter().map(|value| inner(Some(value))).collect()
        }
        Some(Value::KvlistValue(list)) => {
            list.values.into_iter().map(|pair| (pair.key, inner(pair.value))).collect()
        }
        _ => serde_json::Value::Null,
    }
}

/// JSON has no NaN and no infinity: those are written as text.
fn float(value: f64) -> serde_json::Value {
    serde_json::Number::from_f64(value).map_or_else(|| value.to_string().into(), Into::into)
}
