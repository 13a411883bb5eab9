//! The serving layer over any OpenTelemetry meter, such as the standard `SdkMeterProvider`'s.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use inferometer_semconv::InstrumentDef;
use opentelemetry::{
    KeyValue,
    metrics::{
        BoundCounter, BoundGauge, BoundHistogram, BoundUpDownCounter, Meter, ObservableGauge,
        ObservableUpDownCounter,
    },
};
use parking_lot::RwLock;

use super::meters::{Add, Meters, Record};

/// Binds the serving layer's definitions through the OpenTelemetry API.
///
/// It needs a meter whose instruments can be bound (`bind()`, which this crate switches on in `opentelemetry_sdk`);
/// an implementation of the API that cannot records nothing, as the API demands.
///
/// ```
/// use inferometer_sdk::{Engine, FinishReason, Prompt, StandardMeter};
/// use opentelemetry::{Context, global, trace::noop::NoopTracer};
///
/// let meter = global::meter("my.engine"); // of whichever SDK is installed
/// let engine = Engine::builder(StandardMeter::new(meter), NoopTracer::new(), "llama-3-70b").build();
/// engine.request(&Context::new(), Prompt::text(812)).finish(FinishReason::Stop);
/// ```
///
/// The API has no way to unregister a callback. What is left of one whose [`Observed`] is dropped stays with the meter
/// and observes nothing: keep engines for as long as the program serves, rather than one a request.
#[derive(Debug, Clone)]
pub struct StandardMeter {
    meter: Meter,
    callback_panics: Arc<AtomicU64>,
}

impl StandardMeter {
    /// Records through `meter`.
    #[must_use]
    pub fn new(meter: Meter) -> Self {
        Self { meter, callback_panics: Arc::default() }
    }

    /// Panics of callbacks that were asked for a value, each of which cost what it would have shown that time. They do
    /// not reach the standard SDK, whose reader they would end.
    #[must_use]
    pub fn callback_panics(&self) -> u64 {
        self.callback_panics.load(Relaxed)
    }

    /// `callback`, for as long as the guard lives.
    fn watched<N, F>(&self, callback: F) -> (Observed, impl Fn() -> Option<N> + use<N, F>)
    where
        F: Fn() -> Option<N> + Send + Sync + 'static,
    {
        let watched = Arc::new(Watched(RwLock::new(Some(Arc::new(callback)))));
        let panics = Arc::clone(&self.callback_panics);
        let observed = Observed(Arc::<Watched<F>>::clone(&watched));
        let wanted = move || {
            // Not under the lock: a callback may do anything.
            let callback = watched.0.read().clone()?;
            catch_unwind(AssertUnwindSafe(|| callback())).unwrap_or_else(|_| {
                panics.fetch_add(1, Relaxed);
                None
            })
        };
        (observed, wanted)
    }
}

/// Keeps a callback observing; dropping it ends that, and lets go of what the callback holds.
#[must_use = "nothing is observed once this is dropped"]
pub struct Observed(Arc<dyn LetGo>);

/// A callback until it is over.
struct Watched<F>(RwLock<Option<Arc<F>>>);

trait LetGo: Send + Sync {
    fn let_go(&self);
}

impl<F: Send + Sync> LetGo for Watched<F> {
    fn let_go(&self) {
        let callback = self.0.write().take();
        // Outside the lock: what the callback holds is dropped with it, and may do anything.
        drop(callback);
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        self.0.let_go();
    }
}

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observed").finish_non_exhaustive()
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
        let counter = build!(self.meter.u64_counter(def.name), def).bind(attributes);
        counter.add(0);
        counter
    }

    fn float_counter(
        &self,
        def: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Self::FloatCounter {
        let counter = build!(self.meter.f64_counter(def.name), def).bind(attributes);
        counter.add(0.0);
        counter
    }

    fn up_down_counter(
        &self,
        def: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Self::UpDownCounter {
        let counter = build!(self.meter.i64_up_down_counter(def.name), def).bind(attributes);
        counter.add(0);
        counter
    }

    fn gauge(&self, def: &'static InstrumentDef, attributes: &[KeyValue]) -> Self::Gauge {
        build!(self.meter.f64_gauge(def.name), def).bind(attributes)
    }

    fn histogram(&self, def: &'static InstrumentDef, attributes: &[KeyValue]) -> Self::Histogram {
        build!(self.meter.f64_histogram(def.name), def, bounds).bind(attributes)
    }

    fn int_histogram(
        &self,
        def: &'static InstrumentDef,
        attributes: &[KeyValue],
    ) -> Self::IntHistogram {
        build!(self.meter.u64_histogram(def.name), def, bounds).bind(attributes)
    }

    fn observe_level(
        &self,
        def: &'static InstrumentDef,
        attributes: &[KeyValue],
        level: impl Fn() -> Option<i64> + Send + Sync + 'static,
    ) -> Self::Observation {
        let (observed, wanted) = self.watched(level);
        let attributes = attributes.to_vec();
        let builder = self.meter.i64_observable_up_down_counter(def.name);
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
        let (observed, wanted) = self.watched(levels);
        let builder = self.meter.i64_observable_up_down_counter(def.name);
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
        let (observed, wanted) = self.watched(value);
        let attributes = attributes.to_vec();
        let builder = self.meter.f64_observable_gauge(def.name);
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
