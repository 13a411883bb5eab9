//! One request that waits, and what can become of it.

use bytes::Bytes;
use tokio::time::Instant;

use super::lane::Lanes;
use crate::{
    pipeline::{RejectReason, Signal, Tenant, Traced},
    self_metrics::ExporterMetrics,
};

/// A request on its way out.
#[derive(Debug)]
pub(in crate::exporters) struct Waiting {
    pub(in crate::exporters) signal: Signal,
    /// As it came in, or as the processors left it.
    pub(in crate::exporters) bytes: Bytes,
    pub(in crate::exporters) items: u64,
    /// Which of the collector's own spans it comes from; a queue on disk does not keep it.
    pub(in crate::exporters) traced: Traced,
    /// Whose it is.
    pub(super) tenant: Tenant,
    pub(super) lanes: Lanes,
    /// When it came, or was read.
    pub(super) since: Instant,
    /// When it has waited long enough for company; nothing if it waits for none.
    pub(super) due: Option<Instant>,
}

impl Waiting {
    /// Whether the two may leave as one.
    pub(super) fn joins(&self, other: &Self) -> bool {
        self.signal == other.signal && self.tenant == other.tenant
    }
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::exporters) enum Fate {
    /// It was taken, except for so many of its items, which the other side rejected.
    Kept {
        /// More than the request has counts as all of it.
        rejected: u64,
    },
    /// All of it is lost.
    Lost(RejectReason),
}

impl Fate {
    /// It was taken whole.
    pub(in crate::exporters) const KEPT: Self = Self::Kept { rejected: 0 };

    /// Counts the request's items as this.
    pub(super) fn count(self, metrics: &ExporterMetrics, signal: Signal, items: u64) {
        match self {
            Self::Kept { rejected } => {
                let rejected = rejected.min(items);
                metrics.exported(signal, items - rejected);
                if rejected > 0 {
                    metrics.rejected(signal, RejectReason::Remote, rejected);
                }
            }
            Self::Lost(reason) => metrics.rejected(signal, reason, items),
        }
    }
}
