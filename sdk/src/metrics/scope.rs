//! One instrumentation scope: where definitions and API calls become instruments, and attributes become handles.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use inferometer_semconv::{InstrumentDef, InstrumentKind};
use opentelemetry::{InstrumentationScope, KeyValue};

use super::{
    aggregation::Aggregations,
    attributes::AttributeSet,
    descriptor::Descriptor,
    exemplars::Sampling,
    handles::{Counter, Gauge, Histogram, UpDownCounter},
    instrument::Instrument,
    name,
    number::Number,
    observable::Observation,
    registration::Finding,
    series::{Bound, Series},
    stats::Stats,
};
use crate::{clock::Clock, fork::Mutex};

/// Instruments that one scope may have. Further ones are given handles to a series that is not exported, and counted
/// as conflicts: a program that makes instruments in a loop must not grow without bound.
pub const MAX_INSTRUMENTS_PER_SCOPE: usize = 4096;

static NEXT_INSTRUMENT: AtomicU64 = AtomicU64::new(1);

/// Binds definitions to attributes. Cheap to clone.
///
/// ```
/// use inferometer_sdk::MeterProvider;
/// use inferometer_semconv::metrics::INFER_TOKEN_OUTPUT;
///
/// let provider = MeterProvider::builder().build();
/// let tokens = provider.scope("my.engine").counter::<u64>(&INFER_TOKEN_OUTPUT, &[]);
/// tokens.add(17);
/// ```
#[derive(Debug, Clone)]
pub struct Scope(pub(crate) Arc<ScopeState>);

#[derive(Debug)]
pub(crate) struct ScopeState {
    pub(crate) scope: InstrumentationScope,
    instruments: Mutex<Vec<Arc<Instrument>>>,
    is_full_known: AtomicBool,
    aggregations: Arc<Aggregations>,
    stats: Arc<Stats>,
    clock: Arc<dyn Clock>,
    sampling: Arc<Sampling>,
}

impl ScopeState {
    pub(crate) fn new(
        scope: InstrumentationScope,
        aggregations: Arc<Aggregations>,
        stats: Arc<Stats>,
        clock: Arc<dyn Clock>,
        sampling: Arc<Sampling>,
    ) -> Self {
        Self {
            scope,
            instruments: Mutex::default(),
            is_full_known: AtomicBool::new(false),
            aggregations,
            stats,
            clock,
            sampling,
        }
    }

    /// The instrument of this descriptor: the one registered before, or a new one. A different instrument under a
    /// known name is made all the same, as the specification demands, and counted as a conflict; one whose name is not
    /// allowed is made, counted and not exported. The first registration decides spelling and bounds.
    pub(crate) fn instrument(&self, descriptor: Descriptor) -> Arc<Instrument> {
        let descriptor = self.aggregations.choose(descriptor);
        let asked = descriptor.name.clone();
        let (instrument, finding) = self.find_or_add(descriptor);
        finding.warn(self.scope.name(), &asked, &instrument);
        instrument
    }

    fn find_or_add(&self, mut descriptor: Descriptor) -> (Arc<Instrument>, Finding) {
        let mut instruments = self.instruments.lock();
        let mut namesakes = instruments
            .iter()
            .filter(|known| known.descriptor.name.eq_ignore_ascii_case(&descriptor.name))
            .peekable();
        let first_name: Option<Cow<'static, str>> =
            namesakes.peek().map(|known| known.descriptor.name.clone());
        if let Some(known) =
            namesakes.find(|known| known.descriptor.is_same_instrument(&descriptor))
        {
            return (Arc::clone(known), known.differences(&descriptor));
        }
        let fault = name::fault(&descriptor.name);
        let is_full = instruments.len() >= MAX_INSTRUMENTS_PER_SCOPE;
        let finding = match (fault, is_full, first_name) {
            (_, true, _) => {
                self.stats.count_conflict();
                let is_known = self.is_full_known.swap(true, Ordering::Relaxed);
                if is_known { Finding::Nothing } else { Finding::Full }
            }
            (Some(fault), false, _) => {
                self.stats.count_invalid_name();
                Finding::InvalidName(fault)
            }
            (None, false, Some(first_name)) => {
                self.stats.count_conflict();
                descriptor.name = first_name;
                Finding::Conflict
            }
            (None, false, None) => Finding::Nothing,
        };
        let is_exported = fault.is_none() && !is_full && !descriptor.is_dropped;
        let instrument = Arc::new(Instrument::new(
            NEXT_INSTRUMENT.fetch_add(1, Ordering::Relaxed),
            descriptor,
            is_exported,
            Arc::clone(&self.stats),
            Arc::clone(&self.clock),
            Arc::clone(&self.sampling),
        ));
        if !is_full {
            instruments.push(Arc::clone(&instrument));
        }
        (instrument, finding)
    }

    /// Visits the instruments that are exported.
    pub(crate) fn for_each_instrument(&self, mut visit: impl FnMut(&Arc<Instrument>)) {
        let instruments = self.instruments.lock();
        instruments.iter().filter(|instrument| instrument.is_exported).for_each(&mut visit);
    }
}

