//! The meter provider: the root of all scopes, and the one who collects them.

use std::sync::{
    Arc, Weak,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use opentelemetry::{
    InstrumentationScope,
    metrics::{Meter, MeterProvider as ApiMeterProvider},
};
use opentelemetry_sdk::Resource;

use super::{
    aggregation::HistogramAggregation,
    collection::CollectionGuard,
    exemplars::{ExemplarFilter, Sampling},
    registry::Terms,
    scope::{Scope, ScopeState},
    snapshot::Snapshot,
    stats::Stats,
    views::{MAX_VIEWS, View, Views},
};
use crate::{
    cells,
    clock::{Clock, SystemClock},
    fork::{self, Inherit, Mutex, PerProcess},
};

/// Scopes that one provider may have. Beyond it a scope works, but is not exported and counts as a conflict.
pub const MAX_SCOPES: usize = 1024;

/// An OpenTelemetry meter provider whose instruments record without a lock.
///
/// It serves two callers: a library that knows only the OpenTelemetry API gets instruments through the API's
/// `MeterProvider` trait, and this crate's own layers bind definitions to concrete handles through a [`Scope`].
/// Both write the same cells. Cheap to clone; several providers may live in one process, at once or in turn.
///
/// ```
/// use inferometer_sdk::{Encoder, MeterProvider, Snapshot};
/// use inferometer_semconv::metrics::INFER_TOKEN_OUTPUT;
/// use opentelemetry::{KeyValue, metrics::MeterProvider as _};
///
/// let provider = MeterProvider::builder().build();
/// provider.scope("my.engine").counter::<u64>(&INFER_TOKEN_OUTPUT, &[]).add(17);
/// provider.meter("a.library").u64_counter("requests").build().add(1, &[KeyValue::new("route", "/")]);
///
/// // What a `Telemetry` does by itself, on a thread of its own:
/// let mut snapshot = Snapshot::default();
/// provider.snapshot(&mut snapshot);
/// assert_eq!(snapshot.point_count(), 2);
/// let mut encoder = Encoder::new(provider.resource(), Encoder::DEFAULT_MAX_REQUEST_BYTES);
/// encoder.encode(&snapshot, |request, points| println!("{points} points in {} bytes", request.len()));
/// ```
///
/// At most [`MAX_SCOPES`] scopes of [`MAX_INSTRUMENTS_PER_SCOPE`](super::MAX_INSTRUMENTS_PER_SCOPE) instruments are
/// exported, each with as many attribute sets as its cardinality limit allows and one series for all others; what is
/// beyond is counted in [`MeterProvider::stats`].
#[derive(Debug, Clone)]
pub struct MeterProvider(Arc<ProviderState>);

#[derive(Debug)]
struct ProviderState {
    resource: Resource,
    /// Of forked children that are a service instance of their own.
    of_children: PerProcess<Option<Resource>>,
    /// Since when this process counts; 0 if it was not forked.
    since_unix_nanos: AtomicU64,
    terms: Terms,
    scopes: Mutex<Vec<Arc<ScopeState>>>,
    stopped: AtomicBool,
}

/// Settings of a [`MeterProvider`].
#[derive(Debug)]
pub struct MeterProviderBuilder {
    resource: Resource,
    views: Views,
    /// Beyond [`MAX_VIEWS`].
    refused_views: u64,
    exemplars: ExemplarFilter,
    clock: Arc<dyn Clock>,
}

impl MeterProviderBuilder {
    /// What the telemetry is about. Default: the SDK's own detectors, which read `OTEL_SERVICE_NAME` and
    /// `OTEL_RESOURCE_ATTRIBUTES`.
    #[must_use]
    pub fn with_resource(mut self, resource: Resource) -> Self {
        self.resource = resource;
        self
    }

    /// What histograms become. Default: explicit buckets.
    #[must_use]
    pub fn with_histograms(mut self, histograms: HistogramAggregation) -> Self {
        self.views.histograms = histograms;
        self
    }

    /// Adds a view: see [`View`]. At most [`MAX_VIEWS`]; further ones are warned of when the provider is made, counted
    /// in [`Stats::conflicting_instruments`], and have no effect.
    #[must_use]
    pub fn with_view(mut self, view: View) -> Self {
        if !self.views.add(view) {
            self.refused_views += 1;
        }
        self
    }

    /// Drops what is recorded by instruments of this name, in any scope: short for a view with
    /// [`ViewAggregation::Drop`](super::ViewAggregation::Drop), beside which another view that selects them still
    /// gives its stream. Names compare without case, `*` and `?` are wildcards. Recording costs a branch, keeps nothing
    /// and counts as no refusal; callbacks are not run.
    #[must_use]
    pub fn drop_instrument(self, name: impl AsRef<str>) -> Self {
        self.with_view(View::dropping(name.as_ref()))
    }

    /// Which records may become exemplars. Default: those within a sampled span.
    #[must_use]
    pub fn with_exemplars(mut self, filter: ExemplarFilter) -> Self {
        self.exemplars = filter;
        self
    }

    /// Where start times and collection times come from. Default: [`SystemClock`].
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Makes the provider. Nothing is exported until a reader is attached to it.
    #[must_use]
    pub fn build(self) -> MeterProvider {
        let stats = Arc::<Stats>::default();
        if self.refused_views > 0 {
            stats.count_conflicts(self.refused_views);
            tracing::warn!(
                name: "TooManyViews",
                "{} views have no effect: a provider has at most {MAX_VIEWS}; let one view select several instruments by `*`",
                self.refused_views
            );
        }
        let state = Arc::new(ProviderState {
            resource: self.resource,
            of_children: PerProcess::new(None),
            since_unix_nanos: AtomicU64::new(0),
            terms: Terms {
                views: Arc::new(self.views),
                stats,
                sampling: Arc::new(Sampling::new(self.exemplars, Arc::clone(&self.clock))),
                clock: self.clock,
            },
            scopes: Mutex::default(),
            stopped: AtomicBool::new(false),
        });
        fork::inherit(Arc::downgrade(&state) as Weak<dyn Inherit>);
        MeterProvider(state)
    }
}

impl MeterProvider {
    /// Starts with the defaults.
    #[must_use]
    pub fn builder() -> MeterProviderBuilder {
        MeterProviderBuilder {
            resource: Resource::builder().build(),
            views: Views::default(),
            refused_views: 0,
            exemplars: ExemplarFilter::default(),
            clock: Arc::new(SystemClock::new()),
        }
    }

    /// A scope by name, for binding definitions.
    #[must_use]
    pub fn scope(&self, name: &'static str) -> Scope {
        self.scope_of(InstrumentationScope::builder(name).build())
    }

    /// A scope with version, schema URL and attributes. Equal scopes are one. One without a name works, and is warned of
    /// once.
    #[must_use]
    pub fn scope_of(&self, scope: InstrumentationScope) -> Scope {
        let mut scopes = self.0.scopes.lock();
        if let Some(known) = scopes.iter().find(|known| known.scope == scope) {
            return Scope(Arc::clone(known));
        }
        let state = Arc::new(ScopeState::new(scope, self.0.terms.clone()));
        if self.0.stopped.load(Ordering::Relaxed) || scopes.len() >= MAX_SCOPES {
            self.0.terms.stats.count_conflict();
        } else {
            scopes.push(Arc::clone(&state));
        }
        drop(scopes);
        if state.scope.name().is_empty() {
            tracing::warn!(
                name: "InvalidMeterName",
                "a meter has no name: it works, but nobody can tell whose metrics these are; name it after its crate"
            );
        }
        Scope(state)
    }

    /// What the telemetry is about. In a forked child whose [`Telemetry`](crate::Telemetry) has begun to export it is
    /// another one than in its parent: `service.instance.id` differs.
    #[must_use]
    pub fn resource(&self) -> &Resource {
        let of_child = self.0.of_children.latest().and_then(Option::as_ref);
        of_child.unwrap_or(&self.0.resource)
    }

    /// Of this process, which was forked.
    pub(crate) fn set_resource_of_child(&self, resource: Resource) {
        // Made once for each process; a second telemetry on this provider does not exist.
        let _ = self.0.of_children.get_or_make(|| Some(Some(resource)));
    }

    /// What this provider refused, overflowed or read torn.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.0.terms.stats
    }

    /// Reads every series into `snapshot`, whose memory is reused, and runs the callbacks of observable instruments on
    /// this thread. Recording goes on meanwhile. Sums and histograms are cumulative; [`MetricReader`] makes deltas.
    /// Exemplars are those since the provider was last read into the same `snapshot`.
    ///
    /// [`MetricReader`]: super::MetricReader
    pub fn snapshot(&self, snapshot: &mut Snapshot) {
        fork::settle();
        let _collection = CollectionGuard::begin();
        cells::install_wanted();
        let since = self.0.since_unix_nanos.load(Ordering::Relaxed);
        snapshot.begin(self.0.terms.clock.unix_nanos(), since);
        snapshot.open_window(&self.0.terms.sampling);
        snapshot.read_scopes(|scopes| scopes.extend(self.0.scopes.lock().iter().cloned()));
        self.0.terms.stats.count_torn_reads(snapshot.torn_reads());
    }

    /// Lets go of all scopes, so that a later provider starts from nothing. Handles that are still around go on
    /// recording into cells that nobody exports.
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::Relaxed);
        self.0.scopes.lock().clear();
    }

    /// Gives the calling thread its cells now, and keeps as many ready for others: its first record need not look for
    /// them, nor share cells until the reader's thread has made some. May allocate.
    pub fn register_thread(&self) {
        cells::register_thread();
    }
}

impl Inherit for ProviderState {
    fn zero(&self) {
        self.terms.stats.zero();
        self.terms.sampling.begin_anew();
    }

    fn begin(self: Arc<Self>) {
        self.since_unix_nanos.store(self.terms.clock.unix_nanos(), Ordering::Relaxed);
    }
}

impl ApiMeterProvider for MeterProvider {
    fn meter_with_scope(&self, scope: InstrumentationScope) -> Meter {
        Meter::new(Arc::new(self.scope_of(scope)))
    }
}
