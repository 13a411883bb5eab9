//! What the queue's lock guards: the requests, their load, and what is being sent.
//!
//! At every moment `waiting + reserved` units fit the bound if the queue refuses, and `waiting` alone if it evicts; so do
//! the bytes, those being sent included.

use std::collections::VecDeque;

use super::{
    bounds::{Bounds, Load},
    lane::{self, Lanes},
    waiting::Waiting,
};
use crate::{config::OnFull, pipeline::Signal};

/// Requests that are looked through for one that may be sent; those behind wait for the next look.
const LOOK_MAX: usize = 64;

/// Items by signal.
type Items = [u64; Signal::ALL.len()];

#[derive(Debug)]
pub(super) struct State {
    pub(super) bounds: Bounds,
    queue: VecDeque<Waiting>,
    waiting: Load,
    /// Room that was promised and is not yet used.
    reserved: Load,
    sending_bytes: u64,
    /// The lanes of the requests that are being sent: as many as there are consumers at most.
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
            reserved: Load::default(),
            sending_bytes: 0,
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
        self.items[waiting.signal as usize] += waiting.items;
        self.queue.push_back(waiting);
        let mut evicted = Items::default();
        while self.is_too_full() {
            let Some(oldest) = self.queue.pop_front() else {
                break;
            };
            self.waiting.subtract(self.bounds.load_of(&oldest));
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
        let waiting = self.queue.iter().take(LOOK_MAX).map(|waiting| &waiting.lanes);
        let place = lane::first_free(self.sending.iter(), waiting)?;
        let load = self.bounds.load_of(self.queue.get(place)?);
        // What is being sent cannot be evicted: it must leave the room that was promised.
        if self.sending_bytes + load.bytes + self.reserved.bytes > self.bounds.bytes_max {
            return None;
        }
        let taken = self.queue.remove(place)?;
        self.waiting.subtract(load);
        self.sending_bytes += load.bytes;
        if taken.lanes != Lanes::NONE {
            self.sending.push(taken.lanes);
        }
        Some(taken)
    }

    /// Forgets a request that was taken; whether its end is still to be counted.
    pub(super) fn settle(&mut self, taken: &Waiting) -> bool {
        if self.is_abandoned {
            return false;
        }
        self.sending_bytes -= self.bounds.load_of(taken).bytes;
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
        let lost = std::mem::take(&mut self.items);
        Signal::ALL.into_iter().zip(lost).filter(|(_, items)| *items > 0)
    }

    /// What waits, in the unit of the sizer.
    pub(super) const fn waiting_units(&self) -> u64 {
        self.waiting.units
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
