//! Forwards requests to another OTLP/gRPC endpoint as the bytes they came in.
//!
//! An item that was admitted waits in a bounded queue and is acknowledged at once; one worker sends the queue in its
//! order, tries again by OTLP's table, and gives up after a while. What it gives up on is counted as rejected.

mod backlog;
mod backoff;
mod client;
mod exporter;
mod queue;
mod raw_codec;
mod target;
#[cfg(test)]
mod tests;
mod verdict;
mod worker;

#[cfg(test)]
pub(crate) use raw_codec::RawCodec;

pub use exporter::OtlpExporter;
