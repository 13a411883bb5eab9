//! Forwards requests to another OTLP endpoint as the bytes they came in: `otlp` over gRPC, `otlphttp` over HTTP.
//!
//! An item that was admitted waits in a queue and is acknowledged at once. Consumers send what
//! waits, joined where several do, try again by OTLP's table, and give up after a while. While the other side fails, one
//! request at a time is sent to see whether it does again (`gate.rs`). What the other side rejects and what is given up
//! is counted.
//!
//! Requests are sent without a copy: each is a chunk of the body, behind gRPC's prefix (`chunks.rs`).

mod answer;
mod backoff;
mod chunks;
mod client;
mod compression;
mod connect;
mod consumer;
mod exporter;
mod gate;
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
