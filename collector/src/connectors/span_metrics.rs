//! The connector `span_metrics`: how many spans there were, and how long they took, by what they are.
//!
//! Spans are read in place. Those with equal dimensions are one series, found by a hash and compared byte by byte; only
//! the first span of a series is decoded. A worker offers all totals to the pipelines of metrics on an interval, and
//! once more when the collector stops. Totals only grow, so what is refused is in the next ones.
//!
//! Bounds: [`SpanMetricsSettings::series_max`] series over all tenants; further spans are counted in one overflow series
//! for each tenant, and so are those whose dimensions take more than [`DIMENSIONS_BYTES_MAX`], or whose resource does more
//! than [`RESOURCE_BYTES_MAX`]. Spans of more than [`TENANTS_MAX`] tenants are rejected and counted.

mod component;
mod exemplars;
mod key;
mod request;
mod series;
mod settings;
mod span;
mod state;
#[cfg(test)]
mod tests;

pub use component::SpanMetrics;
pub use key::DIMENSIONS_BYTES_MAX;
pub use key::RESOURCE_BYTES_MAX;
pub use settings::{
    CommonDimension, Dimension, DurationHistogram, DurationUnit, ResourceOf, SpanMetricsSettings,
};
pub use state::TENANTS_MAX;
