//! What stands around spans in a request, and requests of spans that were taken out of others.

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};

use super::trace::Piece;
use crate::otlp::{fields, varint};

/// The field of resources in a request, of scopes in a resource, and of spans in a scope, with the layout of messages.
const RESOURCE_SPANS: u8 = 1 << 3 | 2;
const SCOPE_SPANS: u8 = 2 << 3 | 2;
/// The number of the spans in a scope, and of the scopes in a resource.
pub(super) const INNER: u32 = 2;

/// Copies of the fields around some spans.
#[derive(Debug)]
pub(super) struct Envelope {
    /// Of the `ResourceSpans`, all but its scopes.
    resource: Box<[u8]>,
    /// Of the `ScopeSpans`, all but its spans.
    scope: Box<[u8]>,
}

impl Envelope {
    /// What is around the spans of an encoded `ScopeSpans` in an encoded `ResourceSpans`.
    pub(super) fn of(resource_spans: &[u8], scope_spans: &[u8]) -> Self {
        Self { resource: around(resource_spans), scope: around(scope_spans) }
    }

    pub(super) fn len(&self) -> usize {
        self.resource.len() + self.scope.len()
    }
}

fn around(message: &[u8]) -> Box<[u8]> {
    let around = fields(message).filter(|field| field.number != INNER);
    let mut copied = Vec::new();
    around.for_each(|field| copied.extend_from_slice(field.raw));
    copied.into()
}

/// A request of these pieces; those of one scope of one request are together again.
pub(super) fn request(mut pieces: Vec<Piece>) -> Bytes {
    // Where an envelope is in memory means nothing, but is the same for all of its pieces. The sort is stable.
    pieces.sort_by_key(|piece| Arc::as_ptr(&piece.envelope).addr());
    let bytes = pieces.iter().map(|piece| piece.spans.len() + piece.envelope.len() + HEADS_MAX);
    let mut request = BytesMut::with_capacity(bytes.sum());
    for group in pieces.chunk_by(|a, b| Arc::ptr_eq(&a.envelope, &b.envelope)) {
        put(group, &mut request);
    }
    request.freeze()
}

/// Keys and lengths of a resource and a scope.
const HEADS_MAX: usize = 2 * (1 + 10);

/// One resource with one scope.
fn put(group: &[Piece], request: &mut BytesMut) {
    let Some(Piece { envelope, .. }) = group.first() else {
        return;
    };
    let spans: usize = group.iter().map(|piece| piece.spans.len()).sum();
    let scope_bytes = envelope.scope.len() + spans;
    let (_, width) = varint(scope_bytes as u64);
    put_head(RESOURCE_SPANS, envelope.resource.len() + 1 + width + scope_bytes, request);
    request.put(&*envelope.resource);
    put_head(SCOPE_SPANS, scope_bytes, request);
    request.put(&*envelope.scope);
    group.iter().for_each(|piece| request.put(&*piece.spans));
}

fn put_head(key: u8, length: usize, request: &mut BytesMut) {
    let (length, width) = varint(length as u64);
    request.put_u8(key);
    request.put(&length[..width]);
}
