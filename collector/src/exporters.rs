//! Where data goes out.

pub mod debug;
pub mod file;
pub mod otlp;
pub mod prometheus;
mod queue;
pub mod trace_ring;
mod writer;
