//! All threads' cells at one moment, immutable and flat: what the encoder reads.

use std::sync::Arc;

use super::{
    exemplars::{Exemplar, Sampling, Window},
    instrument::Instrument,
    number::{Number, NumberKind, PointValue},
    observed::ObservedSeries,
    scope::ScopeState,
    series::{Cells, Series},
    stream::Stream,
    temporality::{Temporality, TemporalityPreference},
};
use crate::cells::{ExponentialRun, ExponentialTotals, SumRun, Totals, downscale};

/// Most buckets of an exponential point; more are merged pairwise.
///
/// Source: OpenTelemetry specification, metrics SDK, "Base2 Exponential Bucket Histogram Aggregation", `MaxSize`.
const MAX_EXPONENTIAL_BUCKETS: usize = 160;

/// The values of all series of one provider. Reading again reuses the memory.
#[derive(Debug, Default)]
pub struct Snapshot {
    time_unix_nanos: u64,
    /// No point starts before it: a forked child's values are not its parent's.
    since_unix_nanos: u64,
    scopes: Vec<ScopePoints>,
    streams: Vec<StreamPoints>,
    points: Vec<Point>,
    buckets: Vec<u64>,
    scratch: Vec<u64>,
    exemplars: Vec<Exemplar>,
    /// Which exemplars it shows; kept from one time to the next.
    window: Window,
    torn: u64,
    /// Working space, empty between two snapshots.
    unread_scopes: Vec<Arc<ScopeState>>,
    unasked: Vec<Arc<Instrument>>,
}

/// A scope and where its streams are.
#[derive(Debug)]
pub(crate) struct ScopePoints {
    pub(crate) scope: Arc<ScopeState>,
    streams: std::ops::Range<usize>,
}

/// A stream of an instrument and where its points are. Only those that have a point are listed.
#[derive(Debug)]
pub(crate) struct StreamPoints {
    pub(crate) stream: Arc<Stream>,
    pub(crate) temporality: Temporality,
    points: std::ops::Range<usize>,
}

/// One series' value.
#[derive(Debug)]
pub(crate) struct Point {
    pub(crate) source: Source,
    pub(crate) start_unix_nanos: u64,
    pub(crate) value: Value,
    pub(crate) exemplars: std::ops::Range<usize>,
}

/// Where a point's value comes from.
#[derive(Debug)]
pub(crate) enum Source {
    Recorded(Arc<Series>),
    Observed(Arc<ObservedSeries>),
}

#[derive(Debug)]
pub(crate) enum Value {
    Number(PointValue),
    Histogram { totals: Totals, buckets: std::ops::Range<usize> },
    Exponential { totals: ExponentialTotals, buckets: std::ops::Range<usize> },
}

impl Snapshot {
    /// Lets go of all points, and keeps the memory. A snapshot that holds points keeps their series from leaving, see
    /// [`RETIRE_AFTER`](super::RETIRE_AFTER).
    pub fn clear(&mut self) {
        self.begin(self.time_unix_nanos, self.since_unix_nanos);
    }

    pub(crate) fn begin(&mut self, time_unix_nanos: u64, since_unix_nanos: u64) {
        self.time_unix_nanos = time_unix_nanos;
        self.since_unix_nanos = since_unix_nanos;
        self.scopes.clear();
        self.streams.clear();
        self.points.clear();
        self.buckets.clear();
        self.exemplars.clear();
        self.torn = 0;
    }

    /// Shows the exemplars since the last time from here on.
    pub(crate) fn open_window(&mut self, sampling: &Sampling) {
        self.window = sampling.window(&self.window, self.time_unix_nanos);
    }

    /// Reads these scopes. Their list is drained before any callback runs, so a callback may make scopes.
    pub(crate) fn read_scopes(&mut self, scopes: impl FnOnce(&mut Vec<Arc<ScopeState>>)) {
        let mut unread = std::mem::take(&mut self.unread_scopes);
        scopes(&mut unread);
        for scope in unread.drain(..) {
            self.read_scope(scope);
        }
        self.unread_scopes = unread;
    }

    /// Callbacks run after the scope's lock is released: they may register instruments.
    fn read_scope(&mut self, scope: Arc<ScopeState>) {
        let first = self.streams.len();
        let mut unasked = std::mem::take(&mut self.unasked);
        scope.for_each_recorded(|stream| self.read_stream(stream));
        scope.for_each_observable(|instrument| unasked.push(Arc::clone(instrument)));
        for instrument in unasked.drain(..) {
            self.ask_instrument(&instrument);
        }
        self.unasked = unasked;
        if self.streams.len() > first {
            let streams = first..self.streams.len();
            self.scopes.push(ScopePoints { scope, streams });
        }
    }

    fn read_stream(&mut self, stream: &Arc<Stream>) {
        let first = self.points.len();
        let number = stream.descriptor.number;
        stream.for_each_series(self.time_unix_nanos, |series| {
            let exemplars = series.exemplars.as_ref().map_or(0..0, |exemplars| {
                exemplars.read(&series.cells, &self.window, &mut self.exemplars)
            });
            if let Some(value) = self.read_series(series, number) {
                let source = Source::Recorded(Arc::clone(series));
                let start_unix_nanos = series.start_unix_nanos.max(self.since_unix_nanos);
                self.points.push(Point { source, start_unix_nanos, value, exemplars });
            }
        });
        self.end_stream(stream, first);
    }

    fn ask_instrument(&mut self, instrument: &Instrument) {
        let Some(observable) = &instrument.observable else { return };
        let now_unix_nanos = self.time_unix_nanos;
        observable.collect(instrument, |stream| {
            let first = self.points.len();
            stream.for_each_observed(now_unix_nanos, |series, start_unix_nanos, value| {
                let source = Source::Observed(Arc::clone(series));
                let value = Value::Number(value);
                let start_unix_nanos = start_unix_nanos.max(self.since_unix_nanos);
                self.points.push(Point { source, start_unix_nanos, value, exemplars: 0..0 });
            });
            self.end_stream(stream, first);
        });
    }

