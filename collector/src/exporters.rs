//! Where data goes out.

pub mod otlp;
pub mod prometheus;
pub mod trace_ring;
