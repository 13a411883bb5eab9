//! Placeholder.
mod attribute;
mod instrument;

pub use attribute::{AttributeDef, AttributeRef, AttributeType, Requirement, Values};
pub use instrument::{InstrumentDef, InstrumentKind, Stability, ValueType};
