//! What joins pipelines: the end of some, and a receiver of others.

pub mod span_metrics;

pub use span_metrics::{
    CommonDimension, Dimension, DurationHistogram, DurationUnit, ResourceOf, SpanMetrics,
    SpanMetricsSettings,
};
