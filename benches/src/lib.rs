//! Every figure of this workspace comes from here, measured in one run beside its peers.
//!
//! | part | what it does |
//! |---|---|
//! | `record.rs`, `request.rs`, `snapshot.rs`, `instructions.rs`, `isolation.rs`, `gpu.rs` | the suites, one file each |
//! | `record/` | one file per library: the same handles, spelled in its own API |
//! | `request/` | a request recorded by us, and by hand |
//! | `isolation/` | the collectors that fail, and the latency of single calls |
//! | `op.rs`, `compare.rs`, `crew.rs`, `reading.rs` | the method: two operations in turn, on pinned threads, in undisturbed batches |
//! | `ingest.rs`, `scrape.rs`, `forward.rs` | the suites that measure collectors |
//! | `load/`, `subject/`, `yardstick/`, `relay.rs` | what is sent to collectors, the processes that they are, and the plainest of them |
//! | `report.rs`, `machine.rs` | what is printed |
//!
//! `README.md` beside this crate says how each figure is made.

mod cli;
mod compare;
mod crew;
mod error;
mod fixture;
mod forward;
mod gpu;
mod ingest;
mod init;
mod instructions;
mod isolation;
mod limit;
mod load;
mod machine;
mod op;
mod otlp;
mod pause;
mod reading;
mod record;
mod relay;
mod report;
mod request;
mod run;
mod scrape;
mod snapshot;
mod subject;
mod yardstick;

pub use cli::{Args, LoadArgs, Suite};
pub use error::BenchError;
pub use forward::Forwarded;
pub use ingest::Mode;
pub use run::run;
pub use subject::Subject;
