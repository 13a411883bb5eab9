//! What exemplars cost: switched off, on outside spans, on within a sampled one, and through the OpenTelemetry API.
//!
//! In a span a record is offered as an exemplar each time, and kept as rarely as one of a long interval is.

use std::{hint::black_box, sync::Arc};

use inferometer_sdk::{ExemplarFilter, MeterProvider, SampledSpan};
use opentelemetry::{
    Context,
    metrics::MeterProvider as _,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};

use super::{
    inferometer::{SCOPE, provider, shown},
    opentelemetry::api_histogram,
};
use crate::{
    error::BenchError,
    fixture::{COUNTER, HISTOGRAM, attributes, values},
    op::{Op, forget_memory},
};

pub(super) fn counter_off() -> Result<Op, BenchError> {
    let provider = switched_off();
    let counter = provider.scope(SCOPE).counter::<u64>(&COUNTER, &attributes(0));
    Ok(Op::new(move || counter.add(1), move || shown(&provider)))
}

pub(super) fn counter_in_span() -> Result<Op, BenchError> {
    let provider = provider();
    // Bound within the span, where there is room for exemplars at once.
    let attached = sampled().attach();
    let counter = provider.scope(SCOPE).counter::<u64>(&COUNTER, &attributes(0));
    drop(attached);
    let run = move |times| {
        let _attached = sampled().attach();
        for _ in 0..times {
            counter.add(1);
            forget_memory();
        }
    };
    Ok(Op::of_loop(run, move || shown(&provider)))
}

pub(super) fn histogram_off() -> Result<Op, BenchError> {
    let provider = switched_off();
    let histogram = provider.scope(SCOPE).histogram::<f64>(&HISTOGRAM, &attributes(0));
    Ok(Op::of_values(values()?, move |value| histogram.record(value), move || shown(&provider)))
}

pub(super) fn histogram_in_span() -> Result<Op, BenchError> {
    let provider = provider();
    let histogram = provider.scope(SCOPE).histogram::<f64>(&HISTOGRAM, &attributes(0));
    histogram.expect_exemplars();
    Ok(in_span(values()?, move |value| histogram.record(value), move || shown(&provider)))
}

/// As a request records: its span is handed in and current nowhere.
pub(super) fn histogram_handed_span() -> Result<Op, BenchError> {
    histogram_handed(SampledSpan::of(&sampled()))
}

pub(super) fn histogram_handed_none() -> Result<Op, BenchError> {
    histogram_handed(None)
}

fn histogram_handed(span: Option<SampledSpan>) -> Result<Op, BenchError> {
    let provider = provider();
    let histogram = provider.scope(SCOPE).histogram::<f64>(&HISTOGRAM, &attributes(0));
    histogram.expect_exemplars();
    let record = move |value| histogram.record_in_span(value, black_box(span));
    Ok(Op::of_values(values()?, record, move || shown(&provider)))
}

pub(super) fn histogram_api_off() -> Result<Op, BenchError> {
    let provider = switched_off();
    let histogram = api_histogram(&provider.meter(SCOPE)).bind(&attributes(0));
    Ok(Op::of_values(values()?, move |value| histogram.record(value), move || shown(&provider)))
}

pub(super) fn histogram_api_in_span() -> Result<Op, BenchError> {
    let provider = provider();
    let attached = sampled().attach();
    let histogram = api_histogram(&provider.meter(SCOPE)).bind(&attributes(0));
    drop(attached);
    Ok(in_span(values()?, move |value| histogram.record(value), move || shown(&provider)))
}

/// What it would cost to ask the API for the span that is current at each record.
pub(super) fn histogram_api_looked_up() -> Result<Op, BenchError> {
    let provider = provider();
    let histogram = api_histogram(&provider.meter(SCOPE)).bind(&attributes(0));
    let record = move |value| {
        black_box(Context::map_current(SampledSpan::of));
        histogram.record(value);
    };
    Ok(Op::of_values(values()?, record, move || shown(&provider)))
}

/// As [`Op::of_values`], each batch within a span.
fn in_span(
    values: Arc<[f64]>,
    record: impl Fn(f64) + Send + Sync + 'static,
    shown: impl Fn() -> f64 + Send + Sync + 'static,
) -> Op {
    Op::of_values_within(values, || sampled().attach(), record, shown)
}

fn switched_off() -> MeterProvider {
    MeterProvider::builder().with_exemplars(ExemplarFilter::AlwaysOff).build()
}

fn sampled() -> Context {
    let (trace, span) = (TraceId::from_bytes([1; 16]), SpanId::from_bytes([1; 8]));
    let span = SpanContext::new(trace, span, TraceFlags::SAMPLED, false, TraceState::NONE);
    Context::new().with_remote_span_context(span)
}
