//! What moves through the collector, and the contract between its parts.
//!
//! A receiver turns bytes from the network into an [`Item`] and offers it to an [`Intake`]. Every pipeline that takes
//! the item runs its processors, then room is reserved in every exporter of every pipeline; if one has none, all are
//! released and the sender gets the [`Refusal`]. Only then is the item committed, and its [`Ack`] resolves when the
//! last exporter has kept or rejected it. What joins items on their way, such as a batch, stands where a pipeline's
//! exporters stand, and feeds a second pipeline behind it.

mod ack;
mod graph;
mod item;
mod line;
mod refusal;
mod stage;
mod switch;
#[cfg(test)]
pub(crate) mod testing;
mod traced;

pub use ack::{Ack, Acknowledged, Outcome};
pub use graph::Graph;
pub use item::{Counts, Item, Signal, Tenant};
pub use line::{Admission, Pipeline};
pub use refusal::{Refusal, RefusalReason, RejectReason};
pub use stage::{Exporter, Intake, Processor, Reservation};
pub use switch::Switch;
pub use traced::Traced;
