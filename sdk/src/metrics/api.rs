//! The OpenTelemetry API on top of the cells, so that any library instrumented with it gets the lock-free path.

use std::{borrow::Cow, sync::Arc};

use inferometer_semconv::InstrumentKind;
use opentelemetry::{
    KeyValue,
    metrics::{
        self as api, AsyncInstrumentBuilder, BoundSyncInstrument, Callback, HistogramBuilder,
        InstrumentBuilder, InstrumentProvider, SyncInstrument,
    },
};

use super::{
    cache,
    descriptor::Descriptor,
    handles::{Counter, Gauge, Histogram, UpDownCounter},
    instrument::Instrument,
    number::Number,
    scope::Scope,
    series::Bound,
};

/// A handle that records one value: what the API's bound instruments and this crate's share.
trait Handle<N>: Send + Sync + 'static {
    fn of(bound: Bound) -> Self;
    fn record_to(bound: &Bound, value: N);
}

macro_rules! handle {
    ($name:ident, $record:ident) => {
        impl<N: Number> Handle<N> for $name<N> {
            fn of(bound: Bound) -> Self {
                Self::new(bound)
            }

            #[inline]
            fn record_to(bound: &Bound, value: N) {
                Self::record_to(bound, value);
            }
        }

        impl<N: Number> BoundSyncInstrument<N> for $name<N> {
            fn measure(&self, measurement: N) {
                self.$record(measurement);
            }
        }
    };
}

handle!(Counter, add);
handle!(UpDownCounter, add);
handle!(Gauge, record);
handle!(Histogram, record);

/// An instrument of the API: attributes come with each measurement, or are bound.
struct ApiInstrument<H> {
    instrument: Arc<Instrument>,
    handle: std::marker::PhantomData<fn() -> H>,
}

impl<N: Number, H: Handle<N> + BoundSyncInstrument<N>> SyncInstrument<N> for ApiInstrument<H> {
    fn measure(&self, measurement: N, attributes: &[KeyValue]) {
        cache::with_series(&self.instrument, attributes, |bound| H::record_to(bound, measurement));
    }

    fn bind(&self, attributes: &[KeyValue]) -> Box<dyn BoundSyncInstrument<N> + Send + Sync> {
        Box::new(H::of(self.instrument.bind(attributes).bound))
    }
}

impl Scope {
    fn api_instrument<N: Number, H: Handle<N> + BoundSyncInstrument<N>>(
        &self,
        name: Cow<'static, str>,
        description: Option<Cow<'static, str>>,
        unit: Option<Cow<'static, str>>,
        kind: InstrumentKind,
        bounds: Option<&[f64]>,
    ) -> Arc<dyn SyncInstrument<N> + Send + Sync> {
        let descriptor = Descriptor::from_api(name, description, unit, N::KIND, kind, bounds);
        Arc::new(ApiInstrument::<H> {
            instrument: self.0.instrument(descriptor),
            handle: std::marker::PhantomData,
        })
    }

    /// The API has no way to take a callback back, so its callbacks stay.
    fn api_observable<N: Number>(&self, descriptor: Descriptor, callbacks: Vec<Callback<N>>) {
        let instrument = self.0.instrument(descriptor.observable());
        for callback in callbacks {
            instrument.observe_with(callback).forever();
        }
    }
}

macro_rules! instrument {
    ($method:ident, $api:ident, $handle:ident, $number:ty) => {
        fn $method(
            &self,
            builder: InstrumentBuilder<'_, api::$api<$number>>,
        ) -> api::$api<$number> {
            let InstrumentBuilder { name, description, unit, .. } = builder;
            api::$api::new(self.api_instrument::<$number, $handle<$number>>(
                name,
                description,
                unit,
                InstrumentKind::$api,
                None,
            ))
        }
    };
}

macro_rules! observable {
    ($method:ident, $api:ident, $kind:ident, $number:ty) => {
        fn $method(
            &self,
            builder: AsyncInstrumentBuilder<'_, api::$api<$number>, $number>,
        ) -> api::$api<$number> {
            let kind = InstrumentKind::$kind;
            let AsyncInstrumentBuilder { name, description, unit, callbacks, .. } = builder;
            let number = <$number as Number>::KIND;
            let descriptor = Descriptor::from_api(name, description, unit, number, kind, None);
            self.api_observable(descriptor, callbacks);
            api::$api::new()
        }
    };
}

macro_rules! histogram {
    ($method:ident, $number:ty) => {
        fn $method(
            &self,
            builder: HistogramBuilder<'_, api::Histogram<$number>>,
        ) -> api::Histogram<$number> {
            let HistogramBuilder { name, description, unit, boundaries, .. } = builder;
            api::Histogram::new(self.api_instrument::<$number, Histogram<$number>>(
                name,
                description,
                unit,
                InstrumentKind::Histogram,
                boundaries.as_deref(),
            ))
        }
    };
}

impl InstrumentProvider for Scope {
    instrument!(u64_counter, Counter, Counter, u64);
    instrument!(f64_counter, Counter, Counter, f64);
    instrument!(i64_up_down_counter, UpDownCounter, UpDownCounter, i64);
    instrument!(f64_up_down_counter, UpDownCounter, UpDownCounter, f64);
    instrument!(u64_gauge, Gauge, Gauge, u64);
    instrument!(i64_gauge, Gauge, Gauge, i64);
    instrument!(f64_gauge, Gauge, Gauge, f64);
    observable!(u64_observable_counter, ObservableCounter, Counter, u64);
    observable!(f64_observable_counter, ObservableCounter, Counter, f64);
    observable!(i64_observable_up_down_counter, ObservableUpDownCounter, UpDownCounter, i64);
    observable!(f64_observable_up_down_counter, ObservableUpDownCounter, UpDownCounter, f64);
    observable!(u64_observable_gauge, ObservableGauge, Gauge, u64);
    observable!(i64_observable_gauge, ObservableGauge, Gauge, i64);
    observable!(f64_observable_gauge, ObservableGauge, Gauge, f64);
    histogram!(u64_histogram, u64);
    histogram!(f64_histogram, f64);
}
