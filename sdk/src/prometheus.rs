//! A provider's series in a [`prometheus::Registry`](::prometheus::Registry) that an application serves already.
//!
//! Prometheus asks, and each question is a snapshot of its own: nothing runs in between, and readers over OTLP go on
//! beside it undisturbed. Names, units and labels are those of the OpenTelemetry specification, "Prometheus and
//! OpenMetrics compatibility":
//!
//! | OpenTelemetry | page |
//! |---|---|
//! | counter | counter, `_total` |
//! | up-down counter, gauge | gauge |
//! | histogram, explicit buckets | histogram, its bounds |
//! | histogram, exponential buckets | histogram, a bound at every power of two: see below |
//! | name and unit | `a.b` in `s` is `a_b_seconds` |
//! | attributes | labels; values of names that collide are joined with `;`; one with an empty value is none |
//! | scope | `otel_scope_name`, `_version`, `_schema_url`, and `otel_scope_` with each of its attributes |
//! | resource | `target_info`, there as soon as a series is; `job` and `instance` are the scraper's to add |
//!
//! What the registry's library cannot carry is not there: start times, exemplars, integers above 2^53 exactly. The page
//! that [`PrometheusCollector::open_metrics`] writes of one provider has the exemplars.
//!
//! # Exponential histograms
//!
//! The library has no native histograms, and the buckets of an exponential histogram come, go and merge as values
//! arrive, which `rate` would take for resets and gaps. So they are shown merged to the same 64 bounds on every page,
//! the powers of two from 2^-20 to 2^43. Every number is exact, but a quantile taken from them may be off by a factor
//! of two, and above 2^43 there is none. Over OTLP they keep their resolution.
//!
//! | stage | file |
//! |---|---|
//! | ask, walk the snapshot | `collector.rs` |
//! | one name, one kind, no labels twice | `families.rs`, `left_out.rs` |
//! | attributes to labels | `labels.rs`, `text.rs` |
//! | values to the library's messages | `values.rs` |
//! | exemplars, and the page that has them | `exemplars.rs`, `open_metrics.rs` |

mod collector;
mod exemplars;
mod families;
mod labels;
mod left_out;
mod open_metrics;
mod text;
mod values;

pub use collector::PrometheusCollector;
pub use left_out::LeftOut;
pub use open_metrics::OPEN_METRICS;
