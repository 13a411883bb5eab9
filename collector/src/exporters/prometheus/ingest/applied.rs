//! What became of a request's points.

use super::exemplars::ExemplarsLost;
use crate::{pipeline::RejectReason, series::Rejection};

/// Bytes of a metric's name that its sender is told.
const NAME_BYTES_TOLD: usize = 256;
/// Bytes of a resource and a scope that do not count.
const SHARED_BYTES_USUAL: usize = 4 << 10;
/// Bytes beyond them that the new series of one request are described by, each anew; further new series are rejected, and
/// may come with the next request.
const SHARED_BYTES_MAX: usize = 256 << 20;

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
    /// Bytes of large resources and scopes that were decoded for new series.
    described: usize,
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

    /// Notes that a new series is described by a resource and a scope of so many bytes, which all series beside it share.
    ///
    /// # Errors
    /// The series of this request were described by too many: a few kilobytes more would let one request, in which each
    /// point is a new series, keep a processor busy for minutes.
    pub(super) fn describe(&mut self, bytes: usize) -> Result<(), Rejection> {
        self.described = self.described.saturating_add(bytes.saturating_sub(SHARED_BYTES_USUAL));
        if self.described > SHARED_BYTES_MAX { Err(Rejection::DescribedAtLength) } else { Ok(()) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_resources_and_scopes_are_decoded_for_so_many_new_series_of_a_request() {
        let mut applied = Applied::default();
        for _ in 0..1_000_000 {
            assert_eq!(applied.describe(SHARED_BYTES_USUAL), Ok(()));
        }
        let large = SHARED_BYTES_USUAL + (1 << 20);
        let taken = (0..1000).take_while(|_| applied.describe(large).is_ok()).count();
        assert_eq!(taken, SHARED_BYTES_MAX >> 20);
        assert_eq!(applied.describe(large).unwrap_err().reason(), RejectReason::SeriesBytes);
    }
}
