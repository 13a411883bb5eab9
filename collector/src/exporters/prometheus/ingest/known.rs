//! What a target's requests looked like last time, byte by byte: known bytes find their series without being decoded.
//!
//! Two sets of bytes may mean the same, such as attributes in two orders; then both are known. How much is remembered
//! is bounded; what is forgotten is learned again from its next point.

use std::sync::Arc;

use super::{hashing::Hashing, learned::Learned};
use crate::{
    otlp::{AttributeBytes, MetricView, ScopeMetricsView, Shape, spell_scope},
    prefetch::prefetch,
    series::{Identity, Series},
};

/// Scopes of one target that are remembered.
const SCOPES_MAX: usize = 1024;
/// Metrics of one target that are remembered.
const METRICS_MAX: usize = 16_384;
/// Bytes of points that are remembered however few series there are, and bytes of scopes and metrics.
const SPELLED_BYTES_MIN: usize = 4096;

/// How many points before its own a series is fetched from memory, which takes about as long as they do.
const SERIES_AHEAD: usize = 8;
/// The same of metrics, which come less often.
const METRICS_AHEAD: usize = 4;

/// Scopes, metrics and points by the bytes that spell them, each expected behind what it followed last time.
#[derive(Debug, Default)]
pub(super) struct Known {
    scopes: Learned<KnownScope>,
    metrics: Learned<KnownMetric>,
    points: Learned<KnownPoint>,
    /// The attributes of all points, one behind the other: those that are expected next lie next in memory.
    spelled: Vec<u8>,
    /// Bytes of scopes and metrics.
    described: usize,
    growth: Growth,
}

/// Whether memory may have been taken for more than there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Growth {
    /// Nothing was learned since memory was given back.
    #[default]
    Settled,
    /// Something was learned since then, but not in the last run.
    Pausing,
    /// Something was learned in the last run.
    Growing,
}

/// A scope as it is spelled.
#[derive(Debug)]
pub(super) struct KnownScope {
    pub(super) bytes: Box<[u8]>,
    pub(super) url: Box<[u8]>,
    identity: Arc<[u8]>,
}

/// A metric as series have it, however its sender spells it: its scope, and its name, unit and kind. Series and metrics
/// share both, so that a long scope is kept once.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MetricIdentity {
    scope: Arc<[u8]>,
    own: Arc<[u8]>,
}

/// A metric as it is spelled, without its points.
#[derive(Debug)]
pub(super) struct KnownMetric {
    pub(super) scope: u32,
    shape: Shape,
    name: (usize, usize),
    unit: (usize, usize),
    /// Name, unit and kind.
    own: Arc<[u8]>,
    pub(super) identity: Arc<MetricIdentity>,
    pub(super) hash: u64,
}

/// The attributes of a point, and the series that they mean.
#[derive(Debug)]
struct KnownPoint {
    metric: u32,
    at: u32,
    length: u32,
    series: Arc<Series>,
}

/// A series that was found by bytes.
pub(super) struct Hit<'a> {
    pub(super) place: u32,
    pub(super) was_expected: bool,
    pub(super) series: &'a Arc<Series>,
}

impl Known {
    /// A resource begins. Once nothing new came in a whole one, memory that was taken while it grew is given back.
    pub(super) fn begin(&mut self, hashing: &Hashing) {
        self.growth = match self.growth {
            Growth::Growing => Growth::Pausing,
            Growth::Pausing => {
                self.shrink(hashing);
                Growth::Settled
            }
            Growth::Settled => Growth::Settled,
        };
        self.scopes.begin();
        self.metrics.begin();
        self.points.begin();
        (0..SERIES_AHEAD).for_each(|by| self.prefetch_series(by));
        (0..METRICS_AHEAD).for_each(|by| self.prefetch_metric(by));
    }

    /// A resource ends. Scopes and metrics are remembered up to twice the bytes that their series cost.
    pub(super) fn end(&mut self, cost_of_series: usize) {
        if self.described > SPELLED_BYTES_MIN + 2 * cost_of_series {
            self.clear();
        }
    }

