//! Metrics: from a definition and attributes to a handle, and from all threads' cells to a snapshot.
//!
//! | stage | file |
//! |---|---|
//! | bind | `scope.rs`, `registry.rs`, `registration.rs`, `name.rs`, `descriptor.rs`, `aggregation.rs`, `views.rs`, `instrument.rs`, `stream.rs`, `attributes.rs` |
//! | record | `handles.rs`, into the crate's `cells` |
//! | record, from the OpenTelemetry API | `api.rs`, `cache.rs` |
//! | record, as an example with its trace | `exemplars.rs` |
//! | snapshot | `snapshot.rs`; what callbacks tell, `observable.rs`, `observed.rs`, `collection.rs` |
//! | since when | `reader.rs`, `temporality.rs`, `deltas.rs` |

mod aggregation;
mod api;
mod attributes;
mod buckets;
mod cache;
mod collection;
mod deltas;
mod descriptor;
mod exemplars;
mod handles;
mod instrument;
mod name;
mod number;
mod observable;
mod observed;
mod provider;
mod reader;
mod recorder;
mod registration;
mod registry;
mod retirement;
mod scope;
mod series;
mod snapshot;
mod stats;
mod stream;
mod temporality;
mod views;

pub use aggregation::HistogramAggregation;
pub use exemplars::{ExemplarFilter, SampledSpan};
pub use handles::{Counter, Gauge, Histogram, UpDownCounter};
pub use number::{Number, NumberKind, PointValue};
pub use observable::{MAX_CALLBACKS_PER_INSTRUMENT, Observation};
pub use provider::{MAX_SCOPES, MeterProvider, MeterProviderBuilder};
pub use reader::MetricReader;
pub use recorder::Recorder;
pub use retirement::RETIRE_AFTER;
pub use scope::{MAX_INSTRUMENTS_PER_SCOPE, Scope};
pub use snapshot::Snapshot;
pub use stats::Stats;
pub use temporality::TemporalityPreference;
pub use views::{
    InstrumentType, MAX_VIEW_ATTRIBUTE_KEYS, MAX_VIEWS, View, ViewAggregation, ViewBuilder,
    ViewError,
};

pub(crate) use attributes::AttributeSet;
pub(crate) use collection::current_collection;
pub(crate) use exemplars::{Exemplar, current_span};
pub(crate) use snapshot::{Point, ScopePoints, StreamPoints, Value};
pub(crate) use temporality::Temporality;
pub(crate) use {aggregation::Aggregation, descriptor::Descriptor};
