//! The instruments of requests as a program makes them with the OpenTelemetry API: looked up by their attributes at
//! each record, as is usual, or bound once.

use inferometer_semconv::InstrumentDef;
use opentelemetry::{
    KeyValue,
    metrics::{
        BoundCounter, BoundHistogram, BoundUpDownCounter, Counter, Histogram, Meter,
        MeterProvider as _, UpDownCounter,
    },
};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_sdk::metrics::{
    SdkMeterProvider, data::ResourceMetrics, reader::MetricReader as _,
};

use crate::{otlp::Shown, snapshot::SharedReader};

/// `opentelemetry_sdk` with a reader, without which its instruments would do nothing.
pub(super) struct UnderTest {
    provider: SdkMeterProvider,
    reader: SharedReader,
}

impl UnderTest {
    pub(super) fn new() -> Self {
        let reader = SharedReader::default();
        let provider = SdkMeterProvider::builder().with_reader(reader.clone()).build();
        Self { provider, reader }
    }

    pub(super) fn meter(&self) -> Meter {
        self.provider.meter("benches")
    }

    pub(super) fn shown(&self) -> f64 {
        let mut metrics = ResourceMetrics::default();
        let mut shown = Shown::default();
        if self.reader.collect(&mut metrics).is_ok() {
            shown.add(&ExportMetricsServiceRequest::from(&metrics));
        }
        shown.total
    }
}

/// A series, however it is found.
pub(super) trait Series<N>: Send + Sync + 'static {
    fn write(&self, value: N);
}

/// Makes series.
pub(super) trait Style: 'static {
    type Counter: Series<u64>;
    type UpDownCounter: Series<i64>;
    type Seconds: Series<f64>;
    type Tokens: Series<u64>;

    fn counter(instrument: Counter<u64>, attributes: Vec<KeyValue>) -> Self::Counter;
    fn level(instrument: UpDownCounter<i64>, attributes: Vec<KeyValue>) -> Self::UpDownCounter;
    fn seconds(instrument: Histogram<f64>, attributes: Vec<KeyValue>) -> Self::Seconds;
    fn tokens(instrument: Histogram<u64>, attributes: Vec<KeyValue>) -> Self::Tokens;
}

/// An instrument and the attributes that every record passes, put together once.
pub(super) struct Unbound<I> {
    instrument: I,
    attributes: Vec<KeyValue>,
}

pub(super) struct ByAttributes;

impl Style for ByAttributes {
    type Counter = Unbound<Counter<u64>>;
    type UpDownCounter = Unbound<UpDownCounter<i64>>;
    type Seconds = Unbound<Histogram<f64>>;
    type Tokens = Unbound<Histogram<u64>>;

    fn counter(instrument: Counter<u64>, attributes: Vec<KeyValue>) -> Self::Counter {
        Unbound { instrument, attributes }
    }

    fn level(instrument: UpDownCounter<i64>, attributes: Vec<KeyValue>) -> Self::UpDownCounter {
        Unbound { instrument, attributes }
    }

    fn seconds(instrument: Histogram<f64>, attributes: Vec<KeyValue>) -> Self::Seconds {
        Unbound { instrument, attributes }
    }

    fn tokens(instrument: Histogram<u64>, attributes: Vec<KeyValue>) -> Self::Tokens {
        Unbound { instrument, attributes }
    }
}

pub(super) struct Bound;

impl Style for Bound {
    type Counter = BoundCounter<u64>;
    type UpDownCounter = BoundUpDownCounter<i64>;
    type Seconds = BoundHistogram<f64>;
    type Tokens = BoundHistogram<u64>;

    fn counter(instrument: Counter<u64>, attributes: Vec<KeyValue>) -> Self::Counter {
        instrument.bind(&attributes)
    }

    fn level(instrument: UpDownCounter<i64>, attributes: Vec<KeyValue>) -> Self::UpDownCounter {
        instrument.bind(&attributes)
    }

    fn seconds(instrument: Histogram<f64>, attributes: Vec<KeyValue>) -> Self::Seconds {
        instrument.bind(&attributes)
    }

    fn tokens(instrument: Histogram<u64>, attributes: Vec<KeyValue>) -> Self::Tokens {
        instrument.bind(&attributes)
    }
}

macro_rules! series {
    ($($number:ty, $method:ident: $unbound:ty, $bound:ty;)*) => {$(
        impl Series<$number> for Unbound<$unbound> {
            #[inline]
            fn write(&self, value: $number) {
                self.instrument.$method(value, &self.attributes);
            }
        }

        impl Series<$number> for $bound {
            #[inline]
            fn write(&self, value: $number) {
                self.$method(value);
            }
        }
    )*};
}

series! {
    u64, add: Counter<u64>, BoundCounter<u64>;
    i64, add: UpDownCounter<i64>, BoundUpDownCounter<i64>;
    f64, record: Histogram<f64>, BoundHistogram<f64>;
    u64, record: Histogram<u64>, BoundHistogram<u64>;
}

/// Instruments by their definitions, and the attributes that all of them have.
pub(super) struct Maker {
    pub(super) meter: Meter,
    pub(super) attributes: Vec<KeyValue>,
}

impl Maker {
    fn with(&self, more: Option<KeyValue>) -> Vec<KeyValue> {
        self.attributes.iter().cloned().chain(more).collect()
    }

    #[expect(clippy::disallowed_methods, reason = "what is written by hand")]
    pub(super) fn counter<S: Style>(
        &self,
        definition: &InstrumentDef,
        more: Option<KeyValue>,
    ) -> S::Counter {
        S::counter(self.meter.u64_counter(definition.name).build(), self.with(more))
    }

    #[expect(clippy::disallowed_methods, reason = "what is written by hand")]
    pub(super) fn level<S: Style>(
        &self,
        definition: &InstrumentDef,
        more: KeyValue,
    ) -> S::UpDownCounter {
        S::level(self.meter.i64_up_down_counter(definition.name).build(), self.with(Some(more)))
    }

    #[expect(clippy::disallowed_methods, reason = "what is written by hand")]
    pub(super) fn seconds<S: Style>(&self, definition: &InstrumentDef) -> S::Seconds {
        let builder = self.meter.f64_histogram(definition.name);
        S::seconds(builder.with_boundaries(definition.bounds.to_vec()).build(), self.with(None))
    }

    #[expect(clippy::disallowed_methods, reason = "what is written by hand")]
    pub(super) fn tokens<S: Style>(&self, definition: &InstrumentDef) -> S::Tokens {
        let builder = self.meter.u64_histogram(definition.name);
        S::tokens(builder.with_boundaries(definition.bounds.to_vec()).build(), self.with(None))
    }
}
