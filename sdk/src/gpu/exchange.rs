//! Between who wants a sample and the thread that talks to the driver: one question, one answer, no queue.

use std::{sync::Arc, time::Duration};

use inferometer_semconv::attributes::GpuQuery;
use parking_lot::{Condvar, Mutex};

use super::{
    failure::Failure,
    reading::{Identity, Reading},
    state::GpuState,
};

/// What one sample came to.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) state: GpuState,
    pub(super) readings: Vec<Reading>,
    pub(super) failures: Vec<Failure>,
}

impl Answer {
    pub(super) const fn nothing(state: GpuState, failures: Vec<Failure>) -> Self {
        Self { state, readings: Vec::new(), failures }
    }
}

/// What the driver is being asked.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) device: Option<Identity>,
    pub(super) query: GpuQuery,
}

#[derive(Debug)]
struct Slot {
    is_asked: bool,
    answer: Option<Answer>,
    question: Question,
    is_stopped: bool,
    /// Threads that use it and have not ended.
    running: usize,
}

/// A thread that uses the exchange. Dropping it is the thread's last act.
#[derive(Debug)]
pub(super) struct Running(Arc<Exchange>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.change(|slot| slot.running -= 1);
    }
}

#[derive(Debug)]
pub(super) struct Exchange {
    slot: Mutex<Slot>,
    changed: Condvar,
}

impl Exchange {
    pub(super) const fn new() -> Self {
        let question = Question { device: None, query: GpuQuery::Devices };
        let slot = Slot { is_asked: false, answer: None, question, is_stopped: false, running: 0 };
        Self { slot: Mutex::new(slot), changed: Condvar::new() }
    }

    fn change(&self, change: impl FnOnce(&mut Slot)) {
        change(&mut self.slot.lock());
        self.changed.notify_all();
    }

    /// Asks for a sample, unless one is under way.
    pub(super) fn ask(&self) {
        self.change(|slot| slot.is_asked = true);
    }

    /// Waits for the answer; `None` at the end of time or of the sampler.
    pub(super) fn answer(&self, timeout: Duration) -> Option<Answer> {
        let mut slot = self.slot.lock();
        let is_waiting = |slot: &mut Slot| slot.answer.is_none() && !slot.is_stopped;
        self.changed.wait_while_for(&mut slot, is_waiting, timeout);
        slot.answer.take()
    }

    /// What the driver is being asked, for who waits in vain.
    pub(super) fn question(&self) -> Question {
        self.slot.lock().question.clone()
    }

    /// The driver's thread: waits to be asked; `false` at the end.
    pub(super) fn is_asked(&self) -> bool {
        let mut slot = self.slot.lock();
        self.changed.wait_while(&mut slot, |slot| !slot.is_asked && !slot.is_stopped);
        !slot.is_stopped
    }

    /// The driver's thread: it is going to ask this.
    pub(super) fn asking(&self, question: Question) {
        self.slot.lock().question = question;
    }

    /// The driver's thread: has the answer.
    pub(super) fn answered(&self, answer: Answer) {
        self.change(|slot| {
            slot.is_asked = false;
            slot.answer = Some(answer);
        });
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.slot.lock().is_stopped
    }

    /// Waits, unless it is the end; says whether it is.
    pub(super) fn is_stopped_within(&self, time: Duration) -> bool {
        let mut slot = self.slot.lock();
        self.changed.wait_while_for(&mut slot, |slot| !slot.is_stopped, time);
        slot.is_stopped
    }

    pub(super) fn stop(&self) {
        self.change(|slot| slot.is_stopped = true);
    }

    /// A thread begins; it ends when this is dropped.
    pub(super) fn enter(self: &Arc<Self>) -> Running {
        self.change(|slot| slot.running += 1);
        Running(Arc::clone(self))
    }

    /// Waits for the end of all threads; `false` if it does not come in time.
    pub(super) fn is_left_within(&self, time: Duration) -> bool {
        let mut slot = self.slot.lock();
        self.changed.wait_while_for(&mut slot, |slot| slot.running > 0, time);
        slot.running == 0
    }
}
