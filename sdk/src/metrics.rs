//! Metrics: from a definition and attributes to a handle, and from all threads' cells to a snapshot.
//!
//! | stage | file |
//! |---|---|
//! | bind | `scope.rs`, `instrument.rs`, `attributes.rs` |
//! | record | `handles.rs`, into the crate's `cells` |
//! | record, from the OpenTelemetry API | `api.rs`, `cache.rs` |
//! | snapshot | `snapshot.rs` |

mod api;
mod attributes;
mod buckets;
mod cache;
mod handles;
mod instrument;
mod number;
mod provider;
mod recorder;
mod scope;
mod series;
mod snapshot;
mod stats;

pub use handles::{Counter, Gauge, Histogram, UpDownCounter};
pub use instrument::HistogramAggregation;
pub use number::{Number, NumberKind, PointValue};
pub use provider::{MAX_SCOPES, MeterProvider, MeterProviderBuilder};
pub use recorder::Recorder;
pub use scope::{MAX_INSTRUMENTS_PER_SCOPE, Scope};
pub use snapshot::Snapshot;
pub use stats::Stats;

pub(crate) use attributes::AttributeSet;
pub(crate) use instrument::{Aggregation, Descriptor};
pub(crate) use snapshot::{InstrumentPoints, Point, ScopePoints, Value};
