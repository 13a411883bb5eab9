//! Attribute sets in canonical form, made once when a series is bound.

use std::hash::{BuildHasher, Hash, Hasher};

use hashbrown::Equivalent;
use opentelemetry::{Array, KeyValue, Value};

use super::views::AttributeFilter;

/// Attributes sorted by key, each key once; the last value given for a key wins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AttributeSet(Box<[KeyValue]>);

impl AttributeSet {
    pub(crate) fn new(attributes: &[KeyValue]) -> Self {
        let mut sorted: Vec<KeyValue> = Vec::with_capacity(attributes.len());
        for attribute in attributes {
            match sorted.binary_search_by(|kept| kept.key.as_str().cmp(attribute.key.as_str())) {
                Ok(at) => sorted[at] = attribute.clone(),
                Err(at) => sorted.insert(at, attribute.clone()),
            }
        }
        Self(sorted.into_boxed_slice())
    }

    /// The sole attribute of the series that takes what is over the cardinality limit.
    pub(crate) fn overflow() -> Self {
        Self(Box::new([KeyValue::new("otel.metric.overflow", true)]))
    }

    /// The attributes that a stream keeps, and those that it does not.
    pub(crate) fn split(self, filter: &AttributeFilter) -> (Self, Self) {
        if filter.is_open() {
            return (self, Self(Box::default()));
        }
        let (kept, left_out): (Vec<_>, Vec<_>) =
            self.0.into_iter().partition(|attribute| filter.keeps(&attribute.key));
        (Self(kept.into()), Self(left_out.into()))
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, KeyValue> {
        self.0.iter()
    }
}

/// Doubles are compared by value here and hashed by bits, so a NaN attribute never finds itself again: it takes a
/// series for each bind, bounded by the cardinality limit.
impl Eq for AttributeSet {}

impl Hash for AttributeSet {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_attributes(&self.0, state);
    }
}

/// Attributes that a caller happens to give in canonical form, so that their set is found without copying them.
pub(crate) struct Canonical<'a>(&'a [KeyValue]);

impl<'a> Canonical<'a> {
    pub(crate) fn new(attributes: &'a [KeyValue]) -> Option<Self> {
        attributes
            .is_sorted_by(|one, next| one.key.as_str() < next.key.as_str())
            .then_some(Self(attributes))
    }
}

impl Hash for Canonical<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_attributes(self.0, state);
    }
}

impl Equivalent<AttributeSet> for Canonical<'_> {
    fn equivalent(&self, set: &AttributeSet) -> bool {
        *self.0 == *set.0
    }
}

/// Hashes attributes in the order given.
pub(crate) fn hash_in_order(hasher: &impl BuildHasher, attributes: &[KeyValue]) -> u64 {
    let mut state = hasher.build_hasher();
    hash_attributes(attributes, &mut state);
    state.finish()
}

fn hash_attributes<H: Hasher>(attributes: &[KeyValue], state: &mut H) {
    state.write_usize(attributes.len());
    for attribute in attributes {
        attribute.key.as_str().hash(state);
        hash_value(&attribute.value, state);
    }
}

fn hash_value<H: Hasher>(value: &Value, state: &mut H) {
    match value {
        Value::Bool(value) => value.hash(state),
        Value::I64(value) => value.hash(state),
        Value::F64(value) => value.to_bits().hash(state),
        Value::String(value) => value.as_str().hash(state),
        Value::Array(Array::Bool(values)) => values.hash(state),
        Value::Array(Array::I64(values)) => values.hash(state),
        Value::Array(Array::F64(values)) => {
            values.iter().for_each(|value| value.to_bits().hash(state))
        }
        Value::Array(Array::String(values)) => {
            values.iter().for_each(|value| value.as_str().hash(state))
        }
        // The API's enums are open. Values that this crate does not know hash alike and are told apart by comparison.
        other => std::mem::discriminant(other).hash(state),
    }
}

#[cfg(test)]
mod tests {
    use foldhash::quality::RandomState;

    use super::*;

    #[test]
    fn order_and_repetition_do_not_matter_and_the_last_value_wins() {
        let one = AttributeSet::new(&[
            KeyValue::new("b", 1),
            KeyValue::new("a", 2),
            KeyValue::new("b", 3),
        ]);
        let other = AttributeSet::new(&[KeyValue::new("a", 2), KeyValue::new("b", 3)]);
        assert_eq!(one, other);
        let hasher = RandomState::default();
        assert_eq!(hasher.hash_one(&one), hasher.hash_one(&other));
    }

    #[test]
    fn a_number_and_its_text_are_different_values() {
        let number = AttributeSet::new(&[KeyValue::new("replica", 1)]);
        let text = AttributeSet::new(&[KeyValue::new("replica", "1")]);
        assert_ne!(number, text);
    }
}
