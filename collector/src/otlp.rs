//! OTLP payloads: what a request must be before it enters a pipeline.

mod check;

pub use check::{Malformed, check};
