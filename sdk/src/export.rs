//! From cells to the collector, on one thread of its own.
//!
//! | stage | file |
//! |---|---|
//! | snapshot, encode, on time or when asked to | `reader.rs` |
//! | send | `grpc.rs`, with `retry.rs` deciding what is tried again |
//! | spans | `spans.rs`, around the span SDK's batch processor |
//! | counts | `stats.rs` |
//!
//! The thread (`thread.rs`) runs its own small runtime, never the host's: a host without a runtime, with a busy one or
//! with one that has only a single thread exports all the same. It waits for nothing that a recording thread holds
//! for longer than it takes to bind a series.

mod grpc;
mod reader;
mod retry;
mod spans;
mod stats;
mod thread;

use std::time::Duration;

pub use stats::{ExportFailure, ExportStats, TelemetryStats};

pub(crate) use grpc::Destination;
pub(crate) use reader::MAX_WAITING_FLUSHES;
pub(crate) use spans::{SpanExport, SpanExportSettings};
pub(crate) use stats::Counters;
pub(crate) use thread::ExportThread;

/// Longer intervals and timeouts are taken for this one, so that no sum of times overflows.
const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 3600);
