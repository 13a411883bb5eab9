//! `metrics` with the Prometheus recorder: handles that were registered once.

use ::metrics::{Key, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};

use super::text::sample;
use crate::{
    error::BenchError,
    fixture::{BOUNDS, values},
    op::Op,
};

const METADATA: Metadata<'static> = Metadata::new("benches", Level::INFO, None);

pub(super) fn counter() -> Result<Op, BenchError> {
    let recorder = recorder()?;
    let counter = recorder.register_counter(&Key::from_static_name("bench_tokens"), &METADATA);
    let handle = recorder.handle();
    Ok(Op::new(move || counter.increment(1), move || sample(&handle.render(), "bench_tokens")))
}

/// The handle keeps values in a list until somebody runs the upkeep: done here between batches, not timed, which is
/// in this peer's favour.
pub(super) fn histogram() -> Result<Op, BenchError> {
    let recorder = recorder()?;
    let histogram =
        recorder.register_histogram(&Key::from_static_name("bench_duration"), &METADATA);
    let handle = recorder.handle();
    let upkeep = recorder.handle();
    let shown = move || sample(&handle.render(), "bench_duration_count");
    let op = Op::of_values(values()?, move |value| histogram.record(value), shown);
    Ok(op.with_tidy(move || upkeep.run_upkeep()))
}

pub(super) fn gauge() -> Result<Op, BenchError> {
    let recorder = recorder()?;
    let gauge = recorder.register_gauge(&Key::from_static_name("bench_utilization"), &METADATA);
    let handle = recorder.handle();
    let shown = move || sample(&handle.render(), "bench_utilization");
    Ok(Op::of_values(values()?, move |value| gauge.set(value), shown))
}

fn recorder() -> Result<PrometheusRecorder, BenchError> {
    let builder = PrometheusBuilder::new().set_buckets(&BOUNDS);
    Ok(builder.map_err(|error| BenchError::library("metrics", error))?.build_recorder())
}
