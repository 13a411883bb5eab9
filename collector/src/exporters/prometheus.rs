//! Shows metrics to Prometheus: the store, its translation by OpenTelemetry's compatibility specification, the page.
//!
//! ```text
//! Item -> ingest (known bytes find their series) -> Store -> text (piece by piece) -> scrape
//!             \-> translate (once per series) ->/
//! ```
//!
//! Names come from `inferometer_semconv::prometheus_namer`. Resources become `job`, `instance` and `target_info`, chosen
//! attributes of theirs labels of every series, scopes `otel_scope_*` labels. An attribute that would take a label which
//! Prometheus needs (`job`, `instance`, `le` of a histogram, `quantile` of a summary, names that begin with `__`) or
//! which is constant gets `exported_` before its name. Keys that become one label are joined with `;`, in their order.
//!
//! Of two streams that have one name and labels once translated, the first is shown until it ends, and the points of
//! the other are rejected and counted: so it is with an attribute that is the number 1 here and the text "1" there.
//!
//! Delta sums and histograms are added up, also over the gap that an idle series leaves.
//! Exponential histograms are shown as native ones in protobuf, and in text as classic ones with powers of two as bounds.

mod encoder;
mod exporter;
mod format;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod ingest;
mod label_guard;
#[cfg(any(test, feature = "fuzzing"))]
mod model;
mod names;
mod protobuf;
mod scrape;
mod text;
mod translate;

#[cfg(test)]
mod tests;

pub use exporter::PrometheusExporter;
pub use label_guard::LabelOffender;
