//! The end of the pipeline before a batch: room for one request.

use std::sync::Arc;

use super::{super::stop::RETRY_AFTER, queue::Queue};
use crate::{
    pipeline::{Admission, Exporter, Item, Refusal, RefusalReason, Reservation},
    self_metrics::ExporterMetrics,
};

/// What pipelines hand items to.
#[derive(Debug)]
pub(super) struct Entrance(pub(super) Arc<Queue>);

impl Exporter for Entrance {
    /// A request that is large enough goes straight on if the batch is empty: it would only overtake what waits.
    fn reserve(&self, item: &Item) -> Result<Box<dyn Reservation + '_>, Refusal> {
        let queue = &*self.0;
        if let Some(refusal) = queue.stop.refusal(&queue.name) {
            return Err(refusal);
        }
        if queue.settings.leaves_as_it_is(item.counts.items) && queue.is_empty() {
            return Ok(Box::new(Straight(queue.rest.reserve(item.clone())?)));
        }
        let charge = queue.reserve(item.bytes.len()).map_err(|full| Refusal {
            reason: RefusalReason::QueueFull,
            message: format!(
                "{}: the batch holds {} of {} bytes and this request has {}; wait until what is behind it has caught up",
                queue.name,
                full.used,
                full.max,
                item.bytes.len()
            ),
            retry_after: Some(RETRY_AFTER),
        })?;
        Ok(Box::new(Place { queue, charge }))
    }

    fn reach(&self, visit: &mut dyn FnMut(&ExporterMetrics)) {
        self.0.rest.reach(visit);
    }
}

/// Room in everything behind the batch.
struct Straight<'a>(Admission<'a>);

impl Reservation for Straight<'_> {
    /// The item is already where it goes to, with a share of its acknowledgement.
    fn commit(self: Box<Self>, _: Item) {
        self.0.commit();
    }
}

/// Room in the batch.
struct Place<'a> {
    queue: &'a Queue,
    /// Given back on drop; 0 once the request has taken the place.
    charge: usize,
}

impl Reservation for Place<'_> {
    fn commit(mut self: Box<Self>, item: Item) {
        let charge = std::mem::take(&mut self.charge);
        let items = item.counts.items;
        let pushed = self.queue.push(item.tenant, item.bytes, items, charge, item.traced);
        if let Err(lost) = pushed {
            // A receiver that was cut off at the deadline came too late; this is the last it hears.
            item.ack.reject(lost, || format!("{} has been shut down", self.queue.name));
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.queue.release(self.charge);
    }
}
