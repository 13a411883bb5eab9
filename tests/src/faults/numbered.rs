//! Requests whose spans have numbers, and what a span is known by wherever it arrives.

use std::hash::{DefaultHasher, Hash, Hasher};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use prost::Message;

use crate::hostile::attribute;

/// A span's number, and what it holds with its resource and its scope.
pub(super) type Numbered = (u64, u64);

/// A request with spans from `first` on, each with `padding` bytes that no other has.
pub(super) fn request(first: u64, spans: u64, padding: usize) -> ExportTraceServiceRequest {
    let span = |number: u64| {
        let mut filler = format!("{number}:");
        filler.extend(std::iter::repeat_n('.', padding.saturating_sub(filler.len())));
        Span {
            trace_id: u128::from(first).to_be_bytes().to_vec(),
            span_id: number.to_be_bytes().to_vec(),
            name: "decode".to_owned(),
            attributes: vec![attribute("filler", &filler)],
            ..Span::default()
        }
    };
    let spans = (first..first + spans).map(span).collect();
    let resource =
        Resource { attributes: vec![attribute("service.name", "faults")], ..Resource::default() };
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    let resource_spans =
        vec![ResourceSpans { resource: Some(resource), scope_spans, ..ResourceSpans::default() }];
    ExportTraceServiceRequest { resource_spans }
}

/// The spans of a request.
///
/// # Panics
/// If one has no number.
pub(super) fn numbered(request: &ExportTraceServiceRequest) -> Vec<Numbered> {
    let mut all = Vec::new();
    for of_resource in &request.resource_spans {
        let resource = of_resource.resource.as_ref().map(Message::encode_to_vec);
        for of_scope in &of_resource.scope_spans {
            let scope = of_scope.scope.as_ref().map(Message::encode_to_vec);
            for span in &of_scope.spans {
                let id = span.span_id.as_slice().try_into();
                let number = u64::from_be_bytes(id.expect("a span with a number"));
                let mut hasher = DefaultHasher::new();
                (&resource, &scope, span.encode_to_vec()).hash(&mut hasher);
                all.push((number, hasher.finish()));
            }
        }
    }
    all
}
