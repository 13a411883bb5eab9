//! `prometheus-client`: handles outside a family.

use std::sync::atomic::AtomicU64;

use ::prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use super::text::sample;
use crate::{
    error::BenchError,
    fixture::{BOUNDS, values},
    op::Op,
};

#[expect(clippy::cast_precision_loss, reason = "benches stay below 2^53 measurements")]
pub(super) fn counter() -> Result<Op, BenchError> {
    let counter = Counter::<u64>::default();
    let read = counter.clone();
    Ok(Op::new(
        move || {
            counter.inc_by(1);
        },
        move || read.get() as f64,
    ))
}

pub(super) fn histogram() -> Result<Op, BenchError> {
    let histogram = Histogram::new(BOUNDS);
    let mut registry = Registry::default();
    registry.register("bench_duration", "help", histogram.clone());
    let shown = move || {
        let mut text = String::new();
        // Text that could not be written shows nothing, which is what the caller looks for.
        let _ = encode(&mut text, &registry);
        sample(&text, "bench_duration_count")
    };
    Ok(Op::of_values(values()?, move |value| histogram.observe(value), shown))
}

pub(super) fn gauge() -> Result<Op, BenchError> {
    let gauge = Gauge::<f64, AtomicU64>::default();
    let read = gauge.clone();
    Ok(Op::of_values(
        values()?,
        move |value| {
            gauge.set(value);
        },
        move || read.get(),
    ))
}
