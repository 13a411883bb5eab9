//! What the queue's lock guards: the requests, their load, and what is being sent.
//!
//! At every moment `waiting + reserved` units fit the bound if the queue refuses, and `waiting` alone if it evicts; so do
//! the bytes, those being sent included.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::{
    bounds::{Bounds, Load},
    joining::{Joining, Size},
    lane::{self, Lanes},
    waiting::Waiting,
};
use crate::{config::OnFull, health::QueueLevel, pipeline::Signal};

/// Requests that are looked through for one that may be sent; those behind wait for the next look.
const LOOK_MAX: usize = 64;

/// Items by signal.
type Items = [u64; Signal::ALL.len()];

#[derive(Debug)]
pub(super) struct State {
    pub(super) bounds: Bounds,
    queue: VecDeque<Waiting>,
    waiting: Load,
    /// The same by signal, in every unit.
    sizes: [Size; Signal::ALL.len()],
    /// Room that was promised and is not yet used.
    reserved: Load,
    sending_bytes: u64,
    sending_requests: u64,
    /// The lanes of the requests that are being sent.
    sending: Vec<Lanes>,
    /// Of all that waits or is being sent.
    items: Items,
    is_stopping: bool,
    is_abandoned: bool,
}

/// Why a request cannot wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoRoom {
    /// So many units wait already.
    Units {
        used: u64,
    },
    /// So many bytes wait or are being sent.
    Bytes {
        used: u64,
    },
    /// It is larger than the whole queue.
    Never,
    Stopping,
}

