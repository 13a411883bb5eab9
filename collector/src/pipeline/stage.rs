//! The traits that receivers, processors and exporters meet at.

use std::fmt;

use super::{item::Item, refusal::Refusal};
use crate::self_metrics::ExporterMetrics;

/// Where a receiver hands in what it received: the graph of all pipelines.
pub trait Intake: Send + Sync + fmt::Debug {
    /// Takes the item into every pipeline of its signal, or into none.
    ///
    /// # Errors
    /// The refusal of the first processor or exporter that had no room; nothing was kept anywhere.
    fn admit(&self, item: Item) -> Result<(), Refusal>;
}

/// A step between receiver and exporter: a pure function of the item and its own settings.
///
/// Items that it takes out, it takes off the item's counts too; the pipeline counts them as filtered once the rest is
/// admitted.
pub trait Processor: Send + Sync + fmt::Debug {
    /// Passes the item on, changed or not.
    ///
    /// # Errors
    /// A refusal goes back to the sender; the item is in no pipeline then.
    fn process(&self, item: Item) -> Result<Item, Refusal>;
}

/// The end of a pipeline: a store, a queue, a network client.
pub trait Exporter: Send + Sync + fmt::Debug {
    /// Reserves room for the item without taking it.
    ///
    /// # Errors
    /// There is no room: the queue is full, or the exporter is stopping.
    fn reserve(&self, item: &Item) -> Result<Box<dyn Reservation + '_>, Refusal>;

    /// Visits the counters of every exporter that an item reaches through this one: what waits or is lost on the way
    /// counts for each of them.
    fn reach(&self, visit: &mut dyn FnMut(&ExporterMetrics));
}

/// Room in an exporter. Dropping it gives the room back.
pub trait Reservation {
    /// Takes the item; cannot fail. Points that it cannot keep are told to the item's [`Ack`](super::Ack) and counted.
    fn commit(self: Box<Self>, item: Item);
}
