//! What a message becomes once it is decoded to be shown: its attributes, events and links, and all that is in lists and
//! maps, each of which may be two bytes on the wire and takes a hundred then.
//!
//! Receivers take no message that nests deeper than a hundred, so that nothing here does.

use super::span::messages;
use crate::otlp::fields;

/// Of an attribute: itself, and what its value holds.
pub(super) fn of_attribute(pair: &[u8]) -> usize {
    1 + messages(pair, 2).map(of_value).sum::<usize>()
}

/// Of the attributes under a number of a message.
pub(super) fn of_attributes(message: &[u8], number: u32) -> usize {
    messages(message, number).map(of_attribute).sum()
}

/// What is inside of a value, which is something alone if it is a list or a map.
fn of_value(value: &[u8]) -> usize {
    let inside = fields(value).map(|field| match field.number {
        5 => messages(field.bytes(), 1).map(|value| 1 + of_value(value)).sum(),
        6 => of_attributes(field.bytes(), 1),
        _ => 0,
    });
    inside.sum()
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::{
        AnyValue, ArrayValue, KeyValue, KeyValueList, any_value::Value,
    };
    use prost::Message;

    use super::*;

    fn pair(value: Value) -> KeyValue {
        let value = Some(AnyValue { value: Some(value) });
        KeyValue { key: "k".to_owned(), value, ..KeyValue::default() }
    }

    fn list(values: Vec<AnyValue>) -> Value {
        Value::ArrayValue(ArrayValue { values })
    }

    #[track_caller]
    fn check(value: Value, expected: usize) {
        assert_eq!(of_attribute(&pair(value).encode_to_vec()), expected);
    }

    #[test]
    fn everything_in_lists_and_maps_is_a_part() {
        check(Value::StringValue("\x2a\x02\x0a\x00".to_owned()), 1);
        check(Value::IntValue(5), 1);
        check(list(vec![AnyValue::default(); 1000]), 1001);
        let inner = AnyValue { value: Some(list(vec![AnyValue::default(); 3])) };
        check(list(vec![inner.clone(), inner]), 1 + 2 * 4);
        let values = vec![pair(list(vec![AnyValue::default(); 3])), pair(Value::BoolValue(true))];
        check(Value::KvlistValue(KeyValueList { values }), 1 + 4 + 1);
    }
}
