//! A span as the ring keeps it: encoded, beside the little that searches look at.
//!
//! Requests are read in place. Decoded whole, empty spans of two bytes each would take two hundred times their size.

use std::sync::Arc;

use opentelemetry_proto::tonic::trace::v1::{span::SpanKind, status::StatusCode};

use super::trace_id::TraceId;
use crate::otlp::{fields, only};

/// Bytes of a span's place in the ring beside its own encoding.
const OVERHEAD_BYTES: usize = 160;

/// Bytes that an attribute, event or link takes beside its own encoding once the span is decoded to be shown.
const PART_BYTES: usize = 100;

/// What Jaeger calls the service of a resource that names none.
const NO_SERVICE_NAME: &str = "OTLPResourceNoServiceName";

/// One span.
#[derive(Debug)]
pub(super) struct StoredSpan {
    pub(super) encoded: Box<[u8]>,
    /// Its attributes, events and links.
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
#[derive(Debug)]
pub(super) struct Process {
    pub(super) service: String,
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
    let (mut start_nanos, mut end_nanos, mut parts) = (0, 0, 0);
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
            9 | 11 | 13 => parts += 1,
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
    Process { service: service_name(resource).to_owned(), encoded: resource.to_vec() }
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
            process: Arc::new(Process { service: "service".to_owned(), encoded: Vec::new() }),
            scope: Arc::new(Scope::default()),
        }
    }
}
