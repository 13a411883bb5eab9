//! Where the serving layer's instruments come from: our own cells, or any OpenTelemetry meter.

use inferometer_semconv::InstrumentDef;
use opentelemetry::KeyValue;

use crate::metrics::{
    Counter, Gauge, Histogram, Number, Observation, SampledSpan, Scope, UpDownCounter,
};

/// Binds definitions to attributes. The serving layer is generic over it, so that the choice costs nothing per record:
/// [`Scope`] records into this crate's cells, [`StandardMeter`](super::StandardMeter) through the OpenTelemetry API.
///
/// Counters and up-down counters show 0 as soon as they are bound; gauges and histograms nothing until they are
/// recorded to.
///
/// The callbacks of one collection run on one thread, and, unless it is a [`Scope`]'s, in the order in which they were
/// registered: series that belong together rely on it to tell of one moment.
pub trait Meters: Clone + Send + Sync + 'static {
    /// A bound counter of integers.
    type Counter: Add<u64>;
    /// A bound counter of doubles.
    type FloatCounter: Add<f64>;
    /// A bound up-down counter.
    type UpDownCounter: Add<i64>;
    /// A bound gauge.
    type Gauge: Record<f64>;
    /// A bound histogram of doubles.
    type Histogram: Record<f64>;
    /// A bound histogram of integers.
    type IntHistogram: Record<u64>;
    /// Keeps a callback; once it is dropped the series is not shown any more.
    type Observation: Send + Sync + 'static;

    /// A counter of integers for one attribute set.
    fn counter(&self, definition: &'static InstrumentDef, attributes: &[KeyValue])
    -> Self::Counter;

    /// A counter of doubles for one attribute set.
    fn float_counter(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Self::FloatCounter;

    /// An up-down counter for one attribute set.
    fn up_down_counter(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Self::UpDownCounter;

    /// A gauge for one attribute set.
    fn gauge(&self, definition: &'static InstrumentDef, attributes: &[KeyValue]) -> Self::Gauge;

    /// A histogram of doubles for one attribute set.
    fn histogram(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Self::Histogram;

    /// A histogram of integers for one attribute set.
    fn int_histogram(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Self::IntHistogram;

    /// Asks `level` at every collection for the value of one attribute set of an up-down counter; `None` shows nothing.
    fn observe_level(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
        level: impl Fn() -> Option<i64> + Send + Sync + 'static,
    ) -> Self::Observation;

    /// As [`Meters::observe_level`] for several attribute sets, which are asked at once: they show one moment.
    fn observe_levels<const N: usize>(
        &self,
        definition: &'static InstrumentDef,
        attributes: [Vec<KeyValue>; N],
        levels: impl Fn() -> Option<[i64; N]> + Send + Sync + 'static,
    ) -> Self::Observation;

    /// Asks `value` at every collection for the value of one attribute set of a gauge; `None` shows nothing.
    fn observe_gauge(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
        value: impl Fn() -> Option<f64> + Send + Sync + 'static,
    ) -> Self::Observation;
}

/// A bound series that adds up. Never fails, and never blocks where the recorder does not.
pub trait Add<N>: Clone + Send + Sync + std::fmt::Debug + 'static {
    /// Adds `value`.
    fn add(&self, value: N);
}

/// A bound series that takes values one by one. Never fails, and never blocks where the recorder does not.
pub trait Record<N>: Clone + Send + Sync + std::fmt::Debug + 'static {
    /// Takes `value`.
    fn record(&self, value: N);

    /// Takes `value`, measured within a span that need not be current, or within none. Whoever makes no exemplars
    /// ignores it.
    #[inline]
    fn record_in_span(&self, value: N, span: Option<SampledSpan>) {
        let _ = span;
        self.record(value);
    }

    /// The first record within a span is to be expected: whatever is to be allocated for it may be allocated now.
    fn expect_exemplars(&self) {}
}

impl Meters for Scope {
    type Counter = Counter<u64>;
    type FloatCounter = Counter<f64>;
    type UpDownCounter = UpDownCounter<i64>;
    type Gauge = Gauge<f64>;
    type Histogram = Histogram<f64>;
    type IntHistogram = Histogram<u64>;
    type Observation = Observation;

    fn counter(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Self::Counter {
        Self::counter(self, definition, attributes)
    }

    fn float_counter(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Self::FloatCounter {
        Self::counter(self, definition, attributes)
    }

    fn up_down_counter(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Self::UpDownCounter {
        Self::up_down_counter(self, definition, attributes)
    }

    fn gauge(&self, definition: &'static InstrumentDef, attributes: &[KeyValue]) -> Self::Gauge {
        Self::gauge(self, definition, attributes)
    }

    fn histogram(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Self::Histogram {
        Self::histogram(self, definition, attributes)
    }

    fn int_histogram(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Self::IntHistogram {
        Self::histogram(self, definition, attributes)
    }

    fn observe_level(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
        level: impl Fn() -> Option<i64> + Send + Sync + 'static,
    ) -> Self::Observation {
        self.observable_up_down_counter(definition, attributes, level)
    }

    fn observe_levels<const N: usize>(
        &self,
        definition: &'static InstrumentDef,
        attributes: [Vec<KeyValue>; N],
        levels: impl Fn() -> Option<[i64; N]> + Send + Sync + 'static,
    ) -> Self::Observation {
        self.observable_up_down_counters(definition, attributes, levels)
    }

    fn observe_gauge(
        &self,
        definition: &'static InstrumentDef,
        attributes: &[KeyValue],
        value: impl Fn() -> Option<f64> + Send + Sync + 'static,
    ) -> Self::Observation {
        self.observable_gauge(definition, attributes, value)
    }
}

impl<N: Number> Add<N> for Counter<N> {
    #[inline]
    fn add(&self, value: N) {
        Self::add(self, value);
    }
}

impl<N: Number> Add<N> for UpDownCounter<N> {
    #[inline]
    fn add(&self, value: N) {
        Self::add(self, value);
    }
}

impl<N: Number> Record<N> for Gauge<N> {
    #[inline]
    fn record(&self, value: N) {
        Self::record(self, value);
    }
}

impl<N: Number> Record<N> for Histogram<N> {
    #[inline]
    fn record(&self, value: N) {
        Self::record(self, value);
    }

    #[inline]
    fn record_in_span(&self, value: N, span: Option<SampledSpan>) {
        Self::record_in_span(self, value, span);
    }

    fn expect_exemplars(&self) {
        Self::expect_exemplars(self);
    }
}
