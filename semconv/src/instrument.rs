//! What an instrument is: the one constant from which a handle, a wire field, a Prometheus name and a documentation
//! row all follow.

use crate::attribute::AttributeRef;

/// Series that one instrument may have before further attribute sets share the overflow series
/// (`otel.metric.overflow = true`), where the definition declares no limit of its own.
///
/// Source: OpenTelemetry specification, metrics SDK, "Cardinality limits".
pub const DEFAULT_CARDINALITY_LIMIT: u32 = 2000;

/// The definition of one instrument, generated from `registry/*.yaml`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InstrumentDef {
    /// OpenTelemetry name, for example `infer.request.queue.duration`.
    pub name: &'static str,
    /// What kind of instrument records it.
    pub kind: InstrumentKind,
    /// Whether its values are integers or doubles.
    pub value_type: ValueType,
    /// UCUM unit, for example `s`, `By` or `{token}`.
    pub unit: &'static str,
    /// One sentence: what is measured, from when to when.
    pub description: &'static str,
    /// Upper inclusive bucket bounds, ascending; empty unless `kind` is a histogram.
    pub bounds: &'static [f64],
    /// The attributes that a point may carry, with closed values or a limit each.
    pub attributes: &'static [AttributeRef],
    /// Series allowed before the overflow series takes the rest.
    pub cardinality_limit: u32,
    /// How settled the definition is.
    pub stability: Stability,
}

/// The synchronous instrument kinds of OpenTelemetry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InstrumentKind {
    /// Adds up; never falls. Prometheus: counter.
    Counter,
    /// Adds up and falls. Prometheus: gauge.
    UpDownCounter,
    /// Shows the last value. Prometheus: gauge.
    Gauge,
    /// Counts values in buckets. Prometheus: histogram.
    Histogram,
}

/// The number type of an instrument's points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// 64-bit integers (`as_int` on the wire).
    Int,
    /// 64-bit floating point (`as_double` on the wire).
    Double,
}

/// How settled a definition is; the words are OpenTelemetry's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stability {
    /// May change in any release.
    Development,
    /// Changes only in a way that old readers survive.
    Stable,
}
