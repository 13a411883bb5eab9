#![doc = include_str!("../README.md")]

mod attribute;
mod event;
mod generated;
mod instrument;
pub mod otelcol;
mod otlptranslator;
pub mod prometheus_escaping;
pub mod prometheus_name;
pub mod prometheus_namer;
mod span;
pub mod unit;

pub use attribute::{AttributeDef, AttributeRef, AttributeType, Requirement, Values};
pub use event::EventDef;
pub use generated::{attributes, events, metrics, spans};
pub use instrument::{
    DEFAULT_CARDINALITY_LIMIT, InstrumentDef, InstrumentKind, Stability, ValueType,
};
pub use span::{SpanDef, SpanKind};
