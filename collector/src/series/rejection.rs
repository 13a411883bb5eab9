//! Why the store did not keep a point.

use std::{fmt, sync::Arc};

use super::family::Kind;
use crate::pipeline::RejectReason;

/// Why one point was not kept; cheap to make, since a sender may cause one per point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// The store has no room for another series.
    SeriesLimit {
        /// How many it may hold.
        limit: usize,
    },
    /// The store has no bytes for another series.
    SeriesBytes {
        /// How many it may take.
        limit: usize,
    },
    /// Too many new series of one request have a large resource or scope.
    DescribedAtLength,
    /// The Prometheus name, or one that a histogram or summary derives from its own, is taken by another kind.
    TypeConflict {
        /// The family that has it.
        family: Arc<str>,
        /// What that one is.
        shown: Kind,
    },
    /// The Prometheus name is made by the collector itself.
    ReservedName(&'static str),
    /// Another stream has the same name and labels once both are translated.
    SameLabels {
        /// The name that both have.
        family: Arc<str>,
    },
    /// The stream is shown in a sum to which histograms with its buckets cannot be added.
    OtherBuckets,
    /// The point is older than the one shown, or belongs to a start before the one shown.
    OutOfOrder {
        /// How many nanoseconds older.
        by: u64,
    },
    /// The value cannot be shown to Prometheus.
    NotExpressible(&'static str),
    /// The point contradicts itself or the protocol.
    Invalid(&'static str),
}

impl Rejection {
    /// The reason under which it is counted.
    #[must_use]
    pub const fn reason(&self) -> RejectReason {
        match self {
            Self::SeriesLimit { .. } => RejectReason::SeriesLimit,
            Self::SeriesBytes { .. } | Self::DescribedAtLength => RejectReason::SeriesBytes,
            Self::TypeConflict { .. } | Self::ReservedName(_) => RejectReason::TypeConflict,
            Self::SameLabels { .. } | Self::OtherBuckets | Self::NotExpressible(_) => {
                RejectReason::NotExpressible
            }
            Self::OutOfOrder { .. } => RejectReason::OutOfOrder,
            Self::Invalid(_) => RejectReason::InvalidPoint,
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SeriesLimit { limit } => write!(
                f,
                "the store holds {limit} series, its limit; send fewer attribute values or raise `max_series`"
            ),
            Self::SeriesBytes { limit } => write!(
                f,
                "the store's series take {limit} bytes, its limit; send fewer attribute values or raise `max_bytes`"
            ),
            Self::DescribedAtLength => f.write_str(
                "the new series of this request have large resources and scopes, 256 MiB in all; send shorter attributes",
            ),
            Self::TypeConflict { family, shown } => write!(
                f,
                "the Prometheus name `{family}` is taken by a {}; rename one of the two",
                shown.as_str()
            ),
            Self::ReservedName(name) => {
                write!(
                    f,
                    "the Prometheus name `{name}` is made from the resource; rename the metric"
                )
            }
            Self::SameLabels { family } => write!(
                f,
                "another series of `{family}` has the same labels once translated; \
                 use attributes that differ in more than type or punctuation"
            ),
            Self::OtherBuckets => f.write_str(
                "its buckets cannot be added to those of the streams that a label limit shows as one with it; \
                 give all of them the same buckets, or raise the attribute's limit under `label_limits`",
            ),
            Self::OutOfOrder { by } => {
                write!(f, "the point is {} ms older than the one shown", by / 1_000_000)
            }
            Self::NotExpressible(what) | Self::Invalid(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Rejection {}
