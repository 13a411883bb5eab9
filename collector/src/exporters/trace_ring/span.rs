//! A span as the ring keeps it: encoded, beside the little that searches look at.
//!
//! Requests are read in place. Decoded whole, empty spans of two bytes each would take two hundred times their size.

use std::sync::Arc;

use opentelemetry_proto::tonic::trace::v1::{span::SpanKind, status::StatusCode};

use super::{parts, trace_id::TraceId};
use crate::otlp::{fields, only};

/// Bytes of a span's place in the ring beside its own encoding.
const OVERHEAD_BYTES: usize = 160;

/// Bytes that an attribute, event, link or element of a list takes beside its own encoding once it is decoded to be
/// shown.
const PART_BYTES: usize = 100;

/// What Jaeger calls the service of a resource that names none.
const NO_SERVICE_NAME: &str = "OTLPResourceNoServiceName";

/// One span.
#[derive(Debug)]
pub(super) struct StoredSpan {
    pub(super) encoded: Box<[u8]>,
    /// Its attributes, events and links, and theirs.
    pub(super) parts: usize,
    pub(super) name: Box<str>,
    /// Since 1970.
    pub(super) start_nanos: u64,
    pub(super) duration_nanos: u64,
    pub(super) kind: SpanKind,
    pub(super) status: StatusCode,
    /// Whether it names no parent: the span that a trace begins with.
    pub(super) is_root: bool,
    pub(super) process: Arc<Process>,
    pub(super) scope: Arc<Scope>,
}

/// Where spans come from.
#[derive(Debug, Default)]
pub(super) struct Process {
    pub(super) service: String,
    /// Attributes of the resource.
    pub(super) parts: usize,
    /// The resource; equal bytes are one process.
    pub(super) encoded: Vec<u8>,
}

/// What made a span.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) encoded: Vec<u8>,
}

impl StoredSpan {
    /// Bytes that are charged for the span, as much as it takes while it is shown; its process and its scope are charged
    /// to every span, an upper bound.
    pub(super) fn cost(&self) -> usize {
        let parts = self.parts.saturating_mul(PART_BYTES);
        let shared = self.process.encoded.len() + self.scope.encoded.len();
        OVERHEAD_BYTES + self.encoded.len() + parts + self.name.len() + shared
    }

    /// What is charged beside for the attributes of its process, which a trace is shown with once.
    pub(super) fn process_cost(&self) -> usize {
        self.process.parts.saturating_mul(PART_BYTES)
    }

    /// Its id and its parent's, which is 0 for a span that has none.
    pub(super) fn ids(&self) -> (u64, u64) {
        let of = |number| {
            let id = messages(&self.encoded, number).last();
            id.and_then(|id| id.try_into().ok()).map_or(0, u64::from_be_bytes)
        };
        (of(2), of(4))
    }
}

/// The spans of an encoded request, each with its trace; `Err` stands for one whose ids are not 16 and 8 bytes or all
/// zero. They end where the request cannot be read.
pub(super) fn spans(
    request: &[u8],
) -> impl Iterator<Item = Result<(TraceId, StoredSpan), InvalidId>> + '_ {
    messages(request, 1).flat_map(|of_resource| {
        let process = Arc::new(process(&only(of_resource, 1)));
        messages(of_resource, 2).flat_map(move |of_scope| {
            let process = Arc::clone(&process);
            let scope = Arc::new(scope(&only(of_scope, 1)));
            messages(of_scope, 2).map(move |span| stored(span, &process, &scope))
        })
    })
}

/// The messages under a number of another one.
pub(super) fn messages(message: &[u8], number: u32) -> impl Iterator<Item = &[u8]> {
    fields(message).filter(move |field| field.number == number).map(|field| field.bytes())
}

/// The ids of a span are not what the protocol demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InvalidId;

fn stored(
    span: &[u8],
    process: &Arc<Process>,
    scope: &Arc<Scope>,
) -> Result<(TraceId, StoredSpan), InvalidId> {
    let (mut trace_id, mut span_id, mut parent_id, mut name) = (&[][..], &[][..], &[][..], "");
    let (mut start_nanos, mut end_nanos, mut parts) = (0, 0, 0_usize);
    let (mut kind, mut status) = (SpanKind::Unspecified, StatusCode::Unset);
    for field in fields(span) {
        match field.number {
            1 => trace_id = field.bytes(),
            2 => span_id = field.bytes(),
            4 => parent_id = field.bytes(),
            5 => name = text(field.bytes()),
            6 => kind = value(field.number()),
            7 => start_nanos = field.number(),
            8 => end_nanos = field.number(),
            15 => {
                let codes = fields(field.bytes()).filter(|field| field.number == 3);
                status = codes.last().map_or(status, |code| value(code.number()));
            }
            9 => parts += parts::of_attribute(field.bytes()),
            11 => parts += 1 + parts::of_attributes(field.bytes(), 3),
            13 => parts += 1 + parts::of_attributes(field.bytes(), 4),
            _ => {}
        }
    }
    let trace_id: TraceId = trace_id.try_into().map_err(|_| InvalidId)?;
    let has_span_id = span_id.len() == 8 && span_id.iter().any(|&byte| byte != 0);
    if trace_id == [0; 16] || !has_span_id {
        return Err(InvalidId);
    }
    let stored = StoredSpan {
        encoded: span.into(),
        parts,
        start_nanos,
        duration_nanos: end_nanos.saturating_sub(start_nanos),
        kind,
        status,
        is_root: parent_id.iter().all(|&byte| byte == 0),
        name: name.into(),
        process: Arc::clone(process),
        scope: Arc::clone(scope),
    };
    Ok((trace_id, stored))
}

