//! One instrumentation scope: where definitions and API calls become instruments, and attributes become handles.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use inferometer_semconv::{InstrumentDef, InstrumentKind};
use opentelemetry::{InstrumentationScope, KeyValue};
use parking_lot::Mutex;

use super::{
    attributes::AttributeSet,
    handles::{Counter, Gauge, Histogram, UpDownCounter},
    instrument::{Descriptor, HistogramAggregation, Instrument},
    number::Number,
    series::Series,
    stats::Stats,
};
use crate::clock::Clock;

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
    histograms: HistogramAggregation,
    stats: Arc<Stats>,
    clock: Arc<dyn Clock>,
}

impl ScopeState {
    pub(crate) fn new(
        scope: InstrumentationScope,
        histograms: HistogramAggregation,
        stats: Arc<Stats>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { scope, instruments: Mutex::default(), histograms, stats, clock }
    }

    /// The instrument of this descriptor: the one registered before, or a new one. A different instrument under a
    /// known name is made all the same, as the specification demands, and counted as a conflict.
    pub(crate) fn instrument(&self, descriptor: Descriptor) -> Arc<Instrument> {
        let descriptor = descriptor.with_histograms(self.histograms);
        let mut instruments = self.instruments.lock();
        if let Some(known) =
            instruments.iter().find(|known| known.descriptor.is_same_instrument(&descriptor))
        {
            return Arc::clone(known);
        }
        if instruments
            .iter()
            .any(|known| known.descriptor.name.eq_ignore_ascii_case(&descriptor.name))
        {
            self.stats.count_conflict();
        }
        let id = NEXT_INSTRUMENT.fetch_add(1, Ordering::Relaxed);
        let instrument = Arc::new(Instrument::new(
            id,
            descriptor,
            Arc::clone(&self.stats),
            Arc::clone(&self.clock),
        ));
        if instruments.len() < MAX_INSTRUMENTS_PER_SCOPE {
            instruments.push(Arc::clone(&instrument));
        } else {
            self.stats.count_conflict();
        }
        instrument
    }

    pub(crate) fn for_each_instrument(&self, mut visit: impl FnMut(&Arc<Instrument>)) {
        self.instruments.lock().iter().for_each(&mut visit);
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

    fn bind<N: Number>(
        &self,
        definition: &'static InstrumentDef,
        kind: InstrumentKind,
        attributes: &[KeyValue],
    ) -> Arc<Series> {
        debug_assert_eq!(definition.kind, kind, "`{}` is a {:?}", definition.name, definition.kind);
        let instrument = self.0.instrument(Descriptor::from_definition(definition, N::KIND));
        instrument.bind(AttributeSet::new(attributes)).series
    }
}
