//! Where data goes out.

pub mod otlp;
pub mod prometheus;
mod queue;
pub mod trace_ring;
