//! The pipeline's end of the queue: room is promised, then used.

use std::time::Duration;

use super::{
    Queue,
    bounds::{Bounds, Load},
    state::NoRoom,
};
use crate::{
    config::Sizer,
    pipeline::{Exporter, Item, Refusal, RefusalReason, Reservation},
    self_metrics::ExporterMetrics,
};

/// When a sender should come back after the queue was full: one attempt's time.
const RETRY_AFTER: Duration = Duration::from_secs(5);

impl Exporter for Queue {
    fn reserve(&self, item: &Item) -> Result<Box<dyn Reservation + '_>, Refusal> {
        let mut state = self.state.lock();
        let load = state.bounds.load(item.bytes.len(), item.counts.items);
        match state.reserve(load) {
            Ok(()) => Ok(Box::new(Place { queue: self, load, is_used: false })),
            Err(no_room) => {
                let bounds = state.bounds;
                drop(state);
                Err(refusal(&self.name, no_room, bounds, load))
            }
        }
    }

    fn reach(&self, visit: &mut dyn FnMut(&ExporterMetrics)) {
        visit(&self.metrics);
    }
}

/// Room for one request.
struct Place<'a> {
    queue: &'a Queue,
    load: Load,
    is_used: bool,
}

impl Reservation for Place<'_> {
    fn commit(mut self: Box<Self>, item: Item) {
        self.is_used = true;
        self.queue.push(self.queue.waiting(item), self.load);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.is_used {
            self.queue.release(self.load);
        }
    }
}

fn refusal(name: &str, no_room: NoRoom, bounds: Bounds, load: Load) -> Refusal {
    let Bounds { units_max, bytes_max, sizer, .. } = bounds;
    let full = |held: String| Refusal {
        reason: RefusalReason::QueueFull,
        message: format!("{name}: the queue holds {held}; wait until the other side has caught up"),
        retry_after: Some(RETRY_AFTER),
    };
    match (no_room, sizer) {
        (NoRoom::Units { .. }, Sizer::Requests) => full(format!("its {units_max} requests")),
        (NoRoom::Units { used }, Sizer::Items) => {
            full(format!("{used} of {units_max} items and this request has {}", load.units))
        }
        (NoRoom::Units { used }, Sizer::Bytes) | (NoRoom::Bytes { used }, _) => {
            full(format!("{used} of {bytes_max} bytes and this request has {}", load.bytes))
        }
        (NoRoom::Never, _) => {
            let (size, max, unit) = if load.bytes > bytes_max {
                (load.bytes, bytes_max, "bytes")
            } else {
                (load.units, units_max, "items")
            };
            Refusal {
                reason: RefusalReason::TooLarge,
                message: format!(
                    "{name}: this request has {size} {unit} and its whole queue holds {max}; send smaller requests"
                ),
                retry_after: None,
            }
        }
        (NoRoom::Stopping, _) => Refusal {
            reason: RefusalReason::Stopping,
            message: format!("{name} is shutting down; send it to another collector"),
            retry_after: Some(RETRY_AFTER),
        },
    }
}
