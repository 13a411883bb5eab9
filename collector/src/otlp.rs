//! OTLP payloads: what a request must be before it enters a pipeline, and what its points and values say.

mod any_value;
mod check;
mod metrics;
mod resources;
mod schema;
mod wire;

pub use any_value::{spell, text};
pub use check::{Malformed, check};
pub use metrics::{Shape, each_point};
pub use resources::resources;
