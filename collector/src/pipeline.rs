//! What moves through the collector, and the contract between its parts.
//!
//! A receiver turns bytes from the network into an [`Item`] and offers it to an [`Intake`]. Every pipeline that takes
//! the item runs its processors, then room is reserved in every exporter of every pipeline; if one has none, all are
//! released and the sender gets the [`Refusal`]. Only then is the item committed, and its [`Ack`] resolves when the
//! last exporter has kept or rejected it.

mod ack;
mod graph;
mod item;
mod refusal;
mod stage;

pub use ack::{Ack, Acknowledged, Outcome};
pub use graph::{Graph, Pipeline};
pub use item::{Counts, Item, Signal, Tenant};
pub use refusal::{Refusal, RefusalReason, RejectReason};
pub use stage::{Exporter, Intake, Processor, Reservation};
