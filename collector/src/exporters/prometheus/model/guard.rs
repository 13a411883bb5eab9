//! Which values of an attribute the model tells apart: the first ones, for ever.

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};

use super::describe::canonical;
use crate::otlp::text;

/// The values that are labels of their own, by key; as many as the limit at most.
#[derive(Debug, Default)]
pub(in super::super) struct Guard {
    /// 0 is none.
    limit: usize,
    kept: BTreeMap<String, BTreeSet<String>>,
}

impl Guard {
    pub(in super::super) fn new(limit: usize) -> Self {
        Self { limit, kept: BTreeMap::new() }
    }

    /// The attributes of a new series as they are shown, and whether one of them stands for several.
    pub(in super::super) fn limited(&mut self, attributes: &[KeyValue]) -> (Vec<KeyValue>, bool) {
        let mut folded = false;
        let shown = canonical(attributes).into_iter().map(|(key, value)| {
            let is_kept = self.keeps(&key, &text(value.as_ref()));
            folded |= !is_kept;
            let other = || AnyValue { value: Some(Value::StringValue("other".to_owned())) };
            let value = if is_kept { value } else { Some(other()) };
            KeyValue { key, value, ..KeyValue::default() }
        });
        (shown.collect(), folded)
    }

    fn keeps(&mut self, key: &str, value: &str) -> bool {
        if self.limit == 0 || value.is_empty() {
            return true;
        }
        let kept = self.kept.entry(key.to_owned()).or_default();
        let has_room = kept.len() < self.limit;
        kept.contains(value) || (has_room && kept.insert(value.to_owned()))
    }
}
