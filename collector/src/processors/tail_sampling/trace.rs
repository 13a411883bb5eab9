//! A trace that waits for its decision.

use std::{mem::size_of, sync::Arc};

use tokio::time::Instant;

use super::{envelope::Envelope, source::Source, span_tests::Bits};
use crate::{journal::Header, pipeline::Tenant};

/// Sixteen bytes, as on the wire.
pub(super) type TraceId = [u8; 16];

/// What tells two traces apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) tenant: Tenant,
    pub(super) id: TraceId,
}

/// What policies need to know of some spans of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Features {
    pub(super) spans: u64,
    /// Whether the root span is among them, which names no parent.
    pub(super) has_root: bool,
    /// The first start, nanoseconds since 1970; `u64::MAX` if none was told.
    pub(super) start: u64,
    /// The last end, nanoseconds since 1970.
    pub(super) end: u64,
    /// Tests that held for one of them.
    pub(super) bits: Bits,
}

impl Features {
    /// Of no span.
    pub(super) const NONE: Self =
        Self { spans: 0, has_root: false, start: u64::MAX, end: 0, bits: 0 };

    pub(super) fn add(&mut self, more: &Self) {
        self.spans += more.spans;
        self.has_root |= more.has_root;
        self.start = self.start.min(more.start);
        self.end = self.end.max(more.end);
        self.bits |= more.bits;
    }

    /// From the first start to the last end.
    pub(super) const fn nanos(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }
}

/// Spans of a trace that came one behind the other in one scope of a request.
#[derive(Debug)]
pub(super) struct Piece {
    /// What stood around them.
    pub(super) envelope: Arc<Envelope>,
    /// Their fields of the scope's message as they came, keys and lengths included.
    pub(super) spans: Box<[u8]>,
    /// Their request, if it is on disk until it is settled.
    pub(super) source: Option<Arc<Source>>,
}

/// What a piece takes beside its bytes, the allocator's own included: no span that waits takes more than this.
pub(super) const PIECE_BYTES: usize = 80;
/// What a request on disk takes in memory; charged to every piece of it, an upper bound.
const SOURCE_BYTES: usize = 192;
/// What a trace takes beside its pieces: its place in the table and in the order, with the room that both leave free.
pub(super) const TRACE_BYTES: usize = 512;

impl Piece {
    /// Bytes that are charged for it. What is around it is charged to every piece, an upper bound.
    pub(super) fn charge(&self) -> usize {
        let source = if self.source.is_some() { SOURCE_BYTES } else { 0 };
        PIECE_BYTES + self.spans.len() + self.envelope.len() + source
    }
}

/// What is known of an undecided trace.
#[derive(Debug)]
pub(super) struct Trace {
    pub(super) features: Features,
    pub(super) pieces: Vec<Piece>,
    /// Bytes that are charged for it.
    pub(super) charge: usize,
    /// When it last moved on: its last span came, or its root.
    pub(super) since: Instant,
    /// Its place among those that wait for the same.
    pub(super) order: u64,
}

impl Trace {
    pub(super) const fn new(since: Instant, order: u64) -> Self {
        let pieces = Vec::new();
        Self { features: Features::NONE, pieces, charge: TRACE_BYTES, since, order }
    }
}

// Half of the table is free when it has just grown, as is half of a node of the order and of the list of pieces, which
// begins with four.
const _: () = assert!(
    2 * (size_of::<Key>() + size_of::<Trace>() + size_of::<(u64, Key)>()) + 4 * size_of::<Piece>()
        <= TRACE_BYTES
);
const _: () = assert!(2 * size_of::<Piece>() + 16 <= PIECE_BYTES);
const _: () = assert!(size_of::<Source>() + 32 + size_of::<Header>() <= SOURCE_BYTES);