    /// The number of a scope, which is learned if it is new.
    pub(super) fn scope(&mut self, hashing: &Hashing, view: &ScopeMetricsView<'_>) -> u32 {
        let is = |known: &KnownScope| *known.bytes == *view.scope && *known.url == *view.schema_url;
        let hash_of = |bytes: &[u8], url: &[u8]| hashing.of(hashing.of(0, bytes), url);
        let expected = self.scopes.expected().filter(|(_, known)| is(known));
        let found = expected.map(|(index, _)| index);
        let found = found
            .or_else(|| self.scopes.find(hash_of(&view.scope, view.schema_url), is))
            .unwrap_or_else(|| {
                if self.scopes.len() >= SCOPES_MAX {
                    self.clear();
                }
                let scope = KnownScope {
                    bytes: view.scope.as_ref().into(),
                    url: view.schema_url.into(),
                    identity: spell_scope(&view.scope, view.schema_url).as_bytes().into(),
                };
                self.described += scope.bytes.len() + scope.url.len() + scope.identity.len();
                let hash = hash_of(&view.scope, view.schema_url);
                self.scopes.insert(hash, scope, |known| hash_of(&known.bytes, &known.url))
            });
        self.scopes.follow(found);
        found
    }

    /// The number of a metric in a scope, which is learned if it is new.
    pub(super) fn metric(&mut self, hashing: &Hashing, scope: u32, view: &MetricView<'_>) -> u32 {
        let is = |known: &KnownMetric| known.is(scope, view);
        let expected = self.metrics.expected().filter(|(_, known)| is(known));
        let found = expected.map(|(index, _)| index);
        let found = found.unwrap_or_else(|| self.metric_out_of_order(hashing, scope, view));
        self.metrics.follow(found);
        self.prefetch_metric(METRICS_AHEAD);
        found
    }

    #[cold]
    fn metric_out_of_order(&mut self, hashing: &Hashing, scope: u32, view: &MetricView<'_>) -> u32 {
        let hash_of = |scope: u32, name: &[u8]| hashing.of(u64::from(scope), name);
        let hash = hash_of(scope, view.name);
        if let Some(found) = self.metrics.find(hash, |known| known.is(scope, view)) {
            return found;
        }
        if self.metrics.len() >= METRICS_MAX {
            self.forget_metrics();
        }
        let of_scope = self.scopes.get(scope).map(|known| Arc::clone(&known.identity));
        let metric = KnownMetric::new(hashing, scope, of_scope.unwrap_or_default(), view);
        self.described += metric.own.len();
        self.metrics.insert(hash, metric, |known| hash_of(known.scope, known.name()))
    }

