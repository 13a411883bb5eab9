//! Attributes as OTLP `KeyValue` fields, encoded once per series, scope or resource.

use std::sync::Arc;

use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_proto::tonic::{
    common::v1::KeyValue as DecodedKeyValue,
    metrics::v1::{ExponentialHistogramDataPoint, HistogramDataPoint, NumberDataPoint},
};
use prost::Message;

use super::wire::{put_bytes_field, put_double_field, put_varint_field};
use crate::metrics::{Aggregation, AttributeSet};

/// The `attributes` of `NumberDataPoint`, `HistogramDataPoint` and `ExponentialHistogramDataPoint` have three numbers.
const NUMBER_POINT_ATTRIBUTES: u8 = 7;
const HISTOGRAM_POINT_ATTRIBUTES: u8 = 9;
const EXPONENTIAL_POINT_ATTRIBUTES: u8 = 1;
/// `Exemplar.filtered_attributes`.
const EXEMPLAR_FILTERED_ATTRIBUTES: u8 = 7;

/// A series' attributes, as fields of the point that its instrument exports.
pub(crate) fn encode_point_attributes(
    aggregation: &Aggregation,
    attributes: &AttributeSet,
) -> Box<[u8]> {
    let field = match aggregation {
        Aggregation::Histogram { .. } => HISTOGRAM_POINT_ATTRIBUTES,
        Aggregation::Exponential { .. } => EXPONENTIAL_POINT_ATTRIBUTES,
        Aggregation::Sum { .. } | Aggregation::LastValue => NUMBER_POINT_ATTRIBUTES,
    };
    encode(field, attributes).into_boxed_slice()
}

/// What a series does not have of the attributes that were bound to it, as fields of an `Exemplar`; `None` if that is
/// nothing.
pub(crate) fn encode_exemplar_attributes(attributes: &AttributeSet) -> Option<Arc<[u8]>> {
    (!attributes.is_empty()).then(|| encode(EXEMPLAR_FILTERED_ATTRIBUTES, attributes).into())
}

fn encode(field: u8, attributes: &AttributeSet) -> Vec<u8> {
    let mut out = Vec::new();
    for attribute in attributes.iter() {
        put_attribute(&mut out, field, attribute);
    }
    out
}

/// What [`encode_point_attributes`] was given. The first field's number tells which point it is of; our own bytes
/// decode, always.
pub(crate) fn decode_point_attributes(encoded: &[u8]) -> Vec<DecodedKeyValue> {
    match encoded.first().map_or(NUMBER_POINT_ATTRIBUTES, |tag| tag >> 3) {
        HISTOGRAM_POINT_ATTRIBUTES => {
            HistogramDataPoint::decode(encoded).map(|point| point.attributes)
        }
        EXPONENTIAL_POINT_ATTRIBUTES => {
            ExponentialHistogramDataPoint::decode(encoded).map(|point| point.attributes)
        }
        _ => NumberDataPoint::decode(encoded).map(|point| point.attributes),
    }
    .unwrap_or_default()
}

/// One `KeyValue` message under `field`.
pub(super) fn put_attribute(out: &mut Vec<u8>, field: u8, attribute: &KeyValue) {
    put_key_value(out, field, attribute.key.as_str(), &attribute.value);
}

pub(super) fn put_key_value(out: &mut Vec<u8>, field: u8, key: &str, value: &Value) {
    let mut message = Vec::new();
    put_bytes_field(&mut message, 1, key.as_bytes());
    put_bytes_field(&mut message, 2, &any_value(value));
    put_bytes_field(out, field, &message);
}

/// The body of an `AnyValue`. Values of kinds that OTLP lacks are sent as text.
fn any_value(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    match value {
        Value::String(text) => put_bytes_field(&mut out, 1, text.as_str().as_bytes()),
        Value::Bool(value) => put_varint_field(&mut out, 2, u64::from(*value)),
        Value::I64(value) => put_varint_field(&mut out, 3, value.cast_unsigned()),
        Value::F64(value) => put_double_field(&mut out, 4, *value),
        Value::Array(array) => {
            let mut list = Vec::new();
            for element in elements(array) {
                put_bytes_field(&mut list, 1, &any_value(&element));
            }
            put_bytes_field(&mut out, 5, &list);
        }
        other => put_bytes_field(&mut out, 1, other.to_string().as_bytes()),
    }
    out
}

fn elements(array: &Array) -> Vec<Value> {
    match array {
        Array::Bool(values) => values.iter().map(|value| Value::Bool(*value)).collect(),
        Array::I64(values) => values.iter().map(|value| Value::I64(*value)).collect(),
        Array::F64(values) => values.iter().map(|value| Value::F64(*value)).collect(),
        Array::String(values) => values.iter().map(|value| Value::String(value.clone())).collect(),
        other => vec![Value::String(StringValue::from(other.to_string()))],
    }
}
