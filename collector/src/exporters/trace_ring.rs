//! Keeps the latest traces in memory and shows them in the shape of Jaeger's query API.
//!
//! | path | shows |
//! |---|---|
//! | `/api/traces?service=S&operation=O&tags={"k":"v"}&tag=k:v&minDuration=100ms&maxDuration=2s&start=US&end=US&lookback=1h&limit=20` | traces with a root span, the latest first; then fragments |
//! | `/api/traces?traceID=A&traceID=B` | these traces; those that are not there among `errors` |
//! | `/api/traces/{traceID}` | one trace |
//! | `/api/services` | services that some span in the ring comes from |
//! | `/api/services/{service}/operations` | names of their spans |
//! | `/api/operations?service=S&spanKind=server` | the same with their kinds |
//! | `/api/dependencies?endTs=MS&lookback=MS` | which service called which, how often |
//!
//! A question shares the traces that it reads with the ring: the ring's lock is held while 256 handles are copied, and
//! never while spans are looked at, which is done beside the runtime's threads, two questions at a time. What is cheap to
//! test is tested first; the encoding of a span is read in place, for tags alone. A trace that grows while it is read is
//! copied once, by its spans' handles; one that goes meanwhile stays in memory until it is read.
//!
//! Answers that are being made, or that their readers have not taken yet, take 128 MiB at most together; further ones get
//! 503 and a time to come back, and a larger one is given alone. A list has 10 000 entries with 1 MiB of names, those of
//! the latest traces, and says if there are more.
//!
//! The ring is bounded in traces and bytes; the oldest trace makes room, and its spans are counted as evicted. Spans in
//! the ring count as queued: nobody has taken them yet.

mod answers;
mod asked;
mod component;
mod dependencies;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod go_duration;
mod hex;
mod jaeger;
mod names;
mod page;
mod parts;
mod ring;
mod search;
mod span;
mod tag_filter;
mod tags;
#[cfg(test)]
mod tests;
mod trace_id;
mod turns;
mod walk;
mod wall_clock;

pub use answers::ANSWERS_BYTES_MAX;
pub use component::TraceRing;
