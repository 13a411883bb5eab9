//! OTLP payloads: what a request must be before it enters a pipeline, and what its points and values say, read in place.

mod any_value;
mod attributes;
mod check;
mod decoded_size;
mod envelope;
mod exemplar;
mod fields;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod json;
mod json_scalar;
mod metric;
mod protobuf_writer;
mod resources;
mod schema;
mod wire;

pub use any_value::{spell, text};
pub use attributes::{AttributeBytes, decode_attributes, spell_attributes, spell_scope};
pub(crate) use attributes::{key_of, spell_value};
pub use check::{Malformed, check};
pub(crate) use decoded_size::decoded_size;
pub(crate) use envelope::only;
pub use envelope::{ResourceMetricsView, ScopeMetricsView, resource_metrics};
pub use exemplar::{ExemplarBytes, ExemplarView};
pub use fields::{FieldValue, FieldView, Fields, Words, fields};
pub use json::from_json;
pub use metric::{MetricView, PointView, Room, Shape};
pub(crate) use protobuf_writer::varint;
pub use resources::resources;
