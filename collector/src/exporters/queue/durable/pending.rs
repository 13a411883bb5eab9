//! Requests between their admission and the disk.

use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::super::bounds::Load;
use crate::pipeline::Item;

/// What one write takes at most, unless a single request is larger.
const COMMIT_BYTES: u64 = 1 << 20;

/// Where admitted requests wait for the writer.
#[derive(Debug, Default)]
pub(super) struct Pending {
    state: Mutex<State>,
    woken: Condvar,
}

#[derive(Debug, Default)]
struct State {
    items: std::collections::VecDeque<(Item, Load)>,
    /// Of these, and of those that were promised room and are not here yet.
    promised: Load,
    /// Nothing comes in any more.
    is_stopping: bool,
    /// Nor is anything settled any more.
    is_finished: bool,
}

/// What the writer is to do.
#[derive(Debug)]
pub(super) enum Work {
    /// Write these, and then give back their load.
    Write(Vec<Item>, Load),
    /// Nothing came in time.
    Nothing,
    /// Nothing will come any more.
    End,
}

impl Pending {
    pub(super) fn promise(&self, load: Load) {
        self.state.lock().promised.add(load);
    }

    pub(super) fn release(&self, load: Load) {
        let mut state = self.state.lock();
        state.promised.subtract(load);
        if state.is_stopping {
            self.woken.notify_one();
        }
    }

    pub(super) fn push(&self, item: Item, load: Load) {
        self.state.lock().items.push_back((item, load));
        self.woken.notify_one();
    }

    /// What is not written yet, promised room included.
    pub(super) fn promised(&self) -> Load {
        self.state.lock().promised
    }

    /// Whether nothing waits to be written.
    pub(super) fn is_empty(&self) -> bool {
        self.state.lock().items.is_empty()
    }

    pub(super) fn stop(&self) {
        self.state.lock().is_stopping = true;
        self.woken.notify_one();
    }

    /// Lets the writer end, once all that was promised room is written.
    pub(super) fn finish(&self) {
        let mut state = self.state.lock();
        state.is_stopping = true;
        state.is_finished = true;
        self.woken.notify_one();
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.state.lock().is_stopping
    }

    /// The oldest requests, as many as are written at once; waits for the first of them.
    pub(super) fn next(&self, patience: Duration) -> Work {
        let mut state = self.state.lock();
        if state.items.is_empty() && !state.has_ended() {
            self.woken.wait_for(&mut state, patience);
        }
        if state.has_ended() {
            return Work::End;
        }
        let (mut batch, mut load) = (Vec::new(), Load::default());
        while let Some((_, next)) = state.items.front() {
            if !batch.is_empty() && load.bytes + next.bytes > COMMIT_BYTES {
                break;
            }
            load.add(*next);
            batch.extend(state.items.pop_front().map(|(item, _)| item));
        }
        if batch.is_empty() { Work::Nothing } else { Work::Write(batch, load) }
    }
}

impl State {
    fn has_ended(&self) -> bool {
        self.is_finished && self.items.is_empty() && self.promised == Load::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_writer_goes_on_until_the_last_attempts_are_settled() {
        let pending = Pending::default();
        pending.stop();
        assert!(pending.is_stopping());
        assert!(matches!(pending.next(Duration::ZERO), Work::Nothing));
        pending.finish();
        assert!(matches!(pending.next(Duration::ZERO), Work::End));
    }
}