impl State {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            queue: VecDeque::new(),
            waiting: Load::default(),
            sizes: Default::default(),
            reserved: Load::default(),
            sending_bytes: 0,
            sending_requests: 0,
            sending: Vec::new(),
            items: Items::default(),
            is_stopping: false,
            is_abandoned: false,
        }
    }

    /// Promises room. A queue that evicts makes it when it is used, so that nothing is evicted for a request that
    /// another exporter refuses.
    pub(super) fn reserve(&mut self, load: Load) -> Result<(), NoRoom> {
        let Bounds { units_max, bytes_max, on_full, .. } = self.bounds;
        if self.is_stopping {
            return Err(NoRoom::Stopping);
        }
        if load.units > units_max || load.bytes > bytes_max {
            return Err(NoRoom::Never);
        }
        let mut used = self.reserved;
        used.bytes += self.sending_bytes;
        if on_full == OnFull::Refuse {
            used.add(self.waiting);
        }
        if used.units + load.units > units_max {
            return Err(NoRoom::Units { used: used.units });
        }
        if used.bytes + load.bytes > bytes_max {
            return Err(NoRoom::Bytes { used: used.bytes });
        }
        self.reserved.add(load);
        Ok(())
    }

    /// Gives promised room back.
    pub(super) fn release(&mut self, load: Load) {
        self.reserved.subtract(load);
    }

    /// Puts a request into the room that it was promised; the items that had to go for it, by signal.
    pub(super) fn commit(&mut self, waiting: Waiting, promised: Load) -> Items {
        self.reserved.subtract(promised);
        self.waiting.add(self.bounds.load_of(&waiting));
        self.sizes[waiting.signal as usize].add(size_of(&waiting));
        self.items[waiting.signal as usize] += waiting.items;
        self.queue.push_back(waiting);
        let mut evicted = Items::default();
        while self.is_too_full() {
            let Some(oldest) = self.queue.pop_front() else {
                break;
            };
            self.waiting.subtract(self.bounds.load_of(&oldest));
            self.sizes[oldest.signal as usize].subtract(size_of(&oldest));
            self.items[oldest.signal as usize] -= oldest.items;
            evicted[oldest.signal as usize] += oldest.items;
        }
        evicted
    }

    fn is_too_full(&self) -> bool {
        self.waiting.units > self.bounds.units_max
            || self.waiting.bytes + self.sending_bytes > self.bounds.bytes_max
    }

    /// The first request that may be sent.
    pub(super) fn take(&mut self) -> Option<Waiting> {
        let place = self.first(|_| true)?;
        let taken = self.remove(place)?;
        self.hold(&taken);
        Some(taken)
    }

    /// The first requests that may be sent as one; none if none may, or if those there are wait for company.
    pub(super) fn take_joined(&mut self, joining: &Joining, now: Instant) -> Vec<Waiting> {
        let mut taken: Vec<Waiting> = Vec::new();
        let mut size = Size::default();
        while taken.is_empty() || !joining.is_enough(&size) {
            let place = match taken.first() {
                None => self.first(|waiting| self.is_due(waiting, joining, now)),
                Some(first) => self.first(|waiting| waiting.joins(first)),
            };
            let Some(next) = place.and_then(|place| self.queue.get(place)).map(size_of) else {
                break;
            };
            if !taken.is_empty() && !joining.fits(&size, next) {
                break;
            }
            let Some(next_taken) = place.and_then(|place| self.remove(place)) else { break };
            size.add(next);
            taken.push(next_taken);
        }
        // Not before, so that those of one sender may leave together, in their order.
        taken.iter().for_each(|taken| self.hold(taken));
        taken
    }

    /// When the next request will have waited long enough for company; those that have wait for something else.
    pub(super) fn next_due(&self, now: Instant) -> Option<Instant> {
        let due = self.queue.iter().take(LOOK_MAX).filter_map(|waiting| waiting.due);
        due.filter(|due| *due > now).min()
    }

    fn is_due(&self, waiting: &Waiting, joining: &Joining, now: Instant) -> bool {
        self.is_stopping
            || waiting.due.is_none_or(|due| due <= now)
            || joining.is_enough(&self.sizes[waiting.signal as usize])
    }

    /// Where the first request stands that is wanted and may be sent.
    fn first(&self, is_wanted: impl Fn(&Waiting) -> bool) -> Option<usize> {
        let waiting = self.queue.iter().take(LOOK_MAX);
        lane::first_free(
            self.sending.iter(),
            waiting.map(|waiting| (&waiting.lanes, is_wanted(waiting))),
        )
    }

    /// Takes a request out of those that wait, if what is being sent may grow by it.
    fn remove(&mut self, place: usize) -> Option<Waiting> {
        let load = self.bounds.load_of(self.queue.get(place)?);
        // What is being sent cannot be evicted: it must leave the room that was promised.
        if self.sending_bytes + load.bytes + self.reserved.bytes > self.bounds.bytes_max {
            return None;
        }
        let taken = self.queue.remove(place)?;
        self.waiting.subtract(load);
        self.sizes[taken.signal as usize].subtract(size_of(&taken));
        self.sending_bytes += load.bytes;
        self.sending_requests += 1;
        Some(taken)
    }

    /// Nothing that must not overtake it is sent from now on.
    fn hold(&mut self, taken: &Waiting) {
        if taken.lanes != Lanes::NONE {
            self.sending.push(taken.lanes);
        }
    }

    /// Forgets a request that was taken; whether its end is still to be counted.
    pub(super) fn settle(&mut self, taken: &Waiting) -> bool {
        if self.is_abandoned {
            return false;
        }
        self.sending_bytes -= self.bounds.load_of(taken).bytes;
        self.sending_requests -= 1;
        if let Some(place) = self.sending.iter().position(|lanes| *lanes == taken.lanes) {
            self.sending.swap_remove(place);
        }
        self.items[taken.signal as usize] -= taken.items;
        true
    }

    pub(super) fn stop(&mut self) {
        self.is_stopping = true;
    }

    /// Gives up everything, and says what that is.
    pub(super) fn abandon(&mut self) -> impl Iterator<Item = (Signal, u64)> + use<> {
        self.is_stopping = true;
        self.is_abandoned = true;
        self.queue.clear();
        self.waiting = Load::default();
        self.sizes = Default::default();
        let lost = std::mem::take(&mut self.items);
        Signal::ALL.into_iter().zip(lost).filter(|(_, items)| *items > 0)
    }

    /// What waits, in the unit of the sizer.
    pub(super) const fn waiting_units(&self) -> u64 {
        self.waiting.units
    }

    /// How full the queue is.
    pub(super) fn level(&self, now: Instant) -> QueueLevel {
        let Bounds { units_max, bytes_max, sizer, on_full } = self.bounds;
        let (units, bytes) = (self.waiting.units, self.waiting.bytes + self.sending_bytes);
        QueueLevel {
            sizer: sizer.as_str(),
            size: units,
            capacity: units_max,
            bytes,
            bytes_capacity: bytes_max,
            in_flight_requests: self.sending_requests,
            oldest_age: self
                .queue
                .front()
                .map(|oldest| now.saturating_duration_since(oldest.since)),
            is_durable: false,
            is_full: on_full == OnFull::Refuse && (units >= units_max || bytes >= bytes_max),
        }
    }

    pub(super) fn any_waiting(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Whether nothing will ever come again.
    pub(super) fn has_ended(&self) -> bool {
        self.is_stopping && self.queue.is_empty() && self.reserved == Load::default()
    }

    pub(super) const fn items(&self) -> Items {
        self.items
    }
}

const fn size_of(waiting: &Waiting) -> Size {
    Size::of(waiting.bytes.len(), waiting.items)
}
