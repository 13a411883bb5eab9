//! What stands around metrics in a request, read in place: resources and scopes.

use std::borrow::Cow;

use super::fields::fields;

/// One `ResourceMetrics`.
#[derive(Debug)]
pub struct ResourceMetricsView<'a> {
    /// The encoded `Resource`; empty if there is none.
    pub resource: Cow<'a, [u8]>,
    message: &'a [u8],
}

/// One `ScopeMetrics`.
#[derive(Debug)]
pub struct ScopeMetricsView<'a> {
    /// The encoded `InstrumentationScope`; empty if there is none.
    pub scope: Cow<'a, [u8]>,
    /// The URL of the schema that its metrics follow; empty if there is none.
    pub schema_url: &'a [u8],
    message: &'a [u8],
}

/// The resources of an encoded `ExportMetricsServiceRequest`.
pub fn resource_metrics(request: &[u8]) -> impl Iterator<Item = ResourceMetricsView<'_>> {
    fields(request).filter(|field| field.number == 1).map(|field| {
        let message = field.bytes();
        ResourceMetricsView { resource: only(message, 1), message }
    })
}

impl<'a> ResourceMetricsView<'a> {
    /// Its scopes with their metrics, wherever in the message they are.
    pub fn scopes(&self) -> impl Iterator<Item = ScopeMetricsView<'a>> + use<'a> {
        fields(self.message).filter(|field| field.number == 2).map(|field| {
            let message = field.bytes();
            let url = fields(message).filter(|field| field.number == 3).last();
            let schema_url = url.map_or(&[][..], |field| field.bytes());
            ScopeMetricsView { scope: only(message, 1), schema_url, message }
        })
    }
}

impl<'a> ScopeMetricsView<'a> {
    /// Its encoded metrics.
    pub fn metrics(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        fields(self.message).filter(|field| field.number == 2).map(|field| field.bytes())
    }
}

/// The one message under a number. If it was split into several they are joined, which is what protobuf means by it.
pub(crate) fn only(message: &[u8], number: u32) -> Cow<'_, [u8]> {
    let mut joined = Cow::Borrowed(&[][..]);
    for field in fields(message).filter(|field| field.number == number) {
        join(&mut joined, field.bytes());
    }
    joined
}

/// Adds the encoding of a message to another encoding of it: the encoding of the two merged.
pub(super) fn join<'a>(message: &mut Cow<'a, [u8]>, more: &'a [u8]) {
    if message.is_empty() {
        *message = Cow::Borrowed(more);
    } else if !more.is_empty() {
        message.to_mut().extend_from_slice(more);
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::{metrics::v1::ResourceMetrics, resource::v1::Resource};
    use prost::Message;

    use super::*;

    #[test]
    fn a_split_resource_is_the_merged_one() {
        let part = |dropped| Resource { dropped_attributes_count: dropped, ..Resource::default() };
        let split = |dropped| ResourceMetrics {
            resource: Some(part(dropped)),
            ..ResourceMetrics::default()
        };
        let message = [split(1).encode_to_vec(), split(2).encode_to_vec()].concat();
        let mut request = Vec::new();
        prost::encoding::bytes::encode(1, &message, &mut request);
        let views: Vec<_> = resource_metrics(&request).collect();
        assert_eq!(views.len(), 1);
        let merged = ResourceMetrics::decode(&*message).unwrap().resource.unwrap();
        assert_eq!(Resource::decode(&*views[0].resource).unwrap(), merged);
    }
}