impl Scope {
    /// A counter of this definition for one attribute set. Shows 0 from now on.
    ///
    /// # Panics
    /// In debug builds, if the definition is of another kind. In release builds the handle's measurements are then
    /// refused and counted.
    #[must_use]
    pub fn counter<N: Number>(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Counter<N> {
        Counter::new(self.bind::<N>(definition, InstrumentKind::Counter, attributes))
    }

    /// An up-down counter of this definition for one attribute set. Shows 0 from now on.
    ///
    /// # Panics
    /// As [`Scope::counter`].
    #[must_use]
    pub fn up_down_counter<N: Number>(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> UpDownCounter<N> {
        UpDownCounter::new(self.bind::<N>(definition, InstrumentKind::UpDownCounter, attributes))
    }

    /// A gauge of this definition for one attribute set. Shows nothing until its first value.
    ///
    /// # Panics
    /// As [`Scope::counter`].
    #[must_use]
    pub fn gauge<N: Number>(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Gauge<N> {
        Gauge::new(self.bind::<N>(definition, InstrumentKind::Gauge, attributes))
    }

    /// A histogram of this definition for one attribute set. Shows nothing until its first value.
    ///
    /// # Panics
    /// As [`Scope::counter`].
    #[must_use]
    pub fn histogram<N: Number>(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Histogram<N> {
        Histogram::new(self.bind::<N>(definition, InstrumentKind::Histogram, attributes))
    }

    /// Has `callback` tell the total of one attribute set of this counter at every collection, on the collecting
    /// thread, for as long as the [`Observation`] is kept. `None` shows nothing this time; a negative, NaN or infinite
    /// total is refused and counted; a total below the one before begins anew.
    ///
    /// A callback must not block: it holds up the export. If it panics, that is counted and nothing is shown.
    ///
    /// # Panics
    /// In debug builds, if the definition is of another kind. In release builds it shows as what it is here.
    pub fn observable_counter<N: Number>(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
        callback: impl Fn() -> Option<N> + Send + Sync + 'static,
    ) -> Observation {
        self.observe(definition, InstrumentKind::Counter, attributes, callback)
    }

    /// Has `callback` tell the level of one attribute set of this up-down counter, as
    /// [`Scope::observable_counter`] does. NaN and infinity are refused and counted.
    ///
    /// # Panics
    /// As [`Scope::observable_counter`].
    pub fn observable_up_down_counter<N: Number>(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
        callback: impl Fn() -> Option<N> + Send + Sync + 'static,
    ) -> Observation {
        self.observe(definition, InstrumentKind::UpDownCounter, attributes, callback)
    }

    /// As [`Scope::observable_up_down_counter`] for several attribute sets, told at once: they show one moment.
    ///
    /// # Panics
    /// As [`Scope::observable_counter`].
    pub fn observable_up_down_counters<N: Number, const SETS: usize>(
        &self,
        definition: &'static InstrumentDef,
        attributes: [Vec<KeyValue>; SETS],
        callback: impl Fn() -> Option<[N; SETS]> + Send + Sync + 'static,
    ) -> Observation {
        self.observe_sets(definition, InstrumentKind::UpDownCounter, attributes, callback)
    }

    /// Has `callback` tell the value of one attribute set of this gauge, as [`Scope::observable_counter`] does. NaN and
    /// infinity are refused and counted.
    ///
    /// ```
    /// use inferometer_sdk::MeterProvider;
    /// use inferometer_semconv::metrics::INFER_KV_CACHE_UTILIZATION;
    ///
    /// let provider = MeterProvider::builder().build();
    /// let scope = provider.scope("my.engine");
    /// let utilization = scope.observable_gauge(&INFER_KV_CACHE_UTILIZATION, &[], || Some(0.25));
    /// drop(utilization); // from here on nobody is asked
    /// ```
    ///
    /// # Panics
    /// As [`Scope::observable_counter`].
    pub fn observable_gauge<N: Number>(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
        callback: impl Fn() -> Option<N> + Send + Sync + 'static,
    ) -> Observation {
        self.observe(definition, InstrumentKind::Gauge, attributes, callback)
    }

    fn observe<N: Number>(
        &self,
        definition: &'static InstrumentDef,
        kind: InstrumentKind,
        attributes: &[KeyValue],
        callback: impl Fn() -> Option<N> + Send + Sync + 'static,
    ) -> Observation {
        let callback = move || callback().map(|value| [value]);
        self.observe_sets(definition, kind, [attributes.to_vec()], callback)
    }

    fn observe_sets<N: Number, const SETS: usize>(
        &self,
        definition: &'static InstrumentDef,
        kind: InstrumentKind,
        attributes: [Vec<KeyValue>; SETS],
        callback: impl Fn() -> Option<[N; SETS]> + Send + Sync + 'static,
    ) -> Observation {
        debug_assert_eq!(definition.kind, kind, "`{}` is a {:?}", definition.name, definition.kind);
        let descriptor = Descriptor::from_definition(definition, N::KIND);
        let sets = attributes.map(|attributes| -> Box<[KeyValue]> {
            AttributeSet::new(&attributes).iter().cloned().collect()
        });
        self.0.instrument(descriptor.observable()).observe_with::<N>(move |observer| {
            for (attributes, value) in sets.iter().zip(callback().into_iter().flatten()) {
                observer.observe(value, attributes);
            }
        })
    }

    fn bind<N: Number>(
        &self,
        definition: &'static InstrumentDef,
        kind: InstrumentKind,
        attributes: &[KeyValue],
    ) -> Bound {
        debug_assert_eq!(definition.kind, kind, "`{}` is a {:?}", definition.name, definition.kind);
        if definition.kind != kind {
            return Arc::new(Series::nowhere(&self.0.stats)).into();
        }
        let instrument = self.0.instrument(Descriptor::from_definition(definition, N::KIND));
        instrument.bind(attributes).bound
    }
}
