//! Keeps the latest traces in memory and shows them in the shape of Jaeger's query API.
//!
//! | path | shows |
//! |---|---|
//! | `/api/traces?limit=20&service=S&operation=O&start=US&end=US` | traces with a root span, the latest first; then fragments |
//! | `/api/traces/{traceID}` | one trace |
//! | `/api/services` | services that some span in the ring comes from |
//! | `/api/services/{service}/operations` | names of their spans |
//!
//! The ring is bounded in traces and bytes; the oldest trace makes room, and its spans are counted as evicted. Spans in
//! the ring count as queued: nobody has taken them yet.

mod component;
mod jaeger;
mod page;
mod ring;
mod search;
mod span;
mod tags;
#[cfg(test)]
mod tests;

pub use component::TraceRing;
