//! The end of the pipeline: admits an item if the queue has room for it.

use std::{sync::Arc, time::Duration};

use tokio::sync::mpsc::{self, Permit};

use super::backlog::{Backlog, Waiting};
use crate::pipeline::{Exporter, Item, Refusal, RefusalReason, Reservation};

/// When a sender should come back after the queue was full: one attempt's time.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// A queue bounded in requests and bytes; one too many is refused, so that its sender keeps it.
#[derive(Debug)]
pub(super) struct Queue {
    name: String,
    sender: mpsc::Sender<Waiting>,
    backlog: Arc<Backlog>,
}

impl Queue {
    pub(super) const fn new(
        name: String,
        sender: mpsc::Sender<Waiting>,
        backlog: Arc<Backlog>,
    ) -> Self {
        Self { name, sender, backlog }
    }

    fn full(&self, message: &str) -> Refusal {
        Refusal {
            reason: RefusalReason::QueueFull,
            message: format!("{}: {message}; wait until the other side has caught up", self.name),
            retry_after: Some(RETRY_AFTER),
        }
    }

    fn stopping(&self) -> Refusal {
        Refusal {
            reason: RefusalReason::Stopping,
            message: format!("{} is shutting down; send it to another collector", self.name),
            retry_after: Some(RETRY_AFTER),
        }
    }
}

impl Exporter for Queue {
    fn reserve(&self, item: &Item) -> Result<Box<dyn Reservation + '_>, Refusal> {
        if self.backlog.is_stopping() {
            return Err(self.stopping());
        }
        let bytes = item.bytes.len();
        self.backlog.reserve(bytes).map_err(|used| {
            let max = self.backlog.bytes_max();
            self.full(&format!(
                "the queue holds {used} of {max} bytes and this request has {bytes}"
            ))
        })?;
        let mut place = Place { queue: self, bytes, permit: None };
        place.permit = Some(self.sender.try_reserve().map_err(|error| match error {
            mpsc::error::TrySendError::Full(()) => {
                let max = self.sender.max_capacity();
                self.full(&format!("the queue holds its {max} requests"))
            }
            mpsc::error::TrySendError::Closed(()) => self.stopping(),
        })?);
        Ok(Box::new(place))
    }
}

/// Room for one request.
struct Place<'a> {
    queue: &'a Queue,
    /// Given back on drop; 0 once the request has taken the place.
    bytes: usize,
    permit: Option<Permit<'a, Waiting>>,
}

impl Reservation for Place<'_> {
    fn commit(mut self: Box<Self>, item: Item) {
        let waiting = Waiting { signal: item.signal, bytes: item.bytes, items: item.counts.items };
        // A processor may have changed the item since room was reserved for it, but never after.
        debug_assert_eq!(waiting.bytes.len(), self.bytes);
        if let Some(permit) = self.permit.take() {
            self.bytes = 0;
            self.queue.backlog.add(&waiting);
            permit.send(waiting);
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.queue.backlog.release(self.bytes);
    }
}
