//! What a view makes of an instrument's values.

use std::fmt;

use super::instrument_type::InstrumentType;
use crate::metrics::{
    aggregation::{Aggregation, HistogramAggregation},
    descriptor::Descriptor,
};

/// What becomes of the values of the instruments that a [`View`](super::View) selects.
///
/// | | sum | last value | buckets, explicit or exponential |
/// |---|---|---|---|
/// | counter | yes | | yes |
/// | up-down counter | yes | | |
/// | histogram | yes | | yes |
/// | gauge | | yes | yes; negative values are refused and counted |
/// | observable counter, observable up-down counter | yes | | |
/// | observable gauge | yes, not monotonic | yes | |
///
/// `Default` and `Drop` are for all. What is left blank has no meaning: [`ViewBuilder::build`](super::ViewBuilder::build)
/// says so where the view names the type of instrument; otherwise each such instrument is warned of once, counted in
/// [`Stats::conflicting_instruments`](crate::Stats::conflicting_instruments), and treated as if the view were not there.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum ViewAggregation {
    /// What the instrument would become without a view: the definition's or advised bounds included, and
    /// [`HistogramAggregation`].
    #[default]
    Default,
    /// Nothing is kept: recording costs a branch and counts as no refusal, callbacks are not run.
    Drop,
    /// The sum of the values, monotonic but for up-down counters and observable gauges.
    Sum,
    /// The value of the last record.
    LastValue,
    /// Buckets with these upper inclusive bounds, finite and strictly ascending; at most 512. They win over the
    /// definition's and over advised ones. No bounds at all give one bucket.
    ExplicitBuckets(Vec<f64>),
    /// Base-2 exponential buckets, `2^scale` of them for every doubling; see [`HistogramAggregation::Exponential`].
    Exponential {
        /// Up to 8.
        scale: u32,
    },
}

impl ViewAggregation {
    pub(super) const fn suits(&self, instrument: InstrumentType) -> bool {
        use InstrumentType::{
            Counter, Gauge, Histogram, ObservableCounter, ObservableGauge, ObservableUpDownCounter,
            UpDownCounter,
        };
        match self {
            Self::Default | Self::Drop => true,
            Self::Sum => matches!(
                instrument,
                Counter
                    | UpDownCounter
                    | Histogram
                    | ObservableCounter
                    | ObservableUpDownCounter
                    | ObservableGauge
            ),
            Self::LastValue => matches!(instrument, Gauge | ObservableGauge),
            Self::ExplicitBuckets(_) | Self::Exponential { .. } => {
                matches!(instrument, Counter | Histogram | Gauge)
            }
        }
    }

    /// What a stream of this instrument does; `None` if it is dropped.
    pub(super) fn resolve(
        &self,
        asked: &Descriptor,
        histograms: HistogramAggregation,
    ) -> Option<Aggregation> {
        Some(match self {
            Self::Default => default_of(asked, histograms),
            Self::Drop => return None,
            Self::Sum => Aggregation::Sum {
                monotonic: !matches!(
                    asked.instrument_type(),
                    InstrumentType::UpDownCounter
                        | InstrumentType::ObservableUpDownCounter
                        | InstrumentType::ObservableGauge
                ),
            },
            Self::LastValue => Aggregation::LastValue,
            Self::ExplicitBuckets(bounds) => Aggregation::histogram(Some(bounds)),
            Self::Exponential { scale } => Aggregation::Exponential { scale: *scale },
        })
    }
}

/// Without a view: as the instrument asks, or as the provider says of histograms.
pub(super) fn default_of(asked: &Descriptor, histograms: HistogramAggregation) -> Aggregation {
    match (&asked.aggregation, histograms) {
        (Aggregation::Histogram { .. }, HistogramAggregation::Exponential { scale }) => {
            Aggregation::Exponential { scale }
        }
        (aggregation, _) => aggregation.clone(),
    }
}

/// In words, as in messages.
impl fmt::Display for ViewAggregation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "the default",
            Self::Drop => "nothing",
            Self::Sum => "a sum",
            Self::LastValue => "a last value",
            Self::ExplicitBuckets(_) => "explicit buckets",
            Self::Exponential { .. } => "exponential buckets",
        })
    }
}
