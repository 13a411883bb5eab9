//! What the Collector's `actions` do to a set of attributes.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};

use super::{
    pattern::Pattern,
    value::{ValueType, converted, hashed},
};

/// One change. If there are two attributes with one key, which OTLP does not allow, it is made to the first.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// `insert`, `update` and `upsert`: gives an attribute a value.
    Set {
        /// Which attribute.
        key: String,
        /// From where its value comes.
        source: Source,
        /// Whether the attribute has to be there.
        when: When,
    },
    /// `delete`: takes attributes away.
    Delete(Keys),
    /// `hash`: replaces values by their SHA-256 as hexadecimal text.
    Hash(Keys),
    /// `extract`: sets one attribute for each named group that matches the text of `key`.
    Extract {
        /// The attribute that is read; it stays.
        key: String,
        /// Every group has a name.
        pattern: Pattern,
    },
    /// `convert`: changes the type of a value; one that cannot be converted stays as it is.
    Convert {
        /// Which attribute.
        key: String,
        /// The type that it has then.
        to: ValueType,
    },
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// The configuration.
    Value(Value),
    /// Another attribute; nothing happens if it is not there.
    Attribute(String),
}

/// When an attribute is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// `insert`: if it is not there.
    Absent,
    /// `update`: if it is there.
    Present,
    /// `upsert`
    Always,
}

/// Attributes that are named, matched by a pattern, or both.
#[derive(Debug, Clone, PartialEq)]
pub struct Keys {
    /// This one.
    pub key: Option<String>,
    /// Every one whose key matches.
    pub pattern: Option<Pattern>,
}

impl Keys {
    fn have(&self, key: &str) -> bool {
        self.key.as_deref() == Some(key)
            || self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(key))
    }
}

/// Makes all changes in their order. Whether anything is different then.
pub(super) fn apply(actions: &[Action], attributes: &mut Vec<KeyValue>) -> bool {
    actions.iter().fold(false, |changed, action| action.apply(attributes) | changed)
}

/// Keys of which one must be there for any of the actions to change anything; nothing if they may do so without.
pub(super) fn needed_keys(actions: &[Action]) -> Option<Vec<&str>> {
    actions.iter().map(Action::needed_key).collect()
}

impl Action {
    fn needed_key(&self) -> Option<&str> {
        match self {
            Self::Set { source: Source::Attribute(key), .. }
            | Self::Set { key, when: When::Present, .. }
            | Self::Extract { key, .. }
            | Self::Convert { key, .. } => Some(key),
            Self::Set { .. } => None,
            Self::Delete(keys) | Self::Hash(keys) if keys.pattern.is_none() => keys.key.as_deref(),
            Self::Delete(_) | Self::Hash(_) => None,
        }
    }

    fn apply(&self, attributes: &mut Vec<KeyValue>) -> bool {
        match self {
            Self::Set { key, source, when } => {
                let value = match source {
                    Source::Value(value) => Some(value.clone()),
                    Source::Attribute(other) => value_of(attributes, other).cloned(),
                };
                value.is_some_and(|value| set(attributes, key, value, *when))
            }
            Self::Delete(keys) => {
                let before = attributes.len();
                attributes.retain(|attribute| !keys.have(&attribute.key));
                attributes.len() < before
            }
            Self::Hash(keys) => {
                let mut changed = false;
                for attribute in attributes.iter_mut().filter(|attribute| keys.have(&attribute.key))
                {
                    let hashed = hashed(attribute.value.as_ref());
                    attribute.value = Some(AnyValue { value: Some(hashed) });
                    changed = true;
                }
                changed
            }
            Self::Extract { key, pattern } => {
                let Some(Value::StringValue(text)) = value_of(attributes, key) else {
                    return false;
                };
                let found = pattern.extract(text);
                found.into_iter().fold(false, |changed, (name, text)| {
                    set(attributes, &name, Value::StringValue(text), When::Always) | changed
                })
            }
            Self::Convert { key, to } => {
                let converted = value_of(attributes, key).and_then(|value| converted(value, *to));
                converted.is_some_and(|value| set(attributes, key, value, When::Present))
            }
        }
    }
}

fn value_of<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a Value> {
    super::request::find(attributes, key)?.value.as_ref()?.value.as_ref()
}

