//! A span as the ring keeps it: encoded, beside the little that searches look at.

use std::sync::Arc;

use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, KeyValue, any_value},
    resource::v1::Resource,
    trace::v1::{ResourceSpans, Span},
};
use prost::Message;

/// Sixteen bytes, as on the wire.
pub(super) type TraceId = [u8; 16];

/// Bytes of a span's place in the ring beside its own encoding.
const OVERHEAD_BYTES: usize = 160;

/// What Jaeger calls the service of a resource that names none.
const NO_SERVICE_NAME: &str = "OTLPResourceNoServiceName";

/// One span.
#[derive(Debug)]
pub(super) struct StoredSpan {
    pub(super) encoded: Box<[u8]>,
    pub(super) name: Box<str>,
    pub(super) start_nanos: u64,
    /// Whether it names no parent: the span that a trace begins with.
    pub(super) is_root: bool,
    pub(super) process: Arc<Process>,
    pub(super) scope: Arc<Scope>,
}

/// Where spans come from.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) service: String,
    /// The resource; equal bytes are one process.
    pub(super) encoded: Vec<u8>,
}

/// What made a span.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) name: String,
    pub(super) version: String,
}

impl StoredSpan {
    /// Bytes that are charged for the span; its process is charged to every span, an upper bound.
    pub(super) fn cost(&self) -> usize {
        OVERHEAD_BYTES + self.encoded.len() + self.name.len() + self.process.encoded.len()
    }
}

/// The spans of one resource, each with its trace; `Err` stands for one whose ids are not 16 and 8 bytes or all zero.
pub(super) fn spans(
    resource_spans: ResourceSpans,
) -> impl Iterator<Item = Result<(TraceId, StoredSpan), InvalidId>> {
    let process = Arc::new(process(resource_spans.resource.as_ref()));
    resource_spans.scope_spans.into_iter().flat_map(move |scope_spans| {
        let scope = scope_spans.scope.unwrap_or_default();
        let scope = Arc::new(Scope { name: scope.name, version: scope.version });
        let process = Arc::clone(&process);
        scope_spans.spans.into_iter().map(move |span| stored(span, &process, &scope))
    })
}

/// The ids of a span are not what the protocol demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InvalidId;

fn stored(
    span: Span,
    process: &Arc<Process>,
    scope: &Arc<Scope>,
) -> Result<(TraceId, StoredSpan), InvalidId> {
    let trace_id: TraceId = span.trace_id.as_slice().try_into().map_err(|_| InvalidId)?;
    let has_span_id = span.span_id.len() == 8 && span.span_id.iter().any(|&byte| byte != 0);
    if trace_id == [0; 16] || !has_span_id {
        return Err(InvalidId);
    }
    let stored = StoredSpan {
        encoded: span.encode_to_vec().into(),
        start_nanos: span.start_time_unix_nano,
        is_root: span.parent_span_id.iter().all(|&byte| byte == 0),
        name: span.name.into(),
        process: Arc::clone(process),
        scope: Arc::clone(scope),
    };
    Ok((trace_id, stored))
}

fn process(resource: Option<&Resource>) -> Process {
    let attributes = resource.map_or(&[][..], |resource| &resource.attributes);
    Process {
        service: service_name(attributes).to_owned(),
        encoded: resource.map(Message::encode_to_vec).unwrap_or_default(),
    }
}

fn service_name(attributes: &[KeyValue]) -> &str {
    let named = attributes.iter().find(|attribute| attribute.key == "service.name");
    match named.and_then(|attribute| attribute.value.as_ref()) {
        Some(AnyValue { value: Some(any_value::Value::StringValue(name)) }) if !name.is_empty() => {
            name
        }
        _ => NO_SERVICE_NAME,
    }
}
