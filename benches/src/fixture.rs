//! What every library is given: the same instruments, attributes and values.

use std::sync::Arc;

use inferometer_semconv::{
    InstrumentDef, InstrumentKind, Stability, ValueType,
    attributes::{GEN_AI_OPERATION_NAME, GEN_AI_REQUEST_MODEL, INFER_REPLICA, INFER_STAGE},
};
use opentelemetry::KeyValue;
use rand::{SeedableRng, rngs::StdRng};
use rand_distr::{Distribution, LogNormal};

use crate::error::BenchError;

/// Series of the suite `snapshot`.
pub(crate) const SERIES: u32 = 10_000;

/// Enough for [`SERIES`] and the overflow series, so that neither library overflows.
pub(crate) const CARDINALITY_LIMIT: u32 = 2 * SERIES;

/// 15 bounds, 16 buckets, in seconds: what a latency histogram of a serving process has.
pub(crate) const BOUNDS: [f64; 15] =
    [0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 2.5, 5.0];

pub(crate) const COUNTER: InstrumentDef =
    definition("bench.tokens", InstrumentKind::Counter, ValueType::Int, "{token}", &[]);

pub(crate) const GAUGE: InstrumentDef =
    definition("bench.utilization", InstrumentKind::Gauge, ValueType::Double, "1", &[]);

pub(crate) const HISTOGRAM: InstrumentDef =
    definition("bench.duration", InstrumentKind::Histogram, ValueType::Double, "s", &BOUNDS);

const fn definition(
    name: &'static str,
    kind: InstrumentKind,
    value_type: ValueType,
    unit: &'static str,
    bounds: &'static [f64],
) -> InstrumentDef {
    InstrumentDef {
        name,
        kind,
        value_type,
        unit,
        description: "An instrument of the benches.",
        bounds,
        attributes: &[],
        cardinality_limit: CARDINALITY_LIMIT,
        stability: Stability::Development,
    }
}

/// Four attributes, as a serving instrument has.
pub(crate) fn attributes(replica: u32) -> [KeyValue; 4] {
    [
        KeyValue::new(GEN_AI_OPERATION_NAME.key, "chat"),
        KeyValue::new(GEN_AI_REQUEST_MODEL.key, "llama-3-70b"),
        KeyValue::new(INFER_STAGE.key, "decode"),
        KeyValue::new(INFER_REPLICA.key, i64::from(replica)),
    ]
}

/// Those of [`attributes`] that a view keeps where one filters.
pub(crate) const KEPT_ATTRIBUTES: [&str; 2] = [GEN_AI_OPERATION_NAME.key, GEN_AI_REQUEST_MODEL.key];

/// 16,384 values drawn from a lognormal distribution, median 100 ms and sigma 1.2: bucket searches that branch
/// predictors cannot learn.
pub(crate) fn values() -> Result<Arc<[f64]>, BenchError> {
    let distribution = LogNormal::new(0.1_f64.ln(), 1.2)
        .map_err(|error| BenchError::library("rand_distr", error))?;
    let mut random = StdRng::seed_from_u64(16_384);
    Ok((0..16_384).map(|_| distribution.sample(&mut random)).collect())
}
