//! What an attribute is, and how many values it may have: cardinality is part of the definition.

/// The definition of one attribute, generated from `registry/*.yaml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttributeDef {
    /// OpenTelemetry key, for example `infer.kv_cache.tier`.
    pub key: &'static str,
    /// The type of its value.
    pub value_type: AttributeType,
    /// Which values it may have.
    pub values: Values,
    /// One sentence.
    pub description: &'static str,
}

/// The type of an attribute's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttributeType {
    /// UTF-8 text.
    String,
    /// 64-bit integer.
    Int,
    /// 64-bit floating point.
    Double,
    /// True or false.
    Boolean,
    /// A list of strings.
    StringArray,
}

/// Which values an attribute may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Just these.
    Closed(&'static [&'static str]),
    /// Anything; `known` lists the well-known ones, and more than `limit` distinct values are a mistake.
    Open {
        /// Well-known values, for documentation and completion.
        known: &'static [&'static str],
        /// Distinct values that one process is expected to use at most.
        limit: u32,
    },
    /// Anything, without end: an identifier or a size. Only spans carry such an attribute, never a metric.
    Unbounded,
}

/// An attribute as one instrument or span uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttributeRef {
    /// The attribute.
    pub attribute: &'static AttributeDef,
    /// Whether a point must carry it.
    pub requirement: Requirement,
}

/// Requirement levels, as in the OpenTelemetry specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// Always there.
    Required,
    /// There when the condition holds.
    ConditionallyRequired(&'static str),
    /// There unless it costs too much.
    Recommended,
    /// There only if the user asks.
    OptIn,
}
