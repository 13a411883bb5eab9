//! `prometheus`: handles without a label lookup.

use ::prometheus::{Gauge, Histogram, HistogramOpts, IntCounter};

use crate::{
    error::BenchError,
    fixture::{BOUNDS, values},
    op::Op,
};

#[expect(clippy::cast_precision_loss, reason = "benches stay below 2^53 measurements")]
pub(super) fn counter() -> Result<Op, BenchError> {
    let counter = IntCounter::new("bench_tokens", "help").map_err(failed)?;
    let read = counter.clone();
    Ok(Op::new(move || counter.inc_by(1), move || read.get() as f64))
}

#[expect(clippy::cast_precision_loss, reason = "benches stay below 2^53 measurements")]
pub(super) fn histogram() -> Result<Op, BenchError> {
    let options = HistogramOpts::new("bench_duration", "help").buckets(BOUNDS.to_vec());
    let histogram = Histogram::with_opts(options).map_err(failed)?;
    let read = histogram.clone();
    Ok(Op::of_values(
        values()?,
        move |value| histogram.observe(value),
        move || read.get_sample_count() as f64,
    ))
}

pub(super) fn gauge() -> Result<Op, BenchError> {
    let gauge = Gauge::new("bench_utilization", "help").map_err(failed)?;
    let read = gauge.clone();
    Ok(Op::of_values(values()?, move |value| gauge.set(value), move || read.get()))
}

fn failed(error: ::prometheus::Error) -> BenchError {
    BenchError::library("prometheus", error)
}