    fn end_stream(&mut self, stream: &Arc<Stream>, first: usize) {
        if self.points.len() > first {
            let points = first..self.points.len();
            let temporality = Temporality::Cumulative;
            self.streams.push(StreamPoints { stream: Arc::clone(stream), temporality, points });
        }
    }

    /// Turns cumulative points into what a reader prefers: `change` rewrites each point of a stream that is to be
    /// delta, and points for which it returns `false` are dropped.
    pub(crate) fn prefer(
        &mut self,
        preference: TemporalityPreference,
        mut change: impl FnMut(&Stream, &mut Point, &mut [u64]) -> bool,
    ) {
        let mut kept = 0;
        for points in &mut self.streams {
            points.temporality = preference.of(&points.stream.descriptor);
            let first = kept;
            for at in points.points.clone() {
                let is_kept = points.temporality == Temporality::Cumulative
                    || change(&points.stream, &mut self.points[at], &mut self.buckets);
                if is_kept {
                    self.points.swap(kept, at);
                    kept += 1;
                }
            }
            points.points = first..kept;
        }
        self.points.truncate(kept);
    }

    /// Moves the time of all points to at least `unix_nanos`.
    pub(crate) fn not_before(&mut self, unix_nanos: u64) {
        self.time_unix_nanos = self.time_unix_nanos.max(unix_nanos);
    }

    /// A sum is there from its bind; a last value or histogram only once it holds something.
    fn read_series(&mut self, series: &Series, number: NumberKind) -> Option<Value> {
        match &series.cells {
            Cells::Sum(cells) => Some(Value::Number(sum(cells, number))),
            Cells::LastValue(cells) => Some(Value::Number(match number {
                NumberKind::U64 => cells.value::<u64>()?.into(),
                NumberKind::I64 => cells.value::<i64>()?.into(),
                NumberKind::F64 => cells.value::<f64>()?.into(),
            })),
            Cells::Histogram { cells, .. } => {
                let first = self.buckets.len();
                let totals = cells.totals(&mut self.buckets, &mut self.scratch);
                self.torn += totals.torn;
                if totals.count == 0 {
                    self.buckets.truncate(first);
                    return None;
                }
                Some(Value::Histogram { totals, buckets: first..self.buckets.len() })
            }
            Cells::Exponential(cells) => self.read_exponential(cells),
            Cells::Nowhere | Cells::Dropped | Cells::Streams(_) => None,
        }
    }

    /// Buckets are merged until they are no more than a point may have, without the empty ones at either end.
    fn read_exponential(&mut self, cells: &ExponentialRun) -> Option<Value> {
        let first = self.buckets.len();
        let mut totals = cells.totals(&mut self.buckets, &mut self.scratch);
        self.torn += totals.totals.torn;
        self.scratch.clear();
        self.scratch.extend(self.buckets.drain(first..));
        if totals.totals.count == 0 {
            return None;
        }
        let end = self.scratch.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1);
        self.scratch.truncate(end);
        let empty = self.scratch.iter().take_while(|count| **count == 0).count();
        self.scratch.drain(..empty);
        let offset = totals.first_index.saturating_add_unsigned(u32::try_from(empty).unwrap_or(0));
        let (offset, halvings) = downscale(offset, &mut self.scratch, MAX_EXPONENTIAL_BUCKETS);
        totals.first_index = offset;
        totals.scale = totals.scale.saturating_sub_unsigned(halvings);
        self.buckets.extend_from_slice(&self.scratch);
        Some(Value::Exponential { totals, buckets: first..self.buckets.len() })
    }

    /// Nanoseconds since the Unix epoch at which reading began.
    #[must_use]
    pub const fn time_unix_nanos(&self) -> u64 {
        self.time_unix_nanos
    }

    /// Since when this process counts; 0 if it was not forked.
    pub(crate) const fn since_unix_nanos(&self) -> u64 {
        self.since_unix_nanos
    }

    /// Data points in it.
    #[must_use]
    pub const fn point_count(&self) -> usize {
        self.points.len()
    }

    pub(crate) const fn torn_reads(&self) -> u64 {
        self.torn
    }

    pub(crate) fn scopes(&self) -> &[ScopePoints] {
        &self.scopes
    }

    pub(crate) fn streams(&self, scope: &ScopePoints) -> &[StreamPoints] {
        &self.streams[scope.streams.clone()]
    }

    pub(crate) fn points(&self, stream: &StreamPoints) -> &[Point] {
        &self.points[stream.points.clone()]
    }

    pub(crate) fn exemplars(&self, point: &Point) -> &[Exemplar] {
        &self.exemplars[point.exemplars.clone()]
    }

    pub(crate) fn buckets(&self, range: &std::ops::Range<usize>) -> &[u64] {
        &self.buckets[range.clone()]
    }
}

impl Source {
    /// The attributes as OTLP fields of a data point.
    pub(crate) fn encoded_attributes(&self) -> &[u8] {
        match self {
            Self::Recorded(series) => &series.encoded_attributes,
            Self::Observed(series) => &series.encoded_attributes,
        }
    }
}

fn sum(cells: &SumRun, number: NumberKind) -> PointValue {
    fn total<N: Number>(cells: &SumRun) -> PointValue {
        cells.total::<N>().into()
    }
    match number {
        NumberKind::U64 => total::<u64>(cells),
        NumberKind::I64 => total::<i64>(cells),
        NumberKind::F64 => total::<f64>(cells),
    }
}
