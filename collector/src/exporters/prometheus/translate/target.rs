//! The resource as Prometheus tells targets apart.

use std::borrow::Cow;

use opentelemetry_proto::tonic::common::v1::KeyValue;

use super::{
    draft::{Draft, Source},
    translation::Translation,
};
use crate::{
    otlp::text,
    series::{Identity, Kind},
};

pub(super) const JOB: &str = "job";
pub(super) const INSTANCE: &str = "instance";
const SERVICE_NAME: &str = "service.name";
const SERVICE_NAMESPACE: &str = "service.namespace";
const SERVICE_INSTANCE_ID: &str = "service.instance.id";

/// Who sent the metrics, as far as series show it.
#[derive(Debug)]
pub(in super::super) struct Target<'a> {
    /// `service.namespace/service.name`; empty if the resource has no name.
    pub(in super::super) job: Cow<'a, str>,
    /// `service.instance.id`; empty if there is none.
    pub(in super::super) instance: Cow<'a, str>,
    /// Attributes that are labels of every series, ordered by key, each key once, none empty.
    promoted: Vec<(&'a str, Cow<'a, str>)>,
    attributes: &'a [KeyValue],
}

impl<'a> Target<'a> {
    pub(in super::super) fn of(translation: &Translation, attributes: &'a [KeyValue]) -> Self {
        let find = |key: &str| {
            let pair = attributes.iter().find(|pair| pair.key == key);
            pair.map_or(Cow::Borrowed(""), |pair| text(pair.value.as_ref()))
        };
        let (name, namespace) = (find(SERVICE_NAME), find(SERVICE_NAMESPACE));
        let job = if name.is_empty() || namespace.is_empty() {
            name
        } else {
            Cow::Owned(format!("{namespace}/{name}"))
        };
        let promoted = canonical(attributes, |key| translation.resource_labels.takes(key));
        Self { job, instance: find(SERVICE_INSTANCE_ID), promoted, attributes }
    }

    /// Everything of the resource that tells its series from those of another, spelled so that no two targets spell the
    /// same. Resources that differ in anything else are one target, whose `target_info` follows the latest.
    pub(in super::super) fn key(&self) -> Box<[u8]> {
        let mut key = Identity::default();
        key.push(b'j', self.job.as_bytes());
        key.push(b'i', self.instance.as_bytes());
        for (name, value) in &self.promoted {
            key.push(b'k', name.as_bytes());
            key.push(b's', value.as_bytes());
        }
        key.as_bytes().into()
    }

    /// The labels of `target_info`, as [`Draft::render`] gives them; none if it is not shown, nothing ties it to a series, or nothing is left to say.
    pub(in super::super) fn info_labels(
        &self,
        translation: &Translation,
    ) -> Option<(String, Option<String>)> {
        if !translation.target_info || (self.job.is_empty() && self.instance.is_empty()) {
            return None;
        }
        let others = canonical(self.attributes, |key| {
            !matches!(key, SERVICE_NAME | SERVICE_NAMESPACE | SERVICE_INSTANCE_ID)
        });
        if others.is_empty() {
            return None;
        }
        let mut labels = Draft::new(translation, Kind::Gauge);
        labels.of_target(&self.job, &self.instance);
        for (key, value) in others {
            labels.add(Source::Resource, key, value);
        }
        Some(labels.render())
    }

    pub(super) fn add_to<'b>(&'b self, labels: &mut Draft<'b>) {
        labels.of_target(&self.job, &self.instance);
        for (key, value) in &self.promoted {
            labels.add(Source::Resource, *key, &**value);
        }
    }
}

/// The chosen attributes in the order of their keys: of two with one key the first, and none that is empty.
fn canonical(attributes: &[KeyValue], takes: impl Fn(&str) -> bool) -> Vec<(&str, Cow<'_, str>)> {
    let taken = attributes.iter().filter(|pair| takes(&pair.key));
    let mut pairs: Vec<_> = taken.map(|pair| (&*pair.key, text(pair.value.as_ref()))).collect();
    pairs.sort_by_key(|(key, _)| *key);
    pairs.dedup_by(|(later, _), (first, _)| later == first);
    pairs.retain(|(_, value)| !value.is_empty());
    pairs
}
