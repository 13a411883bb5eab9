//! The registry as it is typed: OpenTelemetry Weaver's definition language, version 2, as far as it is used here.
//!
//! Unknown keys are errors, so that a misspelt key is not silently without effect.

use serde::{Deserialize, de::IgnoredAny};

/// The registry's own name, which is also the namespace of everything that it defines.
pub(crate) const NAMESPACE: &str = "infer";
/// The only version of the language that is read.
pub(crate) const FILE_FORMAT: &str = "definition/2";

/// `manifest.yaml`: what the registry is and builds on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub(crate) name: String,
    #[serde(rename = "description")]
    pub(crate) _description: String,
    #[serde(rename = "schema_url")]
    pub(crate) _schema_url: String,
    #[serde(rename = "stability")]
    pub(crate) _stability: Stability,
    #[serde(rename = "dependencies")]
    pub(crate) _dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dependency {
    #[serde(rename = "schema_url")]
    pub(crate) _schema_url: String,
    #[serde(rename = "registry_path")]
    pub(crate) _registry_path: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Definitions {
    pub(crate) file_format: String,
    pub(crate) attributes: Vec<AttributeDefinition>,
    pub(crate) attribute_groups: Vec<AttributeGroup>,
    pub(crate) metrics: Vec<MetricDefinition>,
    pub(crate) metric_refinements: Vec<MetricRefinement>,
    pub(crate) spans: Vec<SpanDefinition>,
    pub(crate) events: Vec<EventDefinition>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttributeDefinition {
    pub(crate) key: String,
    #[serde(rename = "type")]
    pub(crate) value_type: AttributeType,
    pub(crate) brief: String,
    #[serde(default)]
    pub(crate) note: String,
    #[serde(rename = "examples")]
    pub(crate) _examples: Option<IgnoredAny>,
    #[serde(rename = "stability")]
    pub(crate) _stability: Stability,
    #[serde(default)]
    pub(crate) annotations: Annotations,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AttributeType {
    String,
    Int,
    Double,
    Boolean,
    #[serde(rename = "string[]")]
    StringArray,
    Members(Vec<Member>),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Member {
    #[serde(rename = "id")]
    pub(crate) _id: String,
    pub(crate) value: String,
    #[serde(default)]
    pub(crate) brief: String,
    #[serde(rename = "stability")]
    pub(crate) _stability: Stability,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stability {
    Stable,
    ReleaseCandidate,
    Beta,
    Alpha,
    Development,
}

/// Annotations are free-form in the language; these are the ones that mean something here.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Annotations {
    pub(crate) code_generation: CodeGeneration,
    pub(crate) inferometer: Inferometer,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CodeGeneration {
    pub(crate) metric_value_type: Option<ValueType>,
}

/// What the language has no field for: bounds, limits and closed sets.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Inferometer {
    /// Upper inclusive bucket bounds of a histogram.
    pub(crate) bucket_boundaries: Vec<f64>,
    /// Series that a metric may have.
    pub(crate) cardinality_limit: Option<u32>,
    /// The values of an attribute are these and no others.
    pub(crate) closed: Option<Closed>,
    /// Distinct values that an open attribute may have.
    pub(crate) limit: Option<u32>,
    /// An attribute without a bound, which only spans may carry.
    pub(crate) unbounded: bool,
    /// The name of the closed values' type, if the key does not give it; attributes with equal values may share one.
    pub(crate) enum_name: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Closed {
    /// `true`: the members of the attribute's type.
    Members(bool),
    /// These, where the attribute's own set is open.
    Values(Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ValueType {
    Int,
    Double,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttributeGroup {
    pub(crate) id: String,
    #[serde(rename = "visibility")]
    pub(crate) _visibility: Visibility,
    pub(crate) attributes: Vec<AttributeRef>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Visibility {
    Internal,
    Public,
}

/// Either `ref` or `ref_group`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttributeRef {
    #[serde(rename = "ref")]
    pub(crate) key: Option<String>,
    #[serde(rename = "ref_group")]
    pub(crate) group: Option<String>,
    pub(crate) requirement_level: Option<RequirementLevel>,
    #[serde(default)]
    pub(crate) annotations: Annotations,
}

/// Whether a point or span carries an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequirementLevel {
    /// Always.
    Required,
    /// When the condition holds.
    ConditionallyRequired(String),
    /// Unless it costs too much.
    Recommended,
    /// Only if the user asks.
    OptIn,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricDefinition {
    pub(crate) name: String,
    pub(crate) instrument: Instrument,
    pub(crate) unit: String,
    pub(crate) brief: String,
    #[serde(default)]
    pub(crate) note: String,
    pub(crate) stability: Stability,
    #[serde(rename = "requirement_level")]
    pub(crate) _requirement_level: Option<RequirementLevel>,
    #[serde(default)]
    pub(crate) annotations: Annotations,
    #[serde(default)]
    pub(crate) attributes: Vec<AttributeRef>,
}

/// What kind of instrument a metric has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Instrument {
    /// Adds up.
    Counter,
    /// Adds up and falls.
    UpDownCounter,
    /// Shows the last value.
    Gauge,
    /// Counts values in buckets.
    Histogram,
}

/// What this registry adds to somebody else's metric.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricRefinement {
    pub(crate) id: String,
    #[serde(rename = "ref")]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) annotations: Annotations,
    #[serde(default)]
    pub(crate) attributes: Vec<AttributeRef>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpanDefinition {
    #[serde(rename = "type")]
    pub(crate) span_type: String,
    pub(crate) kind: SpanKind,
    pub(crate) name: SpanName,
    pub(crate) brief: String,
    #[serde(default)]
    pub(crate) note: String,
    #[serde(rename = "stability")]
    pub(crate) _stability: Stability,
    #[serde(default)]
    pub(crate) attributes: Vec<AttributeRef>,
}

/// Which side of a call a span describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    /// Handles a request of a remote caller.
    Server,
    /// Calls another service.
    Client,
    /// Stays inside the process.
    Internal,
    /// Starts work that is done later.
    Producer,
    /// Does work that was started elsewhere.
    Consumer,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpanName {
    /// The template itself: `{key}` stands for the value of an attribute.
    pub(crate) note: String,
}

/// Something that happens at one time, on a span.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventDefinition {
    pub(crate) name: String,
    pub(crate) brief: String,
    #[serde(default)]
    pub(crate) note: String,
    #[serde(rename = "stability")]
    pub(crate) _stability: Stability,
    #[serde(default)]
    pub(crate) attributes: Vec<AttributeRef>,
}
