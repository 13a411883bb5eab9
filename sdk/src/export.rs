//! From cells to the collector, on one thread of its own.
//!
//! | stage | file |
//! |---|---|
//! | snapshot, encode, on time or when asked to | `reader.rs` |
//! | spans into a bounded queue, and from there into batches | `spans.rs` |
//! | batches into requests, around `opentelemetry-otlp` | `otlp_spans.rs`, `split.rs` |
//! | send until it is settled | `sender.rs`, with `retry.rs` deciding what is tried again |
//! | one attempt | `client.rs`; `grpc.rs` and `http_protobuf.rs` are the two protocols |
//! | where to, and whom to trust | `destination.rs`, `connect.rs`, `tls.rs` |
//! | instead of a collector | `memory.rs`, `console.rs` |
//! | counts | `stats.rs`, `in_flight.rs` |
//!
//! The thread (`thread.rs`) runs its own small runtime, never the host's: a host without a runtime, with a busy one or
//! with one that has only a single thread exports all the same. It waits for nothing that a recording thread holds
//! for longer than it takes to bind a series.

mod client;
mod connect;
mod console;
mod destination;
mod exporter;
mod fault;
mod grpc;
mod http_protobuf;
mod in_flight;
mod memory;
mod otlp_spans;
mod protocol;
mod reader;
mod retry;
mod rpc_status;
mod sender;
mod signal;
mod spans;
mod split;
mod stats;
mod thread;
#[cfg(feature = "tls")]
mod tls;

use std::time::Duration;

pub use exporter::Exporter;
pub use memory::InMemory;
pub use protocol::{Compression, Protocol, TlsFiles};
pub use stats::{ExportFailure, ExportStats, TelemetryStats};

pub(crate) use destination::Destination;
pub(crate) use reader::MAX_WAITING_FLUSHES;
pub(crate) use sender::Route;
pub(crate) use signal::Signal;
pub(crate) use spans::{SpanExport, SpanExportSettings, SpanLimits, SpanTask};
pub(crate) use stats::Counters;
pub(crate) use thread::{ExportPlan, ExportThread, MetricExportSettings, is_export_thread};

/// The largest answer that is read; it holds two numbers and a message.
const MAX_RESPONSE_BYTES: usize = 4 * 1024 * 1024;

/// Longer intervals and timeouts are taken for this one, so that no sum of times overflows.
const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 3600);
