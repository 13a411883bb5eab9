//! `measured`: metrics without labels, its cheapest form.

use std::sync::{Arc, atomic::Ordering};

use ::measured::{Counter, FloatGauge, Histogram, metric::histogram::Thresholds};

use crate::{
    error::BenchError,
    fixture::{BOUNDS, values},
    op::Op,
};

#[expect(clippy::cast_precision_loss, reason = "benches stay below 2^53 measurements")]
pub(super) fn counter() -> Result<Op, BenchError> {
    let counter = Arc::new(Counter::new());
    let read = Arc::clone(&counter);
    Ok(Op::new(
        move || counter.inc_by(1),
        move || read.get_metric().count.load(Ordering::Relaxed) as f64,
    ))
}

#[expect(clippy::cast_precision_loss, reason = "benches stay below 2^53 measurements")]
pub(super) fn histogram() -> Result<Op, BenchError> {
    let histogram = Arc::new(Histogram::with_metadata(Thresholds::with_buckets(BOUNDS)));
    let read = Arc::clone(&histogram);
    let shown = move || {
        let metric = read.get_metric();
        let state = metric.inner.read();
        let counts = state.buckets.iter().chain([&state.inf]);
        counts.map(|count| count.load(Ordering::Relaxed)).sum::<u64>() as f64
    };
    Ok(Op::of_values(values()?, move |value| histogram.observe(value), shown))
}

pub(super) fn gauge() -> Result<Op, BenchError> {
    let gauge = Arc::new(FloatGauge::new());
    let read = Arc::clone(&gauge);
    Ok(Op::of_values(
        values()?,
        move |value| gauge.set(value),
        move || read.get_metric().count.get(),
    ))
}
