//! The serving layer over any OpenTelemetry meter, such as the standard `SdkMeterProvider`'s.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use inferometer_semconv::InstrumentDef;
use opentelemetry::{
    KeyValue,
    metrics::{
        BoundCounter, BoundGauge, BoundHistogram, BoundUpDownCounter, Meter, ObservableGauge,
        ObservableUpDownCounter,
    },
};

use super::meters::{Add, Meters, Record};

/// Binds the serving layer's definitions through the OpenTelemetry API.
///
/// It needs a meter whose instruments can be bound (`bind()`, which this crate switches on in `opentelemetry_sdk`);
/// an implementation of the API that cannot records nothing, as the API demands.
///
/// The API has no way to unregister a callback. One whose [`Observed`] is dropped stays with the meter and observes
/// nothing: keep engines for as long as the program serves, rather than one a request.
#[derive(Debug, Clone)]
pub struct StandardMeter(Meter);

impl StandardMeter {
    /// Records through `meter`.
    #[must_use]
    pub const fn new(meter: Meter) -> Self {
        Self(meter)
    }
}

/// Keeps a callback observing; dropping it ends that.
#[derive(Debug)]
#[must_use = "nothing is observed once this is dropped"]
pub struct Observed(Arc<AtomicBool>);

impl Drop for Observed {
    fn drop(&mut self) {
        self.0.store(false, Relaxed);
    }
}

/// Sets name, unit, description and, for histograms, bounds.
macro_rules! build {
    ($builder:expr, $definition:expr $(, $bounds:ident)?) => {
        $builder
            .with_unit($definition.unit)
            .with_description($definition.description)
            $(.with_boundaries($definition.$bounds.to_vec()))?
            .build()
    };
}

#[expect(clippy::disallowed_methods, reason = "here definitions become instruments")]
impl Meters for StandardMeter {
    type Counter = BoundCounter<u64>;
    type FloatCounter = BoundCounter<f64>;
    type UpDownCounter = BoundUpDownCounter<i64>;
    type Gauge = BoundGauge<f64>;
    type Histogram = BoundHistogram<f64>;
    type IntHistogram = BoundHistogram<u64>;
    type Observation = Observed;

    fn counter(&self, def: &'static InstrumentDef, attributes: &[KeyValue]) -> Self::Counter {
        let counter = build!(self.0.u64_counter(def.name), def).bind(attributes);
        counter.add(0);
        counter
    }

    fn float_counter(
        &self,
        def: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Self::FloatCounter {
        let counter = build!(self.0.f64_counter(def.name), def).bind(attributes);
        counter.add(0.0);
        counter
    }

    fn up_down_counter(
        &self,
        def: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Self::UpDownCounter {
        let counter = build!(self.0.i64_up_down_counter(def.name), def).bind(attributes);
        counter.add(0);
        counter
    }

    fn gauge(&self, def: &'static InstrumentDef, attributes: &[KeyValue]) -> Self::Gauge {
        build!(self.0.f64_gauge(def.name), def).bind(attributes)
    }

    fn histogram(&self, def: &'static InstrumentDef, attributes: &[KeyValue]) -> Self::Histogram {
        build!(self.0.f64_histogram(def.name), def, bounds).bind(attributes)
    }

    fn int_histogram(
        &self,
        def: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Self::IntHistogram {
        build!(self.0.u64_histogram(def.name), def, bounds).bind(attributes)
    }

    fn observe_level(
        &self,
        def: &'static InstrumentDef,
        attributes: &[KeyValue],
        level: impl Fn() -> Option<i64> + Send + Sync + 'static,
    ) -> Self::Observation {
        let (observed, wanted) = watched(level);
        let attributes = attributes.to_vec();
        let builder = self.0.i64_observable_up_down_counter(def.name);
        let _: ObservableUpDownCounter<i64> = build!(
            builder.with_callback(move |observer| {
                if let Some(value) = wanted() {
                    observer.observe(value, &attributes);
                }
            }),
            def
        );
        observed
    }

    fn observe_levels<const N: usize>(
        &self,
        def: &'static InstrumentDef,
        attributes: [Vec<KeyValue>; N],
        levels: impl Fn() -> Option<[i64; N]> + Send + Sync + 'static,
    ) -> Self::Observation {
        let (observed, wanted) = watched(levels);
        let builder = self.0.i64_observable_up_down_counter(def.name);
        let _: ObservableUpDownCounter<i64> = build!(
            builder.with_callback(move |observer| {
                for (attributes, value) in attributes.iter().zip(wanted().into_iter().flatten()) {
                    observer.observe(value, attributes);
                }
            }),
            def
        );
        observed
    }

    fn observe_gauge(
        &self,
        def: &'static InstrumentDef,
        attributes: &[KeyValue],
        value: impl Fn() -> Option<f64> + Send + Sync + 'static,
    ) -> Self::Observation {
        let (observed, wanted) = watched(value);
        let attributes = attributes.to_vec();
        let builder = self.0.f64_observable_gauge(def.name);
        let _: ObservableGauge<f64> = build!(
            builder.with_callback(move |observer| {
                if let Some(value) = wanted() {
                    observer.observe(value, &attributes);
                }
            }),
            def
        );
        observed
    }
}

/// `callback`, for as long as the guard lives.
fn watched<N>(callback: impl Fn() -> Option<N>) -> (Observed, impl Fn() -> Option<N>) {
    let is_kept = Arc::new(AtomicBool::new(true));
    let observed = Observed(Arc::clone(&is_kept));
    (observed, move || if is_kept.load(Relaxed) { callback() } else { None })
}

macro_rules! forward {
    ($trait:ident :: $method:ident: $($handle:ty = $number:ty),*) => {
        $(impl $trait<$number> for $handle {
            #[inline]
            fn $method(&self, value: $number) {
                Self::$method(self, value);
            }
        })*
    };
}

forward!(Add::add: BoundCounter<u64> = u64, BoundCounter<f64> = f64, BoundUpDownCounter<i64> = i64);
forward!(Record::record: BoundGauge<f64> = f64, BoundHistogram<f64> = f64, BoundHistogram<u64> = u64);