/// The value of an enumeration; an unknown one counts as none.
fn value<T: TryFrom<i32> + Default>(number: u64) -> T {
    i32::try_from(number).ok().and_then(|number| T::try_from(number).ok()).unwrap_or_default()
}

fn process(resource: &[u8]) -> Process {
    Process {
        service: service_name(resource).to_owned(),
        parts: parts::of_attributes(resource, 1),
        encoded: resource.to_vec(),
    }
}

fn scope(scope: &[u8]) -> Scope {
    let of = |number| messages(scope, number).last().map(text).unwrap_or_default().to_owned();
    Scope { name: of(1), version: of(2), encoded: scope.to_vec() }
}

fn service_name(resource: &[u8]) -> &str {
    let mut attributes = messages(resource, 1);
    let named = attributes.find(|pair| messages(pair, 1).last() == Some(b"service.name"));
    let value = named.and_then(|pair| messages(pair, 2).last());
    match value.and_then(|value| fields(value).last()) {
        Some(name) if name.number == 1 && !name.bytes().is_empty() => text(name.bytes()),
        _ => NO_SERVICE_NAME,
    }
}

/// A text of a checked request.
pub(super) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
impl StoredSpan {
    /// A root span whose encoding is of this size, and nothing else.
    pub(super) fn blank(size: usize) -> Self {
        Self {
            encoded: vec![0; size].into(),
            parts: 0,
            name: "span".into(),
            start_nanos: 0,
            duration_nanos: 0,
            kind: SpanKind::Unspecified,
            status: StatusCode::Unset,
            is_root: true,
            process: Arc::new(Process { service: "service".to_owned(), ..Process::default() }),
            scope: Arc::new(Scope::default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::{
        collector::trace::v1::ExportTraceServiceRequest,
        common::v1::{AnyValue, ArrayValue, KeyValue, any_value::Value},
        resource::v1::Resource,
        trace::v1::{
            ResourceSpans, ScopeSpans, Span,
            span::{Event, Link},
        },
    };
    use prost::Message;

    use super::*;

    /// Elements of the lists, two bytes each on the wire.
    const ELEMENTS: usize = 1000;

    fn attributes() -> Vec<KeyValue> {
        let values = vec![AnyValue::default(); ELEMENTS];
        let value = Some(AnyValue { value: Some(Value::ArrayValue(ArrayValue { values })) });
        vec![KeyValue { key: "list".to_owned(), value, ..KeyValue::default() }]
    }

    fn only_span(resource: Vec<KeyValue>, span: Span) -> StoredSpan {
        let span = Span { trace_id: vec![1; 16], span_id: vec![1; 8], ..span };
        let scope_spans = vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }];
        let resource = Some(Resource { attributes: resource, ..Resource::default() });
        let of_resource = ResourceSpans { resource, scope_spans, ..ResourceSpans::default() };
        let request = ExportTraceServiceRequest { resource_spans: vec![of_resource] };
        let (_, stored) = spans(&request.encode_to_vec()).next().expect("a span").expect("ids");
        stored
    }

    #[test]
    fn nested_values_are_charged_for_what_they_become_when_they_are_shown() {
        let shown = ELEMENTS * (size_of::<AnyValue>() + size_of::<serde_json::Value>());
        let event = Event { attributes: attributes(), ..Event::default() };
        let link = Link { attributes: attributes(), ..Link::default() };
        for (place, span) in [
            ("a span", Span { attributes: attributes(), ..Span::default() }),
            ("an event", Span { events: vec![event], ..Span::default() }),
            ("a link", Span { links: vec![link], ..Span::default() }),
        ] {
            let stored = only_span(Vec::new(), span);
            assert!(stored.encoded.len() < shown / 20);
            assert!(stored.cost() > shown, "{place}: {} for {shown}", stored.cost());
        }
        let stored = only_span(attributes(), Span::default());
        assert!(stored.process_cost() > shown);
    }
}