/// Whether the attributes are different then.
pub(super) fn set(attributes: &mut Vec<KeyValue>, key: &str, value: Value, when: When) -> bool {
    let value = Some(AnyValue { value: Some(value) });
    match attributes.iter_mut().find(|attribute| attribute.key == key) {
        Some(found) => {
            let differs = when != When::Absent && found.value != value;
            if differs {
                found.value = value;
            }
            differs
        }
        None if when == When::Present => false,
        None => {
            attributes.push(KeyValue { key: key.to_owned(), value, ..KeyValue::default() });
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processors::request::samples::{attribute, text};

    fn set_to(key: &str, value: &str, when: When) -> Action {
        Action::Set { key: key.into(), source: Source::Value(text(value)), when }
    }

    fn copy(key: &str, from: &str, when: When) -> Action {
        Action::Set { key: key.into(), source: Source::Attribute(from.into()), when }
    }

    fn key(key: &str) -> Keys {
        Keys { key: Some(key.into()), pattern: None }
    }

    fn matching(pattern: &str) -> Keys {
        Keys { key: None, pattern: Some(Pattern::new(pattern).unwrap()) }
    }

    /// What becomes of `a=1 b=two`, as `key=value` in their order, and whether it is said to have changed.
    fn check(action: &Action, expected: &str) {
        let mut attributes = vec![attribute("a", Value::IntValue(1)), attribute("b", text("two"))];
        let before = attributes.clone();
        let changed = apply(std::slice::from_ref(action), &mut attributes);
        assert_eq!(changed, attributes != before, "{action:?}");
        let spelled: Vec<String> = attributes
            .iter()
            .map(|attribute| {
                let text = crate::otlp::text(attribute.value.as_ref());
                format!("{}={}", attribute.key, &text[..text.len().min(8)])
            })
            .collect();
        assert_eq!(spelled.join(" "), expected, "{action:?}");
    }

    #[test]
    fn insert_update_and_upsert_differ_in_what_must_be_there() {
        for (when, of_known, of_new) in [
            (When::Absent, "a=1 b=two", "a=1 b=two c=x"),
            (When::Present, "a=1 b=x", "a=1 b=two"),
            (When::Always, "a=1 b=x", "a=1 b=two c=x"),
        ] {
            check(&set_to("b", "x", when), of_known);
            check(&set_to("c", "x", when), of_new);
        }
        check(&set_to("b", "two", When::Always), "a=1 b=two");
    }

    #[test]
    fn a_value_can_come_from_another_attribute() {
        check(&copy("c", "a", When::Absent), "a=1 b=two c=1");
        check(&copy("b", "a", When::Present), "a=1 b=1");
        check(&copy("b", "nowhere", When::Always), "a=1 b=two");
    }

    #[test]
    fn attributes_are_deleted_by_key_or_pattern() {
        check(&Action::Delete(key("a")), "b=two");
        check(&Action::Delete(matching("^[ab]$")), "");
        check(&Action::Delete(key("c")), "a=1 b=two");
    }

    #[test]
    fn a_hash_takes_the_place_of_the_value() {
        // `printf two | sha256sum`; `printf '\x01\0\0\0\0\0\0\0' | sha256sum`.
        check(&Action::Hash(key("b")), "a=1 b=3fc4ccfe");
        check(&Action::Hash(matching("a")), "a=7c9fa136 b=two");
    }

    #[test]
    fn named_groups_become_attributes() {
        let pattern = || Pattern::new("^(?P<first>.)(?P<a>.)").unwrap();
        check(&Action::Extract { key: "b".into(), pattern: pattern() }, "a=w b=two first=t");
        check(&Action::Extract { key: "a".into(), pattern: pattern() }, "a=1 b=two");
    }

    #[test]
    fn a_conversion_that_fails_changes_nothing() {
        check(&Action::Convert { key: "b".into(), to: ValueType::Int }, "a=1 b=two");
        check(&Action::Convert { key: "c".into(), to: ValueType::Int }, "a=1 b=two");
    }

    #[test]
    fn only_actions_that_need_a_key_name_it() {
        let need = |action: Action| needed_keys(&[action]).map(|keys| keys.join(" "));
        assert_eq!(need(set_to("a", "x", When::Always)), None);
        assert_eq!(need(set_to("a", "x", When::Absent)), None);
        assert_eq!(need(set_to("a", "x", When::Present)).as_deref(), Some("a"));
        assert_eq!(need(copy("a", "b", When::Always)).as_deref(), Some("b"));
        assert_eq!(need(Action::Delete(key("a"))).as_deref(), Some("a"));
        assert_eq!(need(Action::Delete(matching("a"))), None);
        let both = [Action::Hash(key("a")), set_to("b", "x", When::Always)];
        assert_eq!(needed_keys(&both), None);
    }
}
