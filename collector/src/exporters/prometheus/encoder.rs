//! The page in whichever format a reader gets.

use super::{
    format::{Format, Wanted},
    protobuf, text,
};
use crate::series::Store;

/// A piece ends once it has this many bytes; larger ones hardly save anything, smaller ones cost system calls.
pub(super) const PIECE_BYTES: usize = 128 << 10;
/// What a piece usually takes: room for the series that crosses the mark. A longer one makes its buffer grow.
pub(super) const PIECE_ROOM: usize = PIECE_BYTES + (8 << 10);
/// Series taken from the store at a time: new series wait while they are picked, known ones do not.
pub(super) const PAGE_SERIES: usize = 256;

/// What a page shows beside what every reader needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Options {
    /// Whether every sample shows the time of its point, if the sender told it.
    pub(super) timestamps: bool,
    /// Whether native histograms have classic buckets beside their own.
    pub(super) classic_buckets: bool,
    /// Whether OpenMetrics says in samples of their own since when counters, histograms and summaries count.
    pub(super) created: bool,
}

/// One pass over the store, piece by piece; holds no lock between pieces, and none while it writes.
#[derive(Debug)]
pub(super) enum Encoder {
    Text(text::Encoder),
    Protobuf(protobuf::Encoder),
}

impl Encoder {
    /// Before the first piece.
    pub(super) fn new(wanted: impl Into<Wanted>, options: Options) -> Self {
        let wanted = wanted.into();
        match wanted.format {
            Format::Protobuf => Self::Protobuf(protobuf::Encoder::new(wanted.escaping(), options)),
            _ => Self::Text(text::Encoder::new(wanted, options)),
        }
    }

    /// Appends the next piece of the page; returns whether there was one.
    pub(super) fn piece(&mut self, store: &Store, out: &mut Vec<u8>) -> bool {
        match self {
            Self::Text(encoder) => encoder.piece(store, out),
            Self::Protobuf(encoder) => encoder.piece(store, out),
        }
    }

    /// Families that the format had no place for until now.
    pub(super) const fn omitted(&self) -> u64 {
        match self {
            Self::Text(encoder) => encoder.omitted(),
            Self::Protobuf(_) => 0,
        }
    }
}
