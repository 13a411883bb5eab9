//! The registry, resolved: every reference followed, every group spread out.

use crate::model::Stability;
pub use crate::model::{Instrument, RequirementLevel, SpanKind};

/// Every definition, attributes by key, metrics and spans in the order of their files.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    /// Every attribute that a metric or span refers to, and every own one.
    pub attributes: Vec<Attribute>,
    /// Every metric.
    pub metrics: Vec<Metric>,
    /// Every span.
    pub spans: Vec<Span>,
    /// Every event on a span.
    pub events: Vec<Event>,
}

/// One attribute.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its key.
    pub key: String,
    /// The file that defines it.
    pub file: String,
    /// The variant of `AttributeType`.
    pub value_type: &'static str,
    /// One sentence.
    pub brief: String,
    /// What else there is to know; may be empty.
    pub note: String,
    /// Which values it may have.
    pub values: ValueSet,
    /// The name of the type of its closed values.
    pub enum_name: String,
}

/// Which values an attribute may have, each with one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueSet {
    /// Just these.
    Closed(Vec<(String, String)>),
    /// Anything, but at most `limit` distinct values; some are well known.
    Open {
        /// The well-known ones.
        known: Vec<(String, String)>,
        /// How many there may be.
        limit: u32,
    },
    /// Anything, without end.
    Unbounded,
    /// Nobody said: an error for own attributes.
    Unsaid,
}

/// One metric.
#[derive(Debug, Clone)]
pub struct Metric {
    /// Its OpenTelemetry name.
    pub name: String,
    /// The file that defines it.
    pub file: String,
    /// What kind of instrument it has.
    pub instrument: Instrument,
    /// Whether its values are integers.
    pub is_int: bool,
    /// UCUM unit.
    pub unit: String,
    /// One sentence.
    pub brief: String,
    /// What else there is to know; may be empty.
    pub note: String,
    /// Whether the definition is stable.
    pub is_stable: bool,
    /// Upper inclusive bucket bounds.
    pub bounds: Vec<f64>,
    /// Series that it may have; `None` is the default.
    pub cardinality_limit: Option<u32>,
    /// Its attributes.
    pub attributes: Vec<AttributeUse>,
}

impl Metric {
    /// The name that Prometheus shows, without a histogram's suffixes.
    #[must_use]
    pub fn prometheus_name(&self) -> String {
        let is_monotonic_sum = self.instrument == Instrument::Counter;
        crate::prometheus_name::metric_name(&self.name, &self.unit, is_monotonic_sum).into_owned()
    }
}

/// One span.
#[derive(Debug, Clone)]
pub struct Span {
    /// Its type.
    pub span_type: String,
    /// The file that defines it.
    pub file: String,
    /// Its kind.
    pub kind: SpanKind,
    /// The template of its name.
    pub name: String,
    /// One sentence.
    pub brief: String,
    /// What else there is to know; may be empty.
    pub note: String,
    /// Its attributes.
    pub attributes: Vec<AttributeUse>,
}

/// One event on a span.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// The file that defines it.
    pub file: String,
    /// One sentence.
    pub brief: String,
    /// What else there is to know; may be empty.
    pub note: String,
    /// Its attributes.
    pub attributes: Vec<AttributeUse>,
}

/// An attribute as one metric, span or event uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeUse {
    /// Its key.
    pub key: String,
    /// Whether it must be there.
    pub requirement: RequirementLevel,
}

impl Registry {
    /// The attribute of a key.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.key == key)
    }
}

impl Stability {
    pub(crate) fn is_stable(self) -> bool {
        self == Self::Stable
    }
}
