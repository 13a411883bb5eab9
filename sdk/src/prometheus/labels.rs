//! Attributes, scopes and resources as Prometheus labels.

use inferometer_semconv::prometheus_name::label_name;
use opentelemetry::{InstrumentationScope, KeyValue};

use super::text::text;
use crate::{
    metrics::{Aggregation, AttributeSet},
    otlp::{decode_point_attributes, encode_point_attributes},
};

const SCOPE_PREFIX: &str = "otel_scope_";
const SCOPE_NAME: &str = "otel_scope_name";
const SCOPE_VERSION: &str = "otel_scope_version";
const SCOPE_SCHEMA_URL: &str = "otel_scope_schema_url";

/// Names and values, each name once, ordered by name.
pub(super) type LabelSet = Vec<(String, String)>;

/// Labels before those of one name are joined.
#[derive(Debug, Clone, Default)]
pub(super) struct Labels(Vec<Label>);

#[derive(Debug, Clone)]
struct Label {
    /// Prometheus name.
    name: String,
    /// The OpenTelemetry key that it was translated from.
    key: String,
    value: String,
}

impl Labels {
    /// The labels of a resource.
    pub(super) fn of_attributes<'a>(
        attributes: impl Iterator<Item = (&'a opentelemetry::Key, &'a opentelemetry::Value)>,
    ) -> Self {
        let attributes: Vec<_> =
            attributes.map(|(key, value)| KeyValue::new(key.clone(), value.clone())).collect();
        let mut labels = Self::default();
        for (key, value) in decoded(&attributes) {
            labels.add(label_name(&key).into_owned(), key, value);
        }
        labels
    }

    pub(super) fn add_scope(&mut self, scope: &InstrumentationScope) {
        for (name, value) in [
            (SCOPE_NAME, scope.name()),
            (SCOPE_VERSION, scope.version().unwrap_or_default()),
            (SCOPE_SCHEMA_URL, scope.schema_url().unwrap_or_default()),
        ] {
            self.add(name.to_owned(), name.to_owned(), value.to_owned());
        }
        let attributes: Vec<KeyValue> = scope.attributes().cloned().collect();
        for (key, value) in decoded(&attributes) {
            let key = format!("{SCOPE_PREFIX}{key}");
            let name = label_name(&key).into_owned();
            // The specification has these three dropped, not joined: they would change what the scope is called.
            if !matches!(&*name, SCOPE_NAME | SCOPE_VERSION | SCOPE_SCHEMA_URL) {
                self.add(name, key, value);
            }
        }
    }

    /// Adds the attributes of a point, as its series keeps them for OTLP: whoever has no registry pays for nothing.
    pub(super) fn add_point(&mut self, aggregation: &Aggregation, encoded: &[u8]) {
        let is_histogram =
            matches!(aggregation, Aggregation::Histogram { .. } | Aggregation::Exponential { .. });
        for attribute in decode_point_attributes(encoded) {
            let name = label_name(&attribute.key);
            // Joining would spoil the label that tells buckets apart, so it moves aside as Prometheus' own do.
            let name = if is_histogram && name == "le" {
                "exported_le".to_owned()
            } else {
                name.into_owned()
            };
            self.add(name, attribute.key, text(attribute.value));
        }
    }

    /// An empty value means no label. The first of two with one key stays.
    fn add(&mut self, name: String, key: String, value: String) {
        let is_there = |label: &Label| label.key == key && label.name == name;
        if !value.is_empty() && !self.0.iter().any(is_there) {
            self.0.push(Label { name, key, value });
        }
    }

    /// Values of one name are joined with `;` in the order of their keys.
    pub(super) fn joined(mut self) -> LabelSet {
        self.0.sort_by(|one, other| (&one.name, &one.key).cmp(&(&other.name, &other.key)));
        let mut joined = LabelSet::with_capacity(self.0.len());
        for label in self.0 {
            match joined.last_mut() {
                Some((name, value)) if *name == label.name => {
                    value.push(';');
                    value.push_str(&label.value);
                }
                _ => joined.push((label.name, label.value)),
            }
        }
        joined
    }
}

/// Keys and texts, in the order of the keys; on the way of all attributes, through OTLP, so that all read alike.
fn decoded(attributes: &[KeyValue]) -> impl Iterator<Item = (String, String)> {
    let aggregation = Aggregation::LastValue;
    let encoded = encode_point_attributes(&aggregation, &AttributeSet::new(attributes));
    decode_point_attributes(&encoded).into_iter().map(|pair| (pair.key, text(pair.value)))
}

#[cfg(test)]
mod tests {
    use opentelemetry::{Array, StringValue, Value};

    use super::*;

    fn check(attributes: &[KeyValue], expected: &[(&str, &str)]) {
        for aggregation in [Aggregation::LastValue, Aggregation::Exponential { scale: 3 }] {
            let encoded = encode_point_attributes(&aggregation, &AttributeSet::new(attributes));
            let mut labels = Labels::default();
            labels.add_point(&aggregation, &encoded);
            let joined = labels.joined();
            let joined: Vec<_> =
                joined.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(joined, expected);
        }
    }

    #[test]
    fn values_of_colliding_names_are_joined_in_the_order_of_their_keys() {
        let attributes =
            [KeyValue::new("a_b", "2"), KeyValue::new("a.b", 1), KeyValue::new("a-b", true)];
        check(&attributes, &[("a_b", "true;1;2")]);
        check(&[KeyValue::new("a.b", ""), KeyValue::new("a_b", "x")], &[("a_b", "x")]);
    }

    #[test]
    fn values_read_as_the_specification_writes_them() {
        let texts = Value::Array(Array::String(vec![StringValue::from("q\" \\ \n \u{1} é")]));
        check(&[KeyValue::new("k", texts)], &[("k", "[\"q\\\" \\\\ \\n \\u0001 é\"]")]);
        let doubles = Value::Array(Array::F64(vec![1.0, 0.5, f64::NEG_INFINITY]));
        check(&[KeyValue::new("k", doubles)], &[("k", "[1,0.5,\"-Infinity\"]")]);
        check(&[KeyValue::new("k", 1e300)], &[("k", "1e300")]);
        check(&[KeyValue::new("k", f64::NAN)], &[("k", "NaN")]);
        check(&[KeyValue::new("k", "q\" \\ \n")], &[("k", "q\" \\ \n")]);
    }

    #[test]
    fn a_scope_keeps_its_own_name_and_an_attribute_that_collides_with_a_label_of_it_is_joined() {
        let scope = InstrumentationScope::builder("engine")
            .with_version("1")
            .with_attributes([KeyValue::new("name", "other"), KeyValue::new("team", "a")])
            .build();
        let mut labels = Labels::default();
        labels.add_scope(&scope);
        let attributes = AttributeSet::new(&[KeyValue::new("otel.scope.name", "mine")]);
        let encoded = encode_point_attributes(&Aggregation::LastValue, &attributes);
        labels.add_point(&Aggregation::LastValue, &encoded);
        let expected = [
            ("otel_scope_name", "mine;engine"),
            ("otel_scope_team", "a"),
            ("otel_scope_version", "1"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(labels.joined(), expected);
    }
}
