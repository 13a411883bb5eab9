//! Attribute values as label values.

use std::fmt::Write;

use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value};

/// The value as text: strings as they are, everything else as JSON.
///
/// OpenTelemetry specification, "AnyValue representation for non-OTLP protocols". The API's attributes have no kinds
/// but these; others would be empty.
pub(super) fn text(value: Option<AnyValue>) -> String {
    let mut out = String::new();
    match value.and_then(|value| value.value) {
        None => {}
        Some(Value::StringValue(text)) => return text,
        Some(Value::DoubleValue(number)) => put_double(&mut out, number),
        Some(other) => put_json(&mut out, &other),
    }
    out
}

fn put_json(out: &mut String, value: &Value) {
    match value {
        Value::StringValue(text) => put_quoted(out, text),
        Value::BoolValue(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::IntValue(number) => {
            // Writing to a string cannot fail.
            let _ = write!(out, "{number}");
        }
        Value::DoubleValue(number) if number.is_finite() => put_double(out, *number),
        // JSON has no such numbers; inside arrays they are strings.
        Value::DoubleValue(number) => {
            out.push('"');
            put_double(out, *number);
            out.push('"');
        }
        Value::ArrayValue(array) => {
            out.push('[');
            for (index, element) in array.values.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                match &element.value {
                    Some(value) => put_json(out, value),
                    None => out.push_str("null"),
                }
            }
            out.push(']');
        }
        _ => {}
    }
}

fn put_double(out: &mut String, number: f64) {
    if number.is_finite() {
        let mut buffer = ryu::Buffer::new();
        let text = buffer.format_finite(number);
        out.push_str(text.strip_suffix(".0").unwrap_or(text));
    } else if number.is_nan() {
        out.push_str("NaN");
    } else {
        out.push_str(if number > 0.0 { "Infinity" } else { "-Infinity" });
    }
}

fn put_quoted(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
