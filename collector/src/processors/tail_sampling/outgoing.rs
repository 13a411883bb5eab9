//! Spans that are kept, until the rest of the pipeline has them.

use std::{collections::VecDeque, sync::Arc};

use super::{super::onward::Part, envelope, source::Source, trace::Piece};
use crate::pipeline::{Tenant, Traced};

/// From which on a request that leaves takes no further trace: a single trace may be larger.
const REQUEST_SPANS: u64 = 8192;
const REQUEST_BYTES: usize = 1 << 20;

/// Spans of one trace, or late ones of several, of one tenant.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) tenant: Tenant,
    pub(super) pieces: Vec<Piece>,
    pub(super) spans: u64,
    /// Bytes that are charged for it.
    pub(super) charge: usize,
}

/// A request that is sent on, whole or in parts.
#[derive(Debug)]
pub(super) struct Joined {
    pub(super) tenant: Tenant,
    bytes: bytes::Bytes,
    spans: u64,
    charge: usize,
    /// Requests on disk that are settled when nothing holds them any more.
    _sources: Vec<Arc<Source>>,
}

impl Joined {
    /// All of it, to be offered; what stays here is what it is charged for, and where it is on disk.
    pub(super) fn take_whole(&mut self) -> Part {
        Part {
            bytes: std::mem::take(&mut self.bytes),
            items: self.spans,
            traced: Traced::default(),
        }
    }
}

/// What waits for the rest of the pipeline, the longest first.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    waiting: VecDeque<Kept>,
    /// What is charged for all of it, what is being sent on included.
    charge: usize,
}

impl Outgoing {
    pub(super) const fn charge(&self) -> usize {
        self.charge
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn push(&mut self, kept: Kept) {
        self.charge += kept.charge;
        self.waiting.push_back(kept);
    }

    /// What has waited longest, as far as it is of one tenant and not too much for one request. It stays charged until
    /// it is [settled](Self::settle).
    pub(super) fn take(&mut self) -> Option<Taken> {
        let first = self.waiting.pop_front()?;
        let Kept { tenant, mut pieces, mut spans, mut charge } = first;
        while let Some(next) = self.waiting.front() {
            let is_enough = spans >= REQUEST_SPANS || charge >= REQUEST_BYTES;
            if is_enough || next.tenant != tenant {
                break;
            }
            let Some(next) = self.waiting.pop_front() else { break };
            pieces.extend(next.pieces);
            spans += next.spans;
            charge += next.charge;
        }
        Some(Taken { tenant, pieces, spans, charge })
    }

    /// All of it was sent on, or given up.
    pub(super) fn settle(&mut self, joined: &Joined) {
        self.charge -= joined.charge;
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Spans of one tenant that leave together.
#[derive(Debug)]
pub(super) struct Taken {
    tenant: Tenant,
    pieces: Vec<Piece>,
    spans: u64,
    charge: usize,
}

impl Taken {
    /// The request of them.
    pub(super) fn join(self) -> Joined {
        let Self { tenant, pieces, spans, charge } = self;
        let _sources = pieces.iter().filter_map(|piece| piece.source.clone()).collect();
        Joined { tenant, bytes: envelope::request(pieces), spans, charge, _sources }
    }
}
