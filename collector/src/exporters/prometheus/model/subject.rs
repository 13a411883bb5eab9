//! The real thing, as the differential holds it: bytes in, page and counts out.

use std::{cell::Cell, time::Duration};

use super::{
    super::{
        encoder::{Encoder, Options},
        format::{Format, Wanted},
        ingest::Ingest,
        translate::Translation,
    },
    store::Counted,
};
use crate::{
    config::{LabelLimitSettings, PrometheusSettings},
    otlp,
    pipeline::Signal,
    series::Limits,
};

/// What receivers and the exporter do with a request, without the network.
#[derive(Debug)]
pub(in super::super) struct Subject {
    ingest: Ingest,
    translation: Translation,
    /// Points whose series was expected, known by its bytes, and known by what they mean.
    found: Cell<[u64; 3]>,
}

impl Subject {
    /// With hashes of so few bits that nearly everything collides, or of all of theirs.
    pub(in super::super) fn new(limits: Limits, hash_bits: Option<u32>) -> Self {
        Self::folding(limits, hash_bits, 0)
    }

    /// With so many values of an attribute told apart; 0 is all.
    pub(in super::super) fn folding(
        limits: Limits,
        hash_bits: Option<u32>,
        label_limit: u64,
    ) -> Self {
        let label_limits =
            LabelLimitSettings { default: label_limit, ..LabelLimitSettings::default() };
        let settings = PrometheusSettings { label_limits, ..PrometheusSettings::default() };
        Self::with(limits, hash_bits, &settings)
    }

    /// With the exporter's settings.
    pub(in super::super) fn with(
        limits: Limits,
        hash_bits: Option<u32>,
        settings: &PrometheusSettings,
    ) -> Self {
        let ingest = match hash_bits {
            Some(bits) => Ingest::with_hash_bits(limits, bits),
            None => Ingest::new(limits),
        };
        let translation = Translation::new("prometheus", settings);
        Self { ingest, translation, found: Cell::default() }
    }

    /// Takes a request; none if it is refused whole. Every point of it is counted once.
    pub(in super::super) fn apply(&self, bytes: &[u8], now: Duration) -> Option<Counted> {
        let counts = otlp::check(Signal::Metrics, bytes).ok()?;
        let applied = self.ingest.apply(&self.translation, bytes, now);
        let [expected, known, respelled] = self.found.get();
        let found = &applied.found;
        self.found.set([
            expected + found.expected,
            known + found.known,
            respelled + found.respelled,
        ]);
        let rejected =
            applied.rejected().map(|(reason, points)| (reason.as_str(), points)).collect();
        let counted = Counted {
            kept: applied.kept,
            rejected,
            target_info_rejected: applied.target_info_rejected,
        };
        let total = counted.kept + counted.rejected.values().sum::<u64>();
        assert_eq!(total, counts.items, "points went missing: {counted:?}");
        Some(counted)
    }

    pub(in super::super) fn found(&self) -> [u64; 3] {
        self.found.get()
    }

    pub(in super::super) fn expire(&self, now: Duration) -> usize {
        self.ingest.expire(now)
    }

    /// Bytes that the store holds.
    pub(in super::super) fn bytes(&self) -> usize {
        self.ingest.store().stats().bytes
    }

    /// The page in protobuf, with classic buckets beside native ones.
    pub(in super::super) fn protobuf(&self) -> Vec<u8> {
        let options = Options { classic_buckets: true, ..Options::default() };
        self.page_with(Format::Protobuf, options)
    }

    /// The page in the text format.
    pub(in super::super) fn page(&self) -> String {
        String::from_utf8(self.page_with(Format::Text004, Options::default())).unwrap()
    }

    /// The page as a reader asks for it.
    pub(in super::super) fn page_with(
        &self,
        wanted: impl Into<Wanted>,
        options: Options,
    ) -> Vec<u8> {
        let (mut encoder, mut page) = (Encoder::new(wanted, options), Vec::new());
        while encoder.piece(self.ingest.store(), &mut page) {}
        page
    }
}
