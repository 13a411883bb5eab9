//! Attributes in place: the bytes that spell them, and the one spelling that all senders of equal attributes share.

use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use prost::Message;

use super::{
    any_value::spell,
    fields::{FieldValue, FieldView, Fields, fields},
};
use crate::series::Identity;

/// Gathers the attribute fields of a message into one run of bytes.
///
/// Senders write them one behind the other, and then the run is a slice of the message. If something stands between
/// them they are copied into `room`, which is reused.
#[derive(Debug)]
pub(super) struct AttributeRun<'a, 'r> {
    message: &'a [u8],
    start: usize,
    end: usize,
    room: &'r mut Vec<u8>,
    is_scattered: bool,
    is_expected: bool,
}

/// A run of attribute fields.
#[derive(Debug, Clone, Copy)]
pub struct AttributeBytes<'a> {
    /// All of them, with their keys and lengths.
    pub bytes: &'a [u8],
    /// Whether they are the ones that were expected, byte by byte.
    pub are_expected: bool,
}

impl<'a, 'r> AttributeRun<'a, 'r> {
    /// An empty run of a message's attributes.
    #[inline]
    pub(super) fn new(message: &'a [u8], room: &'r mut Vec<u8>) -> Self {
        Self { message, start: 0, end: 0, room, is_scattered: false, is_expected: false }
    }

    /// Adds a field that ends `rest` bytes before the message does.
    #[inline]
    pub(super) fn add(&mut self, field: FieldView<'a>, rest: usize) {
        self.is_expected = false;
        let end = self.message.len() - rest;
        let start = end - field.raw.len();
        if !self.is_scattered {
            if self.start == self.end {
                (self.start, self.end) = (start, end);
                return;
            }
            if self.end == start {
                self.end = end;
                return;
            }
            self.room.clear();
            self.room.extend_from_slice(&self.message[self.start..self.end]);
            self.is_scattered = true;
        }
        self.room.extend_from_slice(field.raw);
    }

    /// Adds a field, and with it those behind it that are `expected` to be there. What is left to read.
    #[inline]
    pub(super) fn add_expected(
        &mut self,
        field: FieldView<'a>,
        rest: Fields<'a>,
        expected: &[u8],
    ) -> Fields<'a> {
        let left = rest.rest().len();
        let start = self.message.len() - left - field.raw.len();
        let is_first = self.start == self.end && !self.is_scattered;
        if is_first && !expected.is_empty() && self.message[start..].starts_with(expected) {
            (self.start, self.end) = (start, start + expected.len());
            self.is_expected = true;
            return fields(&self.message[self.end..]);
        }
        self.add(field, left);
        rest
    }

    #[inline]
    pub(super) fn finish(self) -> AttributeBytes<'r>
    where
        'a: 'r,
    {
        let bytes = if self.is_scattered { self.room } else { &self.message[self.start..self.end] };
        AttributeBytes { bytes, are_expected: self.is_expected }
    }
}

/// One attribute of a run while it is put in order.
#[derive(Debug, Clone, Copy)]
struct Pair<'a> {
    key: &'a [u8],
    /// Where its field stands among the others.
    place: usize,
    message: &'a [u8],
}

/// Spells the attributes of a run in the order of their keys, of two with one key only the first: the sender's order
/// and spelling mean nothing.
///
/// Values of different types never spell the same. Text is spelled without decoding it; `identity` grows behind what
/// it holds.
pub fn spell_attributes(run: &[u8], identity: &mut Identity) {
    let mut few = [Pair { key: &[], place: 0, message: &[] }; INLINE_PAIRS];
    let mut many = Vec::new();
    let count = fields(run).count();
    let pairs = if count <= INLINE_PAIRS {
        &mut few[..count]
    } else {
        many.resize(count, few[0]);
        &mut many[..]
    };
    for (place, (pair, field)) in pairs.iter_mut().zip(fields(run)).enumerate() {
        *pair = Pair { key: key_of(field.bytes()), place, message: field.bytes() };
    }
    if !pairs.is_sorted_by(|a, b| a.key < b.key) {
        pairs.sort_unstable_by_key(|pair| (pair.key, pair.place));
    }
    let mut last = None;
    for pair in pairs {
        if last != Some(pair.key) {
            identity.push(b'k', pair.key);
            spell_value(pair.message, identity);
        }
        last = Some(pair.key);
    }
}

/// Spells an encoded `InstrumentationScope` and the schema that it follows. No scope is one without a name.
#[must_use]
pub fn spell_scope(scope: &[u8], schema_url: &[u8]) -> Identity {
    let mut identity = Identity::default();
    identity.push(b'u', schema_url);
    let (mut name, mut version) = (&[][..], &[][..]);
    let mut room = Vec::new();
    let mut attributes = AttributeRun::new(scope, &mut room);
    let mut rest = fields(scope);
    while let Some(field) = rest.next() {
        match field.number {
            1 => name = field.bytes(),
            2 => version = field.bytes(),
            3 => attributes.add(field, rest.rest().len()),
            _ => {}
        }
    }
    identity.push(b'n', name);
    identity.push(b'v', version);
    spell_attributes(attributes.finish().bytes, &mut identity);
    identity
}

/// Attributes that are put in order without taking memory; serving metrics have fewer.
const INLINE_PAIRS: usize = 24;

