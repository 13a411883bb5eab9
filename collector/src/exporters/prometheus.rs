//! Shows metrics to Prometheus: the store, its translation by OpenTelemetry's compatibility specification, the page.
//!
//! ```text
//! Item -> ingest (identity, once per point) -> Store -> text (piece by piece) -> scrape
//!             \-> translate (once per series) ->/
//! ```
//!
//! Names come from `inferometer_semconv::prometheus_name`. Resources become `job`, `instance` and `target_info`,
//! scopes `otel_scope_*` labels on every series. An attribute that would take a label which Prometheus needs (`job`,
//! `instance`, `le` of a histogram, `quantile` of a summary) gets `exported_` before its name.
//!
//! Of two streams that have one name and labels once translated, the first is shown until it ends. Delta temporality
//! and exponential histograms are rejected and counted.

mod exporter;
mod ingest;
mod scrape;
mod text;
mod translate;

#[cfg(test)]
mod tests;

pub use exporter::PrometheusExporter;
