//! What becomes of recorded values: as the instruments ask, as the provider says, or as a view does.

use inferometer_semconv::InstrumentKind;

use super::buckets::Buckets;

/// The bucket bounds of histograms that neither a definition nor advice gives any.
///
/// Source: OpenTelemetry specification, metrics SDK, "Explicit Bucket Histogram Aggregation".
const DEFAULT_BOUNDS: [f64; 15] = [
    0.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1000.0, 2500.0, 5000.0, 7500.0,
    10000.0,
];

/// Most bounds that a histogram may have; a longer list is cut to its first ones.
pub(super) const MAX_BOUNDS: usize = 512;

/// What a provider makes of histograms of which no [`View`](super::View) says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum HistogramAggregation {
    /// Buckets with the definition's bounds, or the ones advised, or the specification's.
    #[default]
    ExplicitBuckets,
    /// Base-2 exponential buckets, `2^scale` of them for every doubling.
    ///
    /// The scale is fixed when a histogram is made, a departure from the specification's advice to begin at 20 and to
    /// rescale while recording. A scale above 8 is taken as 8, since Prometheus shows no finer one. The error of a
    /// quantile is at most (b - 1) / (b + 1) with b = 2^(2^-scale): 4.3 % at 3, 2.2 % at 4, 0.14 % at 8. Cells, and
    /// with them memory per series and thread, double with each step: 4 KiB at 3.
    Exponential {
        /// Up to 8; see [`HistogramAggregation::DEFAULT_SCALE`].
        scale: u32,
    },
}

impl HistogramAggregation {
    /// Scale 3: buckets 9 % wide, what Prometheus users know as a bucket factor of 1.1.
    pub const DEFAULT_SCALE: u32 = 3;

    /// As `OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION` spells it, in any case.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "explicit_bucket_histogram" => Some(Self::ExplicitBuckets),
            "base2_exponential_bucket_histogram" => {
                Some(Self::Exponential { scale: Self::DEFAULT_SCALE })
            }
            _ => None,
        }
    }
}

/// What becomes of recorded values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Aggregation {
    Sum { monotonic: bool },
    LastValue,
    Histogram { buckets: Buckets },
    Exponential { scale: u32 },
}

impl Aggregation {
    pub(crate) fn of(kind: InstrumentKind, bounds: Option<&[f64]>) -> Self {
        match kind {
            InstrumentKind::Counter => Self::Sum { monotonic: true },
            InstrumentKind::UpDownCounter => Self::Sum { monotonic: false },
            InstrumentKind::Gauge => Self::LastValue,
            InstrumentKind::Histogram => Self::histogram(bounds),
        }
    }

    /// Bounds are sorted, freed of NaN, infinities and repetitions, and cut at [`MAX_BOUNDS`].
    pub(super) fn histogram(bounds: Option<&[f64]>) -> Self {
        let mut bounds: Vec<f64> = bounds.unwrap_or(&DEFAULT_BOUNDS).to_vec();
        bounds.retain(|bound| bound.is_finite());
        bounds.sort_by(f64::total_cmp);
        bounds.dedup();
        bounds.truncate(MAX_BOUNDS);
        Self::Histogram { buckets: Buckets::new(&bounds) }
    }
}
