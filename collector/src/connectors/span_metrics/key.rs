//! Who a series is: the values of its dimensions spelled one after the other, and its attributes for whoever reads it.

use std::{collections::HashSet, hash::Hash};

use foldhash::quality::RandomState;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use prost::Message;

use super::{
    settings::{ResourceOf, SpanMetricsSettings},
    span::{Pairs, SpanView, messages},
};
use crate::{
    otlp::{key_of, spell_attributes, spell_value},
    series::Identity,
};

/// Bytes that the dimensions of a span may take; beyond it is counted in the overflow series.
pub const DIMENSIONS_BYTES_MAX: usize = 4 << 10;
/// Bytes of a resource that series belong to; spans of a larger one are counted in the overflow series.
pub const RESOURCE_BYTES_MAX: usize = 16 << 10;

/// The attribute of the overflow series, as OpenTelemetry's specification names it.
const OVERFLOW: &str = "otel.metric.overflow";

/// A span's dimensions, read and not yet decoded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dimensions<'a> {
    pub(super) span: &'a SpanView<'a>,
    pub(super) service: &'a str,
    pub(super) pairs: &'a Pairs<'a>,
}

impl Dimensions<'_> {
    /// Spells them in the order of the settings, so that equal ones spell the same and no others do. `false` if they are
    /// too long, which is seen before anything of them is copied.
    pub(super) fn spell(&self, settings: &SpanMetricsSettings, identity: &mut Identity) -> bool {
        identity.clear();
        let common = settings.common.iter();
        let common = common.map(|common| self.span.common(*common, self.service).len());
        let pairs = self.pairs.iter().flatten().map(|pair| pair.len());
        if common.chain(pairs).sum::<usize>() > DIMENSIONS_BYTES_MAX {
            return false;
        }
        for common in &settings.common {
            identity.push(b's', self.span.common(*common, self.service).as_bytes());
        }
        for (dimension, pair) in settings.dimensions.iter().zip(self.pairs) {
            match (pair, &dimension.default) {
                (Some(pair), _) => spell_value(pair, identity),
                (None, Some(default)) => identity.push(b's', default.as_bytes()),
                (None, None) => identity.push(b'-', &[]),
            }
        }
        identity.as_bytes().len() <= DIMENSIONS_BYTES_MAX
    }

    /// The attributes that a series of these dimensions has.
    pub(super) fn attributes(&self, settings: &SpanMetricsSettings) -> Vec<KeyValue> {
        let common = settings.common.iter();
        let common =
            common.map(|common| text(common.key(), self.span.common(*common, self.service)));
        let further = settings.dimensions.iter().zip(self.pairs);
        let further = further.filter_map(|(dimension, pair)| match (pair, &dimension.default) {
            // The bytes are checked, so they decode.
            (Some(pair), _) => KeyValue::decode(*pair).ok(),
            (None, Some(default)) => Some(text(&dimension.name, default)),
            (None, None) => None,
        });
        common.chain(further).collect()
    }
}

/// Those of the overflow series.
pub(super) fn overflow_attributes() -> Vec<KeyValue> {
    vec![pair(OVERFLOW, Value::BoolValue(true))]
}

/// Text as an attribute.
pub(super) fn text(key: &str, text: &str) -> KeyValue {
    pair(key, Value::StringValue(text.to_owned()))
}

fn pair(key: &str, value: Value) -> KeyValue {
    let value = Some(AnyValue { value: Some(value) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

/// The part of a resource that tells series apart: its attribute fields. Nothing if all resources are one.
#[derive(Debug, Default)]
pub(super) struct ResourceKey {
    /// The attributes as fields of a message.
    run: Vec<u8>,
    identity: Identity,
}

impl ResourceKey {
    /// Takes over the next resource. Whether it is small enough to be kept.
    pub(super) fn read(&mut self, resource: &[u8], of: &ResourceOf) -> bool {
        self.run.clear();
        self.identity.clear();
        let is_kept = |key: &[u8]| match of {
            ResourceOf::Collector => false,
            ResourceOf::Attributes(keys) => keys.iter().any(|known| known.as_bytes() == key),
            ResourceOf::Spans => true,
        };
        if *of == ResourceOf::Collector {
            return true;
        }
        for pair in messages(resource, 1).filter(|pair| is_kept(key_of(pair))) {
            if self.run.len() + pair.len() > RESOURCE_BYTES_MAX {
                return false;
            }
            prost::encoding::bytes::encode(1, &pair.to_vec(), &mut self.run);
        }
        spell_attributes(&self.run, &mut self.identity);
        true
    }

    /// Equal resources have equal bytes, whatever their order.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.identity.as_bytes()
    }

    /// Its attributes, of several with one key the first.
    pub(super) fn attributes(&self) -> Vec<KeyValue> {
        // The bytes are checked, so they decode.
        let decoded = firsts(messages(&self.run, 1), key_of);
        decoded.into_iter().filter_map(|pair| KeyValue::decode(pair).ok()).collect()
    }
}

/// Of several with one key the first, by one look at each: a resource may have thousands.
fn firsts<T: Copy, K: Eq + Hash>(all: impl Iterator<Item = T>, key: impl Fn(T) -> K) -> Vec<T> {
    let mut known: HashSet<K, RandomState> = HashSet::default();
    all.filter(|one| known.insert(key(*one))).collect()
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, hash::Hasher};

    use super::*;

    thread_local! {
        static COMPARED: Cell<u64> = const { Cell::new(0) };
    }

    /// A key that counts how often it is compared.
    #[derive(Debug, Clone, Copy, Eq)]
    struct Counted(u64);

    impl PartialEq for Counted {
        fn eq(&self, other: &Self) -> bool {
            COMPARED.set(COMPARED.get() + 1);
            self.0 == other.0
        }
    }

    impl Hash for Counted {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }

    #[test]
    fn thousands_of_attributes_are_not_compared_each_with_each() {
        const PAIRS: u64 = 5000;
        let twice = (0..PAIRS).chain(0..PAIRS);
        assert_eq!(firsts(twice, Counted), Vec::from_iter(0..PAIRS));
        let compared = COMPARED.get();
        assert!(compared < 4 * PAIRS, "{compared} comparisons of {PAIRS} keys");
    }

    #[test]
    fn of_two_attributes_with_one_key_the_first_counts() {
        let pairs = [text("b", "1"), text("a", "2"), text("b", "3"), text("c", "4")];
        let mut resource = Vec::new();
        pairs.iter().for_each(|pair| prost::encoding::message::encode(1, pair, &mut resource));
        let mut key = ResourceKey::default();
        assert!(key.read(&resource, &ResourceOf::Spans));
        assert_eq!(key.attributes(), [pairs[0].clone(), pairs[1].clone(), pairs[3].clone()]);
    }
}
