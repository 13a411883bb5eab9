//! `opentelemetry_sdk`, bound and unbound, and the API's instruments as any library makes them.

use opentelemetry::{
    Key,
    metrics::{Counter, Histogram, Meter, MeterProvider as _},
};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_sdk::metrics::{
    Aggregation, Instrument, InstrumentKind, SdkMeterProvider, Stream, data::ResourceMetrics,
    reader::MetricReader,
};

use crate::{
    error::BenchError,
    fixture::{BOUNDS, COUNTER, GAUGE, HISTOGRAM, KEPT_ATTRIBUTES, attributes, values},
    op::Op,
    otlp::Shown,
    snapshot::SharedReader,
};

pub(super) fn counter_bound() -> Result<Op, BenchError> {
    let under_test = UnderTest::new();
    let counter = api_counter(&under_test.meter()).bind(&attributes(0));
    Ok(Op::new(move || counter.add(1), move || under_test.shown()))
}

pub(super) fn counter_unbound() -> Result<Op, BenchError> {
    let under_test = UnderTest::new();
    let counter = api_counter(&under_test.meter());
    let attributes = attributes(0);
    Ok(Op::new(move || counter.add(1, &attributes), move || under_test.shown()))
}

/// With a view that keeps half of the attributes.
pub(super) fn counter_view_bound() -> Result<Op, BenchError> {
    let under_test = UnderTest::filtered();
    let counter = api_counter(&under_test.meter()).bind(&attributes(0));
    Ok(Op::new(move || counter.add(1), move || under_test.shown()))
}

/// With a view that keeps half of the attributes.
pub(super) fn counter_view_unbound() -> Result<Op, BenchError> {
    let under_test = UnderTest::filtered();
    let counter = api_counter(&under_test.meter());
    let attributes = attributes(0);
    Ok(Op::new(move || counter.add(1, &attributes), move || under_test.shown()))
}

pub(super) fn histogram_bound() -> Result<Op, BenchError> {
    let under_test = UnderTest::new();
    let histogram = api_histogram(&under_test.meter()).bind(&attributes(0));
    Ok(Op::of_values(values()?, move |value| histogram.record(value), move || under_test.shown()))
}

/// At the specification's defaults: at most 160 buckets, from scale 20 on.
pub(super) fn histogram_exponential_bound() -> Result<Op, BenchError> {
    let under_test = UnderTest::exponential();
    let histogram = api_histogram(&under_test.meter()).bind(&attributes(0));
    Ok(Op::of_values(values()?, move |value| histogram.record(value), move || under_test.shown()))
}

#[expect(clippy::disallowed_methods, reason = "what a foreign library does")]
pub(super) fn gauge_bound() -> Result<Op, BenchError> {
    let under_test = UnderTest::new();
    let gauge = under_test.meter().f64_gauge(GAUGE.name).build().bind(&attributes(0));
    Ok(Op::of_values(values()?, move |value| gauge.record(value), move || under_test.shown()))
}

#[expect(clippy::disallowed_methods, reason = "what a foreign library does")]
pub(super) fn api_counter(meter: &Meter) -> Counter<u64> {
    meter.u64_counter(COUNTER.name).build()
}

#[expect(clippy::disallowed_methods, reason = "what a foreign library does")]
pub(super) fn api_histogram(meter: &Meter) -> Histogram<f64> {
    meter.f64_histogram(HISTOGRAM.name).with_boundaries(BOUNDS.to_vec()).build()
}

/// A provider with a reader, without which its instruments would do nothing.
struct UnderTest {
    provider: SdkMeterProvider,
    reader: SharedReader,
}

impl UnderTest {
    fn new() -> Self {
        let reader = SharedReader::default();
        let provider = SdkMeterProvider::builder().with_reader(reader.clone()).build();
        Self { provider, reader }
    }

    fn filtered() -> Self {
        Self::with_view(|instrument| {
            let stream = Stream::builder()
                .with_allowed_attribute_keys(KEPT_ATTRIBUTES.map(Key::from_static_str));
            (instrument.name() == COUNTER.name).then(|| stream.build().ok()).flatten()
        })
    }

    fn exponential() -> Self {
        let aggregation = Aggregation::Base2ExponentialHistogram {
            max_size: 160,
            max_scale: 20,
            record_min_max: true,
        };
        Self::with_view(move |instrument| {
            let is_histogram = instrument.kind() == InstrumentKind::Histogram;
            let stream = Stream::builder().with_aggregation(aggregation.clone()).build();
            is_histogram.then(|| stream.ok()).flatten()
        })
    }

    fn with_view(view: impl Fn(&Instrument) -> Option<Stream> + Send + Sync + 'static) -> Self {
        let reader = SharedReader::default();
        let provider =
            SdkMeterProvider::builder().with_reader(reader.clone()).with_view(view).build();
        Self { provider, reader }
    }

    fn meter(&self) -> Meter {
        self.provider.meter("benches")
    }

    fn shown(&self) -> f64 {
        let mut metrics = ResourceMetrics::default();
        let mut shown = Shown::default();
        if self.reader.collect(&mut metrics).is_ok() {
            shown.add(&ExportMetricsServiceRequest::from(&metrics));
        }
        shown.total
    }
}
