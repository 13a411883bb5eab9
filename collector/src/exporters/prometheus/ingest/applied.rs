//! What became of a request's points.

use super::exemplars::ExemplarsLost;
use crate::{pipeline::RejectReason, series::Rejection};

/// Bytes of a metric's name that its sender is told.
const NAME_BYTES_TOLD: usize = 256;

/// What became of a request's points: all of them are in one of the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Applied {
    /// Points that a series took.
    pub(crate) kept: u64,
    /// Series that their senders ended; the points that say so are kept.
    pub(crate) ended: u64,
    /// Resources whose `target_info` the store did not take; it is no point of the request.
    pub(crate) target_info_rejected: u64,
    /// How the series of the points were found.
    pub(crate) found: Found,
    /// Exemplars of kept points; they are no items of the request.
    pub(crate) exemplars_lost: ExemplarsLost,
    rejected: [u64; RejectReason::ALL.len()],
    /// The first rejection, with metric, value, limit and remedy.
    pub(crate) message: Option<String>,
}

/// How often a series was found in which way; the cheapest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Found {
    /// By the bytes that followed last time.
    pub(crate) expected: u64,
    /// By bytes that were seen before, elsewhere in the request.
    pub(crate) known: u64,
    /// By the attributes in their own order: these bytes were not seen before, or are not remembered.
    pub(crate) respelled: u64,
    /// Not at all: it was made.
    pub(crate) new: u64,
}

impl Applied {
    /// Points that were not kept, by reason, without zeros.
    pub(crate) fn rejected(&self) -> impl Iterator<Item = (RejectReason, u64)> + '_ {
        RejectReason::ALL.into_iter().zip(self.rejected).filter(|(_, points)| *points > 0)
    }

    /// Notes a point of a metric that was rejected.
    #[cold]
    pub(super) fn reject(&mut self, metric: &[u8], rejection: &Rejection) {
        self.rejected[rejection.reason() as usize] += 1;
        self.message.get_or_insert_with(|| {
            let name = &metric[..metric.len().min(NAME_BYTES_TOLD)];
            let rest = if name.len() < metric.len() { "..." } else { "" };
            format!("metric `{}{rest}`: {rejection}", String::from_utf8_lossy(name))
        });
    }
}
