//! A record allocates nothing, within a sampled span as outside, whether or not there is room for its exemplar.

mod core_support;

use allocation_counter::measure;
use core_support::{LEVEL, SIZES, THINGS, collect};
use inferometer_sdk::{
    Cached, Engine, ExemplarFilter, FinishReason, HistogramAggregation, MeterProvider, Prompt,
    SampledSpan,
};
use opentelemetry::{
    Context,
    metrics::MeterProvider as _,
    trace::{
        SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider,
    },
};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

fn sampled() -> Context {
    let (trace, span) = (TraceId::from_bytes([1; 16]), SpanId::from_bytes([1; 8]));
    let span = SpanContext::new(trace, span, TraceFlags::SAMPLED, false, TraceState::NONE);
    Context::new().with_remote_span_context(span)
}

/// Allocations, and what is given back, of a few records of every kind.
fn allocations(provider: &MeterProvider) -> [u64; 3] {
    provider.register_thread();
    let scope = provider.scope("test");
    let things = scope.counter::<u64>(&THINGS, &[]);
    let level = scope.gauge::<f64>(&LEVEL, &[]);
    let sizes = scope.histogram::<f64>(&SIZES, &[]);
    #[expect(clippy::disallowed_methods, reason = "what a foreign library does")]
    let api = provider.meter("test").u64_counter("test.api").build();
    let bound = api.bind(&[]);
    // The first look-up of a thread fills its cache.
    api.add(1, &[]);
    let span = SampledSpan::of(&sampled());
    let record = || {
        let measured = measure(|| {
            for size in 0..100_u32 {
                things.add(1);
                things.add_in_span(1, span);
                level.record(1.0);
                sizes.record(size.into());
                sizes.record_in_span(1.5, span);
                sizes.record_in_span(1.5, None);
                bound.add(1);
                api.add(1, &[]);
            }
        });
        measured.count_total + measured.count_current.unsigned_abs()
    };
    let outside = record();
    let attached = sampled().attach();
    let without_room = record();
    collect(provider);
    let with_room = record();
    drop(attached);
    [outside, without_room, with_room]
}

#[test]
fn a_record_allocates_nothing_whatever_becomes_of_its_exemplar() {
    for filter in [ExemplarFilter::TraceBased, ExemplarFilter::AlwaysOn, ExemplarFilter::AlwaysOff]
    {
        for histograms in [
            HistogramAggregation::ExplicitBuckets,
            HistogramAggregation::Exponential { scale: HistogramAggregation::DEFAULT_SCALE },
        ] {
            let provider =
                MeterProvider::builder().with_exemplars(filter).with_histograms(histograms).build();
            assert_eq!(allocations(&provider), [0; 3], "{filter:?} {histograms:?}");
        }
    }
}

#[test]
fn the_exemplars_of_a_request_find_room_that_its_arrival_made() {
    let meters = MeterProvider::builder().build();
    meters.register_thread();
    let tracers =
        SdkTracerProvider::builder().with_simple_exporter(InMemorySpanExporter::default()).build();
    let engine =
        Engine::builder(meters.serving_scope(), tracers.tracer("test"), "llama-3-70b").build();
    // The first request of the engine.
    let mut request = engine.request(&Context::new(), Prompt { tokens: 812, ..Default::default() });
    let measured = measure(|| {
        request.scheduled();
        request.prefilled(Cached { device: 640, ..Default::default() });
        (0..100).for_each(|_| request.tokens(1));
    });
    assert_eq!(measured.count_total, 0);
    request.finish(FinishReason::Stop);
    let exemplars: usize =
        core_support::histograms(&collect(&meters), "infer.request.time_between_tokens")
            .iter()
            .map(|point| point.exemplars.len())
            .sum();
    assert!(exemplars > 0);
}