    /// The series of a point of a metric, if these bytes are known; `are_expected` is about
    /// [`expected`](Self::expected).
    #[inline]
    pub(super) fn point(
        &self,
        hashing: &Hashing,
        metric: u32,
        attributes: AttributeBytes<'_>,
    ) -> Option<Hit<'_>> {
        if let Some((place, known)) = self.points.expected()
            && known.metric == metric
            && (attributes.are_expected || self.bytes_of(known) == attributes.bytes)
        {
            return Some(Hit { place, was_expected: true, series: &known.series });
        }
        self.point_out_of_order(hashing, metric, attributes.bytes)
    }

    fn point_out_of_order(
        &self,
        hashing: &Hashing,
        metric: u32,
        attributes: &[u8],
    ) -> Option<Hit<'_>> {
        let is = |known: &KnownPoint| known.metric == metric && self.bytes_of(known) == attributes;
        let place = self.points.find(hashing.of(u64::from(metric), attributes), is)?;
        let series = &self.points.get(place)?.series;
        Some(Hit { place, was_expected: false, series })
    }

    /// The series at a place where one was found.
    pub(super) fn series_at(&self, place: u32) -> Option<&Arc<Series>> {
        self.points.get(place).map(|known| &known.series)
    }

    /// The attributes of the point that came next last time; none if that is not known.
    #[inline]
    pub(super) fn expected(&self) -> &[u8] {
        self.points.expected().map_or(&[], |(_, known)| self.bytes_of(known))
    }

    /// Begins to bring the series close that is expected some points from now.
    #[inline]
    pub(super) fn look_ahead(&self) {
        self.prefetch_series(SERIES_AHEAD);
    }

    #[inline]
    fn prefetch_series(&self, ahead: usize) {
        if let Some(known) = self.points.ahead(ahead) {
            known.series.prefetch();
        }
    }

    #[inline]
    fn prefetch_metric(&self, ahead: usize) {
        if let Some(known) = self.metrics.ahead(ahead) {
            prefetch(&*known.own);
        }
    }

    #[inline]
    fn bytes_of(&self, known: &KnownPoint) -> &[u8] {
        known.bytes(&self.spelled)
    }

    /// Notes that a point came now.
    #[inline]
    pub(super) fn follow(&mut self, place: u32) {
        self.points.follow(place);
    }

    /// Remembers which series a point's bytes mean, instead of what they meant before.
    ///
    /// Twice the bytes of all series' attributes are remembered; then learning begins anew, so that what senders say
    /// no more is forgotten. What is longer by itself is not remembered.
    pub(super) fn learn(
        &mut self,
        hashing: &Hashing,
        metric: u32,
        attributes: &[u8],
        series: &Arc<Series>,
        bytes_of_series: usize,
    ) {
        if let Some(Hit { place, .. }) = self.point_out_of_order(hashing, metric, attributes) {
            if let Some(known) = self.points.get_mut(place) {
                known.series = Arc::clone(series);
            }
            self.points.follow(place);
            return;
        }
        let most = SPELLED_BYTES_MIN + 2 * bytes_of_series;
        if self.spelled.len() + attributes.len() > most {
            self.forget_points();
        }
        if attributes.len() > most {
            return;
        }
        let (Ok(at), Ok(length)) =
            (u32::try_from(self.spelled.len()), u32::try_from(attributes.len()))
        else {
            return;
        };
        self.growth = Growth::Growing;
        self.spelled.extend_from_slice(attributes);
        let spelled = &self.spelled;
        let point = KnownPoint { metric, at, length, series: Arc::clone(series) };
        let hash = hashing.of(u64::from(metric), attributes);
        let place = self
            .points
            .insert(hash, point, |known| hashing.of(u64::from(known.metric), known.bytes(spelled)));
        self.points.follow(place);
    }

    fn shrink(&mut self, hashing: &Hashing) {
        self.spelled.shrink_to_fit();
        let spelled = &self.spelled;
        self.points.shrink(|known| hashing.of(u64::from(known.metric), known.bytes(spelled)));
    }

    pub(super) fn scope_of(&self, metric: u32) -> Option<&KnownScope> {
        self.scopes.get(self.metrics.get(metric)?.scope)
    }

    /// What series have of a metric: its identity and the hash of it.
    pub(super) fn metric_of(&self, metric: u32) -> Option<(&Arc<MetricIdentity>, u64)> {
        self.metrics.get(metric).map(|known| (&known.identity, known.hash))
    }

    /// Forgets what bytes mean which series.
    pub(super) fn forget_points(&mut self) {
        self.points.clear();
        self.spelled = Vec::new();
    }

    fn forget_metrics(&mut self) {
        self.metrics.clear();
        self.forget_points();
    }

    fn clear(&mut self) {
        self.scopes.clear();
        self.forget_metrics();
        self.described = 0;
    }
}

impl KnownPoint {
    #[inline]
    fn bytes<'s>(&self, spelled: &'s [u8]) -> &'s [u8] {
        let start = self.at as usize;
        spelled.get(start..start + self.length as usize).unwrap_or_default()
    }
}

impl KnownMetric {
    fn new(hashing: &Hashing, scope: u32, of_scope: Arc<[u8]>, view: &MetricView<'_>) -> Self {
        let mut identity = Identity::new(0);
        identity.push(b'm', view.name);
        let name_end = identity.as_bytes().len();
        identity.push(b'u', view.unit);
        let unit_end = identity.as_bytes().len();
        identity.open(b'k', view.shape.kind as usize);
        let own: Arc<[u8]> = identity.as_bytes().into();
        let identity = MetricIdentity { scope: of_scope, own: Arc::clone(&own) };
        Self {
            scope,
            shape: view.shape,
            name: (name_end - view.name.len(), name_end),
            unit: (unit_end - view.unit.len(), unit_end),
            hash: hashing.of(hashing.of(0, &identity.scope), &own),
            own,
            identity: Arc::new(identity),
        }
    }

    fn name(&self) -> &[u8] {
        self.own.get(self.name.0..self.name.1).unwrap_or_default()
    }

    fn unit(&self) -> &[u8] {
        self.own.get(self.unit.0..self.unit.1).unwrap_or_default()
    }

    #[inline]
    fn is(&self, scope: u32, view: &MetricView<'_>) -> bool {
        self.scope == scope
            && self.name() == view.name
            && self.unit() == view.unit
            && self.shape == view.shape
    }
}
