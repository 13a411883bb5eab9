//! One instrumentation scope: where definitions and API calls become instruments, and attributes become handles.

use std::sync::Arc;

use inferometer_semconv::{InstrumentDef, InstrumentKind};
use opentelemetry::{InstrumentationScope, KeyValue};

use super::{
    attributes::AttributeSet,
    descriptor::Descriptor,
    handles::{Counter, Gauge, Histogram, UpDownCounter},
    instrument::Instrument,
    number::Number,
    observable::Observation,
    registry::{Registry, Terms},
    series::{Bound, Series},
    stream::Stream,
};
use crate::fork::Mutex;

/// Instruments that one scope may have, and streams that views may make of them. Further ones are given handles to a series that is not exported, and counted
/// as conflicts: a program that makes instruments in a loop must not grow without bound.
pub const MAX_INSTRUMENTS_PER_SCOPE: usize = 4096;

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
    registry: Mutex<Registry>,
    terms: Terms,
}

impl ScopeState {
    pub(crate) fn new(scope: InstrumentationScope, terms: Terms) -> Self {
        Self { scope, registry: Mutex::default(), terms }
    }

    /// The instrument of this descriptor: the one registered before, or a new one. What its registration ran into is
    /// warned of.
    pub(crate) fn instrument(&self, asked: Descriptor) -> Arc<Instrument> {
        let name = asked.name.clone();
        let (instrument, findings) = self.registry.lock().register(asked, &self.scope, &self.terms);
        findings.iter().for_each(|finding| finding.warn(self.scope.name(), &name));
        instrument
    }

    /// Visits the streams that are exported and recorded into.
    pub(crate) fn for_each_recorded(&self, visit: impl FnMut(&Arc<Stream>)) {
        self.registry.lock().for_each_recorded(visit);
    }

    /// Visits the instruments that are exported and asked for their values.
    pub(crate) fn for_each_observable(&self, visit: impl FnMut(&Arc<Instrument>)) {
        self.registry.lock().for_each_observable(visit);
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
            return Arc::new(Series::nowhere(&self.0.terms.stats)).into();
        }
        let instrument = self.0.instrument(Descriptor::from_definition(definition, N::KIND));
        instrument.bind(attributes).bound
    }
}
