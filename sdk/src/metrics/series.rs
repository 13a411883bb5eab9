//! One attribute set of one instrument: its cells, and the bytes that spell its attributes on the wire.

use std::{fmt, sync::Arc};

use inferometer_semconv::attributes::SdkRefusalReason;

use super::{
    aggregation::Aggregation,
    buckets::Buckets,
    descriptor::Descriptor,
    exemplars::{Exemplars, SampledSpan, Sampling, current_span},
    number::Number,
    retirement::Retirement,
    stats::Stats,
};
use crate::{
    cells::{self, ExponentialRun, HistogramRun, LastValueCell, LastValueRun, SumCell, SumRun},
    otlp,
};

/// A series; its cells go back when the provider and every handle have let go of it.
pub(crate) struct Series {
    pub(crate) cells: Cells,
    /// The attributes as OTLP fields of a data point, encoded once: what the series is known by.
    pub(crate) encoded_attributes: Box<[u8]>,
    /// When the series was bound, which is before its first measurement.
    pub(crate) start_unix_nanos: u64,
    /// `None` if nobody wants any.
    pub(crate) exemplars: Option<Exemplars>,
    retirement: Retirement,
    stats: Arc<Stats>,
}

/// A series as a handle or a thread's cache holds it.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    pub(crate) series: Arc<Series>,
    /// The attributes that were bound but are not the series', because a view does not keep them: as OTLP fields of an
    /// exemplar.
    pub(crate) filtered: Option<Arc<[u8]>>,
}

impl From<Arc<Series>> for Bound {
    fn from(series: Arc<Series>) -> Self {
        Self { series, filtered: None }
    }
}

/// The cells of a series, by what its instrument does with values.
#[derive(Debug)]
pub(crate) enum Cells {
    Sum(SumRun),
    LastValue(LastValueRun),
    Histogram {
        cells: HistogramRun,
        buckets: Buckets,
    },
    Exponential(ExponentialRun),
    /// The process is out of cells: measurements are refused and counted.
    Nowhere,
    /// Nobody wants the values.
    Dropped,
    /// An instrument's several streams, each with a series of its own.
    Streams(Box<[Bound]>),
}

impl Series {
    /// The series' cells are [`Cells::Nowhere`] if the process has none left.
    pub(crate) fn new(
        descriptor: &Descriptor,
        encoded_attributes: Box<[u8]>,
        start_unix_nanos: u64,
        stats: &Arc<Stats>,
        sampling: &Arc<Sampling>,
    ) -> Self {
        let cells = Cells::allocate(descriptor).unwrap_or(Cells::Nowhere);
        Self {
            exemplars: Exemplars::new(sampling, &cells),
            cells,
            encoded_attributes,
            start_unix_nanos,
            retirement: Retirement::default(),
            stats: Arc::clone(stats),
        }
    }

    /// Refuses whatever is recorded.
    pub(crate) fn nowhere(stats: &Arc<Stats>) -> Self {
        Self::unlisted(Cells::Nowhere, stats)
    }

    /// Takes whatever is recorded and keeps nothing.
    pub(crate) fn dropped(stats: &Arc<Stats>) -> Self {
        Self::unlisted(Cells::Dropped, stats)
    }

    /// Passes whatever is recorded to each of these.
    pub(crate) fn of_streams(streams: Box<[Bound]>, stats: &Arc<Stats>) -> Self {
        Self::unlisted(Cells::Streams(streams), stats)
    }

    /// A series that no table holds and nobody exports.
    fn unlisted(cells: Cells, stats: &Arc<Stats>) -> Self {
        Self {
            cells,
            exemplars: None,
            encoded_attributes: Box::default(),
            start_unix_nanos: 0,
            retirement: Retirement::default(),
            stats: Arc::clone(stats),
        }
    }

    /// It does not leave with its last handle, nor do those that it stands for.
    pub(crate) fn stay(&self) {
        self.retirement.stay();
        if let Cells::Streams(streams) = &self.cells {
            streams.iter().for_each(|stream| stream.series.stay());
        }
    }

    pub(crate) const fn retirement(&self) -> &Retirement {
        &self.retirement
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn refuse(&self, reason: SdkRefusalReason) {
        if !matches!(self.cells, Cells::Dropped) {
            self.stats.count_refused(reason);
        }
    }
}

impl Bound {
    /// Offers a measurement as an exemplar of the span that is current on this thread.
    #[cold]
    #[inline(never)]
    pub(crate) fn offer<N: Number>(&self, value: N) {
        cells::lease_spare();
        self.offer_in_span(value, current_span());
    }

    /// Offers a measurement as an exemplar of a span.
    #[inline(never)]
    pub(crate) fn offer_in_span<N: Number>(&self, value: N, span: Option<SampledSpan>) {
        if let Cells::Streams(streams) = &self.series.cells {
            return streams.iter().for_each(|stream| stream.offer_in_span(value, span));
        }
        let Some(exemplars) = &self.series.exemplars else { return };
        let bucket = match &self.series.cells {
            // A gauge's other streams may have taken what no bucket takes.
            Cells::Histogram { .. } | Cells::Exponential(_)
                if !value.is_finite_and_not_negative() =>
            {
                return;
            }
            Cells::Histogram { buckets, .. } => buckets.index(value.to_f64()),
            _ => 0,
        };
        exemplars.offer(value.into(), bucket, span, &self.filtered);
    }

    /// Makes room for exemplars now, as for the first record within a span.
    pub(crate) fn expect_exemplars(&self) {
        if let Cells::Streams(streams) = &self.series.cells {
            streams.iter().for_each(Self::expect_exemplars);
        }
        if let Some(exemplars) = &self.series.exemplars {
            exemplars.make_room(&self.series.cells);
        }
    }
}

impl Cells {
    /// Where a counter adds; nowhere if this series is no sum.
    pub(crate) const fn sum(&self) -> SumCell {
        match self {
            Self::Sum(cells) => cells.cell(),
            _ => SumCell::NOWHERE,
        }
    }

    /// Where a gauge sets its value; nowhere if this series has none.
    pub(crate) const fn last_value(&self) -> LastValueCell {
        match self {
            Self::LastValue(cells) => cells.cell(),
            _ => LastValueCell::NOWHERE,
        }
    }

    fn allocate(descriptor: &Descriptor) -> Option<Self> {
        Some(match &descriptor.aggregation {
            Aggregation::Sum { .. } => Self::Sum(SumRun::allocate()?),
            Aggregation::LastValue => Self::LastValue(LastValueRun::allocate()?),
            Aggregation::Exponential { scale } => {
                Self::Exponential(ExponentialRun::allocate(*scale)?)
            }
            Aggregation::Histogram { buckets } => Self::Histogram {
                cells: HistogramRun::allocate(buckets.bounds().len() + 1)?,
                buckets: buckets.clone(),
            },
        })
    }
}

impl fmt::Debug for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attributes = otlp::decode_point_attributes(&self.encoded_attributes);
        let values = attributes.iter().map(|pair| (&pair.key, pair.value.as_ref()));
        f.debug_list().entries(values).finish()
    }
}
