//! Forwards requests to another OTLP endpoint as the bytes they came in: `otlp` over gRPC, `otlphttp` over HTTP.
//!
//! An item that was admitted waits in a queue and is acknowledged at once. Consumers send what
//! waits, each one request at a time, try again by OTLP's table, and give up after a while. What the other side rejects
//! and what is given up is counted.
//!
//! A request is sent without a copy: gRPC's prefix goes ahead of the bytes as a chunk of its own (`chunks.rs`).

mod answer;
mod backoff;
mod chunks;
mod client;
mod compression;
mod consumer;
mod exporter;
mod grpc;
mod health;
mod http;
mod replay;
mod target;
#[cfg(test)]
mod tests;
mod verdict;

pub use exporter::OtlpExporter;
pub use replay::{Replay, Replayed};