/// The key of an encoded pair; the last one, should there be several.
pub(crate) fn key_of(pair: &[u8]) -> &[u8] {
    fields(pair).filter(|field| field.number == 1).last().map_or(&[], FieldView::bytes)
}

/// Spells the value of an encoded pair; equal values spell the same, however their senders wrote them.
pub(crate) fn spell_value(pair: &[u8], identity: &mut Identity) {
    match plain(pair) {
        Some(Plain::Text(text)) => identity.push(b's', text),
        Some(Plain::Bool(flag)) => identity.push(b'b', &[u8::from(flag)]),
        Some(Plain::Int(number)) => identity.push(b'i', &number.to_le_bytes()),
        None => {
            // The bytes are checked, so they decode.
            let decoded = KeyValue::decode(pair).unwrap_or_default();
            spell(decoded.value.as_ref(), identity);
        }
    }
}

/// A value that is read without decoding it.
enum Plain<'a> {
    Text(&'a [u8]),
    Bool(bool),
    Int(u64),
}

/// The value of an encoded pair, if it is written in the way that everybody writes it and of a type that most have.
fn plain(pair: &[u8]) -> Option<Plain<'_>> {
    let mut of_pair = fields(pair);
    let (key, value) = (of_pair.next()?, of_pair.next()?);
    if key.number != 1 || value.number != 2 || of_pair.next().is_some() {
        return None;
    }
    let mut of_value = fields(value.bytes());
    let only = of_value.next()?;
    match (only.number, only.value, of_value.next()) {
        (1, FieldValue::Bytes(text), None) => Some(Plain::Text(text)),
        (2, FieldValue::Number(flag), None) => Some(Plain::Bool(flag != 0)),
        (3, FieldValue::Number(number), None) => Some(Plain::Int(number)),
        _ => None,
    }
}

/// Whether an encoded pair has this key and this text.
#[must_use]
pub(super) fn says(pair: &[u8], key: &str, text: &str) -> bool {
    if key_of(pair) != key.as_bytes() {
        return false;
    }
    match plain(pair) {
        Some(Plain::Text(said)) => said == text.as_bytes(),
        Some(_) => false,
        None => {
            let value = KeyValue::decode(pair).ok().and_then(|pair| pair.value?.value);
            matches!(value, Some(Value::StringValue(said)) if said == text)
        }
    }
}

/// Decodes the attributes of a run.
#[must_use]
pub fn decode_attributes(run: &[u8]) -> Vec<KeyValue> {
    fields(run).filter_map(|field| KeyValue::decode(field.bytes()).ok()).collect()
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue};

    use super::*;

    fn pair(key: &str, value: Option<Value>) -> KeyValue {
        let value = Some(AnyValue { value });
        KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
    }

    fn text(key: &str, value: &str) -> KeyValue {
        pair(key, Some(Value::StringValue(value.to_owned())))
    }

    /// The attributes as fields of a message, each behind its key and length.
    fn run(pairs: &[KeyValue]) -> Vec<u8> {
        let mut run = Vec::new();
        for pair in pairs {
            prost::encoding::message::encode(7, pair, &mut run);
        }
        run
    }

    fn spelled(pairs: &[KeyValue]) -> Identity {
        let mut identity = Identity::new(0);
        spell_attributes(&run(pairs), &mut identity);
        identity
    }

    #[test]
    fn order_and_later_duplicates_mean_nothing() {
        let (a, b) = (text("a", "1"), text("b", "2"));
        let expected = spelled(&[a.clone(), b.clone()]);
        assert_eq!(spelled(&[b.clone(), a.clone()]).as_bytes(), expected.as_bytes());
        assert_eq!(spelled(&[b, a, text("a", "3")]).as_bytes(), expected.as_bytes());
    }

    #[test]
    fn more_attributes_than_fit_inline_are_spelled_alike() {
        let mut pairs: Vec<_> = (0..100).map(|i| text(&format!("k{i:03}"), "v")).collect();
        let expected = spelled(&pairs);
        pairs.reverse();
        assert_eq!(spelled(&pairs).as_bytes(), expected.as_bytes());
    }

    #[test]
    fn every_type_spells_as_its_decoded_value_does() {
        let values = [
            None,
            Some(Value::StringValue("x".to_owned())),
            Some(Value::BoolValue(true)),
            Some(Value::BoolValue(false)),
            Some(Value::IntValue(-1)),
            Some(Value::DoubleValue(0.5)),
            Some(Value::BytesValue(vec![1])),
            Some(Value::ArrayValue(ArrayValue::default())),
        ];
        for value in values {
            let pair = pair("k", value);
            let mut expected = Identity::new(0);
            expected.push(b'k', b"k");
            spell(pair.value.as_ref(), &mut expected);
            assert_eq!(
                spelled(std::slice::from_ref(&pair)).as_bytes(),
                expected.as_bytes(),
                "{pair:?}"
            );
        }
    }

    #[test]
    fn scattered_attributes_are_gathered() {
        let (a, b) = (run(&[text("a", "1")]), run(&[text("b", "2")]));
        let message = [&a[..], &[0x40, 0x00], &b].concat();
        let mut room = Vec::new();
        let mut of_message = fields(&message);
        let mut gathered = AttributeRun::new(&message, &mut room);
        while let Some(field) = of_message.next() {
            if field.number == 7 {
                gathered.add(field, of_message.rest().len());
            }
        }
        assert_eq!(gathered.finish().bytes, [a, b].concat());
    }
}
