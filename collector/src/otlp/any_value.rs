//! Attribute values: as part of an identity, and as the text that systems without types show.

use std::{borrow::Cow, fmt::Write};

use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value};

use crate::series::Identity;

/// Adds a value to an identity; values of different types never spell the same.
pub fn spell(value: Option<&AnyValue>, identity: &mut Identity) {
    match value.and_then(|value| value.value.as_ref()) {
        None => identity.push(b'0', &[]),
        Some(Value::StringValue(text)) => identity.push(b's', text.as_bytes()),
        Some(Value::BoolValue(flag)) => identity.push(b'b', &[u8::from(*flag)]),
        Some(Value::IntValue(number)) => identity.push(b'i', &number.to_le_bytes()),
        Some(Value::DoubleValue(number)) => identity.push(b'd', &number.to_bits().to_le_bytes()),
        Some(Value::BytesValue(bytes)) => identity.push(b'y', bytes),
        Some(Value::StringValueStrindex(index)) => identity.push(b'x', &index.to_le_bytes()),
        Some(Value::ArrayValue(array)) => {
            identity.open(b'a', array.values.len());
            for value in &array.values {
                spell(Some(value), identity);
            }
        }
        Some(Value::KvlistValue(list)) => {
            identity.open(b'm', list.values.len());
            for pair in &list.values {
                identity.push(b'k', pair.key.as_bytes());
                spell(pair.value.as_ref(), identity);
            }
        }
    }
}

/// The value as text: strings as they are, everything else as JSON, bytes in base64.
///
/// OpenTelemetry specification, "AnyValue representation for non-OTLP protocols". A value that is not set is empty.
#[must_use]
pub fn text(value: Option<&AnyValue>) -> Cow<'_, str> {
    match value.and_then(|value| value.value.as_ref()) {
        None | Some(Value::StringValueStrindex(_)) => Cow::Borrowed(""),
        Some(Value::StringValue(text)) => Cow::Borrowed(text),
        Some(Value::DoubleValue(number)) => Cow::Owned(double(*number)),
        Some(Value::BytesValue(bytes)) => Cow::Owned(base64(bytes)),
        Some(other) => {
            let mut json = String::new();
            write_json(other, &mut json);
            Cow::Owned(json)
        }
    }
}

fn write_json(value: &Value, json: &mut String) {
    match value {
        Value::StringValue(text) => write_quoted(text, json),
        Value::BytesValue(bytes) => write_quoted(&base64(bytes), json),
        Value::BoolValue(flag) => json.push_str(if *flag { "true" } else { "false" }),
        Value::IntValue(number) => json.push_str(itoa::Buffer::new().format(*number)),
        Value::DoubleValue(number) if number.is_finite() => json.push_str(&double(*number)),
        // JSON has no such numbers; inside arrays and maps they are strings.
        Value::DoubleValue(number) => write_quoted(&double(*number), json),
        Value::StringValueStrindex(_) => json.push_str("null"),
        Value::ArrayValue(array) => {
            json.push('[');
            for (index, value) in array.values.iter().enumerate() {
                separate(index, json);
                write_optional(Some(value), json);
            }
            json.push(']');
        }
        Value::KvlistValue(list) => {
            json.push('{');
            for (index, pair) in list.values.iter().enumerate() {
                separate(index, json);
                write_quoted(&pair.key, json);
                json.push(':');
                write_optional(pair.value.as_ref(), json);
            }
            json.push('}');
        }
    }
}

fn write_optional(value: Option<&AnyValue>, json: &mut String) {
    match value.and_then(|value| value.value.as_ref()) {
        Some(value) => write_json(value, json),
        None => json.push_str("null"),
    }
}

fn separate(index: usize, json: &mut String) {
    if index > 0 {
        json.push(',');
    }
}

fn write_quoted(text: &str, json: &mut String) {
    json.push('"');
    for char in text.chars() {
        match char {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            control if control < ' ' => {
                // Writing to a string cannot fail.
                let _ = write!(json, "\\u{:04x}", u32::from(control));
            }
            other => json.push(other),
        }
    }
    json.push('"');
}

fn double(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(number);
    text.strip_suffix(".0").unwrap_or(text).to_owned()
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for position in 0..4 {
            if position > chunk.len() {
                text.push('=');
            } else {
                let sextet = (bits >> (18 - 6 * position)) & 63;
                text.push(char::from(ALPHABET[sextet as usize]));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::{ArrayValue, KeyValue, KeyValueList};

    use super::*;

    fn any(value: Value) -> AnyValue {
        AnyValue { value: Some(value) }
    }

    fn check(value: Value, expected: &str) {
        assert_eq!(text(Some(&any(value))), expected);
    }

    fn string(text: &str) -> Value {
        Value::StringValue(text.to_owned())
    }

    #[test]
    fn values_become_text_by_the_rules_for_protocols_without_types() {
        check(string("a \"b\""), "a \"b\"");
        check(Value::BoolValue(true), "true");
        check(Value::IntValue(i64::MIN), "-9223372036854775808");
        check(Value::DoubleValue(0.25), "0.25");
        check(Value::DoubleValue(1.0), "1");
        check(Value::DoubleValue(f64::NAN), "NaN");
        check(Value::DoubleValue(f64::NEG_INFINITY), "-Infinity");
        assert_eq!(text(None), "");
        assert_eq!(text(Some(&AnyValue { value: None })), "");
    }

    #[test]
    fn bytes_become_base64() {
        for (bytes, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            check(Value::BytesValue(bytes.as_bytes().to_vec()), expected);
        }
    }

    #[test]
    fn arrays_and_maps_become_json() {
        let values = vec![
            any(string("q\"\n\u{1}")),
            any(Value::DoubleValue(f64::INFINITY)),
            AnyValue { value: None },
            any(Value::BytesValue(b"foo".to_vec())),
        ];
        let pair = KeyValue {
            key: "k".to_owned(),
            value: Some(any(Value::ArrayValue(ArrayValue { values }))),
            ..KeyValue::default()
        };
        check(
            Value::KvlistValue(KeyValueList { values: vec![pair] }),
            r#"{"k":["q\"\n\u0001","Infinity",null,"Zm9v"]}"#,
        );
    }

    #[test]
    fn values_of_different_types_never_spell_the_same() {
        let values = [
            string("1"),
            string(""),
            Value::IntValue(1),
            Value::DoubleValue(1.0),
            Value::BoolValue(true),
            Value::BytesValue(b"1".to_vec()),
            Value::ArrayValue(ArrayValue { values: vec![any(string("1"))] }),
            Value::ArrayValue(ArrayValue { values: Vec::new() }),
            Value::KvlistValue(KeyValueList { values: Vec::new() }),
        ];
        let spellings: std::collections::HashSet<Vec<u8>> = values
            .iter()
            .map(|value| {
                let mut identity = Identity::new(0);
                spell(Some(&any(value.clone())), &mut identity);
                identity.as_bytes().to_vec()
            })
            .collect();
        assert_eq!(spellings.len(), values.len());
    }
}
