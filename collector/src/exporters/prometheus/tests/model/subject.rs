//! The real thing, as the differential holds it: bytes in, page and counts out.

use std::time::Duration;

use super::{super::helpers, store::Counted};
use crate::{
    exporters::prometheus::{ingest::Ingest, translate::Translation},
    otlp,
    pipeline::Signal,
    series::Limits,
};

/// What receivers and the exporter do with a request, without the network.
#[derive(Debug)]
pub(super) struct Subject {
    ingest: Ingest,
}

impl Subject {
    pub(super) fn new(limits: Limits) -> Self {
        Self { ingest: Ingest::new(limits) }
    }

    /// Takes a request; none if it is refused whole. Every point of it is counted once.
    pub(super) fn apply(&self, bytes: &[u8], now: Duration) -> Option<Counted> {
        let counts = otlp::check(Signal::Metrics, bytes).ok()?;
        let applied = self.ingest.apply(&Translation::default(), bytes, now);
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

    pub(super) fn expire(&self, now: Duration) -> usize {
        self.ingest.expire(now)
    }

    pub(super) fn page(&self) -> String {
        helpers::page(&self.ingest)
    }
}
